import numpy as np
import pytest

pytest.importorskip("numba", reason="drawing needs numba (extra: train)")

from fsgan_core.geometry.head_rotation import pose_to_rotation
from fsgan_core.training.synthesis.shading import (
    bytes_to_linear,
    harmonics,
    irradiance,
    linear_to_bytes,
    linear_to_srgb,
    relight_gain,
    srgb_to_linear,
)

EYE = np.eye(3, dtype=np.float32)


def directions(count: int = 50) -> np.ndarray:
    normals = np.random.default_rng(0).normal(size=(count, 3))
    return (normals / np.linalg.norm(normals, axis=1, keepdims=True)).astype(np.float32)


def test_srgb_has_its_known_values_and_inverts() -> None:
    np.testing.assert_allclose(srgb_to_linear(np.array([0, 0.04045, 0.5, 1])), [0, 0.0031308, 0.21404, 1], atol=1e-5)
    values = np.linspace(0, 1, 301)
    np.testing.assert_allclose(linear_to_srgb(srgb_to_linear(values)), values, atol=1e-5)


def test_every_byte_survives_linear_light() -> None:
    ramp = np.arange(256, dtype=np.uint8).reshape(16, 16)[..., None].repeat(3, 2)
    encoded = linear_to_bytes(bytes_to_linear(ramp))
    # The table has 4096 steps: in the darkest tones, a byte is less than one step, so neighbours may merge.
    assert np.abs(encoded.astype(int) - ramp).max() <= 1
    np.testing.assert_array_equal(encoded[2:], ramp[2:])


def test_linear_to_bytes_clips() -> None:
    assert linear_to_bytes(np.array([[[-1, 0.5, 9]]], np.float32)).tolist() == [[[0, 188, 255]]]


def test_kernel_and_harmonics_are_the_same_basis() -> None:
    light = np.random.default_rng(2).normal(size=(9, 3)).astype(np.float32)
    rotation = pose_to_rotation(30, -20, 10).astype(np.float32)
    normals = directions()
    expected = harmonics(normals @ rotation.T) @ light
    np.testing.assert_allclose(irradiance(normals, rotation, light), expected, rtol=1e-4, atol=1e-5)


def test_even_light_is_1_everywhere() -> None:
    light = np.zeros((9, 3), np.float32)
    light[0] = 1 / 0.282095
    np.testing.assert_allclose(irradiance(directions(), EYE, light), 1, rtol=1e-5)


def test_a_turned_head_shows_its_other_cheek_to_the_light() -> None:
    light = np.zeros((9, 1), np.float32)
    light[3] = 1  # from image right
    nose = np.array([[0, 0, 1]], np.float32)
    turned = irradiance(nose, pose_to_rotation(40, 0, 0).astype(np.float32), light)[0, 0]
    assert turned > 0.3 > irradiance(nose, EYE, light)[0, 0]


@pytest.mark.parametrize(("amount", "expected"), [(0.0, 1.0), (0.5, 2**0.5), (1.0, 2.0)])
def test_relight_gain_grows_with_its_amount(amount: float, expected: float) -> None:
    gain = relight_gain(np.full((4, 3), 1.6, np.float32), np.full(4, 0.8, np.float32), (0.15, 2.6), amount)
    np.testing.assert_allclose(gain, expected, rtol=1e-6)


def test_relight_gain_keeps_its_limits_even_in_the_dark() -> None:
    gain = relight_gain(np.array([[-1.0], [50.0]]), np.array([0.0, -3.0]), (0.3, 2.6), 1.0)
    np.testing.assert_allclose(gain.ravel(), [0.3, 2.6])
