"""Everything that is drawn of one person: the portrait itself, then views of the same head."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from fsgan_core.training.synthesis.environment_light import Environment
from fsgan_core.training.synthesis.head_camera import FloatArray
from fsgan_core.training.synthesis.prepared_clip import ClipFrame
from fsgan_core.training.synthesis.subject import Subject
from fsgan_core.training.synthesis.subject_renderer import RenderedView, View, render_view
from fsgan_core.training.synthesis.view_sampler import Look, sample_look, sample_view, sample_view_of_take

PICTURE_PX = 320
PORTRAIT_MARGIN = 1.9
TAKES_PER_PERSON = 4
# The photograph's own border is not to be trusted so far in.
BORDER_PX = 2


def draw_clip(
    rng: np.random.Generator, subject: Subject, portrait: FloatArray, environments: Sequence[Environment], views: int
) -> list[ClipFrame]:
    """The portrait and `views` views, each in a light and place of its own.

    Args:
        rng: Advanced.
        subject: The person.
        portrait: (384, 384, 3) uint8 sRGB.
        environments: Where the light and the backgrounds come from.
        views: How many.
    """
    frames = [_portrait_frame(subject, portrait)]
    for number in range(views):
        view = sample_view(rng, subject, environments, number, PICTURE_PX)
        frames.append(_frame(subject, view, take=number + 1))
    return frames


def draw_takes(
    rng: np.random.Generator, subject: Subject, portrait: FloatArray, environments: Sequence[Environment], views: int
) -> list[ClipFrame]:
    """The portrait and about `views` views in four takes, each in one light and place; the first is the portrait's own.

    Args:
        rng: Advanced.
        subject: The person.
        portrait: (384, 384, 3) uint8 sRGB.
        environments: Where the light and the backgrounds come from.
        views: How many; the remainder of a division by four is left out.
    """
    frames = [_portrait_frame(subject, portrait)]
    for take in range(TAKES_PER_PERSON):
        look = sample_look(rng, environments, PICTURE_PX) if take else Look()
        for number in range(views // TAKES_PER_PERSON):
            view = sample_view_of_take(rng, subject, look, PICTURE_PX, first=number == 0)
            frames.append(_frame(subject, view, take=take))
    return frames


def portrait_to_view(subject: Subject, drawn: RenderedView) -> FloatArray:
    """(2, 3) affine map from the 384 px portrait to a view in its own pose; whole numbers at pixel centres."""
    focal, centre_x, centre_y = subject.stored.camera
    zoom = drawn.framing.focal_px / focal
    return np.array([[zoom, 0, drawn.framing.x - zoom * centre_x], [0, zoom, drawn.framing.y - zoom * centre_y]])


def _frame(subject: Subject, view: View, take: int) -> ClipFrame:
    """One view, drawn."""
    drawn = render_view(subject, view)
    expression = subject.stored.expression if view.expression is None else view.expression
    return ClipFrame(
        drawn.picture, drawn.face, drawn.hair, drawn.landmarks, drawn.pose, expression, photo=False, take=take
    )


def _portrait_frame(subject: Subject, portrait: FloatArray) -> ClipFrame:
    """The portrait itself, with the labels of the head fitted to it."""
    drawn = render_view(subject, View(margin=PORTRAIT_MARGIN, side_px=PICTURE_PX))
    picture = _lay_portrait(subject, portrait, drawn)
    return ClipFrame(
        picture, drawn.face, drawn.hair, drawn.landmarks, drawn.pose, subject.stored.expression, photo=True, take=0
    )


def _lay_portrait(subject: Subject, portrait: FloatArray, drawn: RenderedView) -> FloatArray:
    """(S, S, 3) uint8: the portrait where there is one, and what is drawn where the crop went beyond the photograph."""
    to_picture = portrait_to_view(subject, drawn)
    size = (PICTURE_PX, PICTURE_PX)
    shrinking = cv2.INTER_AREA if to_picture[0, 0] < 1 else cv2.INTER_CUBIC
    laid = cv2.warpAffine(portrait, to_picture, size, flags=shrinking)
    x0, y0, x1, y1 = subject.stored.valid_box
    valid = np.zeros(portrait.shape[:2], np.float32)
    valid[y0 + BORDER_PX : y1 - BORDER_PX, x0 + BORDER_PX : x1 - BORDER_PX] = 1
    valid = cv2.erode(cv2.warpAffine(valid, to_picture, size), np.ones((5, 5)))
    share = cv2.GaussianBlur(valid, (0, 0), 2)[..., None]
    return np.asarray((laid * share + drawn.picture * (1 - share)).astype(np.uint8))
