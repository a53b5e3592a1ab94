"""Maps over a head's atlas that hold for every person: where each vertex is painted, the face region, the lids."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from fsgan_core.training.synthesis.eyelids import LidMap, map_lids
from fsgan_core.training.synthesis.head_camera import FloatArray
from fsgan_core.training.synthesis.morphable_head import EYE_L, EYE_R, IntArray, MorphableHead
from fsgan_core.training.synthesis.teeth import shade_teeth

ATLAS_PX = 512
EYE_MAP_PX = 96
# The angle from the gaze axis that the edge of an eye map shows.
EYE_MAP_DEG = 75.0
# The head is transparent at the rim of the atlas and opaque further in: it fades into the photograph of hair and neck.
RIM_PX = 3
FADE_PX = 22


@dataclass(frozen=True)
class HeadMaps:
    """A head with its atlas.

    Attributes:
        head: The head.
        texel: (N, 2) float32: where a drawn vertex lies in the atlas (px) or, for an eye, in its eye map (px).
        opacity: (512, 512) float32: how much the drawn head covers what lies behind it.
        face_region: (512, 512) float32, 0 or 1: the label "face", hair line to jaw line.
        lids: The upper lids, subject's left and right.
        tooth_shade: (N, 3) float32 linear factor on the colour of teeth, 1 at other vertices.
    """

    head: MorphableHead
    texel: FloatArray
    opacity: FloatArray
    face_region: FloatArray
    lids: tuple[LidMap, LidMap]
    tooth_shade: FloatArray

    @property
    def skin(self) -> IntArray:
        """(S, 3) int32 triangles of the skin."""
        return self.head.triangles[: self.head.skin_triangles]


def map_head(head: MorphableHead) -> HeadMaps:
    """The maps of a head."""
    texel = np.stack([head.uv[:, 0] * ATLAS_PX - 0.5, (1 - head.uv[:, 1]) * ATLAS_PX - 0.5], 1).astype(np.float32)
    texel = texel[: head.drawn]
    skin = head.triangles[: head.skin_triangles]
    opacity = _opacity(texel, skin)
    lids = map_lids(head, texel, ATLAS_PX)
    for vertex_class in (EYE_L, EYE_R):
        eye = np.flatnonzero(head.vertex_class[: head.drawn] == vertex_class)
        texel[eye] = _eye_texels(head.neutral[eye])
    return HeadMaps(head, np.ascontiguousarray(texel), opacity, _face_region(head, opacity), lids, shade_teeth(head))


def hair_zone(texel: FloatArray) -> FloatArray:
    """(...) in [0, 1]: 1 over forehead and temples, where hair may hang over the face, of atlas px (..., 2)."""
    forehead = np.clip((215 - texel[..., 1]) / 30, 0, 1)
    temples = np.clip((np.abs(texel[..., 0] - 255.5) - 140) / 20, 0, 1)
    return np.maximum(forehead, temples)


def _opacity(texel: FloatArray, skin: IntArray) -> FloatArray:
    """(512, 512) float32: 1 inside the face, also where eyes and mouth leave holes, and falling to 0 at its rim."""
    covered = np.zeros((ATLAS_PX, ATLAS_PX), np.uint8)
    for triangle in texel[skin]:
        cv2.fillConvexPoly(covered, np.round(triangle * 16).astype(np.int32), 255, lineType=cv2.LINE_8, shift=4)
    outlines, _ = cv2.findContours(covered, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(covered, outlines, -1, 255, -1)
    inside_px = cv2.distanceTransform(covered, cv2.DIST_L2, 5)
    ramp = np.clip((inside_px - RIM_PX) / FADE_PX, 0, 1)
    return np.asarray((ramp * ramp * (3 - 2 * ramp)).astype(np.float16).astype(np.float32))


def _face_region(head: MorphableHead, opacity: FloatArray) -> FloatArray:
    """(512, 512) float32: inside the outline of hair line and jaw, where the head is drawn."""
    anchors = head.anchors
    jaw = anchors.contour_paths[:, 0]
    outline = np.concatenate([anchors.hair_line, jaw[::-1]])
    corners = head.uv[outline] * ATLAS_PX
    corners[:, 1] = ATLAS_PX - corners[:, 1]
    region = np.zeros((ATLAS_PX, ATLAS_PX), np.uint8)
    cv2.fillPoly(region, [corners.round().astype(np.int32)], 1)
    return np.asarray((region & (opacity > 0.3)).astype(np.float32))


def _eye_texels(ball: FloatArray) -> FloatArray:
    """(E, 2) float32 place of an eyeball's vertices in its map: distance from the middle is the angle from the gaze."""
    from_centre = ball - (ball.max(0) + ball.min(0)) / 2
    direction = from_centre / np.linalg.norm(from_centre, axis=1, keepdims=True)
    radius = np.degrees(np.arccos(np.clip(direction[:, 2], -1, 1))) / EYE_MAP_DEG
    around = np.arctan2(direction[:, 1], direction[:, 0])
    place = np.stack([(radius * np.cos(around) + 1) / 2, (1 - radius * np.sin(around)) / 2], 1)
    return np.asarray(place * EYE_MAP_PX - 0.5, np.float32)
