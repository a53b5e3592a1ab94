"""Training samples for the generators: pairs of views of one person for G_r, holes for G_c, foreign faces for G_b."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import torch

from fsgan_core.geometry.eye_opening import EYES
from fsgan_core.geometry.landmark_warp import warp_map, warp_to_landmarks
from fsgan_core.geometry.mirrored_warp import warp_with_mirror
from fsgan_core.geometry.poisson_clone import poisson_clone
from fsgan_core.networks.colour_spread import spread
from fsgan_core.networks.tone_match import tone_match
from fsgan_core.training.analysis_samples import to_network
from fsgan_core.training.augment import CropJitter, crop_view, flip_view, random_lens, random_light
from fsgan_core.training.datasets import Clip, View
from fsgan_core.training.foreign_proportions import foreign_proportions

PHOTOGRAPH_SHARE = 0.3
"""Of the targets of G_r, where a clip has the photograph that its views were drawn from."""
SHUT_SHARE = 0.3
"""Of the targets of G_r, as far as their clip has views with shut eyes: a blink is rare in clips, and seen at once."""
FOREIGN_SHARE, MOST_FOREIGN = 0.4, 2.0
"""Of the targets of G_r, those whose landmarks have the proportions of another, as a plate's have in a swap; and how
far at most, in deviations between people."""
OPEN_EYE = 0.4
"""Height of a wide open eye, in its widths."""
FOUND_SHARE = 0.5
"""Of the pairs of G_r, those with the landmarks that the landmark network sees, as in use: it has habits of its own."""
FINE = CropJitter(rotation_deg=6.0, scale=0.05, shift=0.02)


@dataclass(frozen=True)
class PairSampler:
    """Draws two views of one person under one light.

    Attributes:
        clips: People with several views; no real person among them.
        size: Side of the crop, px.
        max_yaw_deg: Largest yaw between the two.
    """

    clips: Sequence[Clip]
    size: int
    max_yaw_deg: float = 32.0

    def pair(self, rng: np.random.Generator) -> tuple[View, View]:
        """Source and target view of one take, as face crops.

        The photograph of the person is the target as often as it can be.
        """
        while True:
            clip = self.clips[int(rng.integers(len(self.clips)))]
            target = self.draw_target(clip, rng)
            near = np.abs(clip.poses[:, 0] - clip.poses[target, 0]) <= self.max_yaw_deg
            choice = np.flatnonzero((clip.take == clip.take[target]) & near & (np.arange(len(clip)) != target))
            if len(choice):
                break
        source = int(rng.choice(choice))
        views = [crop_view(clip.view(index), self.size, FINE, rng) for index in (source, target)]
        if rng.random() < 0.5:
            views = [flip_view(view) for view in views]
        return views[0], views[1]

    def draw_target(self, clip: Clip, rng: np.random.Generator) -> int:
        """A view of the clip; its photograph and shut eyes more often than there are of them."""
        kind = rng.random()
        if kind > 1 - SHUT_SHARE and len(clip.shut):
            return int(rng.choice(clip.shut))
        photographs = np.flatnonzero(clip.photo)
        if kind < PHOTOGRAPH_SHARE and len(photographs):
            return int(rng.choice(photographs))
        return int(rng.integers(len(clip)))

    def single(self, rng: np.random.Generator, jitter: CropJitter = FINE) -> View:
        """One face crop of anybody."""
        clip = self.clips[int(rng.integers(len(self.clips)))]
        view = crop_view(clip.view(int(rng.integers(len(clip)))), self.size, jitter, rng)
        return flip_view(view) if rng.random() < 0.5 else view

    def like(self, view: View, rng: np.random.Generator) -> View:
        """A face crop of anybody, in the pose nearest to that of `view`, mirrored where that is nearer."""
        clip = self.clips[int(rng.integers(len(self.clips)))]
        mirrored = clip.poses[:, :2] * np.array([-1, 1])
        distance = np.linalg.norm(np.concatenate([clip.poses[:, :2], mirrored]) - view.pose[:2], axis=1)
        nearest = int(np.argmin(distance))
        crop = crop_view(clip.view(nearest % len(clip)), self.size, FINE, rng)
        return flip_view(crop) if nearest >= len(clip) else crop


def reenactment_sample(sampler: PairSampler, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """view, warped (3, S, S), points (98, 2), target (3, S, S), the view's points, both poses, and masks of the target.

    The masks are (1, S, S): face, head (face and hair, dilated) and parts (mouth and eyes).
    """
    source, target = sampler.pair(rng)
    if rng.random() < FOREIGN_SHARE:
        target = with_foreign_proportions(target, rng)
    seed = int(rng.integers(2**31))
    size = sampler.size
    pictures = [
        random_light(v.rgb.astype(np.float32) / 255, np.random.default_rng(seed), 0.7) for v in (source, target)
    ]
    picture = random_lens(pictures[0], rng, 0.35)
    is_found = rng.random() < FOUND_SHARE
    from_points, to_points = (
        shaken(v.found if is_found and v.found is not None else v.landmarks, rng, deviation * size)
        for v, deviation in ((source, 0.004), (target, 0.002))
    )
    warped = warp_with_mirror(picture, from_points, to_points)
    return {
        "view": to_network(picture), "warped": to_network(warped), "points": (to_points / size).astype(np.float32),
        "target": to_network(pictures[1]), "face": as_plane(target.face), "head": head_mask(target.face, target.hair),
        "parts": parts_mask(target.landmarks, size),
        "view_points": (from_points / size).astype(np.float32), "view_pose": source.pose, "pose": target.pose,
    }  # fmt: skip


def with_foreign_proportions(view: View, rng: np.random.Generator) -> View:
    """The view as it would be with the proportions of somebody else: picture, masks and landmarks are moved alike."""
    amount, seed = float(rng.uniform(0, MOST_FOREIGN)), int(rng.integers(2**31))

    def with_others(points: np.ndarray) -> np.ndarray:
        return foreign_proportions(points, float(np.nan_to_num(view.pose[0])), np.random.default_rng(seed), amount)

    asked = with_others(view.landmarks)
    found = None if view.found is None else with_others(view.found)
    height, width = view.rgb.shape[:2]
    source_px = warp_map(view.landmarks, asked, (height, width)) - np.float32(0.5)

    def moved(picture: np.ndarray, kernel: int) -> np.ndarray:
        x, y = source_px[..., 0], source_px[..., 1]
        return np.asarray(cv2.remap(picture, x, y, kernel, borderMode=cv2.BORDER_REPLICATE))

    face, hair = (moved(mask, cv2.INTER_LINEAR) for mask in (view.face, view.hair))
    return replace(view, rgb=moved(view.rgb, cv2.INTER_CUBIC), face=face, hair=hair, landmarks=asked, found=found)


def inpainting_sample(sampler: PairSampler, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """face (3, S, S) with holes and without background, mask (1, S, S), points (98, 2), target (3, S, S)."""
    view = sampler.single(rng, CropJitter(rotation_deg=12.0, scale=0.08, shift=0.03))
    size = sampler.size
    rgb = random_light(view.rgb.astype(np.float32) / 255, rng, 0.7)
    full = view.face > 127
    shown = full.copy()
    for _ in range(int(rng.choice([1, 1, 2, 3]))):
        shown &= ~border_ellipse(full, rng)
    if rng.random() < 0.6:  # the reenacted face has another outline than the plate's
        other = sampler.single(rng)
        shown &= cv2.erode(other.face, np.ones((3, 3), np.uint8)) > 127
    elif rng.random() < 0.5:
        side = int(rng.integers(3, max(4, size // 12)))
        shown &= cv2.erode(full.astype(np.uint8), np.ones((side, side), np.uint8)) > 0
    picture = random_lens(rgb, rng, 0.25)
    face = np.where(shown[..., None], picture, 0.0)
    points = shaken(view.landmarks, rng, 0.003 * size) / size
    return {
        "face": to_network(face), "mask": full[None].astype(np.float32), "shown": shown[None].astype(np.float32),
        "points": points.astype(np.float32), "target": to_network(rgb),
    }  # fmt: skip


def blending_sample(sampler: PairSampler, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """transfer, target (3, S, S), mask (1, S, S) and blended (3, S, S) for the compact G_b.

    Blended is the tone match of a clean transfer; the transfer has the rim that inpainting leaves: strands of the
    other person's hair, smeared colours. (The Poisson clone of eq. 19 was its target once: it turns eyes black where a
    light face goes on dark skin, and takes in the hair beside the face.)
    """
    target, target_rgb, foreign, known = _foreign_face(sampler, rng)
    mask = target.face > 127
    rim = np.ones((2 * int(rng.integers(1, max(2, sampler.size // 24))) + 1,) * 2, np.uint8)
    clean = _completed(foreign, cv2.erode(known, np.ones((5, 5), np.uint8)) > 0)
    rough = random_lens(_completed(foreign, cv2.dilate(known, rim) > 0), rng, 0.3)
    pictures = [np.where(mask[..., None], face, target_rgb) for face in (rough, clean)]
    transfer, wanted, plate = (torch.from_numpy(to_network(picture))[None] for picture in (*pictures, target_rgb))
    inside = mask[None].astype(np.float32)
    blended = tone_match(wanted, plate, torch.from_numpy(inside)[None])
    return {"transfer": transfer[0].numpy(), "target": plate[0].numpy(), "mask": inside, "blended": blended[0].numpy()}


def poisson_sample(sampler: PairSampler, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """As `blending_sample`, for the paper's G_b: blended is the Poisson clone of the transfer (eq. 19)."""
    target, target_rgb, foreign, _ = _foreign_face(sampler, rng)
    mask = (target.face > 127).astype(np.uint8)
    mask[:2], mask[-2:], mask[:, :2], mask[:, -2:] = 0, 0, 0, 0
    transfer = np.where(mask[..., None] > 0, foreign, target_rgb)
    blended = poisson_clone(transfer, target_rgb, mask)
    return {
        "transfer": to_network(transfer), "target": to_network(target_rgb), "mask": mask[None].astype(np.float32),
        "blended": to_network(blended),
    }  # fmt: skip


def _foreign_face(
    sampler: PairSampler, rng: np.random.Generator
) -> tuple[View, np.ndarray, np.ndarray, np.ndarray]:
    """A target view, its picture, another person's warped on it (both (S, S, 3) in [0, 1]), and that one's face.

    The face is (S, S) uint8, 1 inside.
    """
    target = sampler.single(rng)
    other = sampler.like(target, rng)
    target_rgb, other_rgb = (random_light(v.rgb.astype(np.float32) / 255, rng, 0.8) for v in (target, other))
    layers = np.dstack([other_rgb, other.face.astype(np.float32) / 255])
    warped = warp_to_landmarks(layers, other.landmarks, target.landmarks)
    return target, target_rgb, warped[..., :3], (warped[..., 3] > 0.5).astype(np.uint8)


def _completed(face: np.ndarray, known: np.ndarray) -> np.ndarray:
    """The face (S, S, 3) in [0, 1] with its colours spread over what is not known (S, S) bool."""
    tensor, shown = torch.from_numpy(to_network(face))[None], torch.from_numpy(known[None, None].astype(np.float32))
    return np.asarray((spread(tensor, shown)[0].permute(1, 2, 0).numpy() + 1) / 2)


def border_ellipse(face: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A random ellipse centred on the border of a face (section 3.7.1).

    Args:
        face: (H, W) bool.
        rng: Random generator.

    Returns:
        (H, W) bool; empty where the face is.
    """
    rows = np.flatnonzero(face.any(1))
    canvas = np.zeros(face.shape, np.uint8)
    if not len(rows):
        return canvas > 0
    row = int(rng.choice(rows))
    columns = np.flatnonzero(face[row])
    width = np.flatnonzero(face.any(0))
    span = float(width[-1] - width[0])
    centre = (float(columns[0] if rng.random() < 0.5 else columns[-1]), float(row))
    axes = rng.uniform(span / 8, span / 2, 2)
    cv2.ellipse(canvas, (centre, (float(axes[0]) * 2, float(axes[1]) * 2), float(rng.uniform(0, 180))), 1, -1)
    return canvas > 0


def head_mask(face: np.ndarray, hair: np.ndarray) -> np.ndarray:
    """(1, S, S) float32: face and hair (S, S) uint8, and a margin around them."""
    return as_plane(cv2.dilate(np.maximum(face, hair), np.ones((face.shape[0] // 32 * 2 + 1,) * 2, np.uint8)))


def parts_mask(landmarks: np.ndarray, size: int) -> np.ndarray:
    """(1, S, S): mouth and eyes, where a warp cannot show what the view hides; of a shut eye also its lid."""
    mask = np.zeros((size, size), np.uint8)
    for first, last in ((60, 68), (68, 76), (76, 88)):
        cv2.fillPoly(mask, [np.round(landmarks[first:last]).astype(np.int32)], 255)
    for first, last, _ in EYES:
        centre, along = (landmarks[first] + landmarks[last]) / 2, landmarks[last] - landmarks[first]
        axes = np.linalg.norm(along) * np.array([0.5, OPEN_EYE / 2])
        angle = np.degrees(np.arctan2(along[1], along[0]))
        box = (tuple(map(float, centre)), tuple(map(float, 2 * axes)), float(angle))
        cv2.ellipse(mask, box, 255, cv2.FILLED)
    return as_plane(cv2.dilate(mask, np.ones((size // 64 * 2 + 1,) * 2, np.uint8)))


def shaken(points: np.ndarray, rng: np.random.Generator, deviation_px: float) -> np.ndarray:
    """Landmarks with the error of a landmark network: a common shift and a little of their own."""
    return points + rng.normal(0, deviation_px * 0.5, 2) + rng.normal(0, deviation_px, points.shape) * rng.random()


def as_plane(mask: np.ndarray) -> np.ndarray:
    """(S, S) uint8 as (1, S, S) float32 in [0, 1]."""
    return (mask.astype(np.float32) / 255)[None]
