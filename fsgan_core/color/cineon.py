"""The Cineon printing-density curve of film scans and old DPX files, which ACES configurations do not have."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

CINEON = "Cineon"
# Kodak's reference points in 10-bit code values; 0.002 density per code, gamma 0.6.
_WHITE_CODE = 685.0
_BLACK_CODE = 95.0
_CODES = 1023.0
_DECADES_PER_CODE = 0.002 / 0.6
_BLACK_LIGHT = 10.0 ** ((_BLACK_CODE - _WHITE_CODE) * _DECADES_PER_CODE)


def cineon_to_linear(code: NDArray[np.float32]) -> NDArray[np.float32]:
    """The light of Cineon numbers: code 95 of 1023 is black, code 685 is 1, the largest is 13.5.

    Args:
        code: Any shape, float32, 1 stands for code 1023.
    """
    density = (np.asarray(code, np.float32) * _CODES - _WHITE_CODE) * _DECADES_PER_CODE
    return np.asarray((10.0 ** density.astype(np.float64) - _BLACK_LIGHT) / (1.0 - _BLACK_LIGHT), np.float32)


def linear_to_cineon(light: NDArray[np.float32]) -> NDArray[np.float32]:
    """The inverse; light below the curve's lowest (-0.0056) becomes code 0, for there is no number for it."""
    lowest = 10.0 ** (-_WHITE_CODE * _DECADES_PER_CODE)
    exposure = np.maximum(np.asarray(light, np.float64) * (1.0 - _BLACK_LIGHT) + _BLACK_LIGHT, lowest)
    return np.asarray((np.log10(exposure) / _DECADES_PER_CODE + _WHITE_CODE) / _CODES, np.float32)
