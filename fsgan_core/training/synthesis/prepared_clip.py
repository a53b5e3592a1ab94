"""Prepared clips: one `.npz` a person with pictures and their labels, the only thing that training reads.

    jpeg (bytes,) uint8             the N pictures (S, S, 3) sRGB as JPEG files, one after the other
    offsets (N + 1,) int64          picture i is jpeg[offsets[i]:offsets[i + 1]]
    mask_jpeg, mask_offsets         likewise grey JPEG files (S, 2 S): face left, hair right, 255 = all of the pixel
    landmarks (N, 98, 2) float32    px of the picture, WFLW order, pixel centres at +0.5
    poses (N, 3) float32            yaw, pitch, roll in degrees; NaN where unknown
    expression (N, 53) float32      weights of the head's expressions (ICT-FaceKit's order), 0..1; NaN where unknown
    photo (N,) bool                 the picture is a photograph and not drawn
    take (N,) int16                 pictures of the same number share their light, camera and background
    identity (100,) float32         shape weights of the head; NaN where unknown
    meta () str                     JSON: name, source, licence, split, and how the clip was made

Drawn clips, photographs and real footage are alike; only `photo` and what is unknown tell them apart.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from fsgan_core.errors import PlateError
from fsgan_core.media.atomic import complete_or_absent
from fsgan_core.training.synthesis.array_archive import read_arrays

PICTURE_QUALITY = 93
MASK_QUALITY = 90
EXPRESSION_COUNT = 53
IDENTITY_COUNT = 100

FloatArray = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class ClipMeta:
    """Whose clip it is. `split` is "train" or "val"; `origin` says how the clip was made, in JSON's own types."""

    name: str
    source: str
    licence: str
    split: str
    origin: Mapping[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True)
class ClipFrame:
    """One picture and its labels.

    Attributes:
        picture: (S, S, 3) uint8 sRGB, RGB order.
        face: (S, S) uint8 share of a pixel that is face; hair (S, S) likewise.
        landmarks: (98, 2) float32 px, pixel centres at +0.5.
        pose: Yaw, pitch, roll in degrees; NaN where unknown.
        expression: (53,) float32 weights; NaN where unknown.
        photo: It is a photograph.
        take: Pictures of the same number share their light, camera and background.
    """

    picture: FloatArray
    face: FloatArray
    hair: FloatArray
    landmarks: FloatArray
    pose: tuple[float, float, float]
    expression: FloatArray
    photo: bool
    take: int


@dataclass(frozen=True)
class PreparedClip:
    """A clip with its pictures still compressed; the arrays are those of the module's docstring."""

    meta: ClipMeta
    jpeg: FloatArray
    offsets: FloatArray
    mask_jpeg: FloatArray
    mask_offsets: FloatArray
    landmarks: FloatArray
    poses: FloatArray
    expression: FloatArray
    photo: FloatArray
    take: FloatArray
    identity: FloatArray

    def __len__(self) -> int:
        """The number of pictures."""
        return len(self.poses)

    def picture(self, index: int) -> FloatArray:
        """(S, S, 3) uint8 sRGB, RGB order."""
        return np.asarray(decode_picture(self.jpeg, self.offsets, index, cv2.IMREAD_COLOR_RGB))

    def masks(self, index: int) -> tuple[FloatArray, FloatArray]:
        """Face and hair, each (S, S) uint8."""
        both = decode_picture(self.mask_jpeg, self.mask_offsets, index, cv2.IMREAD_GRAYSCALE)
        return both[:, : both.shape[0]], both[:, both.shape[0] :]

    def frame(self, index: int) -> ClipFrame:
        """One picture with all its labels."""
        face, hair = self.masks(index)
        yaw, pitch, roll = (float(angle) for angle in self.poses[index])
        return ClipFrame(
            picture=self.picture(index),
            face=face,
            hair=hair,
            landmarks=self.landmarks[index],
            pose=(yaw, pitch, roll),
            expression=self.expression[index],
            photo=bool(self.photo[index]),
            take=int(self.take[index]),
        )


def prepare_clip(meta: ClipMeta, identity: FloatArray, frames: Sequence[ClipFrame]) -> PreparedClip:
    """A clip of frames, compressed.

    Args:
        meta: Whose it is.
        identity: (100,) shape weights; NaN where unknown.
        frames: At least one.
    """
    jpeg, offsets = join_files([encode_picture(frame.picture[..., ::-1], PICTURE_QUALITY) for frame in frames])
    masks = [np.hstack([frame.face, frame.hair]) for frame in frames]
    mask_jpeg, mask_offsets = join_files([encode_picture(both, MASK_QUALITY) for both in masks])
    return PreparedClip(
        meta=meta,
        jpeg=jpeg,
        offsets=offsets,
        mask_jpeg=mask_jpeg,
        mask_offsets=mask_offsets,
        landmarks=np.array([frame.landmarks for frame in frames], np.float32),
        poses=np.array([frame.pose for frame in frames], np.float32),
        expression=np.array([frame.expression for frame in frames], np.float32),
        photo=np.array([frame.photo for frame in frames], bool),
        take=np.array([frame.take for frame in frames], np.int16),
        identity=np.asarray(identity, np.float32),
    )


_ARRAYS = (
    "jpeg", "offsets", "mask_jpeg", "mask_offsets", "landmarks", "poses", "expression", "photo", "take", "identity",
)  # fmt: skip

_PERSON = ("name", "source", "licence", "split")


def write_clip(path: Path, clip: PreparedClip) -> None:
    """Write a clip, whole or not at all; the same clip gives the same bytes.

    Raises:
        OutputError: The folder is not writable or the disk is full.
    """
    meta = {**clip.meta.origin, **{key: getattr(clip.meta, key) for key in _PERSON}}
    arrays = {key: getattr(clip, key) for key in _ARRAYS}
    with complete_or_absent(str(path)) as unfinished, open(unfinished, "wb") as stream:
        np.savez(stream, allow_pickle=False, **arrays, meta=np.array(json.dumps(meta, sort_keys=True)))


def read_clip(path: Path) -> PreparedClip:
    """A clip from its file.

    Raises:
        PlateError: It is missing, damaged, or its arrays do not fit each other.
    """
    try:
        arrays = read_arrays(path, (*_ARRAYS, "meta"))
        clip = PreparedClip(meta=_meta(str(arrays.pop("meta"))), **arrays)
    except FileNotFoundError as error:
        raise PlateError("the clip does not exist; run fsgan synthesize", path=str(path)) from error
    except (OSError, ValueError) as error:
        raise PlateError(f"not a prepared clip ({error}); delete it and make it again", path=str(path)) from error
    count = len(clip)
    labels = (clip.landmarks, clip.expression, clip.photo, clip.take)
    lengths = {len(clip.offsets) - 1, len(clip.mask_offsets) - 1, *(len(label) for label in labels)}
    if count == 0 or lengths != {count}:
        raise PlateError(f"the labels do not fit {count} pictures; delete the clip and make it again", path=str(path))
    return clip


def read_meta(path: Path) -> ClipMeta:
    """Whose clip a file is, without reading its pictures.

    Raises:
        PlateError: It is missing or damaged.
    """
    try:
        return _meta(str(read_arrays(path, ("meta",))["meta"]))
    except (OSError, ValueError) as error:
        raise PlateError(f"not a prepared clip ({error}); delete it and make it again", path=str(path)) from error


def _meta(text: str) -> ClipMeta:
    """The meta of its JSON; what is not about the person is its origin.

    Raises:
        ValueError: It is no JSON, or says too little.
    """
    values = json.loads(text)
    lacking = [key for key in _PERSON if key not in values]
    if lacking:
        raise ValueError(f"its meta lacks {', '.join(lacking)}")
    person = {key: str(values.pop(key)) for key in _PERSON}
    return ClipMeta(**person, origin=values)


def encode_picture(picture: FloatArray, quality: int) -> bytes:
    """A BGR or grey uint8 picture as the bytes of a JPEG file."""
    done, encoded = cv2.imencode(".jpg", np.ascontiguousarray(picture), [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert done, "a uint8 picture can always be encoded"
    return bytes(encoded)


def decode_picture(joined: FloatArray, offsets: FloatArray, index: int, flags: int) -> FloatArray:
    """Picture `index` of joined JPEG files.

    Raises:
        PlateError: The bytes are damaged.
    """
    count = len(offsets) - 1
    if not -count <= index < count:
        raise IndexError(f"picture {index} of a clip of {count}")
    picture = cv2.imdecode(joined[offsets[index % count] : offsets[index % count + 1]], flags)
    if picture is None:
        raise PlateError(f"picture {index} of the clip is damaged; make the clip again")
    return np.asarray(picture)


def join_files(files: Sequence[bytes]) -> tuple[FloatArray, FloatArray]:
    """The files one after the other, and where each begins and ends."""
    return np.frombuffer(b"".join(files), np.uint8), np.cumsum([0] + [len(file) for file in files], dtype=np.int64)
