"""The corrections of a shot while an artist makes them: keys, the bound face, undo, and the file."""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np

from fsgan_core.job.corrections import CorrectionKey, Corrections, read_corrections, write_corrections
from fsgan_viewer.models.analysis_reader import TrackedFace

_MOST_UNDO = 200


class CorrectionEditor:
    """Corrections in memory; `save` writes them as the engine reads them.

    Positions come in as plate px (the picture array) and are kept as picture px (the display window), which differ
    where the data window does not begin at the corner of the format.

    Args:
        path: The corrections file; read where it exists.

    Raises:
        JobError: It exists and cannot be read.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.corrections = read_corrections(path) if path and os.path.isfile(path) else Corrections()
        self._saved = self.corrections
        self._undo: list[Corrections] = []

    @property
    def is_changed(self) -> bool:
        """Whether there is something to save."""
        return self.corrections != self._saved

    @property
    def frames(self) -> tuple[int, ...]:
        """The frames that have a key."""
        return tuple(key.frame for key in self.corrections.keys)

    def key_at(self, frame: int) -> CorrectionKey | None:
        """The key of a frame, or None."""
        return next((key for key in self.corrections.keys if key.frame == frame), None)

    def plate_points(self, face: TrackedFace, frame: int) -> dict[int, tuple[float, float]]:
        """The corrected landmarks of a frame, plate px."""
        key, origin = self.key_at(frame), _origin(face, frame)
        if key is None:
            return {}
        return {number: (x - origin[0], y - origin[1]) for number, (x, y) in key.landmarks.items()}

    def plate_box(self, face: TrackedFace, frame: int) -> np.ndarray | None:
        """The corrected box of a frame, (4,) plate px, or None."""
        key = self.key_at(frame)
        return None if key is None or key.box is None else np.array(key.box) - np.tile(_origin(face, frame), 2)

    def move_landmark(self, face: TrackedFace, frame: int, number: int, x: float, y: float) -> None:
        """Put one landmark right; x, y plate px.

        Raises:
            JobError: It is no place that can be obeyed.
        """
        origin = _origin(face, frame)
        place = (_px(x + origin[0]), _px(y + origin[1]))
        self._change(self.corrections.with_key(CorrectionKey(frame, {number: place})))

    def move_box(self, face: TrackedFace, frame: int, box: np.ndarray) -> None:
        """Put the face box right; (4,) plate px.

        Raises:
            JobError: It is empty.
        """
        x0, y0, x1, y1 = (_px(float(value)) for value in box + np.tile(_origin(face, frame), 2))
        self._change(self.corrections.with_key(CorrectionKey(frame, box=(x0, y0, x1, y1))))

    def bind(self, face: TrackedFace, frame: int, x: float, y: float) -> str:
        """Bind the person at a plate pixel of a frame, and give the words that say so: X,Y@FRAME in picture px.

        A place and a frame outlive a new analysis, whose track numbers may differ.
        """
        origin = _origin(face, frame)
        words = f"{x + origin[0]:.0f},{y + origin[1]:.0f}@{frame}"
        self._change(replace(self.corrections, bound_face=words))
        return words

    def remove(self, frame: int) -> None:
        """Take away the key of a frame."""
        self._change(replace(self.corrections, keys=tuple(k for k in self.corrections.keys if k.frame != frame)))

    def undo(self) -> bool:
        """Take back the last change; whether there was one."""
        if not self._undo:
            return False
        self.corrections = self._undo.pop()
        return True

    def save(self) -> str:
        """Write the file; gives its path.

        Raises:
            OutputError: The folder is missing, full or not writable.
        """
        write_corrections(self.corrections, self.path)
        self._saved = self.corrections
        return self.path

    def _change(self, corrections: Corrections) -> None:
        self._undo = [*self._undo[-_MOST_UNDO:], self.corrections]
        self.corrections = corrections


def _origin(face: TrackedFace, frame: int) -> np.ndarray:
    """(2,) picture px of plate pixel 0, 0 on a frame."""
    position = face.position_of(frame)
    return np.zeros(2) if position is None else np.asarray(face.window_origins[position], float)


def _px(value: float) -> float:
    """A position to a hundredth of a pixel: what a hand can place."""
    return round(float(value), 2)
