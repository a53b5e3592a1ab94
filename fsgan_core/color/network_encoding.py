"""Scene-linear light to the networks' [-1, 1] and back, without losing what is brighter than white or below black."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# The sRGB curve (IEC 61966-2-1): a line up to _LINE_END, then a power.
_LINE_END = 0.0031308
_LINE_SLOPE = 12.92
_POWER = 1.0 / 2.4
_SCALE = 1.055
# Above 1 the curve goes on as 1 + slope * ln(x), with the slope that the power has at 1.
_WHITE_SLOPE = _SCALE * _POWER


def linear_to_network(rgb: NDArray[np.float32]) -> NDArray[np.float32]:
    """`rgb` as the networks see it: black is -1, diffuse white is 1.

    Between them the sRGB curve; above white it goes on logarithmically with the same slope, so that a highlight of 30
    becomes 4; below black it is mirrored at black. Strictly monotonic. NaN stays NaN, infinity stays infinite.

    Args:
        rgb: Any shape, scene-linear Rec.709, unbounded.

    Returns:
        The same shape, float32, unbounded: [-1, 1] for light in [0, 1].
    """
    light = np.asarray(rgb, np.float32)
    size = np.abs(light)
    power = np.minimum(size, 1.0, dtype=np.float32) ** np.float32(_POWER)
    code = 1.0 + np.float32(_SCALE) * (power - 1.0)  # this order gives white exactly 1
    code = np.where(size < _LINE_END, np.minimum(size, 1.0) * np.float32(_LINE_SLOPE), code)
    code += np.float32(_WHITE_SLOPE) * np.log(np.maximum(size, 1.0, dtype=np.float32))
    return np.asarray(np.copysign(code, light) * 2.0 - 1.0, np.float32)


def network_to_linear(code: NDArray[np.float32]) -> NDArray[np.float32]:
    """The exact inverse of `linear_to_network`.

    A float32 round trip keeps light of |x| <= 1000 to a ten-thousandth of itself, or to 1e-8 next to black, where a
    code near -1 has no finer steps; half floats are coarser than both.

    Args:
        code: Any shape, unbounded; [-1, 1] is black to white. Infinity where the light would be over 1e38.

    Returns:
        The same shape, float32, scene-linear Rec.709.
    """
    signed = (np.asarray(code, np.float32) + 1.0) * np.float32(0.5)
    size = np.abs(signed)
    base = 1.0 + (np.minimum(size, 1.0, dtype=np.float32) - 1.0) * np.float32(1.0 / _SCALE)
    light = base ** np.float32(1.0 / _POWER)
    light = np.where(size < _LINE_END * _LINE_SLOPE, size * np.float32(1.0 / _LINE_SLOPE), light)
    with np.errstate(over="ignore"):
        light = light * np.exp(np.maximum(size - 1.0, 0.0, dtype=np.float32) * np.float32(1.0 / _WHITE_SLOPE))
    return np.asarray(np.copysign(light, signed), np.float32)
