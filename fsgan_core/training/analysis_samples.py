"""Training samples for the networks that look at faces: landmarks, pose, segmentation, features, detector."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from fsgan_core.training.augment import (
    CropJitter,
    crop_view,
    flip_view,
    random_lens,
    random_light,
    random_occluder,
    random_shade,
    random_tint,
)
from fsgan_core.training.datasets import Clip, View
from fsgan_core.training.head_coverings import curly_hair, random_covering, recoloured_hair, redyed_cloth
from fsgan_core.training.occlusion import Occlusion, lay_occluder
from fsgan_core.training.synthesis.occluder_pictures import OccluderLibrary

ROUGH = CropJitter(rotation_deg=25.0, scale=0.22, shift=0.08)
"""What the detector leaves: for landmarks, pose and segmentation."""
STEADY = CropJitter(rotation_deg=12.0, scale=0.1, shift=0.04)
"""What a tracked face box leaves: half of the samples of landmarks and pose."""
TURNED = CropJitter(rotation_deg=30.0, scale=0.15, shift=0.06)
"""For segmentation (section 3.4)."""
GENTLE, GENTLE_SHARE = CropJitter(rotation_deg=8.0, scale=0.08, shift=0.03), 0.65
"""Of the samples of segmentation, those nearly as a shot has them: less turned, relit, blurred and occluded. All that
the renders themselves vary stays, and a small network learns more of it."""
NO_FACE_SHARE = 0.08
"""Samples of landmarks that show none, so that low heatmaps say so."""
WIDE_YAW_DEG, WIDE_SHARE = 25.0, 0.3
"""Clips are mostly near frontal: such a share of the samples is drawn among the views turned further."""
SHUT_SHARE = 0.2
"""Of the samples, as far as their clip has views with shut eyes: one clip in two has."""
COVERED_SHARE, COVERED_YAW_DEG = 0.12, 45.0
"""Of the samples of segmentation, those with cloth over the hair, on heads turned no further."""
DYED_SHARE = 0.08
"""Of the samples of segmentation, those with hair of another colour."""
CURLY_SHARE = 0.08
"""Of the samples of segmentation, those with loose curls around the hair."""
REDYED_SHARE = 0.6
"""Of the samples of segmentation of people whose hat or scarf hides all hair, those with that in another colour."""
DRAWN_OCCLUDER_SHARE = 0.75
"""Of the occluders, where there are hands and objects: the rest are blobs, which look like anything."""


@dataclass(frozen=True)
class FaceSampler:
    """Draws augmented face crops.

    Attributes:
        clips: Renders: exact labels.
        photos: Labelled photographs; may be empty.
        photo_share: Share of samples from photographs.
        size: Side of the crop, px.
        occluders: Hands and objects; None leaves blobs cut from pictures.
    """

    clips: Sequence[Clip]
    photos: Sequence[Clip]
    photo_share: float
    size: int
    occluders: OccluderLibrary | None = None

    def crop(
        self, rng: np.random.Generator, jitter: CropJitter = ROUGH, masks: bool = False
    ) -> tuple[View, np.ndarray, int]:
        """A crop, its augmented picture (S, S, 3) float32 in [0, 1], and the person's number (-1 for a photograph)."""
        from_photo = len(self.photos) > 0 and rng.random() < self.photo_share
        people = self.photos if from_photo else self.clips
        person = int(rng.integers(len(people)))
        clip = people[person]
        view = clip.view(draw_view(clip, rng), masks)
        if rng.random() < 0.5:
            view = flip_view(view)
        view = crop_view(view, self.size, jitter, rng)
        return view, view.rgb.astype(np.float32) / 255, -1 if from_photo else person

    def texture(self, rng: np.random.Generator) -> np.ndarray:
        """A picture to cut occluders from: another person's."""
        clip = self.clips[int(rng.integers(len(self.clips)))]
        return clip.view(int(rng.integers(len(clip))), masks=False).rgb

    def occlude(self, rgb: np.ndarray, landmarks: np.ndarray, rng: np.random.Generator) -> Occlusion:
        """The crop (S, S, 3) float32 in [0, 1] with something before its face."""
        if self.occluders is not None and rng.random() < DRAWN_OCCLUDER_SHARE:
            return lay_occluder(rgb, landmarks, self.occluders, rng)
        colour, alpha = random_occluder(self.size, rng, self.texture(rng))
        return Occlusion(rgb + (colour - rgb) * alpha[..., None], alpha)


def landmark_sample(sampler: FaceSampler, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """picture (3, S, S) in [-1, 1], points (98, 2) in [0, 1] or NaN where no face is, pose (3,) degrees or NaN."""
    if rng.random() < NO_FACE_SHARE:
        rgb = random_lens(random_relight(faceless_picture(sampler, rng), rng), rng)
        return {
            "picture": to_network(rgb), "points": np.full((98, 2), np.nan, np.float32),
            "pose": np.full(3, np.nan, np.float32),
        }  # fmt: skip
    view, rgb, _ = sampler.crop(rng, ROUGH if rng.random() < 0.5 else STEADY)
    rgb = random_relight(rgb, rng)
    if rng.random() < 0.35:
        rgb = sampler.occlude(rgb, view.landmarks, rng).rgb
    rgb = random_lens(rgb, rng)
    return {"picture": to_network(rgb), "points": view.landmarks / sampler.size, "pose": view.pose.astype(np.float32)}


def segmentation_sample(sampler: FaceSampler, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """picture (3, S, S), labels (3, S, S) probabilities of background, face, hair.

    Augmented as in section 3.4, many of them less, by occluders, cloth over the hair, curls, dyed hair and dyed hats.
    """
    gentle = bool(rng.random() < GENTLE_SHARE)
    view, rgb, _ = sampler.crop(rng, GENTLE if gentle else TURNED, masks=True)
    face, hair = view.face.astype(np.float32) / 255, view.hair.astype(np.float32) / 255
    kind = rng.random()
    if view.covered:
        if kind < REDYED_SHARE:
            rgb = redyed_cloth(rgb, face, view.landmarks, rng)
    elif kind < COVERED_SHARE and not abs(view.pose[0]) > COVERED_YAW_DEG:
        covering = random_covering(view.landmarks, hair, rng)
        rgb = rgb * covering.shade[..., None]
        rgb = rgb + (covering.colour - rgb) * covering.alpha[..., None]
        face, hair = face * (1 - covering.alpha), hair * (1 - covering.alpha)
    elif kind > 1 - DYED_SHARE:
        rgb = recoloured_hair(rgb, hair, rng)
    elif kind > 1 - DYED_SHARE - CURLY_SHARE:
        rgb, hair = curly_hair(rgb, face, hair, rng)
    rgb = random_light(rgb, rng, 0.35) if gentle else random_relight(rgb, rng)
    if rng.random() < (0.2 if gentle else 0.45):
        occluded = sampler.occlude(rgb, view.landmarks, rng)
        rgb, shown = occluded.rgb, 1 - occluded.alpha
        face, hair = face * shown, hair * shown
    hair = np.minimum(hair, 1 - face)
    rgb = random_lens(rgb, rng, 0.4 if gentle else 1.0)
    return {"picture": to_network(rgb), "labels": np.stack([1 - face - hair, face, hair]).astype(np.float32)}


def feature_sample(sampler: FaceSampler, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """picture (3, S, S), person (number), attributes (252,): landmarks, pose / 60, expression."""
    view, rgb, person = sampler.crop(rng, CropJitter(rotation_deg=8.0, scale=0.08, shift=0.03))
    rgb = random_lens(random_light(rgb, rng, 0.8), rng, 0.8)
    points = (view.landmarks / sampler.size - 0.5) * 4
    attributes = np.concatenate([points.ravel(), np.nan_to_num(view.pose) / 60, view.expression])
    return {
        "picture": to_network(rgb),
        "person": np.array(person, np.int64),
        "attributes": attributes.astype(np.float32),
    }


def random_relight(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Light, its direction and its colour at random; (H, W, 3) float32 in [0, 1]."""
    return random_tint(random_shade(random_light(rgb, rng), rng), rng)


def to_network(rgb: np.ndarray) -> np.ndarray:
    """(H, W, 3) in [0, 1] -> (3, H, W) float32 in [-1, 1]."""
    return np.ascontiguousarray(rgb.transpose(2, 0, 1) * 2 - 1, np.float32)


def draw_view(clip: Clip, rng: np.random.Generator) -> int:
    """A view of the clip; views turned far or with shut eyes are drawn more often than there are of them."""
    kind = rng.random()
    if kind > 1 - SHUT_SHARE and len(clip.shut):
        return int(rng.choice(clip.shut))
    if kind < WIDE_SHARE:
        wide = np.flatnonzero(np.abs(clip.poses[:, 0]) > WIDE_YAW_DEG)
        if len(wide):
            return int(rng.choice(wide))
    return int(rng.integers(len(clip)))


def faceless_picture(sampler: FaceSampler, rng: np.random.Generator) -> np.ndarray:
    """(S, S, 3) float32 in [0, 1]: part of a picture without its face, turned and scaled."""
    size = sampler.size
    clip = sampler.clips[int(rng.integers(len(sampler.clips)))]
    view = clip.view(int(rng.integers(len(clip))))
    rgb = view.rgb.astype(np.float32) / 255
    if rng.random() < 0.6:  # hide the face: hair, clothes and rooms teach what is no face
        fill = rgb[rng.integers(0, 320, 1), rng.integers(0, 320, 1)]
        hidden = cv2.blur(cv2.dilate(view.face, np.ones((15, 15), np.uint8)), (9, 9)).astype(np.float32) / 255
        rgb = rgb + (fill - rgb) * hidden[..., None]
        side = int(rng.integers(60, 320))
        y, x = rng.integers(0, 320 - side + 1, 2)
    else:
        side = int(rng.integers(20, 90))
        y, x = (
            (0, int(rng.integers(0, 320 - side + 1)))
            if rng.random() < 0.5
            else (320 - side, int(rng.integers(0, 320 - side + 1)))
        )
    part = np.rot90(rgb[y : y + side, x : x + side], int(rng.integers(4)))
    return cv2.resize(
        np.ascontiguousarray(part), (size, size), interpolation=cv2.INTER_AREA if side > size else cv2.INTER_CUBIC
    ).clip(0, 1)
