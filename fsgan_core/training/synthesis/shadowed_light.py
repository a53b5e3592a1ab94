"""Light of a place on a mesh that shades itself: between fingers, under a chin, below a brim.

Each vertex sees the surroundings in a few dozen directions, those that the mesh itself does not block. That holds for
every pose of the whole; the light of a place is then one weighted sum.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fsgan_core.training.synthesis.environment_light import COSINE_LOBE
from fsgan_core.training.synthesis.head_camera import FloatArray
from fsgan_core.training.synthesis.morphable_head import IntArray
from fsgan_core.training.synthesis.rasteriser import empty_fragments, rasterise, vertex_normals
from fsgan_core.training.synthesis.shading import harmonics

DIRECTIONS = 64
SHADOW_MAP_PX = 128
# A vertex is in shadow when something lies so many px of the shadow map nearer to the light.
SHADOW_BIAS_PX = 2.5
DARKEST_RADIANCE = 0.03


def spread_directions(count: int) -> FloatArray:
    """(count, 3) float32 unit vectors spread evenly over the sphere, on a spiral."""
    height = 1 - 2 * (np.arange(count) + 0.5) / count
    around = np.pi * (3 - np.sqrt(5)) * np.arange(count)
    radius = np.sqrt(1 - height**2)
    return np.stack([radius * np.cos(around), height, radius * np.sin(around)], 1).astype(np.float32)


class ShadowMaps(NamedTuple):
    """What each light direction sees of a mesh.

    Attributes:
        axes: (D, 3, 3) float32: from the mesh's frame to one that looks from the light.
        middle: (3,) float32 of the ball around the mesh that each map shows.
        px_per_unit: Scale of the maps.
        depth: (D, S, S) float32: how far from the light the mesh is, relative to the middle.
    """

    axes: FloatArray
    middle: FloatArray
    px_per_unit: float
    depth: FloatArray

    def place(self, number: int, points: FloatArray) -> FloatArray:
        """(N, 3) px and depth in map `number` of points (N, 3)."""
        placed = (points - self.middle) @ self.axes[number].T
        placed[:, :2] = placed[:, :2] * np.float32(self.px_per_unit) + np.float32(SHADOW_MAP_PX / 2)
        return np.asarray(placed)


def cast_shadows(vertices: FloatArray, triangles: IntArray) -> ShadowMaps:
    """The shadow maps of a mesh (N, 3), (T, 3) in its own frame, one for each spread direction."""
    axes = []
    for direction in spread_directions(DIRECTIONS):
        side = np.cross(direction, [0.0, 1.0, 0.0] if abs(direction[1]) < 0.9 else [1.0, 0.0, 0.0])
        side /= np.linalg.norm(side)
        axes.append(np.stack([side, np.cross(direction, side), -direction]))
    middle = ((vertices.max(0) + vertices.min(0)) / 2).astype(np.float32)
    radius = max(float(np.linalg.norm(vertices - middle, axis=1).max()), 1e-6)
    depth = np.empty((DIRECTIONS, SHADOW_MAP_PX, SHADOW_MAP_PX), np.float32)
    maps = ShadowMaps(np.array(axes, np.float32), middle, (SHADOW_MAP_PX / 2 - 2) / radius, depth)
    for number in range(DIRECTIONS):
        fragments = empty_fragments(SHADOW_MAP_PX, SHADOW_MAP_PX)
        rasterise(maps.place(number, vertices).astype(np.float64), triangles, fragments, False)
        depth[number] = fragments.depth
    return maps


def light_transfer(vertices: FloatArray, normals: FloatArray, shadows: ShadowMaps) -> FloatArray:
    """(N, D) float32: how much light of each spread direction a vertex gives back; without shade the sum is 1.

    Args:
        vertices: (N, 3) float32 in the mesh's frame.
        normals: (N, 3) float32 unit.
        shadows: Of what casts shadows, in the same frame.
    """
    transfer = np.maximum(normals @ spread_directions(DIRECTIONS).T, 0)
    transfer /= np.maximum(transfer.sum(1, keepdims=True), 1e-6)
    bias = np.float32(SHADOW_BIAS_PX / shadows.px_per_unit)
    for number in range(DIRECTIONS):
        points = shadows.place(number, vertices)
        column, row = np.clip(np.rint(points[:, :2]), 0, SHADOW_MAP_PX - 1).astype(np.int64).T
        transfer[:, number] *= points[:, 2] - shadows.depth[number, row, column] < bias
    return np.asarray(transfer, np.float32)


def light_vertices(transfer: FloatArray, rotation: FloatArray, light: FloatArray) -> FloatArray:
    """(N, 3) float32 light that falls on vertices, 1 where the place is as bright as its mean.

    Args:
        transfer: (N, D) of `light_transfer`.
        rotation: (3, 3) from the mesh's frame to the camera's.
        light: (9, 3) irradiance harmonics in the camera's frame.
    """
    return np.asarray(transfer @ radiance(spread_directions(transfer.shape[1]) @ rotation.T, light), np.float32)


def sheen_of(normals: FloatArray, rotation: FloatArray, light: FloatArray, gloss: float) -> FloatArray:
    """(N, 3) float32 light that a surface mirrors towards the camera, more at a grazing angle (Schlick 1994, Eq. 15).

    Args:
        normals: (N, 3) unit, in the mesh's frame.
        rotation: (3, 3) from the mesh's frame to the camera's.
        light: (9, 3) irradiance harmonics in the camera's frame.
        gloss: Share mirrored when seen from the front: 0.04 for most materials, less for rough ones.
    """
    turned = normals @ rotation.T
    facing = np.clip(turned[:, 2], 0, 1)[:, None]
    mirrored = 2 * facing * turned - np.array([0, 0, 1], np.float32)
    share = gloss + (1 - gloss) * (1 - facing) ** 5 * min(1.0, gloss * 2)
    return np.asarray(share * radiance(mirrored.astype(np.float32), light) * (facing > 0), np.float32)


def radiance(directions: FloatArray, light: FloatArray) -> FloatArray:
    """(D, 3) float32 light that comes from directions (D, 3) of the camera's frame, of irradiance harmonics (9, 3).

    A place of the same light everywhere, which gives irradiance 1, has 1 in each direction.
    """
    from_lobe = light * (np.pi / COSINE_LOBE[:, None]).astype(np.float32)
    return np.asarray(np.maximum(harmonics(directions) @ from_lobe, DARKEST_RADIANCE), np.float32)


def smooth_normals(vertices: FloatArray, triangles: IntArray) -> FloatArray:
    """(N, 3) float32 unit normals; vertices at the same place share one, so that seams of a texture are not seen."""
    _, first, place = np.unique(vertices.round(5), axis=0, return_index=True, return_inverse=True)
    place = place.ravel()
    merged = vertex_normals(np.ascontiguousarray(vertices[first], np.float32), place[triangles].astype(np.int32))
    return np.asarray(merged[place])
