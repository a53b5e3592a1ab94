"""Simple meshes of what comes before a face: forearms, phones, cups, microphones, bars, books.

A shape is vertices (N, 3) in cm, upright and around the origin, triangles (T, 3) with their fronts outwards, and the
linear albedo (N, 3) of its vertices.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from fsgan_core.training.synthesis.head_camera import FloatArray
from fsgan_core.training.synthesis.morphable_head import IntArray

SIDES = 28
# An object that is held goes on so far below.
HANDLE_CM = 40.0


class Shape(NamedTuple):
    """A painted mesh; `gloss` is the share of light that it mirrors from the front."""

    vertices: FloatArray
    triangles: IntArray
    albedo: FloatArray
    gloss: float


def join_shapes(shapes: Sequence[Shape]) -> Shape:
    """The shapes as one; its gloss is the first one's."""
    pairs = list(zip(shapes, np.cumsum([0] + [len(shape.vertices) for shape in shapes[:-1]]), strict=True))
    return Shape(
        np.concatenate([shape.vertices for shape in shapes]).astype(np.float32),
        np.concatenate([shape.triangles + start for shape, start in pairs]).astype(np.int32),
        np.concatenate([shape.albedo for shape in shapes]).astype(np.float32),
        shapes[0].gloss,
    )


def turned(profile: Sequence[tuple[float, float]], albedo: FloatArray, gloss: float, depth: float = 1.0) -> Shape:
    """A profile turned about the y axis.

    Args:
        profile: Radius and height, cm, from below to above.
        albedo: (3,) linear.
        gloss: Of the shape.
        depth: Factor on z: below 1 the turned shape is flat.
    """
    radius, height = np.asarray(profile, np.float64).T
    around = np.arange(SIDES) / SIDES * 2 * np.pi
    x, z = radius[:, None] * np.cos(around), radius[:, None] * np.sin(around) * depth
    vertices = np.stack([x, np.broadcast_to(height[:, None], x.shape), z], -1).reshape(-1, 3)
    corner = np.arange(len(vertices)).reshape(len(radius), SIDES)
    a, b, c, d = corner[:-1], corner[1:], np.roll(corner, -1, 1)[:-1], np.roll(corner, -1, 1)[1:]
    triangles = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([c, b, d], -1).reshape(-1, 3)])
    return Shape(vertices, triangles.astype(np.int32), np.tile(albedo, (len(vertices), 1)), gloss)


def box(size: tuple[float, float, float], albedo: FloatArray, gloss: float, steps: int = 7) -> Shape:
    """A box around the origin; each side is a grid of its own, so that its edges are sharp."""
    grid = np.linspace(-0.5, 0.5, steps)
    v, u = (plane.ravel() for plane in np.meshgrid(grid, grid, indexing="ij"))
    corner = np.arange(steps * steps).reshape(steps, steps)
    a, b, c, d = corner[:-1, :-1], corner[:-1, 1:], corner[1:, :-1], corner[1:, 1:]
    face = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([b, d, c], -1).reshape(-1, 3)])
    sides = []
    for axis in range(3):
        for sign in (1, -1):
            plane = np.zeros((steps * steps, 3))
            plane[:, axis] = 0.5 * sign
            plane[:, (axis + 1) % 3], plane[:, (axis + 2) % 3] = u, v
            triangles = face if sign > 0 else face[:, ::-1]
            sides.append(Shape(plane * size, triangles, np.tile(albedo, (len(plane), 1)), gloss))
    return join_shapes(sides)


def forearm(skin: FloatArray, sleeve: FloatArray | None, wrist_from_cm: float) -> Shape:
    """A forearm below the origin, which is the wrist.

    Args:
        skin: (3,) linear albedo.
        sleeve: (3,) linear albedo of a sleeve; None leaves the arm bare.
        wrist_from_cm: How far below the wrist the sleeve ends.
    """
    # It lies just around the end of the hand, which is 5.2 x 3.7 cm there.
    below = np.array([-1.6, -0.6, 0.3, 1.2, 2.4, 4, 7, 12, 20, 32, 60])
    radii = np.array([2.3, 2.56, 2.72, 2.76, 2.8, 2.9, 3.2, 3.8, 4.4, 4.7, 4.9])
    radii = radii if sleeve is None else np.minimum(radii, 3.0)
    arm = turned(list(zip(radii, -below, strict=True))[::-1], skin, 0.03, 0.74)
    if sleeve is None:
        return arm
    edge = -wrist_from_cm
    heights = [edge - 60, edge - 30, edge - 8, edge - 1.2, edge, edge + 0.15, edge]
    cloth = [7.0, 6.0, 4.9, 4.4, 4.5, 4.2, 3.4]
    return join_shapes([arm, turned(list(zip(cloth, heights, strict=True)), sleeve, 0.01, 0.8)])


def sample_object(rng: np.random.Generator) -> tuple[str, Shape]:
    """A random object and its kind."""
    kind = str(rng.choice(["phone", "cup", "microphone", "bar", "book", "bottle"]))
    colour = sample_colour(rng)
    if kind == "phone":
        body = box((7.2, 14.8, 0.9), colour, 0.05)
        glass = box((6.7, 14.2, 0.1), np.full(3, 0.01), 0.06)
        lens = turned([(0, 0), (0.9, 0), (0.8, 0.25), (0, 0.25)], np.full(3, 0.015), 0.08)
        lens = lens._replace(vertices=lens.vertices[:, [0, 2, 1]] * (1, -1, -1) + (2.2, 5.6, -0.45))
        return kind, join_shapes([body, _moved(glass, (0, 0, 0.46)), lens])
    if kind == "cup":
        body = turned([(0, -5), (2.8, -5), (3.3, -2), (3.9, 2), (4.1, 5), (3.9, 5), (3.6, 2), (0, -4)], colour, 0.05)
        return kind, join_shapes([body, _ring(colour)])
    if kind == "bottle":
        profile = [(0, -12), (3.2, -12), (3.3, -11), (3.3, 2), (2.6, 5), (1.3, 8), (1.25, 11), (0, 11)]
        return kind, turned(profile, colour, 0.08)
    if kind == "microphone":
        bow = [(2.6 * np.cos(turn), 5.2 + 2.6 * np.sin(turn)) for turn in np.linspace(-1.2, 1.57, 9)]
        head = turned([(0, 3), *bow], np.full(3, rng.uniform(0.02, 0.2)), 0.02)
        handle = turned([(1.1, -HANDLE_CM), (1.2, -8), (1.9, 2.6), (2.2, 3)], colour * 0.3, 0.05)
        return kind, join_shapes([head, handle])
    if kind == "bar":
        width = float(rng.uniform(0.8, 3.5))
        if rng.random() < 0.5:
            return kind, turned([(width, -HANDLE_CM), (width, 8), (width * 0.9, 8.4), (0, 8.4)], colour, 0.06)
        return kind, _moved(box((2 * width, HANDLE_CM + 8, 2.0), colour, 0.03), (0, 4 - HANDLE_CM / 2, 0))
    return kind, box((float(rng.uniform(10, 16)), float(rng.uniform(13, 21)), float(rng.uniform(0.1, 3))), colour, 0.02)


def sample_colour(rng: np.random.Generator) -> FloatArray:
    """(3,) float64 linear albedo: greys, black and white as often as colours."""
    value = float(rng.uniform(0.02, 0.85)) ** 1.5
    if rng.random() < 0.5:
        return np.full(3, value)
    return np.asarray(np.clip(value * np.exp(rng.normal(0, 0.7, 3)), 0.01, 0.85))


def _moved(shape: Shape, by: tuple[float, float, float]) -> Shape:
    return shape._replace(vertices=shape.vertices + np.array(by))


def _ring(colour: FloatArray) -> Shape:
    """The handle of a cup: a ring beside it."""
    around, tube = np.meshgrid(np.arange(SIDES) / SIDES * 2 * np.pi, np.arange(10) / 10 * 2 * np.pi, indexing="ij")
    radius = 2.4 + 0.5 * np.cos(tube)
    vertices = np.stack([4.2 + radius * np.cos(around), radius * np.sin(around), 0.5 * np.sin(tube)], -1).reshape(-1, 3)
    corner = np.arange(len(vertices)).reshape(SIDES, 10)
    a, b = corner, np.roll(corner, -1, 0)
    c, d = np.roll(corner, -1, 1), np.roll(np.roll(corner, -1, 0), -1, 1)
    triangles = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([c, b, d], -1).reshape(-1, 3)])
    return Shape(vertices, triangles.astype(np.int32), np.tile(colour, (len(vertices), 1)), 0.05)
