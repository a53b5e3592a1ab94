"""Training samples of the detector: faces of all sizes pasted on pictures without one."""

from __future__ import annotations

import cv2
import numpy as np

from fsgan_core.geometry.face_box import landmarks_to_box
from fsgan_core.training.analysis_samples import FaceSampler, draw_view, faceless_picture, random_relight, to_network
from fsgan_core.training.augment import random_lens
from fsgan_core.training.datasets import View

MOST_FACES = 6
SMALL_PX, MIDDLE_PX, LARGEST_PX = 10.0, 70.0, 320.0
LARGE_SHARE = 0.3
"""Faces larger than the detector knows: another level of the pyramid finds them, here their parts must not pass."""
SMALL_PICTURE_SHARE, SMALLEST_PICTURE_PX = 0.4, 24
"""The coarsest levels of a pyramid are so small, with their border repeated."""
VISIBLE_SHARE = 0.6

Window = tuple[int, int, int, int]


def detector_sample(sampler: FaceSampler, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """picture (3, S, S), boxes (6, 4) px padded by -1: faces of 10 to 320 px pasted on another picture.

    Now and then the picture is smaller than S and its border is repeated, as around the levels of a pyramid.
    """
    canvas = faceless_picture(sampler, rng)
    window = _window(sampler.size, rng)
    boxes: list[np.ndarray] = []
    for _ in range(int(rng.choice([0, 1, 1, 2, 3, 4]))):
        people = sampler.photos if len(sampler.photos) and rng.random() < sampler.photo_share else sampler.clips
        clip = people[int(rng.integers(len(people)))]
        view = clip.view(draw_view(clip, rng))
        low, high = (MIDDLE_PX, LARGEST_PX) if rng.random() < LARGE_SHARE else (SMALL_PX, MIDDLE_PX)
        placed = _place_face(canvas, view, float(np.exp(rng.uniform(np.log(low), np.log(high)))), rng, boxes, window)
        if placed is not None:
            canvas, box = placed
            boxes.append(box)
    rgb = random_lens(random_relight(_border_repeated(canvas, window), rng), rng, 0.6)
    padded = np.full((MOST_FACES, 4), -1, np.float32)
    if boxes:
        padded[: len(boxes)] = np.stack(boxes)
    return {"picture": to_network(rgb), "boxes": padded}


def _window(size: int, rng: np.random.Generator) -> Window:
    """x0, y0, x1, y1 px of the picture in the canvas."""
    if rng.random() >= SMALL_PICTURE_SHARE:
        return 0, 0, size, size
    width, height = (int(v) for v in rng.integers(SMALLEST_PICTURE_PX, size, 2))
    x, y = int(rng.integers(0, size - width + 1)), int(rng.integers(0, size - height + 1))
    return x, y, x + width, y + height


def _border_repeated(canvas: np.ndarray, window: Window) -> np.ndarray:
    x0, y0, x1, y1 = window
    size = canvas.shape[0]
    return np.pad(canvas[y0:y1, x0:x1], ((y0, size - y1), (x0, size - x1), (0, 0)), mode="edge")


def _place_face(
    canvas: np.ndarray, view: View, face_px: float, rng: np.random.Generator, taken: list[np.ndarray], window: Window
) -> tuple[np.ndarray, np.ndarray] | None:
    """The canvas with the head pasted in its window and its face box, or None where the place is taken."""
    size = canvas.shape[0]
    box = landmarks_to_box(view.landmarks)
    factor = min(1.0, 1.7 * face_px / float(box[2] - box[0]))
    view = _resized(view, factor)
    box = landmarks_to_box(view.landmarks)
    scale = face_px / float(box[2] - box[0])
    angle = np.radians(rng.uniform(-30, 30))
    low, high = np.array(window[:2]), np.array(window[2:])
    centre = rng.uniform(low, high)
    linear = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) * scale
    matrix = np.column_stack([linear, centre - linear @ ((box[:2] + box[2:]) / 2)])
    new = landmarks_to_box(view.landmarks @ matrix[:, :2].T + matrix[:, 2])
    visible = np.clip(new, np.tile(low, 2), np.tile(high, 2))
    too_little = (visible[2:] - visible[:2]).prod() < VISIBLE_SHARE * face_px**2
    if too_little or any(_overlap(new, other) > 0.1 for other in taken):
        return None
    head = view.face
    if rng.random() < 0.6:
        head = np.full_like(view.face, 255)
    shifted = matrix.copy()
    shifted[:, 2] += matrix[:, :2] @ np.array([0.5, 0.5]) - 0.5
    rgb = cv2.warpAffine(view.rgb, shifted, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    alpha = cv2.warpAffine(head, shifted, (size, size), flags=cv2.INTER_LINEAR).astype(np.float32)[..., None] / 255
    return canvas + (rgb.astype(np.float32) / 255 - canvas) * alpha, new


def _resized(view: View, factor: float) -> View:
    """The view shrunk by area averaging; its `face` becomes the whole head with a margin, its `hair` is dropped."""
    side = max(8, round(view.rgb.shape[0] * factor))
    rgb = cv2.resize(view.rgb, (side, side), interpolation=cv2.INTER_AREA)
    head = cv2.dilate(
        cv2.resize(np.maximum(view.face, view.hair), (side, side), interpolation=cv2.INTER_AREA),
        np.ones((3, 3), np.uint8),
    )
    landmarks = (view.landmarks * (side / view.rgb.shape[0])).astype(np.float32)
    return View(rgb, head, np.zeros((0, 0), np.uint8), landmarks, view.pose, view.expression)


def _overlap(a: np.ndarray, b: np.ndarray) -> float:
    low, high = np.maximum(a[:2], b[:2]), np.minimum(a[2:], b[2:])
    inner = float(np.clip(high - low, 0, None).prod())
    return inner / max(float(min((a[2:] - a[:2]).prod(), (b[2:] - b[:2]).prod())), 1e-6)
