"""Samples for finetuning: one person's frames, some of them held out and never learned from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fsgan_core.geometry.mirrored_warp import warp_with_mirror
from fsgan_core.stages.face_view import FaceView, flip_view, roll_view
from fsgan_core.training.analysis_samples import to_network
from fsgan_core.training.augment import random_light
from fsgan_core.training.datasets import Clip
from fsgan_core.training.foreign_proportions import foreign_proportions
from fsgan_core.training.generator_samples import as_plane, head_mask, parts_mask, shaken
from fsgan_core.training.other_expression import other_expression
from fsgan_core.training.subject_footage import SubjectFrame
from fsgan_core.training.synthesis.prepared_clip import (
    EXPRESSION_COUNT,
    IDENTITY_COUNT,
    ClipFrame,
    ClipMeta,
    prepare_clip,
)

RUN_FRAMES = 3
"""Frames are held out in runs of this many: a lone frame between two that are learned from would prove nothing."""
NEAR_SHARE, NEAR_VIEWS = 0.2, 4
FURTHEST_TURN_DEG = 32.0
FOREIGN_SHARE, FOREIGN = 0.1, 1.0
"""How often and how far the landmarks asked for have another person's proportions."""
KEPT_SHARE = 0.4
"""How often an expression is asked for that the clip may not show, and that the parent answers: at a quarter the
expression of a swap got 7 % worse, at this share 2 %, and held-out likeness did not suffer."""
LIGHT = 0.2
"""Share of the light augmentation of the training from scratch: a shot has one light, but a plate's is another."""


def hold_out(frames: Sequence[SubjectFrame], count: int) -> tuple[list[SubjectFrame], list[SubjectFrame]]:
    """The frames to learn from and those to measure on.

    Runs of frames are held out at even distances; where there are enough, the frames on both sides of a run are used
    for neither. At most a third of the frames is held out; a single frame is both, and then measures nothing but what
    was learned by heart.

    Args:
        frames: At least one, clip by clip, rising.
        count: How many to hold out.

    Returns:
        To learn from, and held out.
    """
    total = len(frames)
    count = min(count, max(1, total // 3))
    if total < 2:
        return list(frames), list(frames)
    runs = -(-count // RUN_FRAMES)
    held: set[int] = set()
    for run in range(runs):
        length = count * (run + 1) // runs - count * run // runs
        first = round(total * (run + 0.5) / runs - length / 2)
        held |= set(range(first, first + length))
    beside = {k + step for k in held for step in (-1, 1)} - held if total >= 4 * count else set()
    learned = [frame for k, frame in enumerate(frames) if k not in held and k not in beside]
    return learned, [frames[k] for k in sorted(held)]


@dataclass(frozen=True, eq=False)
class SubjectSampler:
    """Draws pairs of frames of one clip: a view and the frame that it shall become.

    Attributes:
        frames: To learn from.
    """

    frames: Sequence[SubjectFrame]

    def pair(self, rng: np.random.Generator) -> tuple[FaceView, SubjectFrame]:
        """A view and its target of the same clip; the view of a frame without another near it is its mirror image."""
        position = int(rng.integers(len(self.frames)))
        target = self.frames[position]
        near = [
            (float(np.linalg.norm(frame.pose[:2] - target.pose[:2])), k)
            for k, frame in enumerate(self.frames)
            if k != position and frame.clip == target.clip
        ]
        usable = [(turn_deg, k) for turn_deg, k in sorted(near) if turn_deg <= FURTHEST_TURN_DEG]
        if not usable:
            return flip_view(as_view(target)), target
        if rng.random() < NEAR_SHARE:
            usable = usable[:NEAR_VIEWS]
        return as_view(self.frames[usable[int(rng.integers(len(usable)))][1]]), target


def as_view(frame: SubjectFrame) -> FaceView:
    """The frame as a view of the appearance map."""
    return FaceView(frame.encoded, frame.landmarks, frame.pose, frame.number)


def subject_sample(sampler: SubjectSampler, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """A sample for `subject_steps.subject_pictures`: the view turned as at inference, and the true target.

    In a share of them, `kept`, the landmarks have another expression, for which there is no true target.
    """
    view, target = sampler.pair(rng)
    view = roll_view(view, float(target.pose[2]))
    size = target.picture.shape[0]
    seed = int(rng.integers(2**31))
    pictures = (view.picture, target.encoded)
    shown, wanted = (random_light((picture + 1) / 2, np.random.default_rng(seed), LIGHT) for picture in pictures)
    from_points = shaken(view.landmarks, rng, 0.002 * size)
    kept = bool(rng.random() < KEPT_SHARE)
    amount = float(rng.uniform(0, FOREIGN)) if kept or rng.random() < FOREIGN_SHARE else 0.0
    asked = foreign_proportions(target.landmarks, float(target.pose[0]), rng, amount)
    if kept:
        asked = other_expression(asked, rng)
    to_points = shaken(asked, rng, 0.001 * size)
    return {
        "view": to_network(shown),
        "warped": to_network(warp_with_mirror(shown, from_points, to_points)),
        "points": (to_points / size).astype(np.float32),
        "target": to_network(wanted),
        "face": as_plane(target.face),
        "head": head_mask(target.face, target.hair),
        "parts": parts_mask(asked if kept else target.landmarks, size),
        "kept": np.float32(kept),
    }


def as_clip(frames: Sequence[SubjectFrame]) -> Clip:
    """The frames in the format of prepared clips, for the samples of inpainting and blending."""
    unknown = np.full(EXPRESSION_COUNT, np.nan, np.float32)
    prepared = [
        ClipFrame(
            frame.picture, frame.face, frame.hair, frame.landmarks,
            (float(frame.pose[0]), float(frame.pose[1]), float(frame.pose[2])), unknown, photo=True, take=frame.clip,
        )
        for frame in frames
    ]  # fmt: skip
    meta = ClipMeta("source", "footage", "", "train")
    return Clip(prepare_clip(meta, np.full(IDENTITY_COUNT, np.nan, np.float32), prepared))
