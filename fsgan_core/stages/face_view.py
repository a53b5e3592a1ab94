"""A view: the source's face at one pose, as the appearance map keeps it and the reenactment generator sees it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np

ViewOrigin = Literal["photographed", "flipped", "artificial"]

_SWAPPED_PAIRS = (
    [(i, 32 - i) for i in range(16)]
    + list(zip(range(33, 42), (46, 45, 44, 43, 42, 50, 49, 48, 47), strict=True))
    + [(55, 59), (56, 58)]
    + list(zip(range(60, 68), (72, 71, 70, 69, 68, 75, 74, 73), strict=True))
    + [(76, 82), (77, 81), (78, 80), (87, 83), (86, 84), (88, 92), (89, 91), (95, 93), (96, 97)]
)


def _mirror_order() -> np.ndarray:
    order = np.arange(98)
    for a, b in _SWAPPED_PAIRS:
        order[a], order[b] = b, a
    return order


MIRRORED_LANDMARKS = _mirror_order()
"""(98,) int: landmark i of a mirrored face is landmark MIRRORED_LANDMARKS[i] of the face itself."""


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
    mirrored = view.landmarks[MIRRORED_LANDMARKS].astype(np.float32)
    mirrored[:, 0] = view.picture.shape[1] - mirrored[:, 0]
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
