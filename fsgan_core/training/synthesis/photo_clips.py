"""Labelled portraits as prepared clips of one picture: what analysis networks see of real skin, hair and light."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from fsgan_core.errors import PlateError
from fsgan_core.geometry.eye_opening import OUTER_CORNERS
from fsgan_core.job.progress import Progress
from fsgan_core.training.synthesis.corrected_hair import corrected_hair
from fsgan_core.training.synthesis.head_camera import FloatArray
from fsgan_core.training.synthesis.ict_fit_points import FACE_OUTLINE
from fsgan_core.training.synthesis.ict_label_points import MEDIAPIPE_OF_LANDMARK
from fsgan_core.training.synthesis.labelled_portraits import PortraitFolder, read_portrait
from fsgan_core.training.synthesis.landmark_labels import LANDMARK_COUNT, equal_steps
from fsgan_core.training.synthesis.person_clips import PICTURE_PX
from fsgan_core.training.synthesis.prepared_clip import (
    EXPRESSION_COUNT,
    IDENTITY_COUNT,
    ClipFrame,
    ClipMeta,
    prepare_clip,
    write_clip,
)
from fsgan_core.training.synthesis.subject_pack import DEMO_SPLIT, FITTED_PX

UNKNOWN_POSE = (float("nan"),) * 3

# MediaPipe points of the jaw from temple to temple, image-left first.
JAW = (
    127, 234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361, 323, 454, 356,
)  # fmt: skip
CHIN_OF_JAW = JAW.index(152)
LOWER_JAW = tuple(range(9, 24))


def write_photos(portraits: Path, folder: Path, progress: Progress) -> None:
    """One clip a portrait; people of the demo are left out.

    Args:
        portraits: The folder of `index.csv`, `landmarks.npz`, `images/` and `hair/`.
        folder: Where the clips go; it exists.
        progress: Told of every portrait.

    Raises:
        PlateError: Data are missing or damaged.
        OutputError: A clip cannot be written.
        CancelledError: The user asked to stop. Clips written so far are complete.
    """
    labels = PortraitFolder(portraits)
    rows = [row for row in labels.rows.values() if row["split"] != DEMO_SPLIT]
    progress.begin("photos", len(rows))
    for number, row in enumerate(rows, start=1):
        name = row["name"]
        frame = _photo_frame(portraits, name, labels.points(name))
        meta = ClipMeta(name, row["source"], row["licence"], row["split"], {"kind": "photos"})
        write_clip(folder / f"{name}.npz", prepare_clip(meta, np.full(IDENTITY_COUNT, np.nan), [frame]))
        progress.frame_done(number, name)


def mediapipe_to_landmarks(points: FloatArray) -> FloatArray:
    """(98, 2) float64 landmarks in WFLW order of MediaPipe's (478, 2) points, in the same space."""
    landmarks = np.zeros((LANDMARK_COUNT, 2))
    jaw = points[list(JAW)]
    landmarks[:33] = np.concatenate([equal_steps(jaw[: CHIN_OF_JAW + 1]), equal_steps(jaw[CHIN_OF_JAW:])[1:]])
    for landmark, same in MEDIAPIPE_OF_LANDMARK.items():
        landmarks[landmark] = points[list(same)].mean(0)
    return landmarks


def _photo_frame(portraits: Path, name: str, mediapipe: FloatArray) -> ClipFrame:
    """A portrait and its labels, at the size of a clip's pictures."""
    picture = read_portrait(portraits / "images" / f"{name}.jpg")
    hair_path = portraits / "hair" / f"{name}.jpg"
    hair = cv2.imread(str(hair_path), cv2.IMREAD_GRAYSCALE) if hair_path.exists() else None
    if hair is None:
        raise PlateError("no readable hair mask; copy the data folder again", path=str(hair_path))
    size, scale = (PICTURE_PX, PICTURE_PX), PICTURE_PX / FITTED_PX
    stored = cv2.resize(hair, size).astype(np.float32) / 255
    hair = np.round(corrected_hair(name, stored) * 255).astype(np.uint8)
    face = np.zeros(size, np.uint8)
    outline = np.round(mediapipe[list(FACE_OUTLINE)] * scale).astype(np.int32)
    cv2.fillPoly(face, [outline], 255, cv2.LINE_AA)
    landmarks = (mediapipe_to_landmarks(mediapipe) * scale).astype(np.float32)
    hair = np.where(beard_zone(landmarks, size) & (face > 127), 0, hair).astype(np.uint8)
    face[hair > 127] = 0
    return ClipFrame(
        picture=np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA)),
        face=face,
        hair=hair,
        landmarks=landmarks,
        pose=UNKNOWN_POSE,
        expression=np.full(EXPRESSION_COUNT, np.nan, np.float32),
        photo=True,
        take=0,
    )


def beard_zone(landmarks: FloatArray, size: tuple[int, int]) -> FloatArray:
    """(H, W) bool: from the outer corners of the eyes to the chin, where what the labels call hair is a beard.

    A beard is face: a swap replaces it, and the renders label it so.
    """
    zone = np.zeros(size, np.uint8)
    outline = landmarks[[*OUTER_CORNERS[::-1], *LOWER_JAW]]
    cv2.fillPoly(zone, [np.round(outline).astype(np.int32)], 255)
    return np.asarray(zone > 0)
