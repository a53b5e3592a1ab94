"""An artist's mattes reach the pixels of the result, and the pixel contract holds with them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import OpenImageIO as oiio  # noqa: N813
import pytest

from fsgan_core.errors import PlateError
from fsgan_core.job.matte_settings import MatteSettings
from fsgan_core.media.exr_header import read_exr_headers
from fsgan_core.media.plate_frame import PictureHeader
from fsgan_core.media.write import write_frame
from fsgan_core.shot.image_window import ImageWindow

HALF_STEP = 2.0**-10
HEIGHT, WIDTH = 120, 160


def channels_of(path: Any) -> dict[str, np.ndarray]:
    picture = oiio.ImageInput.open(str(path))
    spec = picture.spec()
    pixels = np.asarray(picture.read_image(oiio.FLOAT)).reshape(spec.height, spec.width, spec.nchannels)
    picture.close()
    return {name: pixels[..., index] for index, name in enumerate(spec.channelnames)}


def rgb(channels: dict[str, np.ndarray], layer: str = "") -> np.ndarray:
    return np.stack([channels[f"{layer}{name}"] for name in "RGB"], -1)


@pytest.fixture
def plate(swap_bench: Any) -> np.ndarray:
    """(H, W, 3) of halves: one frame with a face in the middle."""
    return swap_bench.face(swap_bench.picture()).astype(np.float16).astype(np.float32)


def write_matte(swap_bench: Any, name: str, matte: np.ndarray) -> str:
    window = ImageWindow.of_size(matte.shape[1], matte.shape[0])
    write_frame(str(swap_bench.folder / name), {"A": matte}, PictureHeader(window, window), bit_depth="float")
    return str(swap_bench.folder / name)


def swapped(swap_bench: Any, plate: np.ndarray, header: PictureHeader | None = None, **mattes: Any) -> Any:
    """The channels of the one frame of a swap with these mattes, after the contract was checked."""
    path = swap_bench.write_exr("plate", {1: plate}, header)
    job = replace(swap_bench.job(path), mattes=MatteSettings(**mattes))
    assert swap_bench.run(job) == {"swapped": 1}
    result = channels_of(swap_bench.folder / "out.0001.exr")
    weight = result["fsgan_matte.A"][..., None].astype(np.float64)
    expected = rgb(result, "fsgan_blend.") * weight + plate * (1 - weight)
    np.testing.assert_allclose(rgb(result), expected, rtol=HALF_STEP, atol=2e-7)
    outside = result["fsgan_matte.A"] == 0
    assert outside.any()
    same = rgb(result)[outside].astype(np.float16).view(np.uint16) == plate[outside].astype(np.float16).view(np.uint16)
    assert same.all()
    return result


def left_half() -> np.ndarray:
    matte = np.zeros((HEIGHT, WIDTH), np.float32)
    matte[:, : WIDTH // 2] = 1
    return matte


def test_artist_matte_limits_the_engines(swap_bench: Any, plate: np.ndarray) -> None:
    free = swapped(swap_bench, plate)["fsgan_matte.A"]
    soft = left_half()
    soft[:, WIDTH // 2 - 4 : WIDTH // 2] = 0.5
    limited = swapped(swap_bench, plate, artist_matte=write_matte(swap_bench, "limit.exr", soft))["fsgan_matte.A"]
    assert free[:, WIDTH // 2 :].any()
    np.testing.assert_allclose(limited, free * soft, atol=HALF_STEP)


def test_holdout_keeps_the_bits_of_the_plate(swap_bench: Any, plate: np.ndarray) -> None:
    free = swapped(swap_bench, plate)
    hand = np.zeros((HEIGHT, WIDTH), np.float32)
    hand[50:60, 60:100] = 1
    hand[60:64, 60:100] = 0.25
    held = swapped(swap_bench, plate, holdout_matte=write_matte(swap_bench, "hand.exr", hand))
    np.testing.assert_allclose(held["fsgan_matte.A"], free["fsgan_matte.A"] * (1 - hand), atol=HALF_STEP)
    np.testing.assert_array_equal(rgb(held)[50:60, 60:100], plate[50:60, 60:100])
    assert (free["fsgan_matte.A"][50:60, 60:100] > 0.9).any()
    header = read_exr_headers(str(swap_bench.folder / "out.0001.exr"))[0]
    assert header.value_of("fsgan/holdout_matte") == "hand.exr"
    assert header.value_of("fsgan/artist_matte") is None
    # Behind the soft edge of the hand the new face is complete.
    np.testing.assert_array_equal(rgb(held, "fsgan_blend."), rgb(free, "fsgan_blend."))


def test_replacing_matte_is_the_final_one_to_the_bit(swap_bench: Any, plate: np.ndarray) -> None:
    """Also where the segmentation found no face, and there the new face is painted."""
    y, x = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    drawn = np.clip((11 - np.hypot(x - 59, y - 41)) / 4, 0, 1).astype(np.float16).astype(np.float32)
    free = swapped(swap_bench, plate)
    path = write_matte(swap_bench, "drawn.exr", drawn)
    result = swapped(swap_bench, plate, artist_matte=path, artist_matte_use="replace")
    np.testing.assert_array_equal(result["fsgan_matte.A"], drawn)
    added = (drawn > 0.9) & (free["fsgan_face.A"] < 0.1)
    assert added.any()
    assert (rgb(result)[added] != plate[added]).any(-1).mean() > 0.9


def test_replacing_matte_ends_before_the_border_of_the_crop(swap_bench: Any, plate: np.ndarray) -> None:
    path = write_matte(swap_bench, "all.exr", np.ones((HEIGHT, WIDTH), np.float32))
    matte = swapped(swap_bench, plate, artist_matte=path, artist_matte_use="replace")["fsgan_matte.A"]
    assert matte.max() == 1
    assert np.abs(np.diff(matte, axis=0)).max() < 0.6
    assert np.abs(np.diff(matte, axis=1)).max() < 0.6


def test_drawn_face_gets_the_engines_soft_edge(swap_bench: Any, plate: np.ndarray) -> None:
    drawn = np.zeros((HEIGHT, WIDTH), np.float32)
    drawn[45:80, 65:95] = 1
    path = write_matte(swap_bench, "shape.exr", drawn)
    matte = swapped(swap_bench, plate, artist_matte=path, artist_matte_use="face")["fsgan_matte.A"]
    assert matte[62, 80] == 1
    assert matte[drawn == 0].max() < 0.5
    assert ((matte > 0.05) & (matte < 0.95) & (drawn == 1)).any()
    hard = swapped(swap_bench, plate, artist_matte=path, artist_matte_use="replace")["fsgan_matte.A"]
    assert matte.sum() < hard.sum()


def test_mattes_follow_the_windows_of_an_overscan_plate(swap_bench: Any) -> None:
    picture = swap_bench.face(swap_bench.picture(140, 200), 110, 70).astype(np.float16).astype(np.float32)
    header = PictureHeader(ImageWindow(-20, -10, 180, 130), ImageWindow(0, 0, WIDTH, HEIGHT))
    hand = np.zeros((HEIGHT, WIDTH), np.float32)
    hand[55:65, 80:100] = 1  # on the face, which lies at 90, 60 of the format
    result = swapped(swap_bench, picture, header, holdout_matte=write_matte(swap_bench, "hand.exr", hand))
    held = np.zeros((140, 200), bool)
    held[65:75, 100:120] = True
    assert not result["fsgan_matte.A"][held].any()
    assert (result["fsgan_matte.A"][~held] > 0.9).any()


def test_missing_matte_stops_before_the_first_frame_is_written(swap_bench: Any, plate: np.ndarray) -> None:
    path = swap_bench.write_exr("plate", {1: plate, 2: plate})
    write_matte(swap_bench, "hand.0001.exr", left_half())
    mattes = MatteSettings(holdout_matte=str(swap_bench.folder / "hand.%04d.exr"))
    job = replace(swap_bench.job(path), mattes=mattes)
    with pytest.raises(PlateError, match="the hold-out matte has no frame 2 for frame 2 of the plate"):
        swap_bench.run(job)
    assert not list(swap_bench.folder.glob("out.*.exr"))
    assert swap_bench.run(replace(job, mattes=replace(mattes, on_missing_matte="ignore"))) == {"swapped": 2}
    first, second = (channels_of(swap_bench.folder / f"out.{number:04d}.exr")["fsgan_matte.A"] for number in (1, 2))
    assert not first[:, : WIDTH // 2].any()
    assert second[:, : WIDTH // 2].any()


def test_frame_without_the_face_needs_no_matte(swap_bench: Any, plate: np.ndarray) -> None:
    path = swap_bench.write_exr("plate", {1: plate, 2: swap_bench.picture(seed=3)})
    write_matte(swap_bench, "hand.0001.exr", left_half())
    mattes = MatteSettings(holdout_matte=str(swap_bench.folder / "hand.%04d.exr"))
    assert swap_bench.run(replace(swap_bench.job(path), mattes=mattes)) == {"swapped": 1, "no_face": 1}


def test_chunks_with_mattes_give_the_same_bits(swap_bench: Any, plate: np.ndarray) -> None:
    path = swap_bench.write_exr("plate", dict.fromkeys((1, 2, 3), plate))
    artist = write_matte(swap_bench, "soft.exr", left_half() * 0.7)
    job = replace(swap_bench.job(path), mattes=MatteSettings(artist_matte=artist, artist_matte_invert=True))
    swap_bench.run(job)
    whole = (swap_bench.folder / "out.0002.exr").read_bytes()
    (swap_bench.folder / "out.0002.exr").unlink()
    swap_bench.run(job.for_frames("2"))
    assert (swap_bench.folder / "out.0002.exr").read_bytes() == whole


def test_frames_are_made_again_when_a_matte_of_the_sequence_changed(swap_bench: Any, plate: np.ndarray) -> None:
    path = swap_bench.write_exr("plate", {1: plate})
    write_matte(swap_bench, "hand.0001.exr", left_half())
    mattes = MatteSettings(holdout_matte=str(swap_bench.folder / "hand.%04d.exr"))
    job = replace(swap_bench.job(path), mattes=mattes)
    assert swap_bench.run(job) == {"swapped": 1}
    assert swap_bench.run(job) == {"kept": 1}
    write_matte(swap_bench, "hand.0001.exr", left_half() * 0.5)
    assert swap_bench.run(job) == {"swapped": 1}
    assert channels_of(swap_bench.folder / "out.0001.exr")["fsgan_matte.A"][:, : WIDTH // 2].max() == 0.5
