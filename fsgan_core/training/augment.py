"""Random crops, light, lens and occluders on labelled views: what renders lack and plates have."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from fsgan_core.geometry.face_box import box_to_crop_box, landmarks_to_box
from fsgan_core.geometry.landmark_mirror import mirror_landmarks
from fsgan_core.training.datasets import View


@dataclass(frozen=True)
class CropJitter:
    """How far a training crop may lie from the exact crop: degrees, factor, share of the side."""

    rotation_deg: float = 0.0
    scale: float = 0.0
    shift: float = 0.0


def crop_view(view: View, size: int, jitter: CropJitter, rng: np.random.Generator) -> View:
    """The face crop of a view, `size` px, at random off the exact one."""
    x0, y0, x1, _ = (float(v) for v in box_to_crop_box(landmarks_to_box(view.landmarks)))
    side = (x1 - x0) * float(np.exp(rng.uniform(-jitter.scale, jitter.scale)))
    centre = np.array([(x0 + x1) / 2, y0 + (x1 - x0) / 2]) + rng.uniform(-jitter.shift, jitter.shift, 2) * side
    angle = float(rng.uniform(-jitter.rotation_deg, jitter.rotation_deg))
    cos, sin = np.cos(np.radians(angle)) * size / side, np.sin(np.radians(angle)) * size / side
    linear = np.array([[cos, -sin], [sin, cos]])  # a positive angle turns clockwise in the image, as a positive roll
    return warp_view(view, np.column_stack([linear, size / 2 - linear @ centre]), size, angle)


def warp_view(view: View, matrix: np.ndarray, size: int, roll_deg: float = 0.0) -> View:
    """The view under a similarity.

    Args:
        view: Any size.
        matrix: (2, 3) px to px, pixel centres at +0.5.
        size: Side of the result, px.
        roll_deg: Clockwise turn within the matrix, added to the pose.
    """
    shifted = matrix.copy()
    shifted[:, 2] += matrix[:, :2] @ np.array([0.5, 0.5]) - 0.5
    area = cv2.INTER_AREA if np.hypot(*matrix[:, 0]) < 0.6 else cv2.INTER_LINEAR

    def warp(picture: np.ndarray, border: int) -> np.ndarray:
        if not picture.size:
            return picture
        if area == cv2.INTER_AREA:
            return _shrink_warp(picture, shifted, size, border)
        return cv2.warpAffine(picture, shifted, (size, size), flags=area, borderMode=border)

    def move(points: np.ndarray) -> np.ndarray:
        return np.asarray(points @ matrix[:, :2].T + matrix[:, 2], np.float32)

    return replace(
        view,
        rgb=warp(view.rgb, cv2.BORDER_REFLECT_101),
        face=warp(view.face, cv2.BORDER_CONSTANT),
        hair=warp(view.hair, cv2.BORDER_REPLICATE),
        landmarks=move(view.landmarks),
        found=None if view.found is None else move(view.found),
        pose=(view.pose + np.array([0, 0, roll_deg])).astype(np.float32),
    )


def flip_view(view: View) -> View:
    """The mirrored view."""
    width = view.rgb.shape[1]
    return replace(
        view,
        rgb=view.rgb[:, ::-1], face=view.face[:, ::-1], hair=view.hair[:, ::-1],
        landmarks=mirror_landmarks(view.landmarks, width),
        found=None if view.found is None else mirror_landmarks(view.found, width),
        pose=view.pose * np.array([-1, 1, -1], np.float32),
    )  # fmt: skip


def random_light(rgb: np.ndarray, rng: np.random.Generator, amount: float = 1.0) -> np.ndarray:
    """Brightness, contrast, gamma, saturation and white balance at random.

    Args:
        rgb: (H, W, 3) float32 in [0, 1].
        rng: Random generator.
        amount: 0 leaves the picture, 1 is strong.
    """
    gamma = np.exp(rng.uniform(-0.35, 0.35) * amount)
    gain = np.exp(rng.uniform(-0.3, 0.25) * amount) * np.exp(rng.uniform(-0.12, 0.12, 3) * amount)
    out = np.power(np.maximum(rgb, 0), np.float32(gamma)) * gain.astype(np.float32)
    grey = out.mean(2, keepdims=True)
    out = grey + (out - grey) * np.float32(1 + rng.uniform(-0.5, 0.4) * amount)
    middle = np.float32(out.mean())
    out = middle + (out - middle) * np.float32(np.exp(rng.uniform(-0.3, 0.25) * amount))
    return np.clip(out, 0, 1)


def random_shade(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Another light from another side, in three of five cases: the picture times a slow random field.

    Args:
        rgb: (H, W, 3) float32 in [0, 1].
        rng: Random generator.
    """
    if rng.random() < 0.4:
        return rgb
    coarse = rng.normal(0, rng.uniform(0.05, 0.35), (3, 3)).astype(np.float32)
    field = np.exp(cv2.resize(coarse, (rgb.shape[1], rgb.shape[0]), interpolation=cv2.INTER_CUBIC))
    return np.clip(rgb * field[..., None], 0, 1)


def random_tint(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Hues turned about the grey axis, now and then all the way, and now and then no colour: dyed hair, stage light.

    Args:
        rgb: (H, W, 3) float32 in [0, 1].
        rng: Random generator.
    """
    draw = rng.random()
    if draw < 0.05:
        return np.repeat(rgb.mean(2, keepdims=True), 3, 2)
    if draw > 0.4:
        return rgb
    angle = rng.uniform(-np.pi, np.pi) if draw < 0.12 else rng.normal(0, 0.35)
    turn = cv2.Rodrigues(np.full(3, angle / np.sqrt(3)))[0].astype(np.float32)
    return np.clip(rgb @ turn.T, 0, 1)


def random_lens(rgb: np.ndarray, rng: np.random.Generator, amount: float = 1.0) -> np.ndarray:
    """Blur, motion blur, low resolution, grain and compression at random.

    Args:
        rgb: (H, W, 3) float32 in [0, 1].
        rng: Random generator.
        amount: Probability factor of each.
    """
    size = rgb.shape[0]
    if rng.random() < 0.3 * amount:
        rgb = cv2.GaussianBlur(rgb, (0, 0), float(rng.uniform(0.4, 1.6)) * size / 256)
    if rng.random() < 0.12 * amount:
        rgb = _motion_blur(rgb, float(rng.uniform(2, 9)) * size / 256, float(rng.uniform(0, np.pi)))
    if rng.random() < 0.2 * amount:
        small = max(24, int(size / rng.uniform(1.3, 4)))
        rgb = cv2.resize(
            cv2.resize(rgb, (small, small), interpolation=cv2.INTER_AREA), (size, size), interpolation=cv2.INTER_CUBIC
        )
    if rng.random() < 0.4 * amount:
        rgb = rgb + rng.normal(0, rng.uniform(0.003, 0.035), rgb.shape).astype(np.float32)
    rgb = np.clip(rgb, 0, 1)
    if rng.random() < 0.25 * amount:
        quality = int(rng.integers(25, 90))
        coded = cv2.imencode(".jpg", (rgb * 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        decoded = cv2.imdecode(coded, cv2.IMREAD_COLOR)
        assert decoded is not None
        rgb = decoded.astype(np.float32) / 255
    return rgb


def random_occluder(size: int, rng: np.random.Generator, texture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A hand-, bar- or blob-shaped occluder.

    Args:
        size: Side, px.
        rng: Random generator.
        texture: (H, W, 3) uint8, where its colours come from.

    Returns:
        colour (size, size, 3) float32 in [0, 1] and alpha (size, size) float32.
    """
    alpha = np.zeros((size, size), np.uint8)
    centre = rng.uniform(0.1, 0.9, 2) * size
    for _ in range(int(rng.integers(1, 6))):
        middle = centre + rng.normal(0, 0.09, 2) * size
        axes = rng.uniform(0.02, 0.12, 2) * size * (1, rng.uniform(1, 3))
        box = (
            (float(middle[0]), float(middle[1])),
            (float(axes[0]) * 2, float(axes[1]) * 2),
            float(rng.uniform(0, 180)),
        )
        if rng.random() < 0.6:
            cv2.ellipse(alpha, box, 255, -1, cv2.LINE_AA)
        else:
            cv2.fillPoly(alpha, [cv2.boxPoints(box).astype(np.int32)], 255, cv2.LINE_AA)
    height, width = texture.shape[:2]
    side = int(min(height, width) * rng.uniform(0.15, 0.7))
    y, x = int(rng.integers(0, height - side + 1)), int(rng.integers(0, width - side + 1))
    colour = (
        cv2.resize(texture[y : y + side, x : x + side], (size, size), interpolation=cv2.INTER_LINEAR).astype(np.float32)
        / 255
    )
    if rng.random() < 0.5:
        colour = colour.mean((0, 1)) * np.float32(rng.uniform(0.7, 1.2)) + (colour - colour.mean((0, 1))) * 0.25
    return np.clip(colour, 0, 1), cv2.GaussianBlur(alpha.astype(np.float32) / 255, (0, 0), float(rng.uniform(0.5, 1.5)))


def _motion_blur(rgb: np.ndarray, length_px: float, angle: float) -> np.ndarray:
    side = int(length_px) // 2 * 2 + 3
    kernel = np.zeros((side, side), np.float32)
    middle, reach = side // 2, length_px / 2
    start = (round(middle - np.cos(angle) * reach), round(middle - np.sin(angle) * reach))
    cv2.line(kernel, start, (2 * middle - start[0], 2 * middle - start[1]), 1.0, 1, cv2.LINE_AA)
    return cv2.filter2D(rgb, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REFLECT_101)


def _shrink_warp(picture: np.ndarray, matrix: np.ndarray, size: int, border: int) -> np.ndarray:
    """A warp that shrinks: at twice the size, then averaged, so that no detail aliases."""
    double = matrix * 2
    double[:, 2] += 0.5
    return cv2.resize(
        cv2.warpAffine(picture, double, (2 * size, 2 * size), flags=cv2.INTER_LINEAR, borderMode=border),
        (size, size),
        interpolation=cv2.INTER_AREA,
    )
