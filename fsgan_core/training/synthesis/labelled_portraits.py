"""A folder of labelled portraits: what subjects are made from, and what analysis networks see of real skin and hair."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from fsgan_core.errors import PlateError
from fsgan_core.training.synthesis.array_archive import read_arrays
from fsgan_core.training.synthesis.head_camera import FloatArray
from fsgan_core.training.synthesis.subject_pack import FITTED_PX

# What the index says of every portrait; the rest it may say.
REQUIRED_COLUMNS = ("name", "source", "licence", "split")
VALID_COLUMNS = ("valid_x0", "valid_y0", "valid_x1", "valid_y1")


@dataclass(frozen=True)
class LabelledPortrait:
    """A portrait and what is known of it.

    Attributes:
        row: Its line of the index.
        picture: (384, 384, 3) uint8 sRGB.
        large: (S, S, 3) uint8 sRGB: the same crop with more pixels, or `picture` itself.
        points: (478, 2) MediaPipe's points in px of `picture`, pixel centres at +0.5.
        blendshapes: MediaPipe's weights by name; empty if not known.
        person: (384, 384) float32 probability, hair likewise; None where the mask is missing.
        valid_box: x0 y0 x1 y1 in px of `picture`: outside it the photograph had ended.
    """

    row: Mapping[str, str]
    picture: FloatArray
    large: FloatArray
    points: FloatArray
    blendshapes: Mapping[str, float]
    person: FloatArray | None
    hair: FloatArray | None
    valid_box: tuple[float, float, float, float]

    @property
    def flags(self) -> tuple[str, ...]:
        """What the owner of the portraits noted against this one."""
        return tuple(flag for flag in self.row.get("flags", "").split("|") if flag)

    @property
    def crop_scale(self) -> float:
        """Px of `picture` a px of the photograph it was cut from."""
        return float(self.row.get("crop_scale") or 1)


class PortraitFolder:
    """The portraits of a folder with `index.csv`, `landmarks.npz`, `images/`, `hair/` and `person/`.

    Args:
        folder: Where they are.

    Raises:
        PlateError: Index or landmarks are missing or damaged, or do not hold the same portraits.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            with (folder / "index.csv").open(newline="", encoding="utf-8") as lines:
                self.rows = {row["name"]: row for row in csv.DictReader(lines)}
            for row in self.rows.values():
                if any(row.get(column) is None for column in REQUIRED_COLUMNS):
                    raise ValueError(f"index.csv needs the columns {', '.join(REQUIRED_COLUMNS)}")
            stored = read_arrays(folder / "landmarks.npz")
            place = {str(name): i for i, name in enumerate(stored["names"])}
            self._place = {name: place[name] for name in self.rows}
            self._points = stored["mp478"][..., :2].astype(np.float64)
        except (OSError, ValueError, KeyError) as error:
            sentence = f"the labelled portraits are missing or damaged ({error}); --data needs face_pack/"
            raise PlateError(sentence, path=str(folder)) from error
        self._blendshape_names = [str(name) for name in stored.get("blendshape_names", ())]
        self._blendshapes = stored.get("blendshapes")

    def points(self, name: str) -> FloatArray:
        """(478, 2) float64 MediaPipe's points in px of the stored picture, pixel centres at +0.5."""
        return np.asarray(self._points[self._place[name]])

    def load(self, name: str) -> LabelledPortrait:
        """A portrait with all that is known of it.

        Raises:
            KeyError: The index has no such portrait.
            PlateError: The picture is missing or damaged, or the index has a word where a number belongs.
        """
        row = self.rows[name]
        picture = read_portrait(self.folder / "images" / f"{name}.jpg")
        weights: dict[str, float] = {}
        if self._blendshapes is not None:
            own = self._blendshapes[self._place[name]].astype(float)
            weights = dict(zip(self._blendshape_names, own.tolist(), strict=True))
        try:
            x0, y0, x1, y1 = (float(row.get(c) or d) for c, d in zip(VALID_COLUMNS, (0, 0, 384, 384), strict=True))
            float(row.get("crop_scale") or 1)
        except ValueError as error:
            raise PlateError(f"{name}: {error} in the index", path=str(self.folder / "index.csv")) from error
        return LabelledPortrait(
            row=row,
            picture=picture,
            large=self._read_large(name, picture),
            points=self.points(name),
            blendshapes=weights,
            person=self._read_mask("person", name),
            hair=self._read_mask("hair", name),
            valid_box=(x0, y0, x1, y1),
        )

    def _read_large(self, name: str, picture: FloatArray) -> FloatArray:
        """large/NAME.jpg or .png if there is one."""
        for path in (self.folder / "large" / f"{name}{suffix}" for suffix in (".jpg", ".png")):
            if path.exists():
                large = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
                if large is None or large.shape[0] != large.shape[1] or len(large) < FITTED_PX:
                    sentence = f"not a square picture of at least {FITTED_PX} px; make it from the photograph again"
                    raise PlateError(sentence, path=str(path))
                return np.asarray(large)
        return picture

    def _read_mask(self, kind: str, name: str) -> FloatArray | None:
        """(384, 384) float32 in [0, 1]; None if there is none."""
        path = self.folder / kind / f"{name}.jpg"
        mask = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) if path.exists() else None
        return None if mask is None else cv2.resize(mask, (FITTED_PX, FITTED_PX)).astype(np.float32) / 255


def read_portrait(path: Path) -> FloatArray:
    """(384, 384, 3) uint8 sRGB.

    Raises:
        PlateError: The picture is missing, damaged, or has another size.
    """
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB) if path.exists() else None
    if picture is None or picture.shape != (FITTED_PX, FITTED_PX, 3):
        raise PlateError(f"no readable portrait of {FITTED_PX} px; copy the data folder again", path=str(path))
    return np.asarray(picture)
