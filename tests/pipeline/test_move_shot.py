"""The reenactment modes end to end on painted faces: what moves, what stays, chunks, cancelling, absent faces."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import OpenImageIO as oiio  # noqa: N813
import pytest

from fsgan_core.errors import CancelledError, FaceError, JobError, PlateError
from fsgan_core.job.corrections import CorrectionKey, Corrections, write_corrections
from fsgan_core.job.matte_settings import MatteSettings
from fsgan_core.job.reenact_settings import ExpressionSettings, PoseSettings, ReenactSettings
from fsgan_core.job.settings import AnalyzeSettings
from fsgan_core.job.spec import ExpressionJob, Pictures, PoseJob, ReenactJob
from fsgan_core.media.exr_header import read_exr_headers
from fsgan_core.pipeline.move_shot import move_shot
from fsgan_core.pipeline.verify_job import verify_job

ANALYZE = AnalyzeSettings(min_face_px=32, smooth=False, iou_threshold=0.3)


def read_channels(path: str | Path) -> dict[str, np.ndarray]:
    picture = oiio.ImageInput.open(str(path))
    spec = picture.spec()
    pixels = np.asarray(picture.read_image(oiio.FLOAT)).reshape(spec.height, spec.width, spec.nchannels)
    picture.close()
    return {name: pixels[..., index] for index, name in enumerate(spec.channelnames)}


def attributes_of(path: str | Path) -> dict[str, Any]:
    return {name: attribute.value for name, attribute in read_exr_headers(str(path))[0].attributes.items()}


def half(picture: np.ndarray) -> np.ndarray:
    return picture.astype(np.float16).astype(np.float32)


class Bench:
    """A painted source that turns, a painted driver that turns the other way, and jobs with both."""

    def __init__(self, swap_bench: Any) -> None:
        self.bench = swap_bench
        self.folder = swap_bench.folder
        self.source = Pictures(swap_bench.source())
        yaws = {11: 30.0, 12: 18.0, 13: 6.0, 14: -6.0, 15: -18.0}
        self.driver = Pictures(self.shot("driver", yaws, person=0.5))
        self.out = str(self.folder / "o" / "out.%04d.exr")

    def shot(self, name: str, yaws: dict[int, float | None], **paint: float) -> str:
        """A shot with a face of each yaw; None for a frame without one."""
        frames = {}
        for number, yaw in yaws.items():
            picture = self.bench.picture(seed=4)
            if yaw is not None:
                picture = self.bench.face(picture, 70, 60, 56, yaw_deg=yaw, **paint)
            frames[number] = half(picture)
        return str(self.bench.write_exr(name, frames))

    def reenact(self, **settings: Any) -> ReenactJob:
        return ReenactJob(
            self.source, self.driver, self.out, settings=ReenactSettings(device="cpu", **settings), analyze=ANALYZE
        )

    def expression(self, **settings: Any) -> ExpressionJob:
        chosen = ExpressionSettings(device="cpu", **settings)
        return ExpressionJob(self.source, self.driver, self.out, chosen, ANALYZE)

    def pose(self, **settings: Any) -> PoseJob:
        return PoseJob(self.source, self.out, settings=PoseSettings(device="cpu", **settings), analyze=ANALYZE)

    def file(self, number: int) -> Path:
        return Path(self.out % number)


@pytest.fixture
def bench(swap_bench: Any) -> Bench:
    return Bench(swap_bench)


def test_a_crop_has_the_source_with_the_drivers_pose(bench: Bench) -> None:
    assert move_shot(bench.reenact()) == {"reenacted": 5}
    for number, yaw in ((12, 18.0), (14, -6.0)):
        path = bench.file(number)
        channels, about = read_channels(path), attributes_of(path)
        assert set(channels) == {"R", "G", "B", "fsgan_matte.A", "fsgan_face.A", "fsgan_hair.A"}
        assert channels["R"].shape == (256, 256)
        assert channels["fsgan_matte.A"][128, 128] == 1 and channels["fsgan_matte.A"][0].max() == 0
        # Green says who: -0.6 the source. (0.5 would be the driver.)
        assert channels["G"][128, 128] < 0.1
        assert float(str(about["fsgan/pose"]).split()[0]) == pytest.approx(yaw, abs=0.6)
        assert about["fsgan/pose_frame"] == about["fsgan/expression_frame"] == number
        assert (about["fsgan/status"], about["fsgan/synthetic_media"]) == ("reenacted", 1)
        assert about["colorInteropID"] == "lin_rec709_scene"
    # Blue says which way it looks: the views that were chosen do.
    blue = [read_channels(bench.file(number))["B"][128, 128] for number in (11, 15)]
    assert blue[0] > blue[1]


def test_pasted_back_everything_outside_the_matte_is_the_plate(bench: Bench) -> None:
    assert move_shot(bench.reenact(output="plate", driver_frames="15-13")) == {"reenacted": 3}
    for number, driver_frame in ((1, 15), (2, 14), (3, 13)):
        result, plate = read_channels(bench.file(number)), read_channels(bench.source.path % number)
        matte = result["fsgan_matte.A"].astype(np.float64)
        assert (matte == 0).any() and (matte == 1).any()
        for channel in "RGB":
            outside = matte == 0
            np.testing.assert_array_equal(result[channel][outside], plate[channel][outside])
            mixed = result[f"fsgan_blend.{channel}"] * matte + plate[channel] * (1 - matte)
            np.testing.assert_allclose(result[channel], mixed, rtol=2**-10, atol=2e-7)
        assert attributes_of(bench.file(number))["fsgan/pose_frame"] == driver_frame
        assert {"fsgan_reenact.R", "fsgan_inpaint.R", "fsgan_invented.A", "fsgan_st.U"} <= set(result)


@pytest.mark.parametrize("kind", ["reenact", "plate", "expression", "pose"])
def test_any_chunks_give_the_same_bytes(bench: Bench, kind: str) -> None:
    job: Any = {
        "reenact": bench.reenact(),
        "plate": bench.reenact(output="plate"),
        "expression": bench.expression(),
        "pose": bench.pose(poses="1:-30,0,0;3:30,5,10"),
    }[kind]
    move_shot(job)
    whole = {path.name: path.read_bytes() for path in (bench.folder / "o").glob("*.exr")}
    numbers = sorted(int(name.split(".")[1]) for name in whole)
    for path in (bench.folder / "o").glob("*.exr"):
        path.unlink()
    for number in reversed(numbers):
        move_shot(job.for_frames(str(number)))
    assert {path.name: path.read_bytes() for path in (bench.folder / "o").glob("*.exr")} == whole
    assert len(whole) >= 3


def test_finished_frames_are_kept_and_verified(bench: Bench) -> None:
    job = bench.reenact(frames="11-12")
    move_shot(job)
    assert move_shot(replace(job, settings=replace(job.settings, frames="11-13"))) == {"kept": 2, "reenacted": 1}
    from fsgan_core.job.progress import Progress
    from fsgan_core.pipeline import verify_job as module

    with pytest.MonkeyPatch.context() as patch:
        painted = type("Pack", (), {"sha256": "0" * 64, "networks_sha256": "0" * 64})
        patch.setattr(module, "pack_identity", lambda weights, provided: painted())
        assert "All 2 frames are whole (2 reenacted)" in verify_job(job, Progress())


def test_cancelling_leaves_only_complete_frames(bench: Bench, painted_swaps: ModuleType) -> None:
    progress = painted_swaps.RecordingProgress(stop_after=2, stop_in="reenact")
    with pytest.raises(CancelledError) as raised:
        move_shot(bench.reenact(driver_frames="11-15*3"), progress)
    assert raised.value.exit_code == 143
    written = [path for path in (bench.folder / "o").iterdir() if path.suffix == ".exr"]
    assert 2 <= len(written) < 15
    for path in written:
        assert read_channels(path)["R"].shape == (256, 256)


def test_retiming_by_frame_lists(bench: Bench) -> None:
    job = bench.reenact(driver_frames="15-11x2,12*2", onto_frames="101-105")
    move_shot(job)
    assert [attributes_of(bench.file(number))["fsgan/pose_frame"] for number in range(101, 106)] == [15, 13, 11, 12, 12]


def test_pose_and_expression_of_different_shots(bench: Bench) -> None:
    still = Pictures(bench.shot("still", {7: 24.0}) % 7)
    job = replace(bench.reenact(frames="11-12"), pose_from=still)
    move_shot(job)
    about = attributes_of(bench.file(12))
    assert (about["fsgan/pose_frame"], about["fsgan/expression_frame"]) == (7, 12)
    assert float(str(about["fsgan/pose"]).split()[0]) == pytest.approx(24, abs=0.6)


def test_the_source_can_keep_its_own_pose(bench: Bench) -> None:
    job = replace(bench.reenact(output="plate"), pose_from=bench.source)
    move_shot(job)
    for number, yaw in ((1, -20.0), (3, 20.0)):
        about = attributes_of(bench.file(number))
        assert about["fsgan/pose_frame"] == number
        assert float(str(about["fsgan/pose"]).split()[0]) == pytest.approx(yaw, abs=0.6)


def test_expression_keeps_the_head_and_says_whose_frame_it_took(bench: Bench) -> None:
    move_shot(bench.expression())
    for number, yaw in ((1, -20.0), (2, 0.0), (3, 20.0)):
        about = attributes_of(bench.file(number))
        assert about["fsgan/expression_frame"] == number + 10
        assert "fsgan/pose_frame" not in about
        assert float(str(about["fsgan/pose"]).split()[0]) == pytest.approx(yaw, abs=0.6)


def test_corrections_of_source_and_driver_are_obeyed(bench: Bench) -> None:
    fix = str(bench.folder / "fix.json")
    write_corrections(Corrections((CorrectionKey(12, pose=(33.0, 4.0, 0.0)),), fade_frames=0), fix)
    move_shot(replace(bench.reenact(frames="12"), driver_corrections=fix))
    assert attributes_of(bench.file(12))["fsgan/pose"] == "33 4 0"
    # The box of the source moved: the crop that is pasted back lies elsewhere.
    job = bench.expression(frames="2")
    move_shot(job)
    before = read_channels(bench.file(2))["fsgan_st.U"]
    write_corrections(Corrections((CorrectionKey(2, box=(58.0, 30.0, 122.0, 94.0)),), fade_frames=0), fix)
    assert move_shot(replace(job, corrections=fix)) == {"reenacted": 1}
    moved_px = (before - read_channels(bench.file(2))["fsgan_st.U"])[60, 90] * 64 * 1.25
    assert moved_px == pytest.approx(10, abs=1.5)


def test_pose_follows_a_curve_file(bench: Bench) -> None:
    curve = bench.folder / "turn.csv"
    curve.write_text("frame,yaw,pitch,roll\n5,-20,0,0\n9,20,0,8\n", encoding="utf-8")
    job = replace(bench.pose(poses="1:0,0,0"), curve=str(curve), settings=PoseSettings(device="cpu"))
    assert move_shot(job) == {"reenacted": 5}
    blue = [float(read_channels(bench.file(number))["B"][128, 128]) for number in (5, 7, 9)]
    assert blue[0] < blue[1] < blue[2]
    assert attributes_of(bench.file(7))["fsgan/pose"] == "0 0 4"


def test_a_curve_beyond_the_map_is_refused_before_any_work(bench: Bench) -> None:
    with pytest.raises(JobError, match="frame 2: yaw is 80 degrees"):
        move_shot(bench.pose(poses="1:0,0,0;2:80,0,0"))
    assert not (bench.folder / "o").exists()


def test_frames_without_a_driver_are_black_or_the_plate(bench: Bench) -> None:
    yaws: dict[int, float | None] = {11: 0.0, **dict.fromkeys(range(12, 30)), 30: 5.0}
    driver = Pictures(bench.shot("gone", yaws))
    assert move_shot(replace(bench.reenact(frames="11,20"), driver=driver)) == {"reenacted": 1, "no_face": 1}
    black = read_channels(bench.file(20))
    assert not any(channel.any() for channel in black.values())
    pasted = replace(bench.reenact(output="plate", driver_frames="11,20,30"), driver=driver)
    assert move_shot(pasted) == {"reenacted": 2, "no_face": 1}
    result, plate = read_channels(bench.file(2)), read_channels(bench.source.path % 2)
    np.testing.assert_array_equal(result["R"], plate["R"])
    strict = replace(pasted, settings=replace(pasted.settings, on_missing_face="error"))
    with pytest.raises(FaceError, match="driver's face is not in this frame"):
        move_shot(strict)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"driver_frames": "11-16"}, "driver_frames names frame 16|lie outside"),
        ({"onto_frames": "1-9"}, "9 frames are to be written and driver_frames has 5"),
        ({"output": "plate", "onto_frames": "7"}, "the source has frames 1-3"),
        ({"frames": "99"}, "frame 99 is to be written, and this job has frames 11-15"),
        ({"neutral_frame": "77"}, "not in that frame"),
    ],
)
def test_lists_that_do_not_fit_are_refused(bench: Bench, settings: dict[str, Any], words: str) -> None:
    with pytest.raises(Exception, match=words) as raised:
        move_shot(bench.reenact(**settings))
    assert getattr(raised.value, "exit_code", 1) in (2, 3)


def test_neither_source_nor_driver_is_overwritten(bench: Bench) -> None:
    for pictures in (bench.source, bench.driver):
        with pytest.raises(JobError, match="itself"):
            move_shot(replace(bench.reenact(), out=pictures.path))


def test_a_short_driver_says_that_its_rest_is_unknown(bench: Bench, painted_swaps: ModuleType) -> None:
    progress = painted_swaps.RecordingProgress()
    move_shot(bench.reenact(frames="11"), progress)
    assert [event for event in progress.events if event.event == "warning" and "too few to know" in str(event.message)]


def test_one_file_per_layer_of_a_crop(bench: Bench) -> None:
    move_shot(bench.reenact(frames="11", one_file_per_layer=True))
    names = sorted(path.name for path in (bench.folder / "o").glob("*.exr"))
    assert names == [
        "out.0011.exr", "out_fsgan_face.0011.exr", "out_fsgan_hair.0011.exr", "out_fsgan_matte.0011.exr",
    ]  # fmt: skip


def test_a_job_file_runs_it(bench: Bench) -> None:
    from fsgan_core.cli.run_job import run_job
    from fsgan_core.job.job_file import job_text, parse_job
    from fsgan_core.job.progress import Progress

    text = job_text(bench.reenact(frames="11"))
    assert json.loads(text)["kind"] == "reenact"
    run_job(parse_job(text), Progress())
    assert bench.file(11).exists()


def test_mattes_of_the_artist_count_where_the_result_lies_on_the_plate(bench: Bench) -> None:
    """A hold-out keeps the bits of the source's plate, an artist matte limits; a crop needs neither."""
    free = bench.expression(output="plate")
    move_shot(free)
    before = read_channels(bench.file(2))
    hand = np.zeros((120, 160, 1), np.float32)
    hand[50:62, 70:90] = 1
    left = np.zeros((120, 160, 1), np.float32)
    left[:, :80] = 1
    for name, matte in (("hand", hand), ("left", left)):
        for number in (1, 2, 3):
            bench.bench.write_exr(name, {number: np.repeat(matte, 4, 2)})
    paths = {name: str(bench.folder / f"{name}.%04d.exr") for name in ("hand", "left")}
    mattes = MatteSettings(holdout_matte=paths["hand"], artist_matte=paths["left"])
    move_shot(replace(free, mattes=mattes))
    after = read_channels(bench.file(2))
    expected = before["fsgan_matte.A"] * (1 - hand[..., 0]) * left[..., 0]
    assert (before["fsgan_matte.A"][50:62, 70:90] > 0.9).any()
    np.testing.assert_allclose(after["fsgan_matte.A"], expected, atol=2**-10)
    plate = read_channels(bench.source.path % 2)
    outside = after["fsgan_matte.A"] == 0
    for name in "RGB":
        np.testing.assert_array_equal(after[name][outside], plate[name][outside])
    crop = replace(bench.expression(output="crop"), mattes=MatteSettings(holdout_matte=str(bench.folder / "none.exr")))
    assert move_shot(crop)


def test_missing_matte_stops_a_moved_shot_before_its_first_frame(bench: Bench) -> None:
    bench.bench.write_exr("hand", {1: np.ones((120, 160, 4), np.float32)})
    job = bench.expression(output="plate")
    with pytest.raises(PlateError, match="hold-out matte has no frame 2"):
        move_shot(replace(job, mattes=MatteSettings(holdout_matte=str(bench.folder / "hand.%04d.exr"))))
    assert not bench.file(1).exists()
