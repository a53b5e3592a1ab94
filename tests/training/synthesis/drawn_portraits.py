"""Portraits of a known head: drawn by the renderer, labelled with the head's own points, laid out as a data folder."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from fsgan_core.geometry.head_rotation import pose_to_rotation
from fsgan_core.training.synthesis import ict_fit_points as fit_points
from fsgan_core.training.synthesis.head_fit import fit_model
from fsgan_core.training.synthesis.posed_head import camera_on_head, pose_head
from fsgan_core.training.synthesis.rasteriser import blend_shapes
from fsgan_core.training.synthesis.subject import Subject
from fsgan_core.training.synthesis.subject_renderer import View, render_view

SIDE_PX = 384
BLUE = np.zeros((8, 8, 3), np.float32) + np.array([0.02, 0.05, 0.6], np.float32)
IRIS_CM = 0.5


@dataclass(frozen=True)
class DrawnPortrait:
    """A portrait with what its labels are.

    Attributes:
        picture: (384 k, 384 k, 3) uint8 sRGB; person, hair (384, 384) uint8.
        points: (478, 2) px of 384, pixel centres at +0.5.
        blendshapes: MediaPipe's weights by name.
        pose: Yaw, pitch, roll in degrees; expression (E,) and gaze (2, 2) as drawn.
    """

    picture: np.ndarray
    person: np.ndarray
    hair: np.ndarray
    points: np.ndarray
    blendshapes: dict[str, float]
    pose: tuple[float, float, float]
    expression: np.ndarray
    gaze: np.ndarray


def draw_portrait(
    subject: Subject, pose: tuple[float, float, float], expression: dict[str, float], larger: int = 1
) -> DrawnPortrait:
    """A person as a labelled portrait, before a blue wall; the optical axis goes through the head, as a fit has it."""
    subject = replace(subject, stored=replace(subject.stored, rotation=pose_to_rotation(*pose)))
    head = subject.maps.head
    weights = head.expression_vector(expression)
    gaze = np.array([[6.0, -3.0], [4.0, -3.0]], np.float32)
    view = View(expression=weights, gaze=gaze, background=BLUE, margin=1.9, side_px=SIDE_PX * larger)
    drawn = render_view(subject, view)
    framing = drawn.framing
    small = cv2.resize(drawn.picture, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA).astype(int)
    person = np.where(small[..., 2] - small[..., 0] < 60, 255, 0).astype(np.uint8)
    return DrawnPortrait(
        picture=drawn.picture,
        person=person,
        hair=cv2.resize(drawn.hair, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA),
        points=(label_points(subject, view) * framing.focal_px + (framing.x, framing.y) + 0.5) / larger,
        blendshapes={
            name.replace("_L", "Left").replace("_R", "Right"): float(weight)
            for name, weight in zip(head.expression_names, weights, strict=True)
        },
        pose=pose,
        expression=weights,
        gaze=gaze,
    )


def label_points(subject: Subject, view: View) -> np.ndarray:
    """(478, 2) MediaPipe's points of a view, on the image plane at focal length 1."""
    head, model = subject.maps.head, fit_model(subject.maps.head)
    camera = camera_on_head(subject.stored.rotation, view.pose, view.distance_cm)
    shape = blend_shapes(head.neutral, head.identity, subject.stored.identity)
    shape = blend_shapes(shape, head.expression, view.expression)
    posed = pose_head(head, subject.shape, view.expression, view.gaze, camera)
    points = np.zeros((478, 3), np.float32)
    points[: fit_points.FACE_POINTS] = shape[model.vertices] + model.offsets
    for eye, (middle, ring) in enumerate((fit_points.LEFT_IRIS, fit_points.RIGHT_IRIS)):
        turn = pose_to_rotation(*view.gaze[eye], 0)
        points[middle] = posed.eye_centres[eye] + turn @ (0, 0, 1.5)
        for point, across in zip(ring, ((IRIS_CM, 0), (0, IRIS_CM), (-IRIS_CM, 0), (0, -IRIS_CM)), strict=True):
            points[point] = posed.eye_centres[eye] + turn @ (*across, np.sqrt(1.5**2 - IRIS_CM**2))
    return camera.see(camera.place(points))[0].astype(np.float64)


def write_folder(folder: Path, portraits: dict[str, DrawnPortrait], rows: dict[str, dict[str, str]]) -> None:
    """The portraits by name as a folder of labelled portraits; `rows` says what their index adds."""
    for kind in ("images", "large", "person", "hair"):
        (folder / kind).mkdir(parents=True, exist_ok=True)
    for name, portrait in portraits.items():
        picture = portrait.picture[..., ::-1]
        small = cv2.resize(picture, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA)
        cv2.imwrite(str(folder / "images" / f"{name}.jpg"), small, [cv2.IMWRITE_JPEG_QUALITY, 97])
        if len(picture) > SIDE_PX:
            cv2.imwrite(str(folder / "large" / f"{name}.png"), picture)
        cv2.imwrite(str(folder / "person" / f"{name}.jpg"), portrait.person)
        cv2.imwrite(str(folder / "hair" / f"{name}.jpg"), portrait.hair)
    first = next(iter(portraits.values()))
    np.savez(
        folder / "landmarks.npz",
        names=np.array(list(portraits)),
        mp478=np.stack([portrait.points for portrait in portraits.values()]).astype(np.float32),
        blendshape_names=np.array(list(first.blendshapes)),
        blendshapes=np.array([list(portrait.blendshapes.values()) for portrait in portraits.values()], np.float32),
    )
    with (folder / "index.csv").open("w", newline="") as stream:
        columns = ["name", "source", "licence", "split", *sorted({key for row in rows.values() for key in row})]
        table = csv.DictWriter(stream, list(dict.fromkeys(columns)), restval="")
        table.writeheader()
        for name in portraits:
            usual = {"name": name, "source": "tiny", "licence": "CC0-1.0", "split": "train"}
            table.writerow(usual | rows.get(name, {}))
