"""The pictures of hands and objects that are laid over faces in training: one `.npz` of all of them.

    jpeg (bytes,) uint8             the N pictures (S, S, 3) sRGB as JPEG files, one after the other
    offsets (N + 1,) int64          picture i is jpeg[offsets[i]:offsets[i + 1]]
    mask_jpeg, mask_offsets         likewise grey JPEG files (S, S): opacity
    kind (N,) str                   "hand", or what object
    tip (N, 2) float32              px of the picture: the middle of what hides a face (fingers, the object)
    length (N,) float32             px: of the hand without its arm, or of the object
    meta () str                     JSON: how the file was made

Every occluder comes from below: what crosses the lower border of its picture goes on beyond it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from fsgan_core.errors import PlateError
from fsgan_core.media.atomic import complete_or_absent
from fsgan_core.training.synthesis.array_archive import read_arrays
from fsgan_core.training.synthesis.head_camera import FloatArray
from fsgan_core.training.synthesis.prepared_clip import decode_picture, encode_picture, join_files

HAND = "hand"
PICTURE_QUALITY, MASK_QUALITY = 90, 92
_ARRAYS = ("jpeg", "offsets", "mask_jpeg", "mask_offsets", "kind", "tip", "length")


@dataclass(frozen=True)
class Occluder:
    """One hand or object.

    Attributes:
        picture: (S, S, 3) uint8 sRGB; opacity (S, S) uint8.
        opacity: 255 hides what lies behind.
        kind: HAND, or what object.
        tip: (2,) px, the middle of what hides a face.
        length: Px, of the hand without its arm or of the object.
    """

    picture: FloatArray
    opacity: FloatArray
    kind: str
    tip: tuple[float, float]
    length: float


class OccluderLibrary:
    """All occluders of a file, decoded on demand.

    Args:
        arrays: Those of the module's docstring.
    """

    def __init__(self, arrays: Mapping[str, FloatArray]) -> None:
        self._arrays = arrays
        self.kinds = tuple(str(kind) for kind in arrays["kind"])

    def __len__(self) -> int:
        return len(self.kinds)

    def occluder(self, index: int) -> Occluder:
        """Occluder `index`."""
        arrays = self._arrays
        tip = arrays["tip"][index]
        return Occluder(
            decode_picture(arrays["jpeg"], arrays["offsets"], index, cv2.IMREAD_COLOR_RGB),
            decode_picture(arrays["mask_jpeg"], arrays["mask_offsets"], index, cv2.IMREAD_GRAYSCALE),
            self.kinds[index],
            (float(tip[0]), float(tip[1])),
            float(arrays["length"][index]),
        )


def write_occluders(path: Path, occluders: Sequence[Occluder], origin: Mapping[str, str | int | float]) -> None:
    """Write the file, whole or not at all; the same occluders give the same bytes.

    Raises:
        OutputError: The folder is not writable or the disk is full.
    """
    jpeg, offsets = join_files([encode_picture(one.picture[..., ::-1], PICTURE_QUALITY) for one in occluders])
    mask_jpeg, mask_offsets = join_files([encode_picture(one.opacity, MASK_QUALITY) for one in occluders])
    with complete_or_absent(str(path)) as unfinished, open(unfinished, "wb") as stream:
        np.savez(
            stream,
            allow_pickle=False,
            jpeg=jpeg,
            offsets=offsets,
            mask_jpeg=mask_jpeg,
            mask_offsets=mask_offsets,
            kind=np.array([one.kind for one in occluders]),
            tip=np.array([one.tip for one in occluders], np.float32),
            length=np.array([one.length for one in occluders], np.float32),
            meta=np.array(json.dumps(dict(origin), sort_keys=True)),
        )


def read_occluders(path: Path) -> OccluderLibrary:
    """The occluders of a file.

    Raises:
        PlateError: It is missing, damaged, or its arrays do not fit each other.
    """
    try:
        arrays = read_arrays(path, _ARRAYS)
    except (OSError, ValueError) as error:
        raise PlateError(f"not a file of occluders ({error}); delete it and make it again", path=str(path)) from error
    lengths = {len(arrays[name]) for name in ("kind", "tip", "length")}
    lengths |= {len(arrays[name]) - 1 for name in ("offsets", "mask_offsets")}
    if len(lengths) != 1 or lengths == {0}:
        raise PlateError("its arrays do not fit each other; delete it and make it again", path=str(path))
    return OccluderLibrary(arrays)
