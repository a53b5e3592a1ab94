"""The eyes of a portrait: where they look, and each eyeball unwrapped around its gaze axis.

A map shows angle from the gaze axis as distance from its middle, as `head_maps` lays the eyeball's vertices.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from fsgan_core.geometry.head_rotation import pose_to_rotation
from fsgan_core.training.synthesis.head_camera import FIT_DISTANCE_CM, FIT_ORIGIN, FloatArray, project_fitted
from fsgan_core.training.synthesis.head_fit import HeadFit
from fsgan_core.training.synthesis.head_maps import EYE_MAP_DEG, EYE_MAP_PX, HeadMaps
from fsgan_core.training.synthesis.hole_filling import fill_holes
from fsgan_core.training.synthesis.ict_fit_points import LEFT_IRIS, LEFT_LIDS, RIGHT_IRIS, RIGHT_LIDS
from fsgan_core.training.synthesis.labelled_portraits import LabelledPortrait
from fsgan_core.training.synthesis.morphable_head import EYE_L, EYE_R
from fsgan_core.training.synthesis.portrait_atlas import FittedVertices, larger_picture
from fsgan_core.training.synthesis.subject_pack import FITTED_PX

# The iris is looked for no further from the middle of the eyeball, as a share of its radius; and no eye turns further.
FURTHEST_IRIS, LARGEST_YAW_DEG, LARGEST_PITCH_DEG = 0.75, 40.0, 35.0
# Lids darken and blur the eye's edge: so far in (px) nothing is believed, and so much further in everything.
LID_EDGE_PX, LID_FADE_PX = 0.5, 1.2
# The lids' outline is drawn so many times finer than the picture, with a border of so many px.
FINER, BORDER_PX = 4, 6
# The map's rings, and how many texels must be seen in a ring or in the white of the eye to say what it looks like.
RINGS, FEWEST_IN_RING, FEWEST_WHITE = 26, 3, 15
UNSEEN_GREY = 120.0


@dataclass(frozen=True)
class PortraitEyes:
    """Both eyes, the subject's left first.

    Attributes:
        maps: (2, 96, 96, 3) float32 sRGB 0..255.
        gaze: (2, 2) float32 degrees yaw, pitch of each eye relative to the head.
        seen_texels: Texels seen of the eye of which less is seen.
    """

    maps: FloatArray
    gaze: FloatArray
    seen_texels: float


@dataclass(frozen=True)
class _Eye:
    """One eye in the portrait; px with whole numbers at pixel centres.

    Attributes:
        centre: (3,) cm in the head's frame; radius_cm of the ball.
        shift: (2,) px by which the fit misses the lids.
        lids: (16, 2) px, their edge.
        iris: (2,) px, its middle; iris_px its radius.
    """

    centre: FloatArray
    radius_cm: float
    shift: FloatArray
    lids: FloatArray
    iris: FloatArray
    iris_px: float


def unwrap_eyes(maps: HeadMaps, portrait: LabelledPortrait, fit: HeadFit, placed: FittedVertices) -> PortraitEyes:
    """The eyes of a portrait.

    Args:
        maps: The head and its atlas.
        portrait: With MediaPipe's points of lids and irises.
        fit: The head fitted to it.
        placed: The same head in the picture.
    """
    picture = larger_picture(portrait).astype(np.float32)
    unwrapped, gazes, counts = [], [], []
    for vertex_class, lids, iris in ((EYE_L, LEFT_LIDS, LEFT_IRIS), (EYE_R, RIGHT_LIDS, RIGHT_IRIS)):
        ball = placed.vertices[: maps.head.drawn][maps.head.vertex_class[: maps.head.drawn] == vertex_class]
        points = portrait.points - 0.5
        eye = _Eye(
            centre=(ball.max(0) + ball.min(0)).astype(np.float64) / 2,
            radius_cm=float(np.ptp(ball[:, 0]) / 2),
            shift=fit.residual_px[list(lids)].mean(0),
            lids=points[list(lids)],
            iris=points[iris[0]],
            iris_px=float(np.linalg.norm(points[list(iris[1])] - points[iris[0]], axis=1).mean()),
        )
        gaze = _gaze(eye, fit)
        colour, known = _look_up(eye, fit, gaze, picture)
        unwrapped.append(_complete(colour, known, _iris_radius(eye, fit)))
        gazes.append(gaze)
        counts.append(float(known.sum()))
    return PortraitEyes(np.stack(unwrapped), np.array(gazes, np.float32), min(counts))


def _gaze(eye: _Eye, fit: HeadFit) -> tuple[float, float]:
    """Yaw and pitch in degrees, relative to the head: where on the ball the iris is seen."""
    focal, centre_x, centre_y = fit.camera
    across, down = eye.iris - eye.shift - (centre_x, centre_y)
    ray = np.array([across, -down, -focal]) / np.linalg.norm([across, down, focal])
    from_camera = fit.rotation @ (eye.centre - FIT_ORIGIN) - (0, 0, FIT_DISTANCE_CM)
    along = float(ray @ from_camera)
    aside = ray * along - from_camera
    off = float(np.linalg.norm(aside)) / eye.radius_cm
    aside *= min(1.0, FURTHEST_IRIS / max(off, 1e-6))
    towards = np.sqrt(eye.radius_cm**2 - aside @ aside)
    looks = fit.rotation.T @ (aside - ray * towards) / eye.radius_cm
    yaw = np.degrees(np.arctan2(looks[0], looks[2]))
    pitch = np.degrees(np.arcsin(np.clip(looks[1], -1, 1)))
    yaw, pitch = np.clip(yaw, -LARGEST_YAW_DEG, LARGEST_YAW_DEG), np.clip(pitch, -LARGEST_PITCH_DEG, LARGEST_PITCH_DEG)
    return float(yaw), float(pitch)


def _iris_radius(eye: _Eye, fit: HeadFit) -> float:
    """The radius of the iris in its map, as a share of the map's."""
    distance = project_fitted(eye.centre[None], fit.rotation, fit.camera)[0, 2]
    sine = np.clip(eye.iris_px * distance / fit.camera[0] / eye.radius_cm, 0.1, 0.6)
    return float(np.degrees(np.arcsin(sine)) / EYE_MAP_DEG)


def _map_places() -> tuple[FloatArray, FloatArray]:
    """(96, 96, 3) direction of each texel from the ball's middle, gaze along +z; (96, 96) radius, 1 at the edge."""
    step = (np.arange(EYE_MAP_PX) + 0.5) / EYE_MAP_PX * 2 - 1
    x, y = np.meshgrid(step, -step)
    radius, around = np.hypot(x, y), np.arctan2(y, x)
    angle = np.radians(np.minimum(radius, 1) * EYE_MAP_DEG)
    direction = np.stack([np.sin(angle) * np.cos(around), np.sin(angle) * np.sin(around), np.cos(angle)], 2)
    return direction, radius


def _look_up(
    eye: _Eye, fit: HeadFit, gaze: tuple[float, float], picture: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """(96, 96, 3) the eye as photographed, and (96, 96) in [0, 1] how much of it is seen between the lids."""
    direction = _map_places()[0] @ pose_to_rotation(*gaze, 0).T
    surface = (eye.centre + direction * eye.radius_cm).reshape(-1, 3)
    place = project_fitted(surface, fit.rotation, fit.camera)[:, :2] + eye.shift
    enlarged = len(picture) / FITTED_PX
    wanted = ((place + 0.5) * enlarged - 0.5).astype(np.float32).reshape(EYE_MAP_PX, EYE_MAP_PX, 2)
    colour = cv2.remap(picture, wanted[..., 0], wanted[..., 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)

    corner = np.floor(eye.lids.min(0) - BORDER_PX)
    size = np.maximum((np.ceil(eye.lids.max(0) + BORDER_PX) - corner).astype(int) * FINER, 4)
    opening = np.zeros((size[1], size[0]), np.uint8)
    cv2.fillPoly(opening, [np.round((eye.lids - corner) * FINER).astype(np.int32)], 1)
    from_lid_px = cv2.distanceTransform(opening, cv2.DIST_L2, 3) / FINER
    in_opening = ((place - corner) * FINER).astype(np.float32).reshape(EYE_MAP_PX, EYE_MAP_PX, 2)
    inside = cv2.remap(from_lid_px, in_opening[..., 0], in_opening[..., 1], cv2.INTER_LINEAR, borderValue=0)
    facing = (direction @ fit.rotation.T)[..., 2] > 0.15
    return np.clip(colour, 0, 255), np.clip((inside - LID_EDGE_PX) / LID_FADE_PX, 0, 1) * facing


def _complete(colour: FloatArray, known: FloatArray, iris: float) -> FloatArray:
    """(96, 96, 3) float32: what the lids hide, from the same ring around the pupil; the white spread smoothly."""
    radius = _map_places()[1]
    filled = _rings(colour, known, radius)
    white = np.clip((radius - iris * 1.15) / 0.1, 0, 1) * known
    spread = filled
    if (white > 0.3).sum() > FEWEST_WHITE:
        spread = fill_holes(colour.astype(np.float32), np.where(white > 0.3, white, 0).astype(np.float32))
    smooth = cv2.GaussianBlur(spread.astype(np.float32), (0, 0), 3)
    outside = np.clip((radius - iris * 1.05) / 0.08, 0, 1)[..., None]
    guessed = filled * (1 - outside) + smooth * outside
    share = (cv2.GaussianBlur(known.astype(np.float32), (0, 0), 1.0) * (known > 0))[..., None]
    return np.asarray((colour * share + guessed * (1 - share)).astype(np.float32))


def _rings(colour: FloatArray, known: FloatArray, radius: FloatArray) -> FloatArray:
    """(96, 96, 3): each ring's mean colour, as far as it is seen."""
    ring = np.minimum((radius * RINGS).astype(int), RINGS - 1).ravel()
    weight = np.bincount(ring, known.ravel(), RINGS)
    sums = np.stack([np.bincount(ring, (colour[..., c] * known).ravel(), RINGS) for c in range(3)], 1)
    seen = weight > FEWEST_IN_RING
    if seen.sum() < 3:
        seen = weight > 0
    if not seen.any():
        return np.full((*radius.shape, 3), UNSEEN_GREY)
    numbers = np.flatnonzero(seen)
    means = sums[seen] / weight[seen, None]
    place = np.minimum(radius, 1) * RINGS - 0.5
    return np.stack([np.interp(place, numbers, means[:, c]) for c in range(3)], 2)
