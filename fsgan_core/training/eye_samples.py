"""Training samples for the second look at the eyes: a patch of one eye, its points as found roughly, and its labels."""

from __future__ import annotations

import cv2
import numpy as np
import torch

from fsgan_core.geometry.eye_opening import eye_opening
from fsgan_core.networks.eye_refiner import (
    INNER,
    LEAST_WIDTH,
    LEFT_EYE,
    LOWER_LID,
    PATCH_PX,
    REACH,
    UPPER_LID,
    eye_frames,
)
from fsgan_core.training.analysis_samples import FaceSampler, draw_view, random_relight, to_network
from fsgan_core.training.augment import flip_view, random_lens
from fsgan_core.training.datasets import CROSSED, View

COMMON_ERROR, OWN_ERROR = 0.06, 0.03
"""Deviation of the points found before, in eye widths: of all nine together, and of each."""
USUAL_OPENING = 0.22
"""Where the landmark network does not see the lids it says this (`geometry.eye_opening`)."""
BLUR_SHARE, BLUR_PX = 0.4, (0.4, 2.2)
_TRIES = 8


def eye_sample(sampler: FaceSampler, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """eye (3, 64, 64) in [-1, 1], eye_found and eye_points (9, 2) in eye widths of the patch."""
    for _ in range(_TRIES):
        from_photo = len(sampler.photos) > 0 and rng.random() < sampler.photo_share
        people = sampler.photos if from_photo else sampler.clips
        clip = people[int(rng.integers(len(people)))]
        view = clip.view(draw_view(clip, rng), masks=False)
        if rng.random() < 0.5:
            view = flip_view(view)
        found = rough_eye(view.landmarks[list(LEFT_EYE)], rng)
        wide = np.linalg.norm(found[INNER] - found[0]) > LEAST_WIDTH * view.rgb.shape[1] / 2
        if wide and eye_opening(view.landmarks) > CROSSED:
            break
    return eye_patch(view, found, rng)


def rough_eye(points: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The labels (9, 2) px as the landmark network may find them: shifted, shaken, and open as most eyes are."""
    width = max(float(np.linalg.norm(points[INNER] - points[0])), 1e-3)
    across = (points[INNER] - points[0]) / width
    down = np.array([-across[1], across[0]])
    rough = points.astype(np.float64)
    gap = float(np.mean([(points[b] - points[a]) @ down for a, b in zip(UPPER_LID, LOWER_LID, strict=True)]))
    wrong = (USUAL_OPENING * width - gap) * rng.random() / 2
    rough[list(UPPER_LID)] -= wrong * down
    rough[list(LOWER_LID)] += wrong * down
    error = rng.normal(0, COMMON_ERROR, 2) + rng.normal(0, OWN_ERROR, (9, 2)) * rng.uniform(0.2, 1.2)
    return rough + error * width


def eye_patch(view: View, found: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """The patch that the found points (9, 2) px lead to, with random light and lens, and both sets of points in it."""
    origin, axes = (part[0].numpy() for part in eye_frames(torch.from_numpy(found)[None]))
    # Patch px to picture px, pixel centres at +0.5 in both.
    matrix = np.column_stack([axes * (2 * REACH / PATCH_PX), origin - axes.sum(1) * REACH])
    matrix[:, 2] += matrix[:, :2].sum(1) / 2 - 0.5
    patch = cv2.warpAffine(
        view.rgb, matrix, (PATCH_PX, PATCH_PX), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    rgb = random_relight(patch.astype(np.float32) / 255, rng)
    if rng.random() < BLUR_SHARE:
        rgb = cv2.GaussianBlur(rgb, (0, 0), float(rng.uniform(*BLUR_PX)))
    local = [np.linalg.solve(axes, (points - origin).T).T for points in (found, view.landmarks[list(LEFT_EYE)])]
    return {
        "eye": to_network(random_lens(rgb, rng)), "eye_found": local[0].astype(np.float32),
        "eye_points": local[1].astype(np.float32),
    }  # fmt: skip
