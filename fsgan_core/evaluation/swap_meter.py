"""The verdict at the end of a swap: every frame is judged as it is made, and the frames to look at are named."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from fsgan_core.evaluation.bad_frames import bad_frames, describe_bad_frames, verdict
from fsgan_core.evaluation.face_judge import FaceJudge, FrameMeasures, mean_direction
from fsgan_core.evaluation.identity_provider import identity_embedder
from fsgan_core.face.face_analysis import FaceAtFrame
from fsgan_core.stages.appearance_map import AppearanceMap
from fsgan_core.weights.load import Pack, load_measures


class SwapMeter:
    """A `pipeline.frame_meter.FrameMeter` that remembers.

    Flicker is left to `fsgan evaluate`: it needs the frames in order, and here several are made at once.
    """

    def __init__(self) -> None:
        self._judge: FaceJudge | None = None
        self._frames: dict[int, FrameMeasures] = {}

    def begin(self, source: AppearanceMap, pack: Pack) -> None:
        """As of `FrameMeter`.

        Raises:
            WeightsError: The networks that measure are missing or damaged.
        """
        measures = load_measures(pack.device)
        embed = identity_embedder("bundled", measures)
        shown = [view for view in source.views if view.origin == "photographed"]
        vectors = [embed(view.picture, view.landmarks) for view in shown]
        self._judge = FaceJudge(pack, measures, embed, mean_direction(vectors))

    def measure(
        self, face: FaceAtFrame, plate: np.ndarray, result: np.ndarray, matte: np.ndarray
    ) -> Mapping[str, float]:
        """As of `FrameMeter`; figures that cannot be had are left out."""
        assert self._judge is not None
        measured = self._judge.judge(plate, result, face, matte)
        self._frames[face.frame] = measured
        return {name: value for name, value in measured.figures().items() if math.isfinite(value)}

    @property
    def frames(self) -> list[FrameMeasures]:
        """What was measured, in the order of the frames."""
        return [self._frames[number] for number in sorted(self._frames)]

    def lines(self) -> list[str]:
        """The bad-frame list and the verdict, the verdict last; empty where nothing was measured."""
        if not self._frames:
            return []
        found = bad_frames(self.frames)
        return [*describe_bad_frames(found), f"verdict: {verdict(self.frames, found)}"]
