"""A person's head with an expression, a gaze and a pose, in front of a camera."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fsgan_core.geometry.head_rotation import pose_to_rotation
from fsgan_core.training.synthesis.head_camera import FIT_ORIGIN, FloatArray
from fsgan_core.training.synthesis.morphable_head import EYE_L, EYE_R, MorphableHead
from fsgan_core.training.synthesis.rasteriser import blend_shapes, rotate

# The point that the head turns about, in its own frame, cm.
NECK_PIVOT = np.array([0.0, -6.0, 0.0], np.float32)


@dataclass(frozen=True)
class HeadCamera:
    """A pinhole camera and how the head stands before it.

    Attributes:
        rotation: (3, 3) float32 of the head.
        pivot: (3,) float32 cm in the camera's frame: where the neck is, whatever the pose.
        distance_cm: From the camera to the plane z = 0 of the camera's frame.
    """

    rotation: FloatArray
    pivot: FloatArray
    distance_cm: float

    def place(self, points: FloatArray) -> FloatArray:
        """(N, 3) float32 cm in the camera's frame of points (N, 3) float32 of the head."""
        return np.asarray(rotate(points - NECK_PIVOT, self.rotation) + self.pivot)

    def see(self, placed: FloatArray) -> tuple[FloatArray, FloatArray]:
        """(N, 2) place at focal length 1, y down, and (N,) distance in cm, of points (N, 3) in the camera's frame."""
        depth = np.float32(self.distance_cm) - placed[:, 2]
        return np.stack([placed[:, 0] / depth, -placed[:, 1] / depth], 1), depth


@dataclass(frozen=True)
class PosedHead:
    """A head in front of a camera.

    Attributes:
        camera: Which also holds the head's rotation.
        vertices: (N, 3) float32 cm in the head's frame: the drawn vertices, with expression and gaze.
        plane: (N, 2) float32: the vertices on the image plane at focal length 1, y down.
        depth_cm: (N,) float32 distance of the vertices from the camera along its axis.
        eye_centres: (2, 3) float32 cm in the head's frame, subject's left first; eye_axes (2, 3) unit, where they look.
    """

    camera: HeadCamera
    vertices: FloatArray
    plane: FloatArray
    depth_cm: FloatArray
    eye_centres: FloatArray
    eye_axes: FloatArray


def camera_on_head(
    own_rotation: FloatArray, pose: tuple[float, float, float] | None, distance_cm: float
) -> HeadCamera:
    """A camera on a head in a pose; the neck stays where it was in the head's own photograph.

    Args:
        own_rotation: (3, 3) of the head in its photograph.
        pose: Yaw, pitch, roll in degrees; None for the photograph's.
        distance_cm: From the camera.
    """
    rotation = own_rotation if pose is None else pose_to_rotation(*pose)
    pivot = own_rotation @ (NECK_PIVOT - FIT_ORIGIN)
    return HeadCamera(np.ascontiguousarray(rotation, np.float32), pivot.astype(np.float32), float(distance_cm))


def pose_head(
    head: MorphableHead, shape: FloatArray, expression: FloatArray, gaze: FloatArray, camera: HeadCamera
) -> PosedHead:
    """The head of a person, posed.

    Args:
        head: Whose expressions are used.
        shape: (N, 3) float32 cm: the person's drawn vertices, without expression.
        expression: (E,) float32 weights.
        gaze: (2, 2) degrees yaw, pitch of each eye relative to the head, subject's left first.
        camera: Pose and distance.
    """
    vertices = blend_shapes(shape, head.expression, np.asarray(expression, np.float32))
    centres, axes = np.empty((2, 3), np.float32), np.empty((2, 3), np.float32)
    for eye, vertex_class in enumerate((EYE_L, EYE_R)):
        ball = head.vertex_class[: head.drawn] == vertex_class
        turn = pose_to_rotation(gaze[eye][0], gaze[eye][1], 0).astype(np.float32)
        centres[eye] = (vertices[ball].max(0) + vertices[ball].min(0)) / 2
        axes[eye] = turn[:, 2]
        vertices[ball] = rotate(vertices[ball] - centres[eye], turn) + centres[eye]
    plane, depth = camera.see(camera.place(vertices))
    return PosedHead(camera, vertices, plane, depth, centres, axes)
