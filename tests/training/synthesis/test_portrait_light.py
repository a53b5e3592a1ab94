import numpy as np
import pytest

pytest.importorskip("numba", reason="drawing needs numba (extra: train)")

from fsgan_core.training.synthesis.portrait_atlas import UnwrappedSkin
from fsgan_core.training.synthesis.portrait_light import EVEN_LIGHT, fit_light
from fsgan_core.training.synthesis.shading import harmonics, linear_to_srgb

SIDE = 512


def lit(light: np.ndarray, known: float = 1.0, freckles: bool = False) -> UnwrappedSkin:
    """A ball of skin in a light."""
    rng = np.random.default_rng(3)
    y, x = np.mgrid[:SIDE, :SIDE] / (SIDE / 2) - 1
    inside = np.hypot(x, y) < 0.9
    normals = np.stack([x, -y, np.sqrt(np.clip(1 - x**2 - y**2, 0, 1))], -1)[inside].astype(np.float32)
    skin = 0.25 * harmonics(normals) @ light
    if freckles:
        skin = np.where(rng.random(len(skin)) < 0.05, skin * 0.2, skin)
    colour = np.zeros((SIDE, SIDE, 3), np.float32)
    colour[inside] = 255 * linear_to_srgb(skin)[:, None]
    return UnwrappedSkin(colour, np.where(inside, known, 0).astype(np.float32), normals, inside)


@pytest.mark.parametrize("freckles", [False, True])
def test_light_from_a_side_is_found(freckles: bool) -> None:
    light = EVEN_LIGHT + np.array([0, 0.4, 0.2, -0.8, 0, 0, 0, 0, 0], np.float32)
    unwrapped = lit(light, freckles=freckles)
    found = fit_light(unwrapped)
    # Skin that faces the camera cannot tell y from yz, but the light that falls on it is known; 1 at the median.
    basis = harmonics(unwrapped.normals)
    falling = basis @ light / np.median(basis @ light)
    np.testing.assert_allclose(basis @ found, falling, atol=0.08)
    assert np.abs(basis @ found - falling).mean() < 0.03
    assert found[3] < 0 < found[1]


def test_hardly_any_skin_means_even_light() -> None:
    np.testing.assert_array_equal(fit_light(lit(EVEN_LIGHT + 0.3, known=0.5)), EVEN_LIGHT)
