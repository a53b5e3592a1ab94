"""Random views of a person: how they turn, look, and are lit and filmed."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from fsgan_core.training.synthesis.environment_light import Environment
from fsgan_core.training.synthesis.expressions import sample_expression
from fsgan_core.training.synthesis.head_camera import FloatArray
from fsgan_core.training.synthesis.subject import Subject
from fsgan_core.training.synthesis.subject_renderer import Pose, View

# A portrait can be turned so far from its own pose before what it never showed is seen. Every sixth view goes further all the
# same: networks that only look (landmarks, pose, segmentation) must know profiles.
FURTHEST_TURN_DEG, USUAL_TURN_DEG = 36.0, 17.0
WIDE_EVERY, WIDE_YAW_DEG = 6, 65.0
PITCH_DEG, FURTHEST_PITCH_DEG, ROLL_DEG, GAZE_DEG = 10.0, 28.0, 7.0, 7.0
RELIT_SHARE, LIGHT_AMOUNT = 0.5, (0.3, 0.95)
MARGIN, OFFSET = (1.75, 2.0), 0.02
# From a phone at arm's length to a long lens; 70 cm is what the portraits were fitted with.
DISTANCES_CM = (45, 55, 70, 70, 90, 130)
NEW_BACKGROUND_SHARE = 0.55
BACKGROUND_HEIGHT, BACKGROUND_BLUR_PX, DEFOCUSED_SHARE = (0.12, 0.4), (0.5, 7.0), 0.8
BACKGROUND_MEDIAN, BRIGHTEST_BACKGROUND = (0.06, 0.4), 4.0


def sample_view(
    rng: np.random.Generator, subject: Subject, environments: Sequence[Environment], number: int, side_px: int
) -> View:
    """A random view of a person.

    Args:
        rng: Advanced.
        subject: The person.
        environments: Where the light and the backgrounds come from.
        number: Of the view, from 0; it decides whether the view may be a profile.
        side_px: Of the picture.
    """
    stored = subject.stored
    pose = _sample_pose(rng, subject.own_pose, wide=number % WIDE_EVERY == WIDE_EVERY - 1)
    light, light_amount = None, 1.0
    if rng.random() < RELIT_SHARE:
        light = environments[rng.integers(len(environments))].lights[rng.integers(len(environments[0].lights))]
        light_amount = float(rng.uniform(*LIGHT_AMOUNT))
    return View(
        pose=pose,
        light=light,
        light_amount=light_amount,
        gaze=stored.gaze + rng.normal(0, GAZE_DEG, 2)[None],
        expression=sample_expression(rng, subject.maps.head.expression_names, stored.expression),
        margin=float(rng.uniform(*MARGIN)),
        distance_cm=float(rng.choice(DISTANCES_CM)),
        background=_sample_background(rng, environments, side_px) if rng.random() < NEW_BACKGROUND_SHARE else None,
        offset=(float(rng.uniform(-OFFSET, OFFSET)), float(rng.uniform(-OFFSET, OFFSET))),
        side_px=side_px,
    )


def _sample_pose(rng: np.random.Generator, own: Pose, *, wide: bool) -> Pose:
    """Yaw, pitch, roll in degrees around the portrait's own, or any yaw."""
    if wide:
        yaw = rng.uniform(-WIDE_YAW_DEG, WIDE_YAW_DEG)
    else:
        yaw = own[0] + np.clip(rng.normal(0, USUAL_TURN_DEG), -FURTHEST_TURN_DEG, FURTHEST_TURN_DEG)
    pitch = np.clip(own[1] * 0.5 + rng.normal(0, PITCH_DEG), -FURTHEST_PITCH_DEG, FURTHEST_PITCH_DEG)
    return float(yaw), float(pitch), float(rng.normal(0, ROLL_DEG))


def _sample_background(rng: np.random.Generator, environments: Sequence[Environment], side_px: int) -> FloatArray:
    """(S, S, 3) float32 linear: a window of a place, exposed for an interior, mostly out of focus."""
    panorama = environments[rng.integers(len(environments))].panorama
    height, width = panorama.shape[:2]
    window = int(height * rng.uniform(*BACKGROUND_HEIGHT) * 1.4)
    top, left = rng.integers(0, max(1, height - window)), rng.integers(0, width)
    part = np.roll(panorama, -left, 1)[top : top + window, :window]
    background = np.maximum(cv2.resize(part, (side_px, side_px), interpolation=cv2.INTER_CUBIC), 0)
    background = background * (rng.uniform(*BACKGROUND_MEDIAN) / max(1e-3, float(np.median(background.mean(2)))))
    background = np.minimum(background, BRIGHTEST_BACKGROUND)
    if rng.random() < DEFOCUSED_SHARE:
        background = cv2.GaussianBlur(background, (0, 0), rng.uniform(*BACKGROUND_BLUR_PX))
    return np.asarray(background, np.float32)
