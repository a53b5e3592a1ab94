"""Where a source's landmarks go in each frame: played by drivers, read off a curve, or taken from a driver's mouth.

Landmarks are px of a crop. In a crop of its own a moved face lies as its driver does; pasted back it lies in the crop
of the source's frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from torch import nn

from fsgan_core.face.face_analysis import FaceAnalysis, FaceAtFrame
from fsgan_core.job.pose_curve import PoseCurve
from fsgan_core.stages.appearance_map import AppearanceMap
from fsgan_core.stages.face_view import FaceView
from fsgan_core.stages.landmark_mix import (
    ALL,
    EXPRESSIVE,
    change_at_pose,
    expression_of,
    fit_person,
    frontal_landmarks,
    moved_parts,
    resting_landmarks,
    with_expression,
)
from fsgan_core.stages.pose_landmarks import posed_landmarks, rotate_landmarks, turn_landmarks

FEWEST_TO_REST = 8
"""Of a driver with fewer frames nobody can say how its face rests."""


@dataclass(frozen=True, eq=False)
class Move:
    """Where the landmarks of one frame go.

    Args:
        landmarks: (98, 2) float32 crop px.
        pose: (3,) float32 degrees.
        is_bridged: A face it comes from was not detected in its frame.
        driver_frames: Which frames of the drivers it comes from, by what they give.
    """

    landmarks: np.ndarray
    pose: np.ndarray
    is_bridged: bool = False
    driver_frames: Mapping[str, int] = field(default_factory=dict)


class SourceShape:
    """The source as a shape: at any pose, at rest or with an expression.

    Args:
        views: Its appearance map.
        transformer: T.
    """

    def __init__(self, views: AppearanceMap, transformer: nn.Module) -> None:
        self.views: tuple[FaceView, ...] = views.views
        self.transformer = transformer
        self.size = self.views[0].picture.shape[0]
        landmarks, poses = (np.stack([getattr(view, name) for view in self.views]) for name in ("landmarks", "pose"))
        self._fronts = frontal_landmarks(landmarks, poses, self.size, transformer)
        self.resting = resting_landmarks(self._fronts)
        self._usual = self._fronts.mean(0)

    def at(self, pose: np.ndarray, expression: np.ndarray | None = None) -> np.ndarray:
        """(98, 2) crop px of the source at a pose, with an expression (98, 2) instead of the views' usual one."""
        usual = posed_landmarks(self.views, pose, self.transformer)
        if expression is None:
            return usual
        wanted = with_expression(self.resting, expression)
        return usual + change_at_pose(self._usual, wanted, pose, self.size, self.transformer)

    def front_of(self, face: FaceAtFrame) -> np.ndarray:
        """(98, 2) crop px of the source in one of its own frames, turned to the front."""
        return frontal_landmarks(face.landmarks[None], face.pose[None], self.size, self.transformer)[0]


class Expressions:
    """The expressions of a driver, as another face can wear them.

    Args:
        face: The driver.
        source: Who wears them.
        strength: 1 as they were played.
        resting_frame: A frame with a resting face; None to find it.
        is_own_shape: Whether the driver's resting shape is left to the driver. Where it is not, a departure is measured
            from the source's rest, so that the driver's proportions come along (the paper's way).
    """

    def __init__(
        self, face: FaceAnalysis, source: SourceShape, strength: float, resting_frame: int | None, is_own_shape: bool
    ) -> None:
        self._frames = face.frames
        self._fronts = frontal_landmarks(face.landmarks, face.poses, face.crop_size, source.transformer)
        if not is_own_shape:
            self._fronts = np.stack([fit_person(front, source.resting) for front in self._fronts])
            self._resting = source.resting
        elif resting_frame is not None:
            self._resting = self._fronts[int(np.searchsorted(face.frames, resting_frame))]
        else:
            self._resting = resting_landmarks(self._fronts)
        self._strength = strength
        self._is_own_shape = is_own_shape
        self.parts = EXPRESSIVE if is_own_shape else ALL
        """Landmarks that they move."""

    def at(self, frame: int) -> np.ndarray:
        """(98, 2) in distances between the eyes: how the driver's face departs from its rest in a frame it is in."""
        position = int(np.searchsorted(self._frames, frame))
        departure = expression_of(self._fronts[position], self._resting, is_same_person=self._is_own_shape)
        return departure * self._strength


class CurveMotion:
    """A source that follows a curve of angles; pasted back it keeps each frame's own expression."""

    def __init__(self, curve: PoseCurve, source: SourceShape) -> None:
        self._curve = curve
        self._source = source

    def at(self, number: int, own: FaceAtFrame | None) -> Move:
        """The move of a frame of the curve; `own` is the source in the frame that it is pasted back on."""
        pose = np.array(self._curve.at(number), np.float32)
        if own is None:
            return Move(self._source.at(pose), pose)
        return Move(turned_landmarks(own, pose, self._source), pose, own.score <= 0)


@dataclass(frozen=True, eq=False)
class DrivenMotion:
    """A source that is moved by drivers.

    Args:
        source: Its shape.
        pose_face: Who gives the pose.
        expression_face: Who gives the expression.
        expressions: What that face plays; None to take the driver's landmarks as they are, as the paper does.
        pose_frames: Frame to write to frame of `pose_face`.
        expression_frames: The same for the expression.
        parts: Landmarks that take the expression; None for all that it moves.
        keeps_pose: Whether the source's own frame gives the pose (expression only).
    """

    source: SourceShape
    pose_face: FaceAnalysis
    expression_face: FaceAnalysis
    expressions: Expressions | None
    pose_frames: Mapping[int, int]
    expression_frames: Mapping[int, int]
    parts: tuple[int, ...] | None = None
    keeps_pose: bool = False

    def at(self, number: int, own: FaceAtFrame | None) -> Move | None:
        """The move of a frame, None where a driver's face is absent.

        Args:
            number: Frame to write.
            own: The source in that frame, where it keeps its place or its pose.
        """
        frames = {"pose": self.pose_frames[number], "expression": self.expression_frames[number]}
        posing, playing = self.pose_face.at(frames["pose"]), self.expression_face.at(frames["expression"])
        if self.keeps_pose:
            posing, frames = own, {"expression": frames["expression"]}
        if posing is None or playing is None:
            return None
        is_bridged = any(face.score <= 0 for face in (posing, playing, own) if face is not None)
        return Move(self._landmarks(posing, playing, own), posing.pose, is_bridged, frames)

    def _landmarks(self, posing: FaceAtFrame, playing: FaceAtFrame, own: FaceAtFrame | None) -> np.ndarray:
        source, pose = self.source, posing.pose
        if self.expressions is None:
            if self.pose_face is self.expression_face and posing.frame == playing.frame:
                return np.asarray(playing.landmarks, np.float32)
            return turned_landmarks(playing, pose, source)
        expression = self.expressions.at(playing.frame)
        parts = self.expressions.parts if self.parts is None else self.parts
        if own is None:
            return moved_parts(source.at(pose), source.at(pose, expression) - source.at(pose), parts)
        base = own.landmarks if np.array_equal(pose, own.pose) else turned_landmarks(own, pose, source)
        wanted = with_expression(source.resting, expression)
        change = change_at_pose(source.front_of(own), wanted, pose, source.size, source.transformer)
        return moved_parts(base, change, parts)


def turned_landmarks(face: FaceAtFrame, pose: np.ndarray, source: SourceShape) -> np.ndarray:
    """(98, 2) float32 crop px: the landmarks of a frame's face at another pose, its expression kept.

    Rolled about the middle of the crop; yaw and pitch are the difference of two outputs of T: what T would change at
    the pose that the face already has is T's error, not a turn.
    """
    tilted = rotate_landmarks(face.landmarks, float(pose[2] - face.pose[2]), source.size)
    here = np.array([face.pose[0], face.pose[1], pose[2]], np.float32)
    there = np.asarray(pose, np.float32)
    turned = turn_landmarks(np.stack([tilted] * 2), np.stack([here, there]), source.size, source.transformer)
    return np.asarray(tilted + turned[1] - turned[0], np.float32)
