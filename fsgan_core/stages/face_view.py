"""A view: the source's face at one pose, as the appearance map keeps it and the reenactment generator sees it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np

from fsgan_core.geometry.landmark_mirror import mirror_landmarks

ViewOrigin = Literal["photographed", "flipped", "artificial"]


@dataclass(frozen=True)
class FaceView:
    """One picture of the source's face.

    Args:
        picture: (S, S, 3) float32, network encoding, clamped to [-1, 1].
        landmarks: (98, 2) float32 crop px.
        pose: (3,) float32 degrees yaw, pitch, roll.
        frame: The source frame that it comes from.
        origin: Photographed, its mirror image, or made by G_r.
    """

    picture: np.ndarray
    landmarks: np.ndarray
    pose: np.ndarray
    frame: int
    origin: ViewOrigin = "photographed"


def flip_view(view: FaceView) -> FaceView:
    """The mirror image of a view: yaw and roll change sign, left landmarks become right ones."""
    mirrored = mirror_landmarks(view.landmarks, view.picture.shape[1]).astype(np.float32)
    return replace(
        view,
        picture=np.ascontiguousarray(view.picture[:, ::-1]),
        landmarks=mirrored,
        pose=view.pose * np.array([-1, 1, -1], np.float32),
        origin="flipped",
    )


def roll_view(view: FaceView, roll_deg: float) -> FaceView:
    """The view rotated about the middle of its crop until the head has the given roll, as in the released code.

    The border is repeated instead of black, so that no corner of the crop turns into a hard edge inside the picture.

    Args:
        view: The view.
        roll_deg: Wanted roll, degrees, positive = clockwise in the picture.
    """
    turn_deg = float(roll_deg - view.pose[2])
    if turn_deg == 0.0:
        return view
    height, width = view.picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), -turn_deg, 1.0)
    landmarks = view.landmarks @ turn[:, :2].T + turn[:, 2]
    pixel_turn = turn.copy()
    pixel_turn[:, 2] = turn[:, 2] + turn[:, :2].sum(1) / 2 - 0.5
    picture = cv2.warpAffine(
        view.picture, pixel_turn, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    pose = np.array([view.pose[0], view.pose[1], roll_deg], np.float32)
    return replace(view, picture=np.clip(picture, -1, 1), landmarks=landmarks.astype(np.float32), pose=pose)
