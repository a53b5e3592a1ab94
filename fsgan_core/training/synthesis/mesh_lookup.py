"""What the z-buffer found, as corners and weights: to read any quantity of the vertices at every drawn pixel."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fsgan_core.training.synthesis.head_camera import FloatArray
from fsgan_core.training.synthesis.morphable_head import IntArray
from fsgan_core.training.synthesis.rasteriser import Fragments, empty_fragments, rasterise


class MeshLookup(NamedTuple):
    """Where each of D drawn pixels lies on a mesh.

    Attributes:
        drawn: (H, W) bool: which pixels, in rows from the top.
        corners: (D, 3) int32 vertices; weights (D, 3) float32, which add to 1.
    """

    drawn: IntArray
    corners: IntArray
    weights: FloatArray

    def read(self, of_vertices: FloatArray) -> FloatArray:
        """(D, ...) at each drawn pixel, of what is given (N, ...) at each vertex."""
        weights = self.weights.reshape(self.weights.shape + (1,) * (of_vertices.ndim - 1))
        return np.asarray((of_vertices[self.corners] * weights).sum(1))


def look_up(fragments: Fragments, triangles: IntArray) -> MeshLookup:
    """What was drawn of triangles (T, 3)."""
    drawn = fragments.triangle >= 0
    weights = fragments.weights[drawn]
    weights = np.concatenate([weights, 1 - weights.sum(1, keepdims=True)], 1)
    return MeshLookup(drawn, triangles[fragments.triangle[drawn]], weights)


def lay_flat(texel: FloatArray, triangles: IntArray, side: int) -> MeshLookup:
    """What lies at each texel of an atlas.

    Args:
        texel: (N, 2) place of the vertices, px with whole numbers at pixel centres.
        triangles: (T, 3) int32.
        side: Of the atlas, px.
    """
    flat = np.concatenate([texel, np.zeros((len(texel), 1))], 1).astype(np.float64)
    fragments = empty_fragments(side, side)
    rasterise(flat, triangles, fragments, False)
    return look_up(fragments, triangles)
