"""The Cryptomatte of a shot: face and hair of every person in it, swapped or not, from the soft segmentations.

Inside a person's crop that is the segmentation of the analysis, steadied over time. Hair reaches beyond the crop: there
a second, wider look at the frame stands in, which is not steadied.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from torch import nn

from fsgan_core.face.face_analysis import FaceAtFrame, ShotAnalysis
from fsgan_core.face.segment import FACE, HAIR, segment_face
from fsgan_core.geometry.box import box_centres, box_sizes
from fsgan_core.geometry.crop_transform import CropTransform
from fsgan_core.geometry.resample import Window, crop_to_plate
from fsgan_core.media.cryptomatte import cryptomatte_attributes, cryptomatte_channels, name_id
from fsgan_core.media.layer_names import CRYPTOMATTE
from fsgan_core.pipeline.engine import device_errors
from fsgan_core.pipeline.layered_frame import IdLayer, LayeredFrame, Patch
from fsgan_core.pipeline.linear_frame import LinearFrame, crop_visible
from fsgan_core.stages.id_coverage import rank_coverage, shared_coverage

MOST_LEVELS = 3
"""Six names on one pixel are enough for everybody; hosts expect no more."""
WIDE = 1.8
"""How much more of the plate than the crop the wider look shows, as a factor of its side."""
_CLASSES = ((FACE, "face"), (HAIR, "hair"))
_INNER_RAMP_PX = 16
_OUTER_RAMP_PX = 6


class Cryptomatte:
    """Writes who is where into the frames of a shot.

    Args:
        shot: Everybody in it.
        segmentation: The pack's network, for what lies beyond the crops.
    """

    def __init__(self, shot: ShotAnalysis, segmentation: nn.Module) -> None:
        self._faces = shot.faces
        self._segmentation = segmentation
        self._names = [person_names(face.track_id) for face in shot.faces]
        # The same in every frame, so that any split of the frames gives the same files.
        self._levels = min(max(len(shot.faces), 1), MOST_LEVELS)
        self._channels = cryptomatte_channels(CRYPTOMATTE, self._levels)
        every_name = [name for names in self._names for name in names]
        self._attributes = cryptomatte_attributes(CRYPTOMATTE, every_name)

    def layer(self, linear: LinearFrame) -> IdLayer:
        """The Cryptomatte of one frame.

        Raises:
            EngineError: The device failed.
        """
        persons = self._persons_at(linear.frame.number, linear.pixels.shape[:2])
        if not persons:
            return IdLayer(self._channels, None, self._attributes)
        window = _around([own for _, _, own in persons])
        with device_errors(linear.frame.number):
            claims = np.stack([self._claim(linear, face, own, window) for face, _, own in persons])
        distances = np.stack([_distance(face, window) for face, _, _ in persons])
        coverage = shared_coverage(claims, distances)
        by_name = coverage.transpose(0, 3, 1, 2).reshape(-1, *coverage.shape[1:3])
        ids = np.array([name_id(name) for _, names, _ in persons for name in names], np.float32)
        return IdLayer(self._channels, Patch(window, rank_coverage(by_name, ids, self._levels)), self._attributes)

    def _persons_at(self, number: int, size: tuple[int, int]) -> list[tuple[FaceAtFrame, tuple[str, ...], Window]]:
        """Everybody who is seen in a frame: the face, the names of its parts, the window of the wider crop."""
        persons = []
        for person, names in zip(self._faces, self._names, strict=True):
            face = person.at(number)
            if face is not None:
                window = face.crop.zoomed(WIDE).covered_window(size)
                if window[2] > window[0] and window[3] > window[1]:
                    persons.append((face, names, window))
        return persons

    def _claim(self, linear: LinearFrame, face: FaceAtFrame, own: Window, window: Window) -> np.ndarray:
        """(h, w, 2): face and hair of one person in a window around several; 0 where its crops do not reach."""
        wide = face.crop.zoomed(WIDE)
        seen = segment_face(crop_visible(linear, wide), self._segmentation)
        around = _placed(seen, _inside(wide.size, _OUTER_RAMP_PX), wide, own)
        steady = _placed(face.segmentation, _inside(face.crop.size, _INNER_RAMP_PX), face.crop, own)
        # Beyond its crop the steady one repeats its border, with the weight that it has there: none.
        claim = np.zeros((window[3] - window[1], window[2] - window[0], len(_CLASSES)), np.float32)
        weight = steady[..., 2:]
        mixed = steady[..., :2] * weight + around[..., :2] * around[..., 2:] * (1 - weight)
        claim[own[1] - window[1] : own[3] - window[1], own[0] - window[0] : own[2] - window[0]] = mixed
        return claim


def with_cryptomatte(layered: LayeredFrame, cryptomatte: Cryptomatte | None) -> LayeredFrame:
    """The frame with its Cryptomatte, if there shall be one."""
    if cryptomatte is None:
        return layered
    return replace(layered, ids=cryptomatte.layer(layered.linear))


def person_names(track_id: int) -> tuple[str, ...]:
    """What the parts of a person are called: `person01/face`, `person01/hair`."""
    return tuple(f"person{track_id:02d}/{word}" for _, word in _CLASSES)


def _placed(segmentation: np.ndarray, weight: np.ndarray, crop: CropTransform, window: Window) -> np.ndarray:
    """(h, w, 3): face, hair and a weight of a crop on the plate's pixels, in [0, 1]."""
    classes = np.stack([*(segmentation[index] for index, _ in _CLASSES), weight], 2)
    placed, _ = crop_to_plate(classes, crop, (window[3], window[2]), window, "linear")
    return np.clip(placed, 0, 1)


def _inside(size: int, ramp_px: int) -> np.ndarray:
    """(S, S): 0 at the border of a crop, 1 from `ramp_px` inwards."""
    index = np.arange(size, dtype=np.float32)
    ramp = np.clip(np.minimum(index, size - 1 - index) / ramp_px, 0, 1)
    return np.minimum(ramp, ramp[:, None])


def _distance(face: FaceAtFrame, window: Window) -> np.ndarray:
    """(h, w): how far each pixel is from the middle of a face, in sizes of its box."""
    centre, size = box_centres(face.box), box_sizes(face.box)
    x = (np.arange(window[0], window[2]) + 0.5 - centre[0]) / size[0]
    y = (np.arange(window[1], window[3]) + 0.5 - centre[1]) / size[1]
    return np.hypot(x, y[:, None])


def _around(windows: list[Window]) -> Window:
    boxes = np.array(windows)
    x0, y0 = boxes[:, :2].min(0)
    x1, y1 = boxes[:, 2:].max(0)
    return int(x0), int(y0), int(x1), int(y1)
