"""MakeHuman's body brought into the frame, the scale and the landmark definition of our morphable head.

The frame, and with it the pose of a person, is that in which the landmarks lie as near as possible to those of the
morphable head's neutral face; only pitch, scale and place differ, since both meshes are symmetric.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from fsgan_core.training.synthesis import makehuman_label_points as label_points
from fsgan_core.training.synthesis.head_camera import FloatArray
from fsgan_core.training.synthesis.makehuman_body import MakeHumanBody
from fsgan_core.training.synthesis.morphable_head import IntArray, LandmarkAnchors, MorphableHead, contour_paths

REGION_PX = 1024
# The head as a cylinder, unrolled for the contour's paths: radians and cm around its middle.
UNROLLED_RADIANS, UNROLLED_CM, LOWEST_CM = 2.6, 20.0, -9.0
# A part of the skin's texture that lies so near to the head's middle, and is not the face, is the inside of the mouth
# or of an eye.
INSIDE_CM = 12.0


@dataclass(frozen=True)
class HeadFrame:
    """From the body's cm to the morphable head's: `(point - origin) @ turn.T * scale`."""

    origin: FloatArray
    turn: FloatArray
    scale: float

    def apply(self, points: FloatArray) -> FloatArray:
        """(N, 3) float64."""
        return np.asarray((points - self.origin) @ self.turn.T * self.scale)


@dataclass(frozen=True)
class MakeHumanHead:
    """The body with what is known of its face.

    Attributes:
        body: The mesh.
        anchors: The landmarks' vertices, in the body's numbers; offsets are a few mm.
        reference: (63, 3) float64 cm: the landmarks 33..95 of the morphable head's neutral face.
        region: (1024, 1024) float32, 0 or 1, of the skin's texture: the label "face", mouth and eye sockets with it.
    """

    body: MakeHumanBody
    anchors: LandmarkAnchors
    reference: FloatArray
    region: FloatArray

    def frame(self, shape: FloatArray) -> HeadFrame:
        """The frame of a person of a body shape (V, 3) without expression."""
        marks = (shape[self.anchors.vertices] + self.anchors.offsets).mean(1)
        return fit_frame(marks, self.reference)


def make_head(body: MakeHumanBody, head: MorphableHead) -> MakeHumanHead:
    """What is known of the body's face.

    Args:
        body: MakeHuman's.
        head: Whose landmarks say what a pose of zero is.
    """
    table = label_points.VERTEX_OF_LANDMARK
    vertices = np.array([[table[mark][0]] * 2 for mark in range(33, 96)])
    offsets = np.array([[table[mark][1:]] * 2 for mark in range(33, 96)], np.float32)
    reference = (head.neutral[head.anchors.vertices] + head.anchors.offsets).mean(1).astype(np.float64)
    frame = fit_frame((body.neutral[vertices] + offsets).mean(1), reference)
    placed = frame.apply(body.neutral)
    jaw = np.array(label_points.JAW)
    anchors = LandmarkAnchors(
        vertices=vertices,
        offsets=offsets,
        contour_paths=contour_paths(_unroll(placed, body), jaw),
        chin_path=label_points.CHIN_OF_JAW,
        centre=np.array(label_points.FACE_CENTRE),
        centre_offsets=np.zeros((3, 3), np.float32),
        inner_lips=np.array(label_points.INNER_LIPS),
        hair_line=np.array(label_points.HAIR_LINE),
    )
    return MakeHumanHead(body, anchors, reference, _face_region(body, placed, anchors))


def fit_frame(marks: FloatArray, reference: FloatArray) -> HeadFrame:
    """The frame in which marks (N, 3) come nearest to the reference (N, 3), turned about x alone (Umeyama 1991)."""
    origin, goal = marks.mean(0), reference.mean(0)
    a, b = marks - origin, reference - goal
    angle = np.arctan2((a[:, 1] * b[:, 2] - a[:, 2] * b[:, 1]).sum(), (a[:, 1:] * b[:, 1:]).sum())
    cos, sin = np.cos(angle), np.sin(angle)
    turn = np.array([[1, 0, 0], [0, cos, -sin], [0, sin, cos]])
    scale = float((a @ turn.T * b).sum() / (a**2).sum())
    return HeadFrame(origin - goal @ turn / scale, turn, scale)


def _unroll(placed: FloatArray, body: MakeHumanBody) -> FloatArray:
    """(V, 2) place of the outside of the face on an unrolled cylinder, the chin below; 9, far away, for all others."""
    triangles = body.skin.vertex[body.skin.triangles]
    corners = placed[triangles]
    normals = np.zeros_like(placed)
    for k in range(3):
        np.add.at(normals, triangles[:, k], np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]))
    # The inside of mouth, nose and lids faces inwards.
    outwards = (normals * placed).sum(1) > 0.3 * np.linalg.norm(normals, axis=1) * np.linalg.norm(placed, axis=1)
    around = 0.5 + np.arctan2(placed[:, 0], placed[:, 2]) / UNROLLED_RADIANS
    unrolled = np.stack([around, (placed[:, 1] - LOWEST_CM) / UNROLLED_CM], 1)
    seen = outwards & (placed[:, 2] > 1.5) & (np.abs(placed[:, 1]) < 11)
    seen[list(label_points.JAW)] = True
    return np.where(seen[:, None], unrolled, 9.0)


def _face_region(body: MakeHumanBody, placed: FloatArray, anchors: LandmarkAnchors) -> FloatArray:
    """(1024, 1024) float32: inside the outline of hair line and jaw in the skin's texture, and mouth and sockets."""
    first = np.full(len(body.neutral), -1)
    first[body.skin.vertex[::-1]] = np.arange(len(body.skin.vertex))[::-1]
    texel = texel_of(body.skin.uv, (REGION_PX, REGION_PX))
    outline = np.concatenate([anchors.hair_line, anchors.contour_paths[::-1, 0]])
    region = np.zeros((REGION_PX, REGION_PX), np.uint8)
    cv2.fillPoly(region, [texel[first[outline]].round().astype(np.int32)], 1)
    for island in _islands(len(texel), body.skin.triangles):
        triangles = body.skin.triangles[island]
        of_face = np.isin(first[outline], triangles).any()
        if not of_face and np.abs(placed[body.skin.vertex[triangles]]).max() < INSIDE_CM:
            for triangle in texel[triangles]:
                cv2.fillConvexPoly(region, triangle.round().astype(np.int32), 1)
    return region.astype(np.float32)


def _islands(count: int, triangles: IntArray) -> list[IntArray]:
    """The triangles of each connected part of the texture, as their numbers."""
    edges = triangles[:, [0, 1, 1, 2]].reshape(-1, 2)
    graph = coo_matrix((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), (count, count))
    _, part = connected_components(graph, directed=False)
    return [np.flatnonzero(part[triangles[:, 0]] == number) for number in np.unique(part[triangles[:, 0]])]


def texel_of(uv: FloatArray, size: tuple[int, int]) -> FloatArray:
    """(N, 2) float32 px of a texture of height and width `size`, whole numbers at pixel centres, of uv (N, 2)."""
    height, width = size
    return np.stack([uv[:, 0] * width - 0.5, (1 - uv[:, 1]) * height - 0.5], 1).astype(np.float32)
