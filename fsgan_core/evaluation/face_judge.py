"""One frame of a result, judged beside its plate: the measures of section 5.1 and those of a compositor.

What is judged is a crop, so that a whole film, another tool's sequence and a frame that is just being made are alike.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields

import numpy as np

from fsgan_core.color.network_encoding import network_to_linear
from fsgan_core.evaluation.expression_error import eye_error, landmark_error_px
from fsgan_core.evaluation.identity import identity_cosine
from fsgan_core.evaluation.pose_error import pose_error_deg
from fsgan_core.evaluation.seam import seam_visibility
from fsgan_core.face.aligned_face import embed_aligned
from fsgan_core.face.face_analysis import FaceAtFrame
from fsgan_core.face.landmarks import find_landmarks
from fsgan_core.face.pose import estimate_pose
from fsgan_core.weights.load import MeasureNetworks, Pack

Embed = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""(picture (S, S, 3) in [-1, 1], landmarks (98, 2) px) to a vector of length 1: who it is."""


@dataclass(frozen=True)
class FrameMeasures:
    """The figures of one frame; NaN where one cannot be had.

    Attributes:
        frame: Its number.
        identity: Likeness to the source, cosine (eq. 21); more is better, and of all others less is.
        l1: Mean difference to the plate over the face, of display values in [0, 1].
        pose_error_deg: Between the angles of both heads.
        landmark_error_px: Between their landmarks, px of the 256 px crop.
        expression: Distance of both expressions, 0 to 2.
        eye_error: Difference of how far the eyes are open, in widths of an eye.
        seam: Gradient along the matte's edge that the plate does not have, 8-bit code values a pixel.
        coverage: Share of the crop that the matte covers.
        flicker: Second difference in time over the face, 8-bit code values; plate_flicker the same of the plate.
    """

    frame: int
    identity: float
    l1: float
    pose_error_deg: float
    landmark_error_px: float
    expression: float
    eye_error: float
    seam: float
    coverage: float
    flicker: float = float("nan")
    plate_flicker: float = float("nan")

    def figures(self) -> dict[str, float]:
        """The figures by name, without the frame's number."""
        return {name: float(value) for name, value in asdict(self).items() if name != "frame"}


FIGURES = tuple(field.name for field in fields(FrameMeasures) if field.name != "frame")


@dataclass(frozen=True, eq=False)
class FaceJudge:
    """What judges: the networks, and who should be seen.

    Attributes:
        pack: Landmarks and pose.
        measures: Expression.
        embed: Who a face is.
        source: (E,) of the source, length 1.
    """

    pack: Pack
    measures: MeasureNetworks
    embed: Embed
    source: np.ndarray

    def judge(self, plate: np.ndarray, result: np.ndarray, face: FaceAtFrame, matte: np.ndarray) -> FrameMeasures:
        """The figures of one frame, without those that need its neighbours.

        Args:
            plate: (S, S, 3) in [-1, 1], the crop of the plate.
            result: (S, S, 3) in [-1, 1], the same crop of the result.
            face: Where the crop lies.
            matte: (S, S) in [0, 1], where the face was replaced.
        """
        light = [network_to_linear(np.clip(picture, -1, 1)) for picture in (plate, result)]
        points = [find_landmarks(picture, self.pack.landmarks).points for picture in light]
        poses = [estimate_pose(picture, self.pack.pose) for picture in light]
        pairs = zip((plate, result), points, strict=True)
        expressions = [embed_aligned(picture, where, self.measures.expression) for picture, where in pairs]
        shown = [(np.clip(picture, -1, 1) + 1) / 2 for picture in (plate, result)]
        area = max(float(matte.sum()), 1.0)
        return FrameMeasures(
            frame=face.frame,
            identity=float(identity_cosine(self.embed(result, points[1])[None], self.source)[0]),
            l1=float((np.abs(shown[1] - shown[0]).mean(-1) * matte).sum() / area),
            pose_error_deg=float(pose_error_deg(poses[1], poses[0])),
            landmark_error_px=float(landmark_error_px(points[1], points[0])),
            expression=float(np.linalg.norm(expressions[1] - expressions[0])),
            eye_error=float(eye_error(points[1], points[0])),
            seam=seam_visibility(shown[1], shown[0], matte),
            coverage=float(matte.mean()),
        )


def mean_direction(vectors: list[np.ndarray]) -> np.ndarray:
    """The direction that vectors of length 1 share, of length 1."""
    total = np.sum(vectors, axis=0)
    return np.asarray(total / max(float(np.linalg.norm(total)), 1e-9), np.float32)
