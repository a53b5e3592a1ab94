"""The inner loops of the renderer, compiled by numba: shapes, normals, z-buffer, texturing, layers.

Everything here is a sum in a fixed order on one thread, so that a person's pictures have the same bits on any number of
workers. Points handed to these loops are in px with whole numbers at pixel centres.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from fsgan_core.training.synthesis.head_camera import FloatArray
from fsgan_core.training.synthesis.morphable_head import LEFT_EYE, PLAIN, SKIN, IntArray

# Inside a compiled loop a number has the width that it was given there.
Scalar = Any

FAR_CM = 1e9
# How far behind the face (cm) a hair may lie and still be in front of it, and over how many cm it fades.
HAIR_BEHIND_CM = 0.8
HAIR_FADE_CM = 1.4


class Fragments(NamedTuple):
    """What the z-buffer knows of every pixel.

    Attributes:
        depth: (H, W) float32 cm.
        triangle: (H, W) int32; -1 where nothing was drawn.
        weights: (H, W, 2) float32 of the triangle's first two corners; the third has the rest to 1.
    """

    depth: FloatArray
    triangle: IntArray
    weights: FloatArray


class PaintedMesh(NamedTuple):
    """How triangles are painted.

    Attributes:
        triangles: (T, 3) int32.
        surface: (T,) int32: SKIN, LEFT_EYE, RIGHT_EYE or PLAIN.
        texel: (N, 2) float32: where in its texture a vertex lies, px.
        light: (N, 3) float32 linear factor on the texture; the colour itself where the surface is PLAIN.
    """

    triangles: IntArray
    surface: IntArray
    texel: FloatArray
    light: FloatArray


class HeadTextures(NamedTuple):
    """The textures of a head.

    Attributes:
        skin: (S, S, 3) float32 linear.
        eyes: (2, E, E, 3) float32 linear, the subject's left first.
        opacity: (S, S) float32 in [0, 1] of the skin; face_region (S, S) likewise, the label "face".
    """

    skin: FloatArray
    eyes: FloatArray
    opacity: FloatArray
    face_region: FloatArray


class FaceLayer(NamedTuple):
    """The drawn head.

    Attributes:
        colour: (H, W, 3) float32 linear, multiplied by opacity.
        opacity: (H, W) float32 in [0, 1]; face_region (H, W) likewise, the label "face".
        depth: (H, W) float32 cm.
    """

    colour: FloatArray
    opacity: FloatArray
    face_region: FloatArray
    depth: FloatArray


class Canvas(NamedTuple):
    """What is composed: colour (H, W, 3) float32 linear, and the masks face and hair (H, W) float32 in [0, 1]."""

    colour: FloatArray
    face: FloatArray
    hair: FloatArray


def empty_fragments(height: int, width: int) -> Fragments:
    """A z-buffer in which nothing has been drawn."""
    return Fragments(
        np.full((height, width), FAR_CM, np.float32),
        np.full((height, width), -1, np.int32),
        np.zeros((height, width, 2), np.float32),
    )


@njit(cache=True, fastmath=True)
def blend_shapes(base: FloatArray, displacements: FloatArray, weights: FloatArray) -> FloatArray:  # pragma: no cover
    """(N, 3) float32: base plus the first N displacements (K, >= N, 3), each times its weight (K,)."""
    shape = base.copy()
    for k in range(weights.shape[0]):
        weight = weights[k]
        if abs(weight) <= 1e-4:
            continue
        for i in range(shape.shape[0]):
            for axis in range(3):
                shape[i, axis] += weight * displacements[k, i, axis]
    return shape


@njit(cache=True, fastmath=True)
def rotate(points: FloatArray, rotation: FloatArray) -> FloatArray:  # pragma: no cover
    """(N, 3): rotation (3, 3) applied to each of the points (N, 3)."""
    turned = np.empty_like(points)
    for i in range(points.shape[0]):
        for axis in range(3):
            turned[i, axis] = (
                rotation[axis, 0] * points[i, 0] + rotation[axis, 1] * points[i, 1] + rotation[axis, 2] * points[i, 2]
            )
    return turned


@njit(cache=True, fastmath=True)
def vertex_normals(vertices: FloatArray, triangles: IntArray) -> FloatArray:  # pragma: no cover
    """(N, 3) unit normals, each the area-weighted mean of its triangles' normals; 0 where a vertex has none."""
    normals = np.zeros_like(vertices)
    for t in range(triangles.shape[0]):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        ux, uy, uz = vertices[b, 0] - vertices[a, 0], vertices[b, 1] - vertices[a, 1], vertices[b, 2] - vertices[a, 2]
        vx, vy, vz = vertices[c, 0] - vertices[a, 0], vertices[c, 1] - vertices[a, 1], vertices[c, 2] - vertices[a, 2]
        nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
        for corner in (a, b, c):
            normals[corner, 0] += nx
            normals[corner, 1] += ny
            normals[corner, 2] += nz
    for i in range(normals.shape[0]):
        length = np.sqrt(normals[i, 0] ** 2 + normals[i, 1] ** 2 + normals[i, 2] ** 2) + 1e-9
        for axis in range(3):
            normals[i, axis] /= length
    return normals


@njit(cache=True, fastmath=True)
def rasterise(
    points: FloatArray, triangles: IntArray, fragments: Fragments, front_only: bool
) -> None:  # pragma: no cover
    """Draw triangles into the z-buffer, the nearest one winning.

    Args:
        points: (N, 3) float64 x, y in px and depth in cm.
        triangles: (T, 3) int32.
        fragments: Changed in place.
        front_only: Skip triangles that show their back (y points down: a front has negative area).
    """
    height, width = fragments.depth.shape
    for t in range(triangles.shape[0]):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        x0, y0, x1, y1, x2, y2 = points[a, 0], points[a, 1], points[b, 0], points[b, 1], points[c, 0], points[c, 1]
        area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        if (front_only and area >= 0) or abs(area) < 1e-9:
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
                if depth < fragments.depth[y, x]:
                    fragments.depth[y, x] = depth
                    fragments.triangle[y, x] = t
                    fragments.weights[y, x, 0] = w0
                    fragments.weights[y, x, 1] = w1


@njit(cache=True, fastmath=True)
def _place(
    texel: FloatArray, corners: IntArray, w0: Scalar, w1: Scalar, limit: Scalar
) -> tuple[Scalar, Scalar, Scalar, Scalar]:  # pragma: no cover
    """Row and column of a fragment's texel, kept inside `limit`, and the share of the next row and column."""
    w2 = np.float32(1) - w0 - w1
    x = w0 * texel[corners[0], 0] + w1 * texel[corners[1], 0] + w2 * texel[corners[2], 0]
    y = w0 * texel[corners[0], 1] + w1 * texel[corners[1], 1] + w2 * texel[corners[2], 1]
    x, y = min(max(x, np.float32(0)), limit), min(max(y, np.float32(0)), limit)
    # Unsigned, so that numba needs no test for an index counted from the end.
    row, column = np.uintp(y), np.uintp(x)
    return row, column, y - np.float32(row), x - np.float32(column)


@njit(cache=True, fastmath=True)
def _between(a: Scalar, b: Scalar, c: Scalar, d: Scalar, fy: Scalar, fx: Scalar) -> Scalar:  # pragma: no cover
    """Bilinear mean of a, b in one row and c, d in the next."""
    one = np.float32(1)
    return (a * (one - fx) + b * fx) * (one - fy) + (c * (one - fx) + d * fx) * fy


@njit(cache=True, fastmath=True)
def paint_head(
    fragments: Fragments, mesh: PaintedMesh, textures: HeadTextures, layer: FaceLayer
) -> None:  # pragma: no cover
    """Colour, opacity and face region of every fragment, into the layer (in place); its depth is left alone."""
    height, width = fragments.depth.shape
    skin, eyes, transparency = textures.skin, textures.eyes, textures.opacity
    skin_limit, eye_limit = np.float32(skin.shape[0] - 1.001), np.float32(eyes.shape[1] - 1.001)
    for y in range(height):
        for x in range(width):
            t = fragments.triangle[y, x]
            if t < 0:
                continue
            corners = mesh.triangles[t]
            w0, w1 = fragments.weights[y, x, 0], fragments.weights[y, x, 1]
            w2 = np.float32(1) - w0 - w1
            surface = mesh.surface[t]
            row, column, fy, fx = _place(mesh.texel, corners, w0, w1, skin_limit if surface == SKIN else eye_limit)
            r1, c1 = row + np.uintp(1), column + np.uintp(1)
            opacity, region = np.float32(1), np.float32(1)
            if surface == SKIN:
                o = transparency
                opacity = _between(o[row, column], o[row, c1], o[r1, column], o[r1, c1], fy, fx)
                region = textures.face_region[row, column] * opacity
            eye = np.uintp(0 if surface == LEFT_EYE else 1)
            for k in range(3):
                light = w0 * mesh.light[corners[0], k] + w1 * mesh.light[corners[1], k] + w2 * mesh.light[corners[2], k]
                if surface == SKIN:
                    above, below = (skin[row, column, k], skin[row, c1, k]), (skin[r1, column, k], skin[r1, c1, k])
                    light *= _between(above[0], above[1], below[0], below[1], fy, fx)
                elif surface != PLAIN:
                    above = (eyes[eye, row, column, k], eyes[eye, row, c1, k])
                    below = (eyes[eye, r1, column, k], eyes[eye, r1, c1, k])
                    light *= _between(above[0], above[1], below[0], below[1], fy, fx)
                layer.colour[y, x, k] = light * opacity
            layer.opacity[y, x] = opacity
            layer.face_region[y, x] = region


@njit(cache=True, fastmath=True)
def compose(
    fragments: Fragments, mesh: PaintedMesh, photograph: FloatArray, face: FaceLayer, canvas: Canvas
) -> None:  # pragma: no cover
    """Lay the relief over the canvas' background, the face over the relief, and the hair before it over the face.

    Args:
        fragments: Of the relief.
        mesh: Of the relief; its surface is not used.
        photograph: (P, P, 6) float32: linear colour, opacity of the person, opacity of hair or a hat in front of the
            face, label "hair".
        face: The drawn face at the canvas' size.
        canvas: Holds the background; changed in place, masks included.
    """
    height, width = fragments.depth.shape
    limit, one = np.float32(photograph.shape[0] - 1.001), np.float32(1)
    texels = np.zeros(6, np.float32)
    p = photograph
    for y in range(height):
        for x in range(width):
            t = fragments.triangle[y, x]
            near = np.float32(0)
            texels[3] = texels[4] = texels[5] = 0
            if t >= 0:
                corners = mesh.triangles[t]
                w0, w1 = fragments.weights[y, x, 0], fragments.weights[y, x, 1]
                row, column, fy, fx = _place(mesh.texel, corners, w0, w1, limit)
                r1, c1 = row + np.uintp(1), column + np.uintp(1)
                for k in range(6):
                    texels[k] = _between(p[row, column, k], p[row, c1, k], p[r1, column, k], p[r1, c1, k], fy, fx)
                for k in range(3):
                    light = w0 * mesh.light[corners[0], k] + w1 * mesh.light[corners[1], k]
                    texels[k] *= light + (one - w0 - w1) * mesh.light[corners[2], k]
                nearer = (face.depth[y, x] + HAIR_BEHIND_CM - fragments.depth[y, x]) / HAIR_FADE_CM
                near = np.float32(min(1.0, max(0.0, nearer)))
            person, hair, uncovered = texels[3], texels[5], one - face.opacity[y, x]
            front = texels[4] * near
            for k in range(3):
                colour = canvas.colour[y, x, k]
                colour += (texels[k] - colour) * person
                colour = colour * uncovered + face.colour[y, x, k]
                canvas.colour[y, x, k] = colour + (texels[k] - colour) * front
            canvas.face[y, x] = face.face_region[y, x] * (one - front)
            canvas.hair[y, x] = max(min(texels[4], hair) * near, hair * uncovered * person)
