"""Named colorspaces become scene-linear Rec.709 and go back, alike for one pixel and for a picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fsgan_core.color.ocio import check_colorspace, from_working, is_scene_linear, to_working
from fsgan_core.errors import JobError


@pytest.fixture(autouse=True)
def _built_in_config(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OCIO", raising=False)


def _picture(low: float = -0.2, high: float = 8.0, dtype: str = "float32") -> np.ndarray:
    return np.random.default_rng(0).uniform(low, high, (9, 11, 3)).astype(dtype)


def _srgb_to_linear(code: np.ndarray) -> np.ndarray:
    return np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)


def test_linear_rec709_is_the_working_space_itself() -> None:
    picture = _picture()
    picture[0, 0] = (np.nan, np.inf, -np.inf)
    assert to_working(picture, "lin_rec709_scene") is picture
    assert from_working(picture, "Linear Rec.709 (sRGB)") is picture


def test_halves_become_floats_of_the_same_value() -> None:
    halves = _picture(dtype="float16")
    np.testing.assert_array_equal(to_working(halves, "lin_rec709_scene"), halves.astype(np.float32))


def test_acescg_by_its_published_matrix() -> None:
    """AP1 to Rec.709 with Bradford adaptation, as ACES publishes it."""
    matrix = np.array([[1.70505, -0.62179, -0.08326], [-0.13026, 1.14080, -0.01055], [-0.02400, -0.12897, 1.15297]])
    picture = _picture()
    np.testing.assert_allclose(to_working(picture, "ACEScg"), picture @ matrix.T, atol=2e-4)  # five digits times 8


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_whole_numbers_in_srgb_by_the_standard_curve(dtype: str) -> None:
    largest = np.iinfo(dtype).max
    stored = np.random.default_rng(1).integers(0, largest, (64, 65, 3), endpoint=True).astype(dtype)
    stored[0, 0], stored[0, 1] = 0, largest
    light = to_working(stored, "srgb_rec709_scene")
    assert light.dtype == np.float32
    # OCIO's fast power is good to 3e-4; a half has steps of 5e-4.
    np.testing.assert_allclose(light, _srgb_to_linear(stored / largest), rtol=3e-4, atol=1e-7)


def test_whole_numbers_agree_with_the_same_numbers_as_floats() -> None:
    stored = np.random.default_rng(1).integers(0, 65535, (16, 16, 3), endpoint=True).astype(np.uint16)
    for name in ("srgb_rec709_scene", "ACEScct", "Cineon", "ACEScg", "Raw"):
        as_float = to_working((stored / 65535).astype(np.float32), name)
        np.testing.assert_allclose(to_working(stored, name), as_float, rtol=2e-4, atol=1e-6)


@pytest.mark.parametrize("name", ["srgb_rec709_scene", "ACEScg", "ACES2065-1", "ARRI LogC4", "ACEScct", "Raw"])
def test_light_returns_from_every_kind_of_space(name: str) -> None:
    light = _picture(0.001, 4.0)
    # 1e-3: OCIO's fast powers and logarithms, there and back.
    np.testing.assert_allclose(to_working(from_working(light, name), name), light, rtol=1e-3, atol=2e-3)


@pytest.mark.parametrize("name", ["ACEScg", "Linear Rec.2020", "Linear ARRI Wide Gamut 4"])
def test_matrix_spaces_return_to_float_precision(name: str) -> None:
    light = _picture(-0.1, 30.0)
    np.testing.assert_allclose(to_working(from_working(light, name), name), light, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", ["ACEScg", "lin_rec709_scene"])
def test_part_of_a_picture_has_the_bits_of_the_whole(name: str) -> None:
    picture = np.random.default_rng(2).random((67, 131, 3), np.float32)
    whole = to_working(picture, name)
    np.testing.assert_array_equal(to_working(picture[5:20, 7:50], name), whole[5:20, 7:50])


def test_table_gives_the_same_light_for_the_same_number() -> None:
    stored = np.random.default_rng(2).integers(0, 65535, (40, 50, 3)).astype(np.uint16)
    whole = to_working(stored, "srgb_rec709_scene")
    np.testing.assert_array_equal(to_working(stored[3:9, 4:31], "srgb_rec709_scene"), whole[3:9, 4:31])


def test_not_a_number_stays_so_and_harms_no_other_pixel() -> None:
    picture = _picture()
    clean = to_working(picture, "ACEScg")
    picture[4, 5, 1] = np.nan
    light = to_working(picture, "ACEScg")
    assert np.isnan(light[4, 5]).any()
    light[4, 5] = clean[4, 5]
    np.testing.assert_array_equal(light, clean)


def test_linear_spaces_are_told_from_curves() -> None:
    assert is_scene_linear("ACEScg")
    assert is_scene_linear("lin_rec709_scene")
    assert not is_scene_linear("srgb_rec709_scene")
    assert not is_scene_linear("Cineon")


@pytest.mark.parametrize("convert", [to_working, from_working])
def test_unknown_colorspace_is_a_job_error(convert: object) -> None:
    with pytest.raises(JobError, match="no colorspace 'sRBG'"):
        convert(_picture(), "sRBG")  # type: ignore[operator]
    with pytest.raises(JobError, match="no colorspace 'sRBG'"):
        check_colorspace("sRBG")


def test_studio_config_without_rec709_works_through_its_aces_role(
    monkeypatch: pytest.MonkeyPatch, minimal_config: Path
) -> None:
    picture = _picture(0.01, 3.0)
    expected = to_working(picture, "ACES2065-1")
    monkeypatch.setenv("OCIO", str(minimal_config))
    np.testing.assert_allclose(to_working(picture, "show linear"), expected, rtol=1e-5, atol=1e-6)
    log = np.log2(picture)
    np.testing.assert_allclose(to_working(log, "show log"), expected, rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(from_working(expected, "show log"), log, rtol=1e-3, atol=1e-3)
    assert to_working(picture, "data") is picture


def test_config_without_a_known_linear_space_is_a_job_error(
    monkeypatch: pytest.MonkeyPatch, minimal_config: Path
) -> None:
    minimal_config.write_text(minimal_config.read_text().replace("  aces_interchange: show linear\n", ""))
    monkeypatch.setenv("OCIO", str(minimal_config))
    with pytest.raises(JobError, match="aces_interchange"):
        check_colorspace("show log")
