"""Light on a head: spherical-harmonic irradiance, and how a photographed head looks under another light.

Light is (9, 3): real spherical harmonics of the irradiance in the camera's frame (+x right, +y up, +z to the camera),
in the order 1, y, z, x, xy, yz, 3z^2-1, xz, x^2-y^2, scaled so that the mean irradiance is 1.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from fsgan_core.training.synthesis.head_camera import FloatArray

# The darkest that a new light may make, and that a photograph's own light is believed to be, with mean 1.
DARKEST_NEW_LIGHT = 0.08
DARKEST_OWN_LIGHT = 0.4
ENCODING_STEPS = 4096


def srgb_to_linear(encoded: FloatArray) -> FloatArray:
    """Linear light of sRGB values in [0, 1], same shape, float32."""
    encoded = np.asarray(encoded, np.float32)
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4).astype(np.float32)


def linear_to_srgb(linear: FloatArray) -> FloatArray:
    """sRGB values in [0, 1] of linear light, clipped, same shape."""
    clipped = np.clip(linear, 0, 1)
    return np.where(clipped <= 0.0031308, clipped * 12.92, 1.055 * np.power(clipped, 1 / 2.4) - 0.055)


_LINEAR_OF_BYTE = srgb_to_linear(np.arange(256) / 255.0)
_BYTE_OF_STEP = (linear_to_srgb(np.arange(ENCODING_STEPS + 1) / ENCODING_STEPS) * 255 + 0.5).astype(np.uint8)


def bytes_to_linear(picture: FloatArray) -> FloatArray:
    """float32 linear light of a uint8 sRGB picture, same shape."""
    return _LINEAR_OF_BYTE[picture]


def linear_to_bytes(picture: FloatArray) -> FloatArray:
    """uint8 sRGB of a linear float32 (H, W, 3) picture, clipped."""
    encoded: FloatArray = _look_up(picture, _BYTE_OF_STEP)
    return encoded


@njit(cache=True)
def _look_up(picture: FloatArray, table: FloatArray) -> FloatArray:  # pragma: no cover
    """The table's entry for each value in [0, 1] times the table's last index."""
    found = np.empty(picture.shape, table.dtype)
    last = table.shape[0] - 1
    source, target = picture.ravel(), found.ravel()
    for i in range(source.size):
        target[i] = table[int(min(max(source[i] * last, 0), last))]
    return found


def harmonics(normals: FloatArray) -> FloatArray:
    """(..., 9) float32: the nine basis functions at unit vectors (..., 3)."""
    x, y, z = normals[..., 0], normals[..., 1], normals[..., 2]
    one = np.ones_like(x)
    return np.stack(
        [
            0.282095 * one, 0.488603 * y, 0.488603 * z, 0.488603 * x, 1.092548 * x * y, 1.092548 * y * z,
            0.315392 * (3 * z * z - 1), 1.092548 * x * z, 0.546274 * (x * x - y * y),
        ],
        -1,
    ).astype(np.float32)  # fmt: skip


@njit(cache=True, fastmath=True)
def irradiance(normals: FloatArray, rotation: FloatArray, light: FloatArray) -> FloatArray:  # pragma: no cover
    """(N, C) float32 light that falls on a turned head.

    Args:
        normals: (N, 3) unit, in the head's frame.
        rotation: (3, 3) of the head.
        light: (9, C) harmonics in the camera's frame.
    """
    count, channels = normals.shape[0], light.shape[1]
    falling = np.empty((count, channels), np.float32)
    for i in range(count):
        nx, ny, nz = normals[i, 0], normals[i, 1], normals[i, 2]
        x = rotation[0, 0] * nx + rotation[0, 1] * ny + rotation[0, 2] * nz
        y = rotation[1, 0] * nx + rotation[1, 1] * ny + rotation[1, 2] * nz
        z = rotation[2, 0] * nx + rotation[2, 1] * ny + rotation[2, 2] * nz
        for k in range(channels):
            falling[i, k] = (
                0.282095 * light[0, k]
                + 0.488603 * (light[1, k] * y + light[2, k] * z + light[3, k] * x)
                + 1.092548 * (light[4, k] * x * y + light[5, k] * y * z + light[7, k] * x * z)
                + 0.315392 * light[6, k] * (3 * z * z - 1)
                + 0.546274 * light[8, k] * (x * x - y * y)
            )
    return falling


def relight_gain(
    new_light: FloatArray, own_light: FloatArray, limits: tuple[float, float], amount: float
) -> FloatArray:
    """(N, 3) float32 factor on a photographed surface's linear colour, which carries its own light baked in.

    Args:
        new_light: (N, 3) irradiance it shall have.
        own_light: (N,) irradiance it had in the photograph.
        limits: Smallest and largest factor at full amount: a photograph's shadow holds no more than that.
        amount: 0 keeps the photograph's light, 1 replaces it.
    """
    factor = np.maximum(new_light, DARKEST_NEW_LIGHT) / np.maximum(own_light, DARKEST_OWN_LIGHT)[:, None]
    return np.asarray(np.clip(factor, *limits).astype(np.float32) ** np.float32(amount))
