"""Networks of other projects behind our two functions: what they must do, in place of what ours do.

`detect.detect_faces` and `landmarks.find_landmarks` take these where a pack has them (`weights/providers.py`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np
from torch import Tensor, nn


class PictureDetector(nn.Module, ABC):
    """A detector that looks at a whole picture at once.

    Attributes:
        smallest_px: A picture is shown no larger than it has to be for the smallest face wanted to be this high.
        largest_px: It is shown again at half its size until its shorter side is at most this: larger faces are missed.
    """

    smallest_px: ClassVar[float] = 40.0
    largest_px: ClassVar[float] = 640.0

    @abstractmethod
    def find(self, picture: np.ndarray) -> np.ndarray:
        """The faces of a picture.

        Args:
            picture: (H, W, 3) uint8 sRGB, square pixels.

        Returns:
            (K, 5) px x0 y0 x1 y1 and score in [0, 1], one a face.
        """


class PointNetwork(nn.Module, ABC):
    """A landmark network that gives points instead of 98 heatmaps."""

    @abstractmethod
    def find(self, crop: Tensor) -> tuple[Tensor, Tensor]:
        """The landmarks of a face crop.

        Args:
            crop: (B, 3, S, S) in [-1, 1].

        Returns:
            (B, 98, 2) in [0, 1] of the side, and (B,) certainty in [0, 1].
        """
