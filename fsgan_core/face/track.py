"""Which detections of a shot are the same person: linked by overlap, bridged over gaps, recognised after an absence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from fsgan_core.face.identify import mean_embedding
from fsgan_core.geometry.box import interpolate_boxes, intersection_over_union

BRIDGE_BONUS = 0.25
"""A face that comes back soon and where it left needs this much less likeness: blur and hands spoil embeddings."""
SIZE_TOLERANCE = 0.75
"""A person is dropped if no box of theirs is this share of the smallest face: one at the limit shall not flicker."""
BRIDGE_IOU = 0.2
"""Overlap from which a face counts as being where it left."""


@dataclass(frozen=True)
class FrameFaces:
    """The faces of one frame.

    Attributes:
        boxes: (K, 4) px, in one coordinate system for the whole shot.
        scores: (K,) in [0, 1].
        embeddings: K of (E,) of length 1, or None where it was not measured. A face that follows none of the frame
            before must have one.
    """

    boxes: np.ndarray
    scores: np.ndarray
    embeddings: tuple[np.ndarray | None, ...]


@dataclass(frozen=True)
class TrackRules:
    """When two detections are one person; fields as in `job.settings.AnalyzeSettings`."""

    iou_threshold: float
    max_gap_frames: int
    min_track_frames: int
    min_face_px: float
    reidentify_similarity: float


@dataclass(frozen=True)
class FaceTrack:
    """One person over a shot.

    Attributes:
        track_id: From 1, in the order of appearance, from left to right.
        indices: (N,) int, positions in the shot's list of frames, rising.
        boxes: (N, 4) float32 px.
        scores: (N,) float32; 0 where the face was not detected and its box is interpolated.
        segment_ids: (N,) int from 0; frames of one id follow each other without a cut or a long gap.
        embedding: (E,) float32, the mean of what was measured.
    """

    track_id: int
    indices: np.ndarray
    boxes: np.ndarray
    scores: np.ndarray
    segment_ids: np.ndarray
    embedding: np.ndarray


@dataclass
class _Tracklet:
    """Detections of successive frames that overlap."""

    first: int
    boxes: list[np.ndarray] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    embeddings: list[np.ndarray] = field(default_factory=list)

    @property
    def last(self) -> int:
        return self.first + len(self.boxes) - 1

    def add(self, faces: FrameFaces, index: int) -> None:
        self.boxes.append(faces.boxes[index])
        self.scores.append(float(faces.scores[index]))
        embedding = faces.embeddings[index]
        if embedding is not None:
            self.embeddings.append(embedding)


def track_faces(frames: Sequence[FrameFaces], cuts: np.ndarray, rules: TrackRules) -> tuple[FaceTrack, ...]:
    """The persons of a shot.

    Args:
        frames: The faces of each frame of the shot.
        cuts: (N,) bool, True where a frame begins a new shot.
        rules: What makes two detections one person.

    Returns:
        One track per person; a person who leaves and comes back, or is seen again after a cut, is one track of several
        segments.
    """
    tracklets = _link_by_overlap(frames, cuts, rules.iou_threshold)
    persons = _join_by_identity(tracklets, cuts, rules)
    persons = [
        person
        for person in persons
        if sum(len(part.boxes) for part in person) >= rules.min_track_frames
        and max(float(box[3] - box[1]) for part in person for box in part.boxes) >= SIZE_TOLERANCE * rules.min_face_px
    ]
    persons.sort(key=lambda person: (person[0].first, float(person[0].boxes[0][0])))
    return tuple(_to_track(number, person, cuts, rules) for number, person in enumerate(persons, start=1))


def match_boxes(before: np.ndarray, after: np.ndarray, iou_threshold: float) -> dict[int, int]:
    """Pairs of boxes of two successive frames that overlap by more than a threshold, best pairs first.

    Args:
        before: (K, 4) px.
        after: (M, 4) px.
        iou_threshold: 0..1.

    Returns:
        Index in `after` -> index in `before`, one to one.
    """
    overlaps = intersection_over_union(before, after)
    return {column: row for row, column in _best_pairs(overlaps, iou_threshold)}


def _link_by_overlap(frames: Sequence[FrameFaces], cuts: np.ndarray, iou_threshold: float) -> list[_Tracklet]:
    """Detections of successive frames with an IoU above the threshold are one tracklet (section 3.1)."""
    tracklets: list[_Tracklet] = []
    open_tracklets: list[_Tracklet] = []
    for index, faces in enumerate(frames):
        before = [] if cuts[index] else [tracklet.boxes[-1] for tracklet in open_tracklets]
        matches = match_boxes(np.reshape(before, (-1, 4)), faces.boxes, iou_threshold)
        still_open = []
        for detection in range(len(faces.boxes)):
            if detection in matches:
                tracklet = open_tracklets[matches[detection]]
            else:
                tracklet = _Tracklet(index)
                tracklets.append(tracklet)
            tracklet.add(faces, detection)
            still_open.append(tracklet)
        open_tracklets = still_open
    return tracklets


def _join_by_identity(tracklets: list[_Tracklet], cuts: np.ndarray, rules: TrackRules) -> list[list[_Tracklet]]:
    """Tracklets grouped by person, in the order of time.

    Tracklets that begin together choose together, best likeness first; two that overlap in time are never one person.
    """
    persons: list[list[_Tracklet]] = []
    for start in sorted({tracklet.first for tracklet in tracklets}):
        starting = [tracklet for tracklet in tracklets if tracklet.first == start]
        likeness = np.array(
            [[_likeness(person, tracklet, cuts, rules) for tracklet in starting] for person in persons]
        ).reshape(len(persons), len(starting))
        joined = {column: row for row, column in _best_pairs(likeness, rules.reidentify_similarity)}
        for column, tracklet in enumerate(starting):
            if column in joined:
                persons[joined[column]].append(tracklet)
            else:
                persons.append([tracklet])
    return persons


def _likeness(person: list[_Tracklet], tracklet: _Tracklet, cuts: np.ndarray, rules: TrackRules) -> float:
    """How like a tracklet is to a person so far; -inf where it cannot be them."""
    last = person[-1]
    if last.last >= tracklet.first:
        return -np.inf
    now = mean_embedding(tracklet.embeddings)
    known = mean_embedding(_all_embeddings(person))
    recent = mean_embedding(last.embeddings)
    likeness = max(float(known @ now), float(recent @ now))
    bridged = _is_bridged(last, tracklet, cuts, rules.max_gap_frames)
    same_place = intersection_over_union(last.boxes[-1], tracklet.boxes[0])[0, 0] >= BRIDGE_IOU
    return likeness + BRIDGE_BONUS if bridged and same_place else likeness


def _is_bridged(before: _Tracklet, after: _Tracklet, cuts: np.ndarray, max_gap_frames: int) -> bool:
    """Whether the gap between two tracklets is short and without a cut."""
    gap = after.first - before.last - 1
    return gap <= max_gap_frames and not bool(cuts[before.last + 1 : after.first + 1].any())


def _best_pairs(values: np.ndarray, threshold: float) -> list[tuple[int, int]]:
    """(row, column) pairs of a matrix above a threshold, the best first, each row and column once."""
    pairs: list[tuple[int, int]] = []
    rows, columns = np.nonzero(values > threshold)
    for at in np.argsort(-values[rows, columns], kind="stable"):
        row, column = int(rows[at]), int(columns[at])
        if all(row != r and column != c for r, c in pairs):
            pairs.append((row, column))
    return pairs


def _to_track(track_id: int, person: list[_Tracklet], cuts: np.ndarray, rules: TrackRules) -> FaceTrack:
    """A person's tracklets as arrays, short gaps filled with interpolated boxes of score 0."""
    indices: list[int] = []
    boxes: list[np.ndarray] = []
    scores: list[float] = []
    segments: list[int] = []
    segment = 0
    for number, part in enumerate(person):
        if number > 0:
            before = person[number - 1]
            if _is_bridged(before, part, cuts, rules.max_gap_frames):
                missing = range(before.last + 1, part.first)
                indices += missing
                boxes += list(interpolate_boxes(before.boxes[-1], part.boxes[0], len(missing)))
                scores += [0.0] * len(missing)
                segments += [segment] * len(missing)
            else:
                segment += 1
        indices += range(part.first, part.last + 1)
        boxes += part.boxes
        scores += part.scores
        segments += [segment] * len(part.boxes)
    return FaceTrack(
        track_id=track_id,
        indices=np.array(indices),
        boxes=np.array(boxes, np.float32),
        scores=np.array(scores, np.float32),
        segment_ids=np.array(segments),
        embedding=mean_embedding(_all_embeddings(person)),
    )


def _all_embeddings(person: list[_Tracklet]) -> list[np.ndarray]:
    return [embedding for part in person for embedding in part.embeddings]
