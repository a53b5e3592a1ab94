"""Training samples for the networks that measure: aligned faces of one person twice, or of many expressions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fsgan_core.face.aligned_face import align_face
from fsgan_core.networks.face_embedding import ALIGNED_PX
from fsgan_core.training.analysis_samples import to_network
from fsgan_core.training.augment import flip_view, random_lens, random_light, random_shade
from fsgan_core.training.datasets import Clip, View

FURTHEST_YAW_DEG = 50.0
_TURN_DEG, _SCALE, _SHIFT_PX, _LANDMARK_ERROR = 4.0, 0.05, 2.0, 0.008


@dataclass(frozen=True)
class PersonSampler:
    """Draws aligned faces.

    Attributes:
        people: The clips of each person; a person's number is the position here.
    """

    people: Sequence[Sequence[Clip]]

    def view(self, person: int, rng: np.random.Generator) -> View:
        """A view of that person that is not in profile."""
        clips = self.people[person]
        while True:
            clip = clips[int(rng.integers(len(clips)))]
            index = int(rng.integers(len(clip)))
            if abs(float(np.nan_to_num(clip.poses[index, 0]))) <= FURTHEST_YAW_DEG:
                return clip.view(index, masks=False)


def identity_sample(sampler: PersonSampler, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """picture and other (3, 96, 96) in [-1, 1]: two views of one person, flipped alike; person (number)."""
    person = int(rng.integers(len(sampler.people)))
    pictures = [augmented(sampler.view(person, rng), rng) for _ in range(2)]
    return {"picture": pictures[0], "other": pictures[1], "person": np.array(person, np.int64)}


def expression_sample(sampler: PersonSampler, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """picture (3, 96, 96) in [-1, 1], expression (53,) coefficients of the render."""
    view = sampler.view(int(rng.integers(len(sampler.people))), rng)
    # Never mirrored: the coefficients of left and right would have to change places.
    return {"picture": augmented(view, rng, mirror=False), "expression": view.expression.astype(np.float32)}


def augmented(view: View, rng: np.random.Generator, mirror: bool = True) -> np.ndarray:
    """(3, 96, 96) in [-1, 1]: aligned as roughly as found landmarks do, in another light, through another lens."""
    if mirror and rng.random() < 0.5:
        view = flip_view(view)
    error_px = _LANDMARK_ERROR * float(np.ptp(view.landmarks[:, 0]))
    points = view.landmarks + rng.normal(0, error_px, view.landmarks.shape)
    rgb = align_face(view.rgb.astype(np.float32) / 255, points, _jitter(rng))
    rgb = random_shade(random_light(np.clip(rgb, 0, 1), rng), rng)
    return to_network(random_lens(rgb, rng))


def _jitter(rng: np.random.Generator) -> np.ndarray:
    """(2, 3): a small similarity about the middle of the aligned picture."""
    angle, scale = np.radians(rng.normal(0, _TURN_DEG)), np.exp(rng.normal(0, _SCALE))
    linear = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) * scale
    middle = np.full(2, ALIGNED_PX / 2)
    return np.column_stack([linear, middle - linear @ middle + rng.normal(0, _SHIFT_PX, 2)])
