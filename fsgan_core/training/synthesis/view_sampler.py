"""Random views of a person: how they turn, look, and are lit and filmed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from fsgan_core.training.synthesis.environment_light import Environment
from fsgan_core.training.synthesis.expressions import sample_expression
from fsgan_core.training.synthesis.head_camera import FIT_DISTANCE_CM, FloatArray
from fsgan_core.training.synthesis.subject import Subject
from fsgan_core.training.synthesis.subject_renderer import View

# A portrait can be turned so far from its own pose before what it never showed is seen. Every sixth view goes further
# all the same: networks that only look (landmarks, pose, segmentation) must know profiles.
FURTHEST_TURN_DEG, USUAL_TURN_DEG = 36.0, 17.0
WIDE_EVERY, WIDE_YAW_DEG = 6, 75.0
PITCH_DEG, FURTHEST_PITCH_DEG, ROLL_DEG, GAZE_DEG = 10.0, 28.0, 7.0, 7.0
RELIT_SHARE, LIGHT_AMOUNT = 0.5, (0.3, 0.95)
MARGIN, OFFSET = (1.75, 2.0), 0.02
# From a phone at arm's length to a long lens; 70 cm is what the portraits were fitted with.
DISTANCES_CM = (45, 55, 70, 70, 90, 130)
NEW_BACKGROUND_SHARE = 0.55
BACKGROUND_HEIGHT, BACKGROUND_BLUR_PX, DEFOCUSED_SHARE = (0.12, 0.4), (0.5, 7.0), 0.8
BACKGROUND_MEDIAN, BRIGHTEST_BACKGROUND = (0.06, 0.4), 4.0

# Takes: views that share one look. The first view of a take may be turned far.
TAKE_TURN_DEG, TAKE_FURTHEST_TURN_DEG, TAKE_WIDE_YAW_DEG = 18.0, 38.0, 55.0
TAKE_MARGIN = (1.8, 1.9)
TAKE_RELIT_SHARE, TAKE_NEW_BACKGROUND_SHARE = 0.8, 0.75


@dataclass(frozen=True)
class Look:
    """What the views of one take share; the defaults are the portrait's own. The fields are those of View."""

    light: FloatArray | None = None
    light_amount: float = 1.0
    background: FloatArray | None = None
    distance_cm: float = FIT_DISTANCE_CM


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
    own_yaw, own_pitch, _ = subject.own_pose
    if number % WIDE_EVERY == WIDE_EVERY - 1:
        yaw = rng.uniform(-WIDE_YAW_DEG, WIDE_YAW_DEG)
    else:
        yaw = own_yaw + np.clip(rng.normal(0, USUAL_TURN_DEG), -FURTHEST_TURN_DEG, FURTHEST_TURN_DEG)
    pose = (float(yaw), *sample_tilt(rng, own_pitch))
    light, light_amount = _sample_light(rng, environments, RELIT_SHARE)
    return View(
        pose=pose,
        light=light,
        light_amount=light_amount,
        gaze=_sample_gaze(rng, subject),
        expression=_sample_expression(rng, subject),
        margin=float(rng.uniform(*MARGIN)),
        distance_cm=float(rng.choice(DISTANCES_CM)),
        background=sample_background(rng, environments, side_px) if rng.random() < NEW_BACKGROUND_SHARE else None,
        offset=sample_offset(rng),
        side_px=side_px,
    )


def sample_look(rng: np.random.Generator, environments: Sequence[Environment], side_px: int) -> Look:
    """A random light, camera and background for the views of a take.

    Args:
        rng: Advanced.
        environments: Where the light and the backgrounds come from.
        side_px: Of the pictures.
    """
    light, light_amount = _sample_light(rng, environments, TAKE_RELIT_SHARE)
    return Look(
        light=light,
        light_amount=light_amount,
        background=sample_background(rng, environments, side_px) if rng.random() < TAKE_NEW_BACKGROUND_SHARE else None,
        distance_cm=float(rng.choice(DISTANCES_CM)),
    )


def sample_view_of_take(
    rng: np.random.Generator, subject: Subject, look: Look, side_px: int, *, first: bool
) -> View:
    """A random view of a person in a take.

    Args:
        rng: Advanced.
        subject: The person.
        look: Of the take.
        side_px: Of the picture.
        first: The view is the first of its take, which may be turned far.
    """
    own_yaw, own_pitch, _ = subject.own_pose
    if first:
        yaw = rng.uniform(-TAKE_WIDE_YAW_DEG, TAKE_WIDE_YAW_DEG)
    else:
        yaw = own_yaw + np.clip(rng.normal(0, TAKE_TURN_DEG), -TAKE_FURTHEST_TURN_DEG, TAKE_FURTHEST_TURN_DEG)
    return View(
        pose=(float(yaw), *sample_tilt(rng, own_pitch)),
        light=look.light,
        light_amount=look.light_amount,
        background=look.background,
        distance_cm=look.distance_cm,
        gaze=_sample_gaze(rng, subject),
        expression=_sample_expression(rng, subject),
        margin=float(rng.uniform(*TAKE_MARGIN)),
        offset=sample_offset(rng),
        side_px=side_px,
    )


def sample_tilt(rng: np.random.Generator, own_pitch: float) -> tuple[float, float]:
    """Pitch and roll in degrees."""
    pitch = np.clip(own_pitch * 0.5 + rng.normal(0, PITCH_DEG), -FURTHEST_PITCH_DEG, FURTHEST_PITCH_DEG)
    return float(pitch), float(rng.normal(0, ROLL_DEG))


def _sample_light(
    rng: np.random.Generator, environments: Sequence[Environment], share: float
) -> tuple[FloatArray | None, float]:
    """The light of a place and how much of it, or the portrait's own."""
    if rng.random() >= share:
        return None, 1.0
    lights = environments[int(rng.integers(len(environments)))].lights
    return lights[rng.integers(len(lights))], float(rng.uniform(*LIGHT_AMOUNT))


def _sample_gaze(rng: np.random.Generator, subject: Subject) -> FloatArray:
    """(2, 2) degrees: both eyes move alike from where they looked in the portrait."""
    return np.asarray(subject.stored.gaze + rng.normal(0, GAZE_DEG, 2)[None])


def _sample_expression(rng: np.random.Generator, subject: Subject) -> FloatArray:
    """(E,) float32 weights."""
    return sample_expression(rng, subject.maps.head.expression_names, subject.stored.expression)


def sample_offset(rng: np.random.Generator) -> tuple[float, float]:
    """Shift right and down, as a share of the picture's side."""
    return float(rng.uniform(-OFFSET, OFFSET)), float(rng.uniform(-OFFSET, OFFSET))


def sample_background(rng: np.random.Generator, environments: Sequence[Environment], side_px: int) -> FloatArray:
    """(S, S, 3) float32 linear: a window of a place, exposed for an interior, mostly out of focus."""
    panorama = environments[int(rng.integers(len(environments)))].panorama
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
