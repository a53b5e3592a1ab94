"""The Cryptomatte of a shot: face and hair of every person in it, swapped or not, from the soft segmentations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fsgan_core.face.face_analysis import FaceAtFrame, ShotAnalysis
from fsgan_core.face.segment import FACE, HAIR
from fsgan_core.geometry.box import box_centres, box_sizes
from fsgan_core.geometry.resample import Window, crop_to_plate
from fsgan_core.media.cryptomatte import cryptomatte_attributes, cryptomatte_channels, name_id
from fsgan_core.media.layer_names import CRYPTOMATTE
from fsgan_core.pipeline.layered_frame import IdLayer, LayeredFrame, Patch
from fsgan_core.stages.id_coverage import rank_coverage, shared_coverage

MOST_LEVELS = 3
"""Six names on one pixel are enough for everybody; hosts expect no more."""
_CLASSES = ((FACE, "face"), (HAIR, "hair"))


class Cryptomatte:
    """Writes who is where into the frames of a shot.

    Args:
        shot: Everybody in it.
    """

    def __init__(self, shot: ShotAnalysis) -> None:
        self._faces = shot.faces
        self._names = [person_names(face.track_id) for face in shot.faces]
        # The same in every frame, so that any split of the frames gives the same files.
        self._levels = min(max(len(shot.faces), 1), MOST_LEVELS)
        self._channels = cryptomatte_channels(CRYPTOMATTE, self._levels)
        every_name = [name for names in self._names for name in names]
        self._attributes = cryptomatte_attributes(CRYPTOMATTE, every_name)

    def layer(self, number: int, size: tuple[int, int]) -> IdLayer:
        """The Cryptomatte of one frame.

        Args:
            number: Frame number.
            size: height, width of the frame's array, px.
        """
        persons = self._persons_at(number, size)
        if not persons:
            return IdLayer(self._channels, None, self._attributes)
        window = _around([own for _, _, own in persons])
        claims = np.stack([_claim(face, own, window) for face, _, own in persons])
        distances = np.stack([_distance(face, window) for face, _, _ in persons])
        coverage = shared_coverage(claims, distances)
        by_name = coverage.transpose(0, 3, 1, 2).reshape(-1, *coverage.shape[1:3])
        ids = np.array([name_id(name) for _, names, _ in persons for name in names], np.float32)
        return IdLayer(self._channels, Patch(window, rank_coverage(by_name, ids, self._levels)), self._attributes)

    def _persons_at(self, number: int, size: tuple[int, int]) -> list[tuple[FaceAtFrame, tuple[str, ...], Window]]:
        """Everybody who is seen in a frame: the face, the names of its parts, the window of its crop."""
        persons = []
        for person, names in zip(self._faces, self._names, strict=True):
            face = person.at(number)
            if face is not None:
                window = face.crop.covered_window(size)
                if window[2] > window[0] and window[3] > window[1]:
                    persons.append((face, names, window))
        return persons


def with_cryptomatte(layered: LayeredFrame, cryptomatte: Cryptomatte | None) -> LayeredFrame:
    """The frame with its Cryptomatte, if there shall be one."""
    if cryptomatte is None:
        return layered
    return replace(layered, ids=cryptomatte.layer(layered.plate.number, layered.linear.pixels.shape[:2]))


def person_names(track_id: int) -> tuple[str, ...]:
    """What the parts of a person are called: `person01/face`, `person01/hair`."""
    return tuple(f"person{track_id:02d}/{word}" for _, word in _CLASSES)


def _claim(face: FaceAtFrame, own: Window, window: Window) -> np.ndarray:
    """(h, w, 2): face and hair of one person's segmentation in a window around several; 0 outside its own crop."""
    classes = np.stack([face.segmentation[index] for index, _ in _CLASSES], 2)
    placed, _ = crop_to_plate(classes, face.crop, (own[3], own[2]), own, "linear")
    claim = np.zeros((window[3] - window[1], window[2] - window[0], len(_CLASSES)), np.float32)
    claim[own[1] - window[1] : own[3] - window[1], own[0] - window[0] : own[2] - window[0]] = np.clip(placed, 0, 1)
    return claim


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
