from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("numba", reason="drawing needs numba (extra: train)")

from fsgan_core.errors import PlateError
from fsgan_core.training.synthesis.environment_light import load_environments, panorama_to_light
from fsgan_core.training.synthesis.shading import irradiance

EYE = np.eye(3, dtype=np.float32)
RIGHT, LEFT, UP, DOWN, TO_CAMERA = (
    np.array([way], np.float32) for way in ((1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1))
)


def lamp(column: int, row: int = 32) -> np.ndarray:
    """A panorama 64x128 with one lamp in a dim room."""
    panorama = np.full((64, 128, 3), 0.1, np.float32)
    panorama[row - 4 : row + 4, max(0, column - 4) : column + 4] = 5
    return panorama


def falls(light: np.ndarray, normal: np.ndarray) -> float:
    return float(irradiance(normal, EYE, light)[0, 0])


def test_even_surroundings_are_even_light() -> None:
    light = panorama_to_light(np.full((32, 64, 3), 0.37, np.float32))
    for normal in (RIGHT, LEFT, UP, TO_CAMERA):
        assert falls(light, normal) == pytest.approx(1, abs=2e-3)  # the solid angles of 64 rows


def test_scale_does_not_matter_and_colour_does() -> None:
    colour = np.array([2, 1, 0.5], np.float32)
    light = panorama_to_light(lamp(40) * colour)
    np.testing.assert_allclose(light, panorama_to_light(lamp(40) * colour * 7), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(light[0] / light[0].mean(), colour / colour.mean(), rtol=1e-3)


@pytest.mark.parametrize(("column", "lit", "dark"), [(32, RIGHT, LEFT), (96, LEFT, RIGHT)])
def test_a_quarter_of_the_panorama_lights_its_side(column: int, lit: np.ndarray, dark: np.ndarray) -> None:
    light = panorama_to_light(lamp(column))
    assert falls(light, lit) > 1.5 * falls(light, TO_CAMERA) > 1.5 * falls(light, dark)


def test_the_top_row_lights_from_above() -> None:
    light = panorama_to_light(lamp(64, row=6))
    assert falls(light, UP) > 1.2 * falls(light, DOWN)


def test_files_are_read_by_name_with_eight_turns(tiny_data: Path) -> None:
    room, sky = load_environments(tiny_data / "hdri")
    assert (room.name, sky.name) == ("room.exr", "sky.hdr")
    assert room.panorama.shape == (32, 64, 3)
    assert room.panorama.max() == 20  # EXR values above 1 survive
    assert room.lights.shape == (8, 9, 3)
    np.testing.assert_allclose(room.lights[2], panorama_to_light(np.roll(room.panorama, 16, 1)))
    # All turns of a sky that is the same all around are the same light.
    np.testing.assert_allclose(sky.lights, np.broadcast_to(sky.lights[:1], sky.lights.shape), atol=1e-5)


def test_an_empty_or_damaged_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlateError, match="no panoramas"):
        load_environments(tmp_path)
    (tmp_path / "broken.exr").write_bytes(b"not an EXR")
    with pytest.raises(PlateError, match="broken.exr"):
        load_environments(tmp_path)
