"""Weak clips: several people, one still, a clip of somebody else, frames left out. Each is handled, and said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fsgan_core.errors import FaceError, PlateError
from fsgan_core.job.finetune_settings import FinetuneSettings
from fsgan_core.job.progress import Progress, ProgressEvent
from fsgan_core.job.settings import AnalyzeSettings
from fsgan_core.job.spec import FinetuneJob, Pictures
from fsgan_core.pipeline import swap_shot
from fsgan_core.training.subject_footage import Footage, gather_footage


class Heard(Progress):
    """Keeps what was said."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def show(self, event: ProgressEvent) -> None:
        if event.message:
            self.said.append(event.message)


def gather(bench: Any, *sources: str, **settings: Any) -> tuple[Footage, str]:
    analyze = AnalyzeSettings(min_face_px=32, smooth=False, iou_threshold=0.3)
    chosen = replace(FinetuneSettings(), **settings)
    job = FinetuneJob(tuple(Pictures(path) for path in sources), str(bench.folder / "child"), chosen, analyze)
    heard = Heard()
    pack = swap_shot.open_engine("painted", "cpu")
    return gather_footage(job, pack, str(bench.folder / "run"), heard), " ".join(heard.said)


def clip(bench: Any, name: str, person: float = 0.4, count: int = 4) -> str:
    frames = {n: bench.face(bench.picture(), 60 + 2 * n, person=person, yaw_deg=4.0 * n) for n in range(1, count + 1)}
    return bench.write_exr(name, frames)


def test_clips_are_joined_and_named_by_their_content(swap_bench: Any) -> None:
    footage, said = gather(swap_bench, clip(swap_bench, "one"), clip(swap_bench, "two", count=3))
    numbers = [(0, 1), (0, 2), (0, 3), (0, 4), (1, 1), (1, 2), (1, 3)]
    assert [(frame.clip, frame.number) for frame in footage.frames] == numbers
    assert footage.frames[0].picture.shape == (256, 256, 3)
    assert [record["name"] for record in footage.clips] == ["one.%04d.exr", "two.%04d.exr"]
    assert footage.clips[0]["sha256"] != footage.clips[1]["sha256"]
    assert "only 7 frames to learn from" in said


def test_frames_asked_for_are_those_of_each_clip(swap_bench: Any) -> None:
    one, two = clip(swap_bench, "one"), clip(swap_bench, "two", count=3)
    footage, _ = gather(swap_bench, one, two, source_frames="3-9")
    assert [(frame.clip, frame.number) for frame in footage.frames] == [(0, 3), (0, 4), (1, 3)]
    with pytest.raises(PlateError, match="none of the frames 8-9"):
        gather(swap_bench, one, two, source_frames="8-9")


def test_of_several_people_one_is_learned_from(swap_bench: Any) -> None:
    frames = {}
    for n in (1, 2, 3):
        picture = swap_bench.face(swap_bench.picture(140, 240), 70, person=0.5)
        frames[n] = swap_bench.face(picture, 180, side=44, person=-0.7)
    footage, said = gather(swap_bench, swap_bench.write_exr("crowd", frames))
    assert len(footage.frames) == 3
    assert "shows 2 people" in said


def test_clip_of_somebody_else_is_left_out(swap_bench: Any) -> None:
    footage, said = gather(swap_bench, clip(swap_bench, "one"), clip(swap_bench, "other", person=-0.9))
    assert {frame.clip for frame in footage.frames} == {0}
    assert "shows nobody like the person of the first clip" in said


def test_one_still_is_said(swap_bench: Any) -> None:
    footage, said = gather(swap_bench, clip(swap_bench, "one", count=1))
    assert len(footage.frames) == 1
    assert "only one picture to learn from" in said


def test_no_face_is_an_error(swap_bench: Any) -> None:
    with pytest.raises(FaceError):
        gather(swap_bench, swap_bench.write_exr("empty", {1: swap_bench.picture()}))


def test_pass_1_is_kept_in_the_run(swap_bench: Any) -> None:
    gather(swap_bench, clip(swap_bench, "one"))
    assert (Path(swap_bench.folder) / "run" / "clip1.npz").is_file()
