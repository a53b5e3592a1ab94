"""What judges frames as they are made. The pipeline does not know how: evaluation, which lies above it, brings one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np

from fsgan_core.face.face_analysis import FaceAtFrame
from fsgan_core.stages.appearance_map import AppearanceMap
from fsgan_core.weights.load import Pack


class FrameMeter(Protocol):
    """Judges the frames of one swap; several threads may ask at once."""

    def begin(self, source: AppearanceMap, pack: Pack) -> None:
        """The swap starts: who is put in, and the networks that see faces."""

    def measure(
        self, face: FaceAtFrame, plate: np.ndarray, result: np.ndarray, matte: np.ndarray
    ) -> Mapping[str, float]:
        """The figures of one frame by name.

        Args:
            face: Where the crop lies.
            plate: (S, S, 3) in [-1, 1].
            result: (S, S, 3) in [-1, 1], the same crop of the result.
            matte: (S, S) in [0, 1], where the face was replaced.
        """
