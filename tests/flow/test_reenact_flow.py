"""The reenactment modes as a compositor meets them: the commands, the bundled weights, the bundled plates."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import OpenImageIO as oiio  # noqa: N813
import pytest

from fsgan_core.geometry.resample import resize_picture
from fsgan_core.job.puppet_protocol import PuppetRequest, request_line
from fsgan_core.media.plate_frame import PictureHeader
from fsgan_core.media.read import open_plate
from fsgan_core.media.write import write_frame
from fsgan_core.shot.image_window import ImageWindow
from fsgan_core.shot.plate import Plate

SIZE = (180, 320)
"""Height and width that the bundled plates are shrunk to: the faces are still 100 px high."""

pytestmark = pytest.mark.slow


def fsgan(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "fsgan_core.cli.main", *arguments]


def run(*arguments: str, code: int = 0) -> str:
    done = subprocess.run([*fsgan(*arguments), "--log", "plain"], capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def read_channels(path: Path) -> dict[str, np.ndarray]:
    picture = oiio.ImageInput.open(str(path))
    spec = picture.spec()
    pixels = np.asarray(picture.read_image(oiio.FLOAT)).reshape(spec.height, spec.width, spec.nchannels)
    picture.close()
    return {name: pixels[..., index] for index, name in enumerate(spec.channelnames)}


@pytest.fixture(scope="module")
def shots(sample_plates: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Twelve frames of each bundled plate, every second one, numbered from 1; each analyzed once."""
    folder = tmp_path_factory.mktemp("shots")
    window = ImageWindow.of_size(SIZE[1], SIZE[0])
    shots = {}
    for name in "ab":
        with open_plate(Plate(str(sample_plates / name / "plate.%04d.exr"))) as reader:
            for index, number in enumerate(range(1001, 1025, 2), 1):
                picture = resize_picture(reader.read(number).rgb, SIZE)
                channels = {channel: picture[..., c] for c, channel in enumerate("RGB")}
                write_frame(str(folder / f"{name}.{index:04d}.exr"), channels, PictureHeader(window, window))
        shots[name] = str(folder / f"{name}.%04d.exr")
        shots[f"{name}.npz"] = str(folder / f"{name}.npz")
        run("analyze", shots[name], "--out", shots[f"{name}.npz"], "--device", "cpu")
    return shots


def driven(shots: dict[str, str], command: str, out: Path) -> list[str]:
    files = ["--source-analysis", shots["a.npz"], "--driver-analysis", shots["b.npz"], "--device", "cpu"]
    return [command, "--source", shots["a"], "--driver", shots["b"], "--out", str(out), *files]


@pytest.mark.parametrize(
    "options", [["reenact"], ["reenact", "--output", "plate"], ["expression", "--eyes", "--brows"]]
)
def test_chunks_are_bit_identical(shots: dict[str, str], tmp_path: Path, options: list[str]) -> None:
    command, *more = options
    said = run(*driven(shots, command, tmp_path / "whole.%04d.exr"), *more, "--frames", "2-4")
    assert "3 frames (3 reenacted)" in said
    for chunk in ("4", "2-3"):
        run(*driven(shots, command, tmp_path / "part.%04d.exr"), *more, "--frames", chunk)
    for number in (2, 3, 4):
        whole, part = (tmp_path / f"{name}.{number:04d}.exr" for name in ("whole", "part"))
        assert whole.read_bytes() == part.read_bytes()
        result = read_channels(whole)
        if "fsgan_blend.R" in result:
            plate, outside = read_channels(Path(shots["a"] % number)), result["fsgan_matte.A"] == 0
            for channel in "RGB":
                np.testing.assert_array_equal(result[channel][outside], plate[channel][outside])


def test_pose_turns_the_head_and_refuses_what_no_view_shows(shots: dict[str, str], tmp_path: Path) -> None:
    from fsgan_core.face.pose import estimate_pose
    from fsgan_core.weights.load import load_pack

    pose = ["pose", "--source", shots["a"], "--source-analysis", shots["a.npz"], "--device", "cpu"]
    run(*pose, "--out", str(tmp_path / "turn.%04d.exr"), "--poses", "1:-25,0,0;3:25,0,10")
    network = load_pack("compact", "cpu").pose
    seen = []
    for number in (1, 2, 3):
        channels = read_channels(tmp_path / f"turn.{number:04d}.exr")
        seen.append(estimate_pose(np.stack([channels[c] for c in "RGB"], -1), network))
    # Young weights: the turn is right to a few degrees.
    np.testing.assert_allclose([one[0] for one in seen], [-25, 0, 25], atol=7)
    assert seen[2][2] == pytest.approx(10, abs=5)
    for poses, words in (("1:80,0,0", "yaw is 80"), ("1:nan,0,0", "finite"), (";", "empty")):
        assert words in run(*pose, "--out", str(tmp_path / "no.%04d.exr"), "--poses", poses, code=2)


def test_a_job_file_is_split_verified_and_retimed(shots: dict[str, str], tmp_path: Path) -> None:
    content = {
        "fsgan_job": 1, "kind": "reenact", "source": {"path": shots["a"]}, "driver": {"path": shots["b"]},
        "pose_from": {"path": shots["a"]}, "out": str(tmp_path / "o.%04d.exr"),
        "source_analysis": shots["a.npz"], "driver_analysis": shots["b.npz"],
        "settings": {"output": "plate", "driver_frames": "12-9", "device": "cpu"},
    }  # fmt: skip
    job = tmp_path / "job.json"
    job.write_text(json.dumps(content), encoding="utf-8")
    run("run", str(job), "--only-analyze")
    run("run", str(job), "--frames", "3-4")
    run("verify", str(job), code=4)
    assert "2 kept" in run("run", str(job))
    assert "All 4 frames are whole" in run("verify", str(job))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM")
def test_sigterm_leaves_only_complete_frames(shots: dict[str, str], tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = driven(shots, "reenact", out / "m.%04d.exr") + ["--driver-frames", "1-12*4"]
    with subprocess.Popen([*fsgan(*command), "--log", "plain"], stdout=subprocess.PIPE, text=True) as engine:
        deadline = time.monotonic() + 300
        while not list(out.glob("m.*.exr")) and engine.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        engine.send_signal(signal.SIGTERM)
        said, _ = engine.communicate(timeout=120)
    assert engine.returncode == 143, said
    written = list(out.iterdir())
    assert 1 <= len(written) < 48
    for path in written:
        assert path.suffix == ".exr" and read_channels(path)["R"].shape == (256, 256)


def test_the_puppet_process_answers_and_ends_with_its_input(shots: dict[str, str]) -> None:
    command = ["puppet", "--source", shots["b"], "--source-analysis", shots["b.npz"], "--device", "cpu"]
    with subprocess.Popen(fsgan(*command), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None and process.stdout is not None
        while json.loads(process.stdout.readline())["event"] != "map":
            pass
        process.stdin.write(request_line(PuppetRequest(5, (12.0, 2.0, 4.0), expression={"jaw": 0.5})).encode())
        process.stdin.flush()
        header = json.loads(process.stdout.readline())
        pixels = np.frombuffer(process.stdout.read(header["bytes"]), np.uint8)
        assert (header["event"], header["id"]) == ("picture", 5)
        assert pixels.std() > 20
        process.stdin.close()
        assert process.wait(60) == 0
