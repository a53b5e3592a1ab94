"""Pose and camera of a synthetic head: head centimetres to pictures."""

from __future__ import annotations

import numpy as np

from fsgan_core.geometry.head_rotation import FloatArray

# The point of the head that the photographs' cameras were fitted around, and their distance from it.
FIT_ORIGIN = np.array([0, -1.0, 4.0])
FIT_DISTANCE_CM = 70.0


def project_fitted(vertices: FloatArray, rotation: FloatArray, camera: FloatArray) -> FloatArray:
    """(N, 3) float64 picture x, y in px and distance from the camera in cm, of a head as its photograph was fitted.

    Args:
        vertices: (N, 3) cm in the head's frame.
        rotation: (3, 3) of the head.
        camera: (3,) focal length in px, and the picture x, y of the optical axis.
    """
    focal, centre_x, centre_y = camera
    x, y, z = np.einsum("ij,nj->in", rotation, vertices - FIT_ORIGIN)
    distance = FIT_DISTANCE_CM - z
    return np.stack([centre_x + focal * x / distance, centre_y - focal * y / distance, distance], 1)
