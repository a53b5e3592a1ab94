"""The Cryptomatte in the result, decoded by a reader of its own: everybody in the shot, swapped or not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import OpenImageIO as oiio  # noqa: N813
import pytest

STEP_8_BIT = 1 / 255
"""Segmentations are kept in 8 bits; traces below 1/1024 are cut away."""


@pytest.fixture
def two_people(swap_bench: Any) -> Any:
    """A swap of the right one of two people, who is gone in frame 2, with its Cryptomatte; the folder and the job."""
    left = swap_bench.face(swap_bench.picture(120, 240), 60, 60, 60, person=-0.2)
    both = swap_bench.face(left, 150, 62, 56, person=0.5)
    plate = swap_bench.write_exr("plate", {1: both, 2: left})
    job = swap_bench.job(plate, face="150,62", cryptomatte=True)
    assert swap_bench.run(job) == {"swapped": 1, "no_face": 1}
    return swap_bench, job


def channels_of(path: Any) -> dict[str, np.ndarray]:
    picture = oiio.ImageInput.open(str(path))
    names = picture.spec().channelnames
    pixels = np.asarray(picture.read_image(oiio.FLOAT))
    picture.close()
    return {name: pixels[..., index] for index, name in enumerate(names)}


def test_everybody_is_found_by_name(two_people: Any, cryptomatte_reader: Any) -> None:
    bench, _ = two_people
    path = bench.folder / "out.0001.exr"
    found = cryptomatte_reader.read_cryptomatte(path)
    assert found.name == "fsgan_crypto"
    assert list(found.mattes) == ["person01/face", "person01/hair", "person02/face", "person02/hair"]
    y, x = np.mgrid[:120, :240] + 0.5
    for name, (middle_x, middle_y) in {"person01/face": (60, 60), "person02/face": (150, 62)}.items():
        matte = found.mattes[name]
        weight = matte.sum()
        assert (x * matte).sum() / weight == pytest.approx(middle_x, abs=1.5), name
        assert (y * matte).sum() / weight == pytest.approx(middle_y, abs=1.5), name
        assert matte.max() > 0.99
    swapped = channels_of(path)["fsgan_face.A"]
    near = np.hypot(x - 150, y - 62) < 40
    np.testing.assert_allclose(found.mattes["person02/face"][near], swapped[near], atol=2 * STEP_8_BIT)


def test_neighbour_who_reaches_into_a_crop_is_counted_once(swap_bench: Any, cryptomatte_reader: Any) -> None:
    picture = swap_bench.face(swap_bench.picture(120, 240), 80, 60, 60, person=-0.2)
    picture = swap_bench.face(picture, 142, 62, 56, person=0.5)
    swap_bench.run(swap_bench.job(swap_bench.write_exr("plate", {1: picture}), cryptomatte=True))
    found = cryptomatte_reader.read_cryptomatte(swap_bench.folder / "out.0001.exr")
    first, second = found.mattes["person01/face"], found.mattes["person02/face"]
    assert first[55:65, 75:85].min() > 0.95
    assert second[55:65, 75:85].max() < 0.02
    assert second[57:67, 137:147].min() > 0.95
    assert first[57:67, 137:147].max() < 0.02


def test_what_reaches_beyond_the_crop_is_seen_too(swap_bench: Any, cryptomatte_reader: Any) -> None:
    """Hair does. Here it is a second painted patch above the face, outside the crop, which the wider look finds."""
    picture = swap_bench.face(swap_bench.picture(160, 240), 120, 100, 60, person=0.5)
    swap_bench.run(swap_bench.job(swap_bench.write_exr("plain", {1: picture}), "plain_out.%04d.exr", cryptomatte=True))
    patch = np.zeros((160, 240), bool)
    patch[42:56, 110:130] = True  # the crop ends 37.5 px above the face's middle, at row 62
    hat = np.where(patch[..., None], picture[100, 120], picture)
    swap_bench.run(swap_bench.job(swap_bench.write_exr("hat", {1: hat}), "hat_out.%04d.exr", cryptomatte=True))
    mattes = [
        cryptomatte_reader.read_cryptomatte(swap_bench.folder / f"{name}_out.0001.exr").mattes["person01/face"]
        for name in ("plain", "hat")
    ]
    assert mattes[0][patch].max() == 0
    assert mattes[1][45:53, 113:127].min() > 0.9
    inside = np.hypot(*(np.mgrid[:160, :240] + 0.5 - np.array([100, 120])[:, None, None])) < 33
    np.testing.assert_allclose(mattes[1][inside], mattes[0][inside], atol=2 * STEP_8_BIT)


def test_ranks_are_sorted_and_no_pixel_is_covered_more_than_once(two_people: Any, cryptomatte_reader: Any) -> None:
    bench, _ = two_people
    found = cryptomatte_reader.read_cryptomatte(bench.folder / "out.0001.exr")
    assert (np.diff(found.coverage, axis=0) <= 0).all()
    assert found.coverage.min() >= 0
    assert found.coverage.sum(0).max() <= 1 + 1e-6
    assert ((found.ids == 0) == (found.coverage == 0)).all()


def test_frame_without_the_swapped_face_still_says_who_is_there(two_people: Any, cryptomatte_reader: Any) -> None:
    bench, _ = two_people
    found = cryptomatte_reader.read_cryptomatte(bench.folder / "out.0002.exr")
    assert found.mattes["person01/face"].max() > 0.99
    assert not found.mattes["person02/face"].any()
    result, plate = channels_of(bench.folder / "out.0002.exr"), channels_of(bench.folder / "plate.0002.exr")
    assert all(np.array_equal(result[name], plate[name]) for name in "RGB")


def test_half_float_result_has_a_float_cryptomatte_and_a_file_of_its_own(
    two_people: Any, cryptomatte_reader: Any
) -> None:
    bench, job = two_people
    alone = replace(job, out=str(bench.folder / "single.%04d.exr"))
    bench.run(replace(alone, settings=replace(alone.settings, one_file_per_layer=True, layers="none")))
    together = cryptomatte_reader.read_cryptomatte(bench.folder / "single.0001.exr")
    single = cryptomatte_reader.read_cryptomatte(bench.folder / "single_fsgan_crypto.0001.exr")
    for name, matte in together.mattes.items():
        np.testing.assert_array_equal(single.mattes[name], matte)


def test_without_the_setting_there_is_none(swap_bench: Any, cryptomatte_reader: Any) -> None:
    plate = swap_bench.write_exr("plate", {1: swap_bench.face(swap_bench.picture())})
    swap_bench.run(swap_bench.job(plate))
    with pytest.raises(cryptomatte_reader.NoCryptomatteError, match="metadata of 0"):
        cryptomatte_reader.read_cryptomatte(swap_bench.folder / "out.0001.exr")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "half"}, "is half, not float"),
        ({"rename": ("fsgan_crypto", "fsgan_cryptic")}, "layers"),
        ({"manifest": '{"person01/face": "deadbeef"}'}, "ids stand in no manifest"),
        ({"hash": "MD5"}, "hash or conversion"),
    ],
)
def test_reader_refuses_a_broken_file(
    two_people: Any, cryptomatte_reader: Any, change: dict[str, Any], words: str
) -> None:
    """The checks above can fail."""
    bench, _ = two_people
    buffer = oiio.ImageBuf(str(bench.folder / "out.0001.exr"))
    spec, pixels = oiio.ImageSpec(buffer.spec()), buffer.get_pixels(oiio.FLOAT)
    if "kind" in change:
        spec.set_format(oiio.TypeDesc(change["kind"]))
        spec.channelformats = ()
    if "rename" in change:
        spec.channelnames = [name.replace(*change["rename"]) for name in spec.channelnames]
    for word in ("manifest", "hash"):
        if word in change:
            name = next(item.name for item in spec.extra_attribs if item.name.endswith(f"/{word}"))
            spec.attribute(name, change[word])
    path = str(bench.folder / "broken.exr")
    output = oiio.ImageOutput.create(path)
    assert output.open(path, spec), output.geterror()
    assert output.write_image(pixels)
    output.close()
    with pytest.raises(cryptomatte_reader.NoCryptomatteError, match=words):
        cryptomatte_reader.read_cryptomatte(path)
