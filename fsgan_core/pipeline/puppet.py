"""A puppet: a source opened once, then a picture of it at any pose, fast enough to follow a hand (section 5.2.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fsgan_core.color.colorspaces import SRGB
from fsgan_core.color.network_encoding import network_to_linear
from fsgan_core.color.ocio import from_working
from fsgan_core.errors import JobError
from fsgan_core.job.corrections import Corrections
from fsgan_core.job.progress import Progress
from fsgan_core.job.settings import AnalyzeSettings, SwapSettings
from fsgan_core.media.read import open_plate
from fsgan_core.pipeline.analysis_file import load_or_analyze
from fsgan_core.pipeline.analyze_shot import analyze_shot
from fsgan_core.pipeline.corrected_face import choose_corrected_face
from fsgan_core.pipeline.engine import device_errors, frame_workers
from fsgan_core.pipeline.source_views import build_source_map
from fsgan_core.shot.plate import Plate
from fsgan_core.stages.appearance_map import AppearanceMap, ViewMix
from fsgan_core.stages.expression_sliders import SLIDERS, slide_expression
from fsgan_core.stages.pose_landmarks import posed_landmarks
from fsgan_core.stages.reenact import Reenactor, reenact
from fsgan_core.weights.load import Pack


@dataclass(frozen=True, eq=False)
class Puppet:
    """A source that can be turned.

    Args:
        source: Its views.
        reenactor: What turns them.
        max_views: How many views make a picture; fewer are faster.
    """

    source: AppearanceMap
    reenactor: Reenactor
    max_views: int = 3

    def picture(self, pose: np.ndarray, expression: Mapping[str, float] | None = None) -> np.ndarray:
        """The source at a pose: three views queried, rotated to its tilt, moved and mixed.

        Args:
            pose: (3,) degrees yaw, pitch, roll.
            expression: Amounts of `expression_sliders.SLIDERS`.

        Returns:
            (S, S, 3) float32 in [-1, 1], network encoding.

        Raises:
            JobError: An amount has no such name.
            EngineError: The device failed.
        """
        unknown = sorted(set(expression or {}) - set(SLIDERS))
        if unknown:
            raise JobError(f"there is no expression {', '.join(unknown)}; there are {', '.join(SLIDERS)}.")
        pose = np.asarray(pose, np.float32)
        with device_errors():
            landmarks = posed_landmarks(self.source.views, pose, self.reenactor.transformer)
            if expression:
                landmarks = slide_expression(landmarks, expression)
            mix = self.query(pose)
            views = [self.source.views[index] for index in mix.indices]
            return reenact(views, mix.weights, landmarks, pose, self.reenactor)

    def query(self, pose: np.ndarray) -> ViewMix:
        """The views that make up a pose, with their weights."""
        return self.source.query(pose, self.max_views)


def open_puppet(
    source: Plate,
    pack: Pack,
    settings: SwapSettings,
    progress: Progress,
    analysis: str = "",
    corrections: Corrections | None = None,
) -> Puppet:
    """The puppet of a source.

    Args:
        source: Its pictures.
        pack: The networks.
        settings: Which face of the source, and how its views are chosen.
        progress: Hears about every frame looked at.
        analysis: Where pass 1 is kept; "" to keep it nowhere.
        corrections: Of the source's analysis.

    Raises:
        FsganError: As of pass 1 and of reading the views.
    """
    if analysis:
        shot = load_or_analyze(analysis, source, pack, AnalyzeSettings(), progress)
    else:
        shot = analyze_shot(source, pack, AnalyzeSettings(), progress)
    face = choose_corrected_face(shot, settings.source_face, corrections)
    reenactor = Reenactor(pack.reenactment, pack.transformer, settings.step_deg)
    with open_plate(source) as reader, frame_workers(pack.device):
        views = build_source_map(reader, face, reenactor, settings, progress)
    return Puppet(views, reenactor, settings.max_views)


def display_bytes(picture: np.ndarray) -> np.ndarray:
    """A picture (S, S, 3) in network encoding as (S, S, 3) uint8 sRGB."""
    linear = np.clip(network_to_linear(picture), 0, 1).astype(np.float32)
    return np.asarray(np.clip(from_working(linear, SRGB), 0, 1) * 255 + 0.5).astype(np.uint8)
