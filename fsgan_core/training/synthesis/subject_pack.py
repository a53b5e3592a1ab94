"""The portraits as fitted and unwrapped: an index and shards, read one person at a time."""

from __future__ import annotations

import csv
import io
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np

from fsgan_core.errors import PlateError
from fsgan_core.training.synthesis.array_archive import read_arrays
from fsgan_core.training.synthesis.head_camera import FloatArray
from fsgan_core.training.synthesis.head_maps import ATLAS_PX, EYE_MAP_PX

# The side of the stored portrait, and that of the picture which the camera and the valid box speak of.
PORTRAIT_PX = 320
FITTED_PX = 384
# People who appear in the bundled sample plates: no network may ever have seen them.
DEMO_SPLIT = "demo"

Unpacked = TypeVar("Unpacked")


@dataclass(frozen=True)
class SubjectRecord:
    """One line of the index: who it is, whether the fit is good, and for which use (`split`)."""

    name: str
    shard: int
    source: str
    licence: str
    split: str
    good: bool


@dataclass(frozen=True)
class PackedSubject:
    """A person as stored.

    Attributes:
        atlas: (512, 512, 3) uint8 sRGB skin.
        eyes: (2, 96, 96, 3) uint8 sRGB eye maps, the subject's left first.
        portrait: (320, 320, 3) uint8 sRGB.
        person: (320, 320) float32 probability; hair likewise.
        identity: (K,) float32 shape weights, and expression (E,) those of the portrait.
        rotation: (3, 3) float64 of the head in the portrait.
        camera: (3,) float64 focal length and optical axis in px of the 384 px crop.
        gaze: (2, 2) float32 degrees yaw, pitch of each eye relative to the head, the subject's left first.
        own_light: (9,) float32 irradiance harmonics of the portrait.
        valid_box: (4,) int x0 y0 x1 y1 in the 384 px crop: outside it the photograph had ended.
    """

    record: SubjectRecord
    atlas: FloatArray
    eyes: FloatArray
    portrait: FloatArray
    person: FloatArray
    hair: FloatArray
    identity: FloatArray
    expression: FloatArray
    rotation: FloatArray
    camera: FloatArray
    gaze: FloatArray
    own_light: FloatArray
    valid_box: tuple[int, int, int, int]


class SubjectPack:
    """The people in a folder of `index.csv` and `shard_NN.tar`.

    Args:
        folder: Where they are.

    Raises:
        PlateError: The index is missing or lacks a column.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.records = _read_index(folder / "index.csv")

    def load(self, name: str) -> PackedSubject:
        """One person.

        Raises:
            KeyError: The index has no such person.
            PlateError: Their shard is missing or damaged.
        """
        return self._read(name, lambda arrays: unpack_subject(self.records[name], arrays))

    def load_identity(self, name: str) -> FloatArray:
        """(K,) float32 shape weights of one person. Raises as `load` does."""
        return self._read(name, lambda arrays: arrays["wid"].astype(np.float32))

    def _read(self, name: str, unpack: Callable[[Mapping[str, FloatArray]], Unpacked]) -> Unpacked:
        """What `unpack` makes of a person's arrays."""
        path = self.folder / f"shard_{self.records[name].shard:02d}.tar"
        try:
            with tarfile.open(path) as shard:
                member = shard.extractfile(f"{name}.npz")
                if member is None:
                    raise KeyError(f"{name}.npz is not a file")
                return unpack(read_arrays(io.BytesIO(member.read())))
        except (OSError, ValueError, KeyError, tarfile.TarError, cv2.error) as error:
            raise PlateError(f"cannot read {name} ({error}); copy the data folder again", path=str(path)) from error


def _read_index(path: Path) -> dict[str, SubjectRecord]:
    """The index by name, in its own order."""
    try:
        with path.open(newline="", encoding="utf-8") as lines:
            records = [
                SubjectRecord(
                    row["name"], int(row["shard"]), row["source"], row["licence"], row["split"], row["ok"] == "1"
                )
                for row in csv.DictReader(lines)
            ]
    except FileNotFoundError as error:
        raise PlateError("the subjects are missing; --data needs subjects/index.csv", path=str(path)) from error
    except (KeyError, ValueError, TypeError) as error:
        raise PlateError(f"not an index of subjects ({error})", path=str(path)) from error
    return {record.name: record for record in records}


def unpack_subject(record: SubjectRecord, arrays: Mapping[str, FloatArray]) -> PackedSubject:
    """The stored arrays as pictures and numbers.

    Args:
        record: Whose they are.
        arrays: What a shard holds of the person.

    Raises:
        KeyError: An array is missing.
        ValueError: A picture is damaged or has another size.
    """
    unwrapped = _decode(arrays["atlas"], cv2.IMREAD_COLOR_RGB, (ATLAS_PX + EYE_MAP_PX, ATLAS_PX))
    eyes = unwrapped[ATLAS_PX:, : 2 * EYE_MAP_PX].reshape(EYE_MAP_PX, 2, EYE_MAP_PX, 3).swapaxes(0, 1)
    masks = _decode(arrays["masks"], cv2.IMREAD_GRAYSCALE, (2 * PORTRAIT_PX, PORTRAIT_PX)).astype(np.float32) / 255
    x0, y0, x1, y1 = (int(edge) for edge in arrays["valid"])
    return PackedSubject(
        record=record,
        atlas=unwrapped[:ATLAS_PX],
        eyes=np.ascontiguousarray(eyes),
        portrait=_decode(arrays["crop"], cv2.IMREAD_COLOR_RGB, (PORTRAIT_PX, PORTRAIT_PX)),
        person=masks[:PORTRAIT_PX],
        hair=masks[PORTRAIT_PX:],
        identity=arrays["wid"].astype(np.float32),
        expression=arrays["wex"].astype(np.float32),
        rotation=arrays["R"].astype(np.float64),
        camera=arrays["cam"].astype(np.float64),
        gaze=arrays["gaze"].astype(np.float32),
        own_light=arrays["src_sh"].astype(np.float32),
        valid_box=(x0, y0, x1, y1),
    )


def _decode(stored: FloatArray, flags: int, shape: tuple[int, int]) -> FloatArray:
    """A stored JPEG, which must have this height and width.

    Raises:
        ValueError: It is no picture, or has another size.
    """
    picture = cv2.imdecode(stored, flags)
    if picture is None or picture.shape[:2] != shape:
        raise ValueError(f"a picture of {shape[1]}x{shape[0]} px is damaged")
    return np.asarray(picture)
