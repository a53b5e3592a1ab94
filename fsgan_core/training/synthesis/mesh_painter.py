"""Textured meshes drawn with opacity: hands, objects and people made of many meshes.

Opaque meshes are drawn first, in any order; what is see-through (hair, brows, lashes) is drawn over them from back to
front. Labels follow the same opacity. Everything is a sum in a fixed order on one thread.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numba import njit

from fsgan_core.training.synthesis.head_camera import FloatArray
from fsgan_core.training.synthesis.morphable_head import IntArray
from fsgan_core.training.synthesis.rasteriser import FAR_CM, Scalar

# What a mesh is to the labels: skin is face where its texture says so; a detail (brows, lashes) is what it lies on.
SKIN_LABEL, HAIR_LABEL, OTHER_LABEL, DETAIL_LABEL = range(4)
# An opaque mesh hides what lies behind it where its texture is at least so opaque.
SOLID = 0.5


class MeshCanvas(NamedTuple):
    """What is drawn into.

    Attributes:
        colour: (H, W, 3) float32 linear; straight, not multiplied by opacity.
        opacity: (H, W) float32 in [0, 1].
        depth: (H, W) float32 cm of what is opaque.
        labels: (H, W, 2) float32 in [0, 1]: face, hair.
    """

    colour: FloatArray
    opacity: FloatArray
    depth: FloatArray
    labels: FloatArray


class TexturedMesh(NamedTuple):
    """A mesh and how it is painted.

    Attributes:
        triangles: (T, 3) int32.
        texel: (N, 2) float32: where in the texture a vertex lies, px.
        light: (N, 3) float32 linear factor on the texture; sheen (N, 3) is added to it.
        sheen: (N, 3) float32 linear.
        texture: (h, w, 5) float32: linear colour, opacity, share that is the face region.
    """

    triangles: IntArray
    texel: FloatArray
    light: FloatArray
    sheen: FloatArray
    texture: FloatArray


def empty_canvas(side: int, background: FloatArray | None = None) -> MeshCanvas:
    """A square canvas in which nothing has been drawn.

    Args:
        side: Px.
        background: (side, side, 3) float32 linear, copied; None is transparent black.
    """
    colour = np.zeros((side, side, 3), np.float32) if background is None else background.astype(np.float32, copy=True)
    opacity = np.full((side, side), float(background is not None), np.float32)
    return MeshCanvas(
        colour, opacity, np.full((side, side), FAR_CM, np.float32), np.zeros((side, side, 2), np.float32)
    )


def shrink_canvas(canvas: MeshCanvas, side: int) -> MeshCanvas:
    """The canvas averaged down to a side; its depth is that of the nearest px. Colours are weighted by opacity."""
    size = (side, side)
    opacity = cv2.resize(canvas.opacity, size, interpolation=cv2.INTER_AREA)
    weighted = cv2.resize(canvas.colour * canvas.opacity[..., None], size, interpolation=cv2.INTER_AREA)
    return MeshCanvas(
        np.asarray(weighted / np.maximum(opacity, 1e-4)[..., None]),
        np.asarray(opacity),
        np.asarray(cv2.resize(canvas.depth, size, interpolation=cv2.INTER_NEAREST)),
        np.asarray(cv2.resize(canvas.labels, size, interpolation=cv2.INTER_AREA)),
    )


def draw_solid(canvas: MeshCanvas, points: FloatArray, mesh: TexturedMesh, label: int) -> None:
    """Draw an opaque mesh, in place; holes in its texture stay holes.

    Args:
        canvas: Changed.
        points: (N, 3) float64 x, y in px and depth in cm.
        mesh: The mesh.
        label: SKIN_LABEL and so on.
    """
    _draw(canvas, points, mesh, label, True, 0.0)


def draw_see_through(
    canvas: MeshCanvas, points: FloatArray, mesh: TexturedMesh, label: int, reach_cm: float = 0.0
) -> None:
    """Draw a mesh over what is there, its far triangles first, in place.

    Args:
        canvas: Changed.
        points: (N, 3) float64 x, y in px and depth in cm.
        mesh: The mesh.
        label: SKIN_LABEL and so on.
        reach_cm: So far behind an opaque surface it is still seen: hair cards dip into the scalp.
    """
    far_first = np.argsort(-points[mesh.triangles, 2].mean(1), kind="stable")
    _draw(canvas, points, mesh._replace(triangles=mesh.triangles[far_first]), label, False, reach_cm)


@njit(cache=True, fastmath=True)
def _sample(texture: FloatArray, x: Scalar, y: Scalar, texel: FloatArray) -> None:  # pragma: no cover
    """The bilinear value of the texture at a place, kept inside its border, into `texel`."""
    x = min(max(x, np.float32(0)), np.float32(texture.shape[1] - 1.001))
    y = min(max(y, np.float32(0)), np.float32(texture.shape[0] - 1.001))
    row, column = int(y), int(x)
    fy, fx = y - np.float32(row), x - np.float32(column)
    for k in range(texture.shape[2]):
        above = texture[row, column, k] * (1 - fx) + texture[row, column + 1, k] * fx
        below = texture[row + 1, column, k] * (1 - fx) + texture[row + 1, column + 1, k] * fx
        texel[k] = above * (1 - fy) + below * fy


@njit(cache=True, fastmath=True)
def _draw(
    canvas: MeshCanvas, points: FloatArray, mesh: TexturedMesh, label: int, solid: bool, reach_cm: float
) -> None:  # pragma: no cover
    """Draw triangles in their order. Solid ones hide by depth; others are blended where nothing opaque is nearer."""
    height, width = canvas.depth.shape
    texel = np.zeros(5, np.float32)
    for t in range(mesh.triangles.shape[0]):
        a, b, c = mesh.triangles[t, 0], mesh.triangles[t, 1], mesh.triangles[t, 2]
        x0, y0, x1, y1, x2, y2 = points[a, 0], points[a, 1], points[b, 0], points[b, 1], points[c, 0], points[c, 1]
        area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        if abs(area) < 1e-9 or (solid and area >= 0):
            continue
        left, right = max(0, int(np.ceil(min(x0, x1, x2)))), min(width - 1, int(np.floor(max(x0, x1, x2))))
        top, bottom = max(0, int(np.ceil(min(y0, y1, y2)))), min(height - 1, int(np.floor(max(y0, y1, y2))))
        scale = 1 / area
        for y in range(top, bottom + 1):
            for x in range(left, right + 1):
                w0 = ((x1 - x) * (y2 - y) - (x2 - x) * (y1 - y)) * scale
                w1 = ((x2 - x) * (y0 - y) - (x0 - x) * (y2 - y)) * scale
                w2 = 1 - w0 - w1
                if w0 < -1e-6 or w1 < -1e-6 or w2 < -1e-6:
                    continue
                depth = w0 * points[a, 2] + w1 * points[b, 2] + w2 * points[c, 2]
                if depth >= canvas.depth[y, x] + reach_cm:
                    continue
                u = w0 * mesh.texel[a, 0] + w1 * mesh.texel[b, 0] + w2 * mesh.texel[c, 0]
                v = w0 * mesh.texel[a, 1] + w1 * mesh.texel[b, 1] + w2 * mesh.texel[c, 1]
                _sample(mesh.texture, np.float32(u), np.float32(v), texel)
                opacity = texel[3]
                if solid:
                    if opacity < SOLID:
                        continue
                    opacity = np.float32(1)
                    canvas.depth[y, x] = depth
                for k in range(3):
                    light = w0 * mesh.light[a, k] + w1 * mesh.light[b, k] + w2 * mesh.light[c, k]
                    sheen = w0 * mesh.sheen[a, k] + w1 * mesh.sheen[b, k] + w2 * mesh.sheen[c, k]
                    colour = texel[k] * light + sheen
                    before = canvas.colour[y, x, k]
                    # Straight colour: on an empty px the new colour stands alone.
                    share = opacity / max(opacity + canvas.opacity[y, x] * (1 - opacity), np.float32(1e-6))
                    canvas.colour[y, x, k] = before + (colour - before) * share
                canvas.opacity[y, x] += (1 - canvas.opacity[y, x]) * opacity
                if label == DETAIL_LABEL:
                    continue
                face = texel[4] if label == SKIN_LABEL else np.float32(0)
                hair = np.float32(1) if label == HAIR_LABEL else np.float32(0)
                canvas.labels[y, x, 0] += (face - canvas.labels[y, x, 0]) * opacity
                canvas.labels[y, x, 1] += (hair - canvas.labels[y, x, 1]) * opacity
