"""The report of a 100-frame shot, opened from its one file by a browser that can reach nothing else."""

from __future__ import annotations

import os
import shutil
import struct
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from fsgan_core.media.plate_frame import PictureHeader
from fsgan_core.media.read import open_plate
from fsgan_core.media.write import write_frame
from fsgan_core.shot.image_window import ImageWindow
from fsgan_core.shot.plate import Plate

sys.path.insert(0, str(Path(__file__).parent))

import headless_chromium

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(headless_chromium.find_chromium() is None, reason="no Chromium on this machine"),
]

FRAMES = 100
DIFFERENT = 12
"""Frames of the sample plate that are gone through, to and fro."""
BROKEN = range(40, 44)
"""Frames of the result that something went wrong in: the plate's head is moved."""


@pytest.fixture(scope="module")
def shot(tmp_path_factory: pytest.TempPathFactory, sample_plates: Path) -> Path:
    """A folder with a plate of 100 frames and what stands for its result: the face in another light."""
    folder = tmp_path_factory.mktemp("shot")
    with open_plate(Plate(str(sample_plates / "a" / "plate.%04d.exr"))) as reader:
        pictures = [reader.read(number).rgb[40:440, 240:720] for number in reader.frames[:DIFFERENT]]
    to_and_fro = [*range(DIFFERENT), *range(DIFFERENT - 2, 0, -1)]
    for k in range(FRAMES):
        index = to_and_fro[k % len(to_and_fro)]
        _keep(folder / f"plate.{1001 + k}.exr", folder / f"plate_{index}.exr", pictures[index])
        result = pictures[index] * np.float16(0.8)
        if k in BROKEN:
            _keep(folder / f"result.{1001 + k}.exr", folder / f"broken_{index}.exr", np.roll(result, 24, 1))
        else:
            _keep(folder / f"result.{1001 + k}.exr", folder / f"result_{index}.exr", result)
    return folder


def _keep(path: Path, written_once: Path, picture: np.ndarray) -> None:
    if not written_once.exists():
        window = ImageWindow.of_size(picture.shape[1], picture.shape[0])
        channels = {channel: picture[..., k] for k, channel in enumerate("RGB")}
        write_frame(str(written_once), channels, PictureHeader(window, window))
    os.link(written_once, path)


@pytest.fixture
def report(shot: Path, sample_plates: Path, fsgan_program: Callable[..., tuple[int, str]]) -> Path:
    """The page alone, in a folder of its own."""
    code, said = fsgan_program(
        "evaluate", "--source", str(sample_plates / "b" / "plate.1001.exr"), "--plate", f"{shot}/plate.%04d.exr",
        "--result", f"{shot}/result.%04d.exr", "--out", f"{shot}/report.json", "--device", "cpu",
    )  # fmt: skip
    assert code == 0, said
    alone = shot / "alone" / "report.html"
    alone.parent.mkdir()
    shutil.copy(shot / "report.html", alone)
    return alone


def test_report_of_100_frames_opens_from_one_file(report: Path, repository: Path) -> None:
    program = headless_chromium.find_chromium()
    assert program is not None
    seen = headless_chromium.see_page(program, report, report.parent / "chromium")
    assert seen.asked_for == [headless_chromium.CONTROL]  # the measuring script's own question, and nothing else
    check_content(seen.measured)
    check_layout(seen.measured)
    narrow = headless_chromium.see_page(program, report, report.parent / "narrow", dark=True, width=520).measured
    assert narrow["page"][0] <= narrow["page"][2]  # nothing is wider than the window
    ink, paper = (_brightness(colour) for colour in narrow["colours"])
    assert paper < 60 and ink > 180

    shown = repository / "build" / "report_screenshots"
    shown.mkdir(parents=True, exist_ok=True)
    for name, dark in (("light", False), ("dark", True)):
        picture = shown / f"report_{name}.png"
        height = int(seen.measured["page"][1])
        headless_chromium.draw_page(program, report, report.parent / name, picture, height, dark=dark)
        width, drawn = struct.unpack(">II", picture.read_bytes()[16:24])
        assert (width, drawn) == (1100, height)
        print(f"look at {picture}")  # noqa: T201 - what a person has to look at


def check_content(measured: dict) -> None:  # type: ignore[type-arg]
    """Curves over all frames, the bad ones listed and shown, the movie playable."""
    figures = {figure["name"]: figure for figure in measured["figures"]}
    assert {"identity", "l1", "pose_error_deg", "landmark_error_px", "expression", "seam", "flicker"} <= set(figures)
    for name, figure in figures.items():
        assert figure["points"] >= FRAMES - 2, name  # the second difference in time lacks the ends
        numbers = [text["said"] for text in figure["texts"]]
        assert {"1001", "1100"} < set(numbers), name
    listed = measured["text"].split("Frames to look at")[1].split("Means")[0]
    assert "1041-1044" in listed
    assert len(measured["pictures"]) == 6
    for width, height, complete in measured["pictures"]:
        assert complete and width >= 2 * height >= 256
    assert {caption.split(":")[0] for caption in measured["captions"]} >= {str(1001 + k) for k in BROKEN}
    ready, width, height, duration_s = measured["video"]
    assert ready >= 1 and width >= 2 * height and duration_s == pytest.approx(FRAMES / 24, abs=0.1)


def check_layout(measured: dict) -> None:  # type: ignore[type-arg]
    """Nothing sticks out of the window or of its curve, and no two words of a curve lie on each other."""
    assert measured["page"][0] <= measured["page"][2]
    for figure in measured["figures"]:
        left, top, right, bottom = figure["box"]
        boxes = [text["box"] for text in figure["texts"]]
        for x0, y0, x1, y1 in boxes:
            assert left - 1 <= x0 and x1 <= right + 1 and top - 1 <= y0 and y1 <= bottom + 1, figure["name"]
        for k, one in enumerate(boxes):
            for other in boxes[k + 1 :]:
                apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] + 2 or other[3] <= one[1] + 2
                assert apart, (figure["name"], one, other)


def _brightness(colour: str) -> float:
    numbers = colour[colour.index("(") + 1 : -1].split(",")[:3]
    return sum(float(number) for number in numbers) / 3
