"""How well a pack finds faces: recall and false positives over face sizes and turns, as `fsgan analyze` finds them."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from fsgan_core.color.network_encoding import network_to_linear
from fsgan_core.geometry.box import intersection_over_union
from fsgan_core.geometry.face_box import landmarks_to_box
from fsgan_core.job.progress import Progress
from fsgan_core.job.settings import AnalyzeSettings
from fsgan_core.pipeline.find_faces import faces_of_picture
from fsgan_core.pipeline.shot_picture import ShotPicture
from fsgan_core.training.datasets import Clip, View
from fsgan_core.training.weights_table import Figure
from fsgan_core.weights.load import Pack

WIDTH, HEIGHT = 640, 360
FACE_PX = (40, 64, 96, 140, 200, 280, 400)
"""Face boxes: from just above the smallest that is looked for (40 px) to larger than the picture is high."""
FOUND_IOU = 0.4
FURTHEST_YAW_DEG = 75.0
SMALLEST_PX = 32
"""The search looks for boxes a little smaller than 40 px, so that one of 40 px is no limit case."""


def find_validation_faces(clips: Sequence[Clip], pictures: int, pack: Pack, progress: Progress) -> list[Figure]:
    """Recall and false positives on pictures of one face and of none.

    Args:
        clips: Of split val.
        pictures: Pictures with a face; a quarter as many without one are added.
        pack: Detector and landmarks are used.
        progress: Hears about every picture.
    """
    rng = np.random.default_rng(11)
    settings = AnalyzeSettings(min_face_px=SMALLEST_PX)
    found = {px: [0, 0] for px in FACE_PX}
    turned, false, largest_yaw = [0, 0], 0, 0.0
    empty = pictures // 4
    progress.begin("find faces", pictures + empty)
    for number in range(pictures + empty):
        face_px = FACE_PX[number % len(FACE_PX)] if number < pictures else 0
        picture, box, yaw = _scene(clips, number, face_px, rng)
        nobody = np.zeros((0, 4), np.float32)
        boxes, _ = faces_of_picture(ShotPicture(1, picture, 1.0, (0, 0)), nobody, pack, settings)
        overlaps = intersection_over_union(boxes, box[None])[:, 0] if face_px else np.zeros(len(boxes))
        false += int((overlaps < FOUND_IOU).sum())
        if face_px:
            hit = int((overlaps >= FOUND_IOU).any())
            found[face_px][0] += hit
            found[face_px][1] += 1
            if yaw > 45:
                turned[0], turned[1] = turned[0] + hit, turned[1] + 1
            largest_yaw = max(largest_yaw, yaw)
        progress.frame_done(number + 1)
    hits, total = np.sum(list(found.values()), axis=0)
    name = f"faces found, {FACE_PX[0]} px to over the picture's height, turned to {largest_yaw:.0f} degrees"
    return [
        Figure(name, _share(int(hits), int(total)), "recall", int(total), at_least=0.99),
        *(Figure(f"faces found, {px} px", _share(*pair), "recall", pair[1]) for px, pair in found.items()),
        Figure("faces found, turned more than 45 degrees", _share(turned[0], turned[1]), "recall", turned[1]),
        Figure("false faces", false / max(pictures + empty, 1), "a picture", pictures + empty, at_most=0.1),
    ]


def _scene(
    clips: Sequence[Clip], number: int, face_px: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, float]:
    """A picture (HEIGHT, WIDTH, 3) scene-linear, its face box (4,) px and the face's yaw; `face_px` 0 for no face."""
    backdrop = _view(clips, int(rng.integers(len(clips))), rng)
    canvas = _backdrop(backdrop, rng)
    box, yaw = np.zeros(4, np.float32), 0.0
    if face_px:
        view = _view(clips, number % len(clips), rng)
        canvas, box = _placed(canvas, view, face_px, rng)
        yaw = float(abs(view.pose[0]))
    return network_to_linear(canvas * 2 - 1), box, yaw


def _view(clips: Sequence[Clip], index: int, rng: np.random.Generator) -> View:
    clip = clips[index]
    position = int(rng.integers(len(clip)))
    if rng.random() < 0.35:  # renders are mostly near frontal: the far turns are asked for more often
        position = int(
            np.nanargmax(np.where(np.abs(clip.poses[:, 0]) <= FURTHEST_YAW_DEG, np.abs(clip.poses[:, 0]), -1))
        )
    return clip.view(position)


def _backdrop(view: View, rng: np.random.Generator) -> np.ndarray:
    """(HEIGHT, WIDTH, 3) in [0, 1]: a view's surroundings, its head covered by the colour of its border."""
    head = cv2.dilate(np.maximum(view.face, view.hair), np.ones((21, 21), np.uint8))
    soft = cv2.blur(head, (15, 15)).astype(np.float32)[..., None] / 255
    shown = view.rgb.astype(np.float32) / 255
    border = shown[:, :4].reshape(-1, 3).mean(0)
    rgb = shown + (border - shown) * soft
    wide = np.hstack([rgb, rgb[:, ::-1]])
    top = int(rng.integers(0, wide.shape[0] - 180))
    return cv2.resize(
        wide[top : top + 360 * wide.shape[1] // 640], (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC
    ).clip(0, 1)


def _placed(canvas: np.ndarray, view: View, face_px: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The canvas with the whole view on it, its face `face_px` high, and the face box."""
    box = landmarks_to_box(view.landmarks)
    scale = face_px / float(box[2] - box[0])
    margin = min(face_px / 2, HEIGHT / 2 - 1)
    centre = rng.uniform((margin, margin), (WIDTH - margin, HEIGHT - margin))
    matrix = np.column_stack([np.eye(2) * scale, centre - scale * (box[:2] + box[2:]) / 2])
    size = (WIDTH, HEIGHT)
    shifted = matrix.copy()
    shifted[:, 2] += scale / 2 - 0.5
    rgb: np.ndarray = view.rgb.astype(np.float32) / 255
    if scale < 1:
        rgb = cv2.GaussianBlur(rgb, (0, 0), 0.4 / scale)
    placed = cv2.warpAffine(rgb, shifted, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    head = cv2.dilate(np.maximum(view.face, view.hair), np.ones((9, 9), np.uint8))
    if rng.random() < 0.5:  # with everything around it, as far as the view shows it
        head = np.full_like(head, 255)
    alpha = cv2.warpAffine(head, shifted, size, flags=cv2.INTER_LINEAR).astype(np.float32)[..., None] / 255
    mixed = canvas + (placed - canvas) * alpha
    moved = np.concatenate([matrix[:, :2] @ corner + matrix[:, 2] for corner in (box[:2], box[2:])])
    return mixed.astype(np.float32), np.asarray(moved, np.float32)


def _share(hits: int, total: int) -> float:
    return hits / total if total else float("nan")
