"""How well a fitted portrait can be redrawn, and what speaks against drawing it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from fsgan_core.training.synthesis.head_camera import FloatArray
from fsgan_core.training.synthesis.person_clips import portrait_to_view
from fsgan_core.training.synthesis.subject import Subject
from fsgan_core.training.synthesis.subject_renderer import View, render_view

# The picture in which the redrawn portrait is compared.
VIEW = View(margin=1.35, side_px=256)
LEAST_FACE_PX = 500
LEFT_EYE_MARKS, RIGHT_EYE_MARKS = slice(68, 76), slice(60, 68)

# Against a person: each limit has a flag. Of the fit's residual (share of the face's size) ...
LARGEST_RESIDUAL, LARGEST_USABLE_RESIDUAL = 0.02, 0.035
# ... of the face in the photograph it was cut from, px ...
SMALLEST_FACE_PX, SMALLEST_USABLE_FACE_PX = 100.0, 70.0
# ... of the pose, degrees ...
LARGEST_YAW_DEG, LARGEST_PITCH_DEG = 30.0, 28.0
# ... of the share of the face seen on either side, and of the share that hair covers ...
LEAST_KNOWN, MOST_HAIR = 0.6, 0.35
# ... of the mean difference of the redrawn face, of 255, or as a share of its contrast ...
LARGEST_DIFFERENCE, LARGEST_DIFFERENCE_OF_CONTRAST, LARGEST_USABLE_DIFFERENCE = 11.0, 0.3, 25.0
# ... of its brightness and colour, of 255, and of the eyes' bright parts as a share of the face's brightness ...
DARKEST, GREYEST, DARKEST_EYES = 35.0, 14.0, 0.55
# ... of the texels seen of an eye, and of a blink.
FEWEST_EYE_TEXELS, LARGEST_BLINK = 120.0, 0.6
# With one of these a person is not drawn unless asked for by name; the others are for the reader of the index.
HARD_FLAGS = frozenset(("fit", "small", "yaw", "pitch", "hidden", "rerender", "eyes_dark", "eyes_closed"))


@dataclass(frozen=True)
class FitFigures:
    """What the fit and the atlas say of a portrait.

    Attributes:
        residual: As a share of the face's size.
        face_px: Size of the face in the photograph.
        pose: Yaw, pitch, roll in degrees.
        seen: Share of the face seen in the photograph; known: the same with what the other side shows.
        eye_texels: Seen of the eye of which less is seen.
        blink: The larger of the two eyes' expression weights.
    """

    residual: float
    face_px: float
    pose: tuple[float, float, float]
    seen: float
    known: float
    eye_texels: float
    blink: float


@dataclass(frozen=True)
class RedrawnFigures:
    """The redrawn portrait against the photograph, inside the face, of 255.

    Attributes:
        difference: Mean absolute, over channels.
        contrast: Deviation of the photograph's grey; saturation: mean of largest minus smallest channel.
        mean_level: Mean; eye_level that between the lids, and eye_p90 what nine tenths there are darker than.
        hair_over_face: Share of the face that hair covers.
    """

    difference: float
    contrast: float
    saturation: float
    mean_level: float
    eye_level: float
    eye_p90: float
    hair_over_face: float


def compare_redrawn(subject: Subject, picture: FloatArray) -> RedrawnFigures | None:
    """The subject drawn as photographed, against the photograph; None if hardly any face is drawn.

    Args:
        subject: The person.
        picture: (384, 384, 3) uint8 sRGB.
    """
    drawn = render_view(subject, VIEW)
    side = (VIEW.side_px, VIEW.side_px)
    photograph = cv2.warpAffine(picture, portrait_to_view(subject, drawn), side, flags=cv2.INTER_AREA).astype(float)
    face = drawn.face > 128
    if face.sum() <= LEAST_FACE_PX:
        return None
    marks = np.round(drawn.landmarks - 0.5).astype(np.int32)
    eyes, hull = np.zeros(side, np.uint8), np.zeros(side, np.uint8)
    for ring in (LEFT_EYE_MARKS, RIGHT_EYE_MARKS):
        cv2.fillPoly(eyes, [marks[ring]], 1)
    cv2.fillConvexPoly(hull, cv2.convexHull(marks), 1)
    inside = photograph[face]
    between_lids = photograph[eyes > 0].mean(1) if eyes.sum() > 5 else np.zeros(1)
    return RedrawnFigures(
        difference=float(np.abs(drawn.picture - photograph).mean(2)[face].mean()),
        contrast=float(inside.mean(1).std()),
        saturation=float(np.ptp(inside, axis=1).mean()),
        mean_level=float(inside.mean()),
        eye_level=float(between_lids.mean()),
        eye_p90=float(np.percentile(between_lids, 90)),
        hair_over_face=float((drawn.hair[hull > 0] > 100).mean()),
    )


def find_flags(fit: FitFigures, redrawn: RedrawnFigures) -> tuple[str, ...]:
    """What speaks against a person; none of HARD_FLAGS means that the person may be drawn."""
    against = {
        "fit": fit.residual > LARGEST_RESIDUAL,
        "small": fit.face_px < SMALLEST_FACE_PX,
        "yaw": abs(fit.pose[0]) > LARGEST_YAW_DEG,
        "pitch": abs(fit.pose[1]) > LARGEST_PITCH_DEG,
        "hidden": fit.known < LEAST_KNOWN,
        "hair": redrawn.hair_over_face > MOST_HAIR,
        "rerender": redrawn.difference
        > max(LARGEST_DIFFERENCE, LARGEST_DIFFERENCE_OF_CONTRAST * redrawn.contrast),
        "dark": redrawn.mean_level < DARKEST,
        "grey": redrawn.saturation < GREYEST,
        "eyes_dark": redrawn.eye_p90 < DARKEST_EYES * redrawn.mean_level,
        "eyes_small": fit.eye_texels < FEWEST_EYE_TEXELS,
        "eyes_closed": fit.blink > LARGEST_BLINK,
    }
    return tuple(flag for flag, found in against.items() if found)


def find_obstacle(fit: FitFigures, redrawn: RedrawnFigures | None) -> str | None:
    """Why nobody can be made of a portrait, in words; None if somebody can."""
    if fit.residual > LARGEST_USABLE_RESIDUAL:
        return f"the head misses the labelled points by {100 * fit.residual:.1f} % of the face; are they this face's?"
    if fit.face_px < SMALLEST_USABLE_FACE_PX:
        return f"the face has only {fit.face_px:.0f} px; {SMALLEST_USABLE_FACE_PX:.0f} are needed"
    if redrawn is None:
        return "hardly any of the face lies inside the portrait"
    if redrawn.difference > LARGEST_USABLE_DIFFERENCE:
        return f"redrawn, the face differs by {redrawn.difference:.0f} of 255; do the masks belong to it?"
    return None
