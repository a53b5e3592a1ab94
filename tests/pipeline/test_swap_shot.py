"""Pass 2 end to end on painted faces: the pixel contract, chunks, cancelling, frames without the face."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import OpenImageIO as oiio  # noqa: N813
import pytest

from fsgan_core.color.ocio import to_working
from fsgan_core.errors import CancelledError, FaceError, JobError, OutputError, PlateError
from fsgan_core.media.exr_header import read_exr_headers
from fsgan_core.media.plate_frame import PictureHeader
from fsgan_core.shot.image_window import ImageWindow

HALF_STEP = 2.0**-10
"""Largest relative step between neighbouring halves: the composite is rounded once."""


def read_channels(path: str | Path) -> dict[str, np.ndarray]:
    """Every channel of an EXR as stored: float16 or float32."""
    picture = oiio.ImageInput.open(str(path))
    spec = picture.spec()
    pixels = np.asarray(picture.read_image(oiio.FLOAT)).reshape(spec.height, spec.width, spec.nchannels)
    picture.close()
    return {name: pixels[..., index] for index, name in enumerate(spec.channelnames)}


def rgb_of(channels: dict[str, np.ndarray], layer: str = "") -> np.ndarray:
    prefix = f"{layer}." if layer else ""
    return np.stack([channels[f"{prefix}{name}"] for name in "RGB"], -1)


def attributes_of(path: str | Path) -> dict[str, Any]:
    return {name: attribute.value for name, attribute in read_exr_headers(str(path))[0].attributes.items()}


def bits(values: np.ndarray) -> np.ndarray:
    return values.astype(np.float16).view(np.uint16)


def assert_contract(result: dict[str, np.ndarray], plate: np.ndarray) -> None:
    """result == blend * matte + plate * (1 - matte) to half precision, and the plate's bits where the matte is 0."""
    matte = result["fsgan_matte.A"]
    rgb, blended = rgb_of(result), rgb_of(result, "fsgan_blend")
    outside = matte == 0
    assert outside.any()
    assert (matte > 0.99).any()
    np.testing.assert_array_equal(bits(rgb[outside]), bits(plate[outside]))
    weight = matte[..., None].astype(np.float64)
    expected = blended * weight + plate.astype(np.float16) * (1 - weight)
    np.testing.assert_allclose(rgb, expected, rtol=HALF_STEP, atol=2e-7)
    changed = (rgb != plate.astype(np.float16)).any(-1)
    assert changed[matte == 1].mean() > 0.9


def half(picture: np.ndarray) -> np.ndarray:
    return picture.astype(np.float16).astype(np.float32)


def test_contract_on_a_sequence_with_superwhite_and_negative_values(swap_bench: Any) -> None:
    rng = np.random.default_rng(4)
    frames = {}
    for number in (1, 2):
        picture = swap_bench.face(swap_bench.picture(seed=number), 80 + number)
        picture[rng.random(picture.shape[:2]) < 0.01] = 30.0
        picture[rng.random(picture.shape[:2]) < 0.01] = -0.1
        frames[number] = half(picture)
    statuses = swap_bench.run(swap_bench.job(swap_bench.write_exr("plate", frames)))
    assert statuses == {"swapped": 2}
    for number, plate in frames.items():
        result = read_channels(swap_bench.folder / f"out.{number:04d}.exr")
        assert_contract(result, plate)
        inside = result["fsgan_matte.A"] > 0.99
        # G_b never saw more than 1, and the plate's highlight is still a highlight.
        assert rgb_of(result)[inside].max() > 10
        assert rgb_of(result)[inside].min() > -0.11


def test_contract_windows_and_attributes_on_a_plate_with_overscan_and_alpha(swap_bench: Any) -> None:
    picture = half(swap_bench.face(swap_bench.picture(140, 200), 110, 70))
    alpha = np.linspace(0, 1, 140 * 200, dtype=np.float32).reshape(140, 200, 1)
    header = PictureHeader(
        ImageWindow(-20, -10, 180, 130), ImageWindow(0, 0, 160, 120), 1.0, {"owner": "us", "take": 7, "lens": 35.5}
    )
    plate = swap_bench.write_exr("plate", {1001: np.concatenate([picture, alpha], -1)}, header)
    swap_bench.run(swap_bench.job(plate))
    path = swap_bench.folder / "out.1001.exr"
    result, attributes = read_channels(path), attributes_of(path)
    assert_contract(result, picture)
    np.testing.assert_array_equal(bits(result["A"]), bits(alpha[..., 0]))
    assert attributes["dataWindow"] == (-20, -10, 179, 129)
    assert attributes["displayWindow"] == (0, 0, 159, 119)
    assert (attributes["owner"], attributes["take"], attributes["lens"]) == ("us", 7, 35.5)
    assert attributes["fsgan/status"] == "swapped"
    assert attributes["fsgan/synthetic_media"] == 1
    assert attributes["fsgan/source"] == "source.%04d.exr"
    assert attributes["fsgan/weights"].startswith("painted ")
    assert attributes["fsgan/version"]
    assert result["fsgan_st.U"][70, 110] == pytest.approx(0.5, abs=0.05)
    assert result["fsgan_st.V"][70, 110] == pytest.approx(0.5, abs=0.05)


def test_contract_on_non_square_pixels(swap_bench: Any) -> None:
    picture = half(swap_bench.face(swap_bench.picture(120, 100), 50, 60, 64, pixel_aspect=2.0))
    window = ImageWindow.of_size(100, 120)
    plate = swap_bench.write_exr("plate", {1: picture}, PictureHeader(window, window, 2.0))
    swap_bench.run(swap_bench.job(plate))
    result = read_channels(swap_bench.folder / "out.0001.exr")
    assert_contract(result, picture)
    assert attributes_of(swap_bench.folder / "out.0001.exr")["pixelAspectRatio"] == 2.0
    matte = result["fsgan_matte.A"] > 0.5
    assert matte.any(1).sum() == pytest.approx(2 * matte.any(0).sum(), rel=0.15)


def test_contract_on_a_16_bit_png_still(swap_bench: Any) -> None:
    code = np.clip(swap_bench.face(swap_bench.picture()), 0, 1) ** (1 / 2.2)
    stored = np.round(code * 65535).astype(np.uint16)
    path = str(swap_bench.folder / "plate.png")
    oiio.ImageBuf(stored).write(path)
    swap_bench.run(swap_bench.job(path, out="out.exr"))
    result = read_channels(swap_bench.folder / "out.exr")
    assert_contract(result, to_working(stored, "srgb_rec709_scene"))
    assert attributes_of(swap_bench.folder / "out.exr")["colorInteropID"] == "lin_rec709_scene"


def test_contract_in_the_plates_own_colorspace(swap_bench: Any) -> None:
    picture = half(swap_bench.face(swap_bench.picture()))
    swap_bench.run(swap_bench.job(swap_bench.write_exr("plate", {1: picture}), colorspace="ACEScg"))
    assert_contract(read_channels(swap_bench.folder / "out.0001.exr"), picture)


def test_float_results_hold_the_contract_to_float_precision(swap_bench: Any) -> None:
    picture = half(swap_bench.face(swap_bench.picture()))
    swap_bench.run(swap_bench.job(swap_bench.write_exr("plate", {1: picture}), bit_depth="float"))
    result = read_channels(swap_bench.folder / "out.0001.exr")
    matte = result["fsgan_matte.A"][..., None]
    np.testing.assert_array_equal(rgb_of(result)[matte[..., 0] == 0], picture[matte[..., 0] == 0])
    expected = rgb_of(result, "fsgan_blend") * matte + picture * (1 - matte)
    np.testing.assert_allclose(rgb_of(result), expected, rtol=1e-6, atol=1e-7)


def test_nan_and_inf_pixels_stay_where_nothing_is_swapped(swap_bench: Any) -> None:
    picture = half(swap_bench.face(swap_bench.picture()))
    picture[2, 3], picture[60, 80, 1], picture[61, 80, 2] = np.nan, np.nan, np.inf
    swap_bench.run(swap_bench.job(swap_bench.write_exr("plate", {1: picture})))
    result = rgb_of(read_channels(swap_bench.folder / "out.0001.exr"))
    assert np.isnan(result[2, 3]).all()
    assert np.isfinite(result[50:70, 70:90]).all()
    # No dark ring around the infinite pixel.
    assert result[50:70, 70:90].min() > -0.05


def test_a_frame_without_the_face_is_the_plate_with_black_mattes(swap_bench: Any) -> None:
    frames = {1: half(swap_bench.face(swap_bench.picture())), 2: half(swap_bench.picture(seed=5))}
    header = PictureHeader(*[ImageWindow.of_size(160, 120)] * 2, attributes={"owner": "us"})
    statuses = swap_bench.run(swap_bench.job(swap_bench.write_exr("plate", frames, header)))
    assert statuses == {"swapped": 1, "no_face": 1}
    result = read_channels(swap_bench.folder / "out.0002.exr")
    np.testing.assert_array_equal(bits(rgb_of(result)), bits(frames[2]))
    for name, channel in result.items():
        assert name in "RGB" or not channel.any()
    assert attributes_of(swap_bench.folder / "out.0002.exr")["fsgan/status"] == "no_face"
    assert set(result) == set(read_channels(swap_bench.folder / "out.0001.exr"))


def test_a_missing_face_can_be_an_error(swap_bench: Any) -> None:
    frames = {1: half(swap_bench.face(swap_bench.picture())), 2: half(swap_bench.picture(seed=5))}
    with pytest.raises(FaceError, match="not in this frame") as raised:
        swap_bench.run(swap_bench.job(swap_bench.write_exr("plate", frames), on_missing_face="error"))
    assert raised.value.frame == 2
    assert (swap_bench.folder / "out.0001.exr").exists()
    assert not (swap_bench.folder / "out.0002.exr").exists()


def test_every_segment_of_the_person_is_swapped_and_bridged_frames_say_held(swap_bench: Any) -> None:
    def frame(number: int) -> np.ndarray:
        picture = swap_bench.picture()
        hidden = number == 3 or 6 <= number <= 22
        return half(picture if hidden else swap_bench.face(picture, 60 + number))

    plate = swap_bench.write_exr("plate", {number: frame(number) for number in range(1, 26)})
    statuses = swap_bench.run(swap_bench.job(plate, layers="matte"))
    assert statuses == {"swapped": 7, "held": 1, "no_face": 17}
    assert attributes_of(swap_bench.folder / "out.0003.exr")["fsgan/status"] == "held"
    assert read_channels(swap_bench.folder / "out.0024.exr")["fsgan_matte.A"].max() == 1


def test_any_chunks_give_the_same_bytes(swap_bench: Any) -> None:
    frames = {
        number: half(swap_bench.face(swap_bench.picture(seed=number % 2), 70 + 3 * number)) for number in range(1, 6)
    }
    plate = swap_bench.write_exr("plate", frames)
    source = swap_bench.source()

    def written(folder: str, chunks: list[str]) -> list[bytes]:
        for chunk in chunks:
            swap_bench.run(swap_bench.job(plate, f"{folder}/out.%04d.exr", source, frames=chunk))
        return [(swap_bench.folder / folder / f"out.{number:04d}.exr").read_bytes() for number in frames]

    whole = written("whole", [""])
    assert written("halves", ["4-5", "1-3"]) == whole
    assert written("single", [str(number) for number in (3, 1, 5, 2, 4)]) == whole


def test_cancelling_leaves_only_complete_frames(swap_bench: Any, painted_swaps: ModuleType) -> None:
    frames = {number: half(swap_bench.face(swap_bench.picture(), 70 + number)) for number in range(1, 13)}
    job = swap_bench.job(swap_bench.write_exr("plate", frames), "result/out.%04d.exr")
    with pytest.raises(CancelledError) as raised:
        swap_bench.run(job, painted_swaps.RecordingProgress(stop_after=3))
    assert raised.value.exit_code == 143
    written = sorted((swap_bench.folder / "result").iterdir())
    exrs = [path for path in written if path.suffix == ".exr"]
    assert 3 <= len(exrs) < 12
    assert {path.suffix for path in written} <= {".exr", ".npz"}
    for path in exrs:
        assert read_channels(path)["R"].shape == (120, 160)


def test_progress_hears_every_frame_and_its_status(swap_bench: Any, painted_swaps: ModuleType) -> None:
    frames = {1: half(swap_bench.face(swap_bench.picture())), 2: half(swap_bench.picture(seed=5))}
    progress = painted_swaps.RecordingProgress()
    swap_bench.run(swap_bench.job(swap_bench.write_exr("plate", frames)), progress)
    heard = [(e.frame, e.status) for e in progress.events if e.event == "frame" and str(e.step).startswith("swap")]
    assert heard == [(1, "swapped"), (2, "no_face")]
    assert progress.events[-1].path == str(swap_bench.folder / "out.%04d.exr")


def test_only_the_layers_asked_for_are_written(swap_bench: Any) -> None:
    plate = swap_bench.write_exr("plate", {1: half(swap_bench.face(swap_bench.picture()))})
    swap_bench.run(swap_bench.job(plate, layers="matte, fsgan_blend"))
    expected = {"R", "G", "B", "fsgan_matte.A", "fsgan_blend.R", "fsgan_blend.G", "fsgan_blend.B"}
    assert set(read_channels(swap_bench.folder / "out.0001.exr")) == expected


def test_one_file_per_layer_holds_the_same_numbers(swap_bench: Any) -> None:
    plate = swap_bench.write_exr("plate", {1: half(swap_bench.face(swap_bench.picture()))})
    swap_bench.run(swap_bench.job(plate, one_file_per_layer=True))
    result = read_channels(swap_bench.folder / "out.0001.exr")
    matte = read_channels(swap_bench.folder / "out_fsgan_matte.0001.exr")
    st_map = read_channels(swap_bench.folder / "out_fsgan_st.0001.exr")
    blended = read_channels(swap_bench.folder / "out_fsgan_blend.0001.exr")
    for channel in "RGB":
        np.testing.assert_array_equal(matte[channel], result["fsgan_matte.A"])
    np.testing.assert_array_equal(st_map["R"], result["fsgan_st.U"])
    np.testing.assert_array_equal(st_map["G"], result["fsgan_st.V"])
    np.testing.assert_array_equal(rgb_of(blended), rgb_of(result, "fsgan_blend"))


def test_a_single_still_can_be_source_and_plate(swap_bench: Any) -> None:
    plate = swap_bench.write_exr("plate", {7: half(swap_bench.face(swap_bench.picture()))}) % 7
    source = swap_bench.write_exr("still", {3: half(swap_bench.face(swap_bench.picture(seed=2), person=-0.6))}) % 3
    assert swap_bench.run(swap_bench.job(plate, "out.exr", source)) == {"swapped": 1}
    assert_contract(read_channels(swap_bench.folder / "out.exr"), half(swap_bench.face(swap_bench.picture())))


def test_the_source_reaches_the_face_of_the_plate(swap_bench: Any) -> None:
    picture = half(swap_bench.face(swap_bench.picture(), person=0.7))
    swap_bench.run(swap_bench.job(swap_bench.write_exr("plate", {1: picture})))
    result = read_channels(swap_bench.folder / "out.0001.exr")
    # Green says who it is: 0.7 in the plate, -0.6 in the source, as the networks see it.
    reenacted = rgb_of(result, "fsgan_reenact")[60, 80]
    assert reenacted[1] < 0.1 < picture[60, 80, 1]
    assert rgb_of(result)[60, 80, 1] < 0.1


def test_frames_outside_the_plate_are_refused_before_any_work(swap_bench: Any) -> None:
    plate = swap_bench.write_exr("plate", {1: half(swap_bench.face(swap_bench.picture()))})
    with pytest.raises(PlateError, match="frame 2 is to be written"):
        swap_bench.run(swap_bench.job(plate, frames="1-2"))
    assert not list(swap_bench.folder.glob("out*"))


def test_several_frames_need_a_pattern(swap_bench: Any) -> None:
    picture = half(swap_bench.face(swap_bench.picture()))
    with pytest.raises(JobError, match=r"%04d"):
        swap_bench.run(swap_bench.job(swap_bench.write_exr("plate", {1: picture, 2: picture}), out="out.exr"))


def test_the_plate_is_never_overwritten(swap_bench: Any) -> None:
    plate = swap_bench.write_exr("plate", {1: half(swap_bench.face(swap_bench.picture()))})
    with pytest.raises(JobError, match="plate itself"):
        swap_bench.run(swap_bench.job(plate, out="plate.%04d.exr"))


def test_an_unknown_layer_is_named(swap_bench: Any) -> None:
    plate = swap_bench.write_exr("plate", {1: half(swap_bench.face(swap_bench.picture()))})
    with pytest.raises(JobError, match="fsgan_shadow"):
        swap_bench.run(swap_bench.job(plate, layers="shadow"))


def test_an_output_that_cannot_be_written_is_an_output_error(swap_bench: Any) -> None:
    plate = swap_bench.write_exr("plate", {1: half(swap_bench.face(swap_bench.picture()))})
    job = swap_bench.job(plate)
    swap_bench.run(job)
    (swap_bench.folder / "blocked").write_text("a file where a folder should be")
    blocked = replace(job, out=str(swap_bench.folder / "blocked" / "out.%04d.exr"))
    plate_file, source_file = job.analysis_paths()
    with pytest.raises(OutputError):
        swap_bench.run(replace(blocked, plate_analysis=plate_file, source_analysis=source_file))


def test_paths_with_spaces_and_other_letters_work(swap_bench: Any) -> None:
    folder = swap_bench.folder / "Größe 顔 shot"
    os.makedirs(folder)
    picture = half(swap_bench.face(swap_bench.picture()))
    plate = swap_bench.write_exr(f"{folder.name}/plate é", {1: picture})
    swap_bench.run(swap_bench.job(plate, out=f"{folder.name}/out ü.%04d.exr"))
    assert_contract(read_channels(folder / "out ü.0001.exr"), picture)


@pytest.mark.parametrize("size", [(64, 64), (65, 97)])
def test_small_and_odd_sizes_work(swap_bench: Any, size: tuple[int, int]) -> None:
    picture = half(swap_bench.face(swap_bench.picture(*size), size[1] / 2, size[0] / 2, 44))
    swap_bench.run(swap_bench.job(swap_bench.write_exr("plate", {1: picture})))
    assert_contract(read_channels(swap_bench.folder / "out.0001.exr"), picture)


def test_a_source_without_a_face_is_a_face_error(swap_bench: Any) -> None:
    plate = swap_bench.write_exr("plate", {1: half(swap_bench.face(swap_bench.picture()))})
    source = swap_bench.write_exr("empty", {1: half(swap_bench.picture())})
    with pytest.raises(FaceError):
        swap_bench.run(swap_bench.job(plate, source=source))
