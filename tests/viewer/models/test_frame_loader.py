"""Reader threads and their caches."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fsgan_core.errors import PlateError
from fsgan_core.media.picture_layers import LayerPicture, PictureLayer
from fsgan_core.shot.image_window import ImageWindow
from fsgan_viewer.models.display_transform import DisplaySettings, DisplayView
from fsgan_viewer.models.frame_cache import FrameCache
from fsgan_viewer.models.frame_loader import FrameLoader, FrameRequest, LoadedFrame
from fsgan_viewer.models.frame_source import FrameSource, open_source

RAW = DisplaySettings(view=DisplayView())


class CountingSource(FrameSource):
    """Frames of one grey; counts what is read, and waits at a gate."""

    def __init__(self) -> None:
        super().__init__("counted", tuple(range(1, 101)), "lin_rec709_scene")
        self.read_frames: list[int] = []
        self.gate = threading.Event()
        self.gate.set()

    def read(self, frame: int, layer: str = "") -> LayerPicture:
        self.gate.wait(5)
        self.read_frames.append(frame)
        if frame == 13:
            raise PlateError("is broken.", path="counted", frame=frame)
        window = ImageWindow.of_size(4, 3)
        pixels = np.full((3, 4, 3), frame / 128, np.float16)
        return LayerPicture(PictureLayer("", ("R", "G", "B")), ("",), pixels, window, window)

    def layers(self) -> tuple[str, ...]:
        return ("",)


class Told:
    """Keeps what a loader tells, and lets a test wait for it."""

    def __init__(self) -> None:
        self.loaded: list[LoadedFrame] = []

    def __call__(self, loaded: LoadedFrame) -> None:
        self.loaded.append(loaded)

    def wait_for(self, is_there: Callable[[list[LoadedFrame]], bool]) -> list[LoadedFrame]:
        deadline = time.monotonic() + 5
        while not is_there(self.loaded) and time.monotonic() < deadline:
            time.sleep(0.005)
        assert is_there(self.loaded)
        return self.loaded


def request(frame: int, settings: DisplaySettings = RAW) -> FrameRequest:
    return FrameRequest("plate", frame, "", settings)


@pytest.fixture
def bench() -> Any:
    source, told = CountingSource(), Told()
    loader = FrameLoader({"plate": source}, told, threads=1)
    yield loader, source, told
    source.gate.set()
    loader.close()


def test_a_wanted_frame_is_told_and_then_there_at_once(bench: Any) -> None:
    loader, _, told = bench
    assert loader.ask([request(5)]) == []
    shown = told.wait_for(len)[0].screen
    assert shown is not None and shown[0, 0, 0] == round(5 / 128 * 255)
    assert [loaded.request.frame for loaded in loader.ask([request(5)])] == [5]


def test_frames_ahead_are_read_in_order_and_not_told(bench: Any) -> None:
    loader, source, told = bench
    loader.ask([request(1)], [request(n) for n in (2, 3, 4)])
    deadline = time.monotonic() + 5
    while len(source.read_frames) < 4 and time.monotonic() < deadline:
        time.sleep(0.005)
    assert source.read_frames == [1, 2, 3, 4]
    assert [loaded.request.frame for loaded in told.loaded] == [1]


def test_scrubbing_forgets_what_nobody_waits_for(bench: Any) -> None:
    loader, source, told = bench
    source.gate.clear()
    for frame in range(20, 40):
        loader.ask([request(frame)])
    source.gate.set()
    told.wait_for(lambda loaded: any(one.request.frame == 39 for one in loaded))
    assert len(source.read_frames) <= 3, "only what was being read, and the last one"


def test_another_exposure_reads_nothing_again(bench: Any) -> None:
    loader, source, told = bench
    loader.ask([request(7)])
    told.wait_for(len)
    loader.ask([request(7, DisplaySettings(exposure_stops=1.0, view=DisplayView()))])
    told.wait_for(lambda loaded: len(loaded) == 2)
    assert source.read_frames == [7]


def test_a_broken_frame_is_a_sentence_and_is_tried_again(bench: Any) -> None:
    loader, source, told = bench
    loader.ask([request(13)])
    assert "frame 13: is broken" in told.wait_for(len)[0].problem
    loader.ask([request(13)])
    told.wait_for(lambda loaded: len(loaded) == 2)
    assert source.read_frames == [13, 13]


def test_a_frame_that_was_written_anew_is_read_anew(bench: Any) -> None:
    loader, source, told = bench
    loader.ask([request(7)])
    told.wait_for(len)
    loader.forget("plate", 7)
    assert loader.ask([request(7)]) == []
    told.wait_for(lambda loaded: len(loaded) == 2)
    assert source.read_frames == [7, 7]


def test_the_cache_drops_what_was_not_used_longest() -> None:
    cache: FrameCache[str] = FrameCache(10)
    for name in "abc":
        cache.put(name, name, 3)
    assert cache.get("a") == "a"
    cache.put("d", "d", 3)
    assert "b" not in cache and all(name in cache for name in "acd")
    cache.put("large", "large", 11)
    assert "large" not in cache and cache.size_bytes == 9


def test_a_sequence_with_holes_is_shown_and_its_holes_are_named(shot: Any) -> None:
    (shot.folder / "plate.1005.exr").unlink()
    source = open_source(shot.plate)
    assert source.missing == (1005,)
    assert source.read(1006).pixels[0, 0, 0] == np.float16(6 / 256)
    with pytest.raises(PlateError, match="does not exist"):
        source.read(1005)


def test_a_sequence_that_grows_is_seen(shot: Any, tmp_path: Path) -> None:
    source = open_source(str(tmp_path / "later.%04d.exr"))
    assert source.frames == ()
    (tmp_path / "later.0003.exr").write_bytes((shot.folder / "plate.1001.exr").read_bytes())
    assert source.refresh()
    assert source.frames == (3,)
    assert not source.refresh()
