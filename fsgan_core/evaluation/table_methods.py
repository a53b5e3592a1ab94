"""The methods that the tables compare, each a function from a frame of the plate to a crop of the result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from fsgan_core.color.network_encoding import network_to_linear
from fsgan_core.evaluation.baselines import classical_warp, fill_by_marching, nearest_view, plain_paste
from fsgan_core.face.face_analysis import FaceAtFrame
from fsgan_core.face.segment import FACE, HAIR, segment_face
from fsgan_core.pipeline.swap_shot import FaceSwapper
from fsgan_core.stages.blend import blend
from fsgan_core.stages.face_mask import clear_of_hair, solid_face
from fsgan_core.stages.inpaint import inpaint
from fsgan_core.stages.reenact import reenact


@dataclass(frozen=True, eq=False)
class PlateMoment:
    """One frame that a method works on.

    Attributes:
        target: (S, S, 3) in [-1, 1], the crop of the plate.
        face: What is known of it.
        matte: (S, S) in [0, 1], where the face is replaced.
    """

    target: np.ndarray
    face: FaceAtFrame
    matte: np.ndarray

    @property
    def solid(self) -> np.ndarray:
        """(S, S) probability of face, without holes."""
        return solid_face(self.face.segmentation[FACE])


Method = Callable[[PlateMoment, FaceSwapper], np.ndarray]


def paste_view(moment: PlateMoment, swapper: FaceSwapper) -> np.ndarray:
    """The plain paste of the nearest view."""
    view = nearest_view(swapper.source, moment.face.pose)
    return plain_paste(view, moment.target, moment.face.landmarks, moment.matte)


def warp_view(moment: PlateMoment, swapper: FaceSwapper) -> np.ndarray:
    """The classical warp of the nearest view."""
    view = nearest_view(swapper.source, moment.face.pose)
    return classical_warp(view, moment.target, moment.face.landmarks, moment.solid)


def swap_with(inpainting: bool, blending: bool) -> Method:
    """Our swap with some of its stages (section 5.5); what is left out is passed through."""

    def method(moment: PlateMoment, swapper: FaceSwapper) -> np.ndarray:
        pack, face = swapper.pack, moment.face
        mix = swapper.source.query(face.pose, swapper.settings.max_views)
        views = [swapper.source.views[index] for index in mix.indices]
        made = reenact(views, mix.weights, face.landmarks, face.pose, swapper.reenactor)
        if inpainting:
            classes = segment_face(network_to_linear(made), pack.segmentation)
            shown = clear_of_hair(solid_face(classes[FACE]), classes[HAIR])
            made = inpaint(made, shown, face.landmarks, moment.solid, pack.inpainting).picture
        if blending:
            made = blend(made, moment.target, moment.solid, pack.blending)
        weight = moment.matte[..., None]
        return np.asarray(np.clip(made, -1, 1) * weight + moment.target * (1 - weight), np.float32)

    return method


SWAPS: Mapping[str, Method] = {
    "plain paste": paste_view,
    "classical warp": warp_view,
    "ours": swap_with(inpainting=True, blending=True),
}
"""Table 2."""

FINETUNED = "ours, finetuned"
"""The row for which each shot has weights of its own."""

STAGES: Mapping[str, Method] = {
    "G_r": swap_with(inpainting=False, blending=False),
    "G_r + G_c": swap_with(inpainting=True, blending=False),
    "G_r + G_b": swap_with(inpainting=False, blending=True),
    "G_r + G_c + G_b": swap_with(inpainting=True, blending=True),
}
"""Table 3."""


def without_ellipses(face: np.ndarray, frame: int) -> np.ndarray:
    """The face mask with random ellipses at its border removed, the same for a frame every time (section 5.3).

    Args:
        face: (S, S) bool.
        frame: Seeds the ellipses.

    Returns:
        (S, S) bool.
    """
    rng = np.random.default_rng([5, 3, abs(frame)])
    rows, columns = np.flatnonzero(face.any(1)), np.flatnonzero(face.any(0))
    if not len(rows):
        return face
    hidden = np.zeros(face.shape, np.uint8)
    span = float(columns[-1] - columns[0])
    for _ in range(int(rng.integers(1, 3))):
        row = int(rng.choice(rows))
        edge = np.flatnonzero(face[row])
        centre = (float(edge[0] if rng.random() < 0.5 else edge[-1]), float(row))
        axes = rng.uniform(span / 8, span / 2, 2) * 2
        cv2.ellipse(hidden, (centre, (float(axes[0]), float(axes[1])), float(rng.uniform(0, 180))), 1, -1)
    return face & (hidden == 0)


def _completed_by(fill: Callable[[np.ndarray, np.ndarray, PlateMoment, FaceSwapper], np.ndarray]) -> Method:
    """An inpainting method: the plate's own face, with ellipses removed and filled again."""

    def method(moment: PlateMoment, swapper: FaceSwapper) -> np.ndarray:
        face = moment.solid >= 0.5
        shown = without_ellipses(face, moment.face.frame)
        hole = face & ~shown
        made = fill(np.where(shown[..., None], moment.target, -1.0).astype(np.float32), hole, moment, swapper)
        return np.asarray(np.where(hole[..., None], made, moment.target), np.float32)

    return method


def _fill_with_network(shown: np.ndarray, hole: np.ndarray, moment: PlateMoment, swapper: FaceSwapper) -> np.ndarray:
    known = (moment.solid >= 0.5) & ~hole
    completed = inpaint(shown, known.astype(np.float32), moment.face.landmarks, moment.solid, swapper.pack.inpainting)
    return completed.picture


def _fill_by_marching(shown: np.ndarray, hole: np.ndarray, moment: PlateMoment, swapper: FaceSwapper) -> np.ndarray:
    return fill_by_marching(moment.target, hole)


INPAINTING: Mapping[str, Method] = {
    "no inpainting": _completed_by(lambda shown, hole, moment, swapper: shown),
    "Telea": _completed_by(_fill_by_marching),
    "G_c": _completed_by(_fill_with_network),
}
"""Table 1."""

TABLES: Mapping[int, Mapping[str, Method]] = {1: INPAINTING, 2: SWAPS, 3: STAGES}
