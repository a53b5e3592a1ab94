"""How well a pack reenacts: one view of a validation person brought to another of the same take.

The landmarks of the result are found again, and an embedding that no training used says who it is among 51 people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from torch import nn

from fsgan_core.color.network_encoding import network_to_linear
from fsgan_core.face.aligned_face import embed_aligned
from fsgan_core.face.landmarks import find_landmarks
from fsgan_core.geometry.face_box import CROP_SIZE
from fsgan_core.job.progress import Progress
from fsgan_core.stages.face_view import FaceView
from fsgan_core.stages.reenact import Reenactor, reenact
from fsgan_core.training.augment import CropJitter, crop_view
from fsgan_core.training.datasets import Clip, View
from fsgan_core.training.validate_looking import landmark_error
from fsgan_core.training.weights_table import Figure
from fsgan_core.weights.load import Pack

MOST_YAW_CHANGE_DEG = 30.0
OTHERS = 50
GALLERY_VIEWS = 4
_EXACT = CropJitter()


@dataclass(frozen=True)
class Pair:
    """Two views of one take, as face crops, and where they lie in the clip."""

    person: int
    source: View
    target: View
    used: tuple[int, int]


def reenact_validation_people(
    clips: Sequence[Clip], pairs_a_person: int, pack: Pack, identity: nn.Module | None, progress: Progress
) -> list[Figure]:
    """Landmark error and identity of reenacted validation people.

    Args:
        clips: Takes of split val, one a person.
        pairs_a_person: Source and target pairs of each.
        pack: Its reenactment and transformer make, its landmark network looks.
        identity: An embedding that no generator was trained with, or None where there is none.
        progress: Hears about every person.
    """
    pairs = [pair for k, clip in enumerate(clips) for pair in choose_pairs(clip, k, pairs_a_person)]
    reenactor = Reenactor(pack.reenactment, pack.transformer)
    errors: list[float] = []
    own_errors: list[float] = []
    ranks: list[int] = []
    gallery = [] if identity is None else [_gallery(clip, identity) for clip in clips[: OTHERS + 1]]
    progress.begin("reenact", len(pairs))
    for number, pair in enumerate(pairs, 1):
        made = np.clip(
            reenact([as_face_view(pair.source)], np.ones(1), pair.target.landmarks, pair.target.pose, reenactor), -1, 1
        )
        errors.append(_found_error(made, pair.target, pack))
        own_errors.append(_found_error(as_face_view(pair.target).picture, pair.target, pack))
        if identity is not None and pair.person < len(gallery):
            embedding = embed_aligned(made, pair.target.landmarks, identity)
            likeness = [_likeness(embedding, one, pair if k == pair.person else None) for k, one in enumerate(gallery)]
            ranks.append(int(np.sum(np.array(likeness) > likeness[pair.person])))
        progress.frame_done(number)
    first = float(np.mean(np.array(ranks) == 0)) if ranks else float("nan")
    return [
        Figure("reenactment, landmarks of the result", float(np.mean(errors)) if errors else float("nan"),
               "% of inter-ocular", len(errors), at_most=4.0),
        Figure("reenactment, landmarks of the target itself", float(np.mean(own_errors)) if errors else float("nan"),
               "% of inter-ocular", len(errors)),
        Figure(f"reenactment, most like its subject among {max(len(gallery), 1)} people", first, "of the results",
               len(ranks), at_least=0.9),
        Figure("reenactment, people more like the result than its subject",
               float(np.mean(ranks)) if ranks else float("nan"), "on average", len(ranks)),
    ]  # fmt: skip


def choose_pairs(clip: Clip, person: int, count: int) -> list[Pair]:
    """Pairs of views of one take whose yaw differs by at most 30 degrees: for each wanted, the widest such turn."""
    rng = np.random.default_rng([7, person])
    pairs: list[Pair] = []
    for source in rng.permutation(len(clip))[: 4 * count]:
        turn = np.abs(clip.poses[:, 0] - clip.poses[source, 0])
        near = (clip.take == clip.take[source]) & (turn <= MOST_YAW_CHANGE_DEG) & (np.arange(len(clip)) != source)
        if near.any() and len(pairs) < count:
            target = int(np.argmax(np.where(near, turn, -1)))
            views = [crop_view(clip.view(index), CROP_SIZE, _EXACT, rng) for index in (int(source), target)]
            pairs.append(Pair(person, views[0], views[1], (int(source), target)))
    return pairs


def as_face_view(view: View) -> FaceView:
    """A face crop of a view as the appearance map keeps it."""
    return FaceView(view.rgb.astype(np.float32) / 127.5 - 1, view.landmarks, view.pose, 0)


def _found_error(picture: np.ndarray, target: View, pack: Pack) -> float:
    """How far the landmarks found in a picture (S, S, 3) in [-1, 1] lie from the target's labels, %."""
    found = find_landmarks(network_to_linear(picture), pack.landmarks)
    return landmark_error(found.points, target.landmarks)


@dataclass(frozen=True)
class _Person:
    """Embeddings of some views and where these lie in the clip."""

    embeddings: np.ndarray
    positions: np.ndarray


def _gallery(clip: Clip, identity: nn.Module) -> _Person:
    """A person's most frontal views."""
    positions = np.argsort(np.linalg.norm(np.nan_to_num(clip.poses[:, :2], nan=90), axis=1))[: GALLERY_VIEWS + 2]
    rows = []
    for position in positions:
        view = clip.view(int(position), masks=False)
        rows.append(embed_aligned(view.rgb.astype(np.float32) / 127.5 - 1, view.landmarks, identity))
    return _Person(np.stack(rows), positions)


def _likeness(embedding: np.ndarray, person: _Person, pair: Pair | None) -> float:
    """Cosine with the mean of a person's views; the two views that the pair uses do not count for its own person."""
    free = ~np.isin(person.positions, pair.used) if pair is not None else np.ones(len(person.positions), bool)
    mean = person.embeddings[np.flatnonzero(free)[:GALLERY_VIEWS]].mean(0)
    return float(embedding @ mean / max(float(np.linalg.norm(mean)), 1e-9))
