"""The chosen face of a shot with an artist's corrections laid on top: what pass 2 sees. Pass 1 stays as it was.

The rule of keys, offsets and fading stands in `job/corrections.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from fsgan_core.errors import JobError
from fsgan_core.face.choose_face import choose_face
from fsgan_core.face.face_analysis import FaceAnalysis, ShotAnalysis
from fsgan_core.face.segment import (
    BACKGROUND,
    FACE,
    HAIR,
    compress_segmentation,
    decompress_segmentation,
)
from fsgan_core.geometry.box import box_centres
from fsgan_core.geometry.crop_transform import CropTransform
from fsgan_core.geometry.key_offsets import offset_curve
from fsgan_core.geometry.resample import crop_picture
from fsgan_core.job.corrections import CorrectionKey, Corrections, read_corrections

_ANY_FACE = "largest"


def choose_corrected_face(shot: ShotAnalysis, face: str, corrections: Corrections | None) -> FaceAnalysis:
    """The face that the job or the corrections mean, corrected.

    Args:
        shot: The faces of the shot, as measured.
        face: The job's setting; "largest" leaves the choice to the corrections, if they bind a face.
        corrections: Of this shot; None for none.

    Raises:
        JobError: Job and corrections name different faces, or a key lies where the face is not.
        FaceError: There is no such face.
    """
    if corrections is None:
        return choose_face(shot, face)
    bound = corrections.bound_face or face
    chosen = choose_face(shot, bound)
    if corrections.bound_face and face.strip().lower() != _ANY_FACE:
        asked_for = choose_face(shot, face)
        if asked_for is not chosen:
            raise JobError(
                f"the corrections bind face {chosen.track_id} ({bound}), and the job asks for face "
                f"{asked_for.track_id} ({face}). Set face to largest, or bind the same face."
            )
    return correct_face(chosen, corrections)


def open_corrections(path: str) -> Corrections | None:
    """The corrections of a job: those of its file, or None where it names none.

    Raises:
        JobError: The file is missing or says something that cannot be obeyed.
    """
    return read_corrections(path) if path else None


def correct_face(face: FaceAnalysis, corrections: Corrections) -> FaceAnalysis:
    """The face with boxes, landmarks and angles as corrected; mattes stay where they lie in the picture.

    Args:
        face: As measured.
        corrections: Their keys belong to this face.

    Raises:
        JobError: A key lies in a frame where the face is not.
    """
    positions = [_position(face, key) for key in corrections.keys]
    if not positions:
        return face
    curve = _Curve(face, corrections)
    corrected = replace(
        face,
        poses=face.poses + curve.of(lambda key: key.pose, lambda at, pose: np.array(pose) - face.poses[at], (3,)),
        landmarks=face.landmarks + _landmark_offsets(face, corrections, curve),
    )
    corrected = replace(
        corrected, poses=corrected.poses.astype(np.float32), landmarks=corrected.landmarks.astype(np.float32)
    )
    return _with_boxes(corrected, curve) if any(key.box is not None for key in corrections.keys) else corrected


class _Curve:
    """Offsets over all frames of a face, from what some keys say; no key reaches beyond its uninterrupted run."""

    def __init__(self, face: FaceAnalysis, corrections: Corrections) -> None:
        self._face = face
        self._keys = corrections.keys
        self._fade_frames = None if corrections.outside == "hold" else corrections.fade_frames

    def of(
        self,
        said: Callable[[CorrectionKey], Sequence[float] | None],
        offset: Callable[[int, Sequence[float]], np.ndarray],
        shape: tuple[int, ...],
    ) -> np.ndarray:
        """(N, *shape) float64 offsets.

        Args:
            said: What a key says, or None.
            offset: Position of the frame and what its key says to the offset from what was measured there.
            shape: Of one offset.
        """
        face = self._face
        curve = np.zeros((len(face), *shape))
        stated = [(_position(face, key), said(key)) for key in self._keys]
        at_keys = [(at, offset(at, value)) for at, value in stated if value is not None]
        for segment in {int(face.segment_ids[at]) for at, _ in at_keys}:
            inside = face.segment_ids == segment
            keyed = [(at, value) for at, value in at_keys if face.segment_ids[at] == segment]
            key_frames = face.frames[[at for at, _ in keyed]]
            offsets = np.stack([value for _, value in keyed])
            curve[inside] = offset_curve(face.frames[inside], key_frames, offsets, self._fade_frames)
        return curve


def _landmark_offsets(face: FaceAnalysis, corrections: Corrections, curve: _Curve) -> np.ndarray:
    """(N, 98, 2) crop px: the crop is as large as the face, so an offset grows and shrinks with it."""
    offsets = np.zeros(face.landmarks.shape)
    for number in sorted({number for key in corrections.keys for number in key.landmarks}):

        def offset(at: int, point: Sequence[float], number: int = number) -> np.ndarray:
            crop = CropTransform(face.plate_to_crop[at], face.crop_size)
            return crop.to_crop(np.array(point) - face.window_origins[at]) - face.landmarks[at, number]

        def said(key: CorrectionKey, number: int = number) -> Sequence[float] | None:
            return key.landmarks.get(number)

        offsets[:, number] = curve.of(said, offset, (2,))
    return offsets


def _with_boxes(face: FaceAnalysis, curve: _Curve) -> FaceAnalysis:
    """The face in the crops of the corrected boxes; landmarks and mattes keep their place in the picture."""
    centres = box_centres(face.boxes).astype(np.float64)
    # On non-square pixels a box that is square on a screen is not square in the array: its height is its size.
    heights = (face.boxes[:, 3] - face.boxes[:, 1]).astype(np.float64)
    widths = (face.boxes[:, 2] - face.boxes[:, 0]).astype(np.float64)

    def offset(at: int, box: Sequence[float]) -> np.ndarray:
        x0, y0, x1, y1 = np.array(box) - np.tile(face.window_origins[at], 2)
        aspect = _pixel_aspect(face, at)
        size = max((x1 - x0) * aspect, y1 - y0)
        shift = (np.array([x0 + x1, y0 + y1]) / 2 - centres[at]) / [widths[at], heights[at]]
        return np.array([*shift, np.log(size / heights[at])])

    offsets = curve.of(lambda key: key.box, offset, (3,))
    changed = [int(at) for at in np.flatnonzero(np.abs(offsets).max(1) > 0)]
    boxes, transforms, landmarks = face.boxes.copy(), face.plate_to_crop.copy(), face.landmarks.copy()
    segmentations = list(face.segmentations)
    for at in changed:
        height = heights[at] * np.exp(offsets[at, 2])
        centre = centres[at] + offsets[at, :2] * [widths[at], heights[at]]
        half = np.array([height / _pixel_aspect(face, at), height]) / 2
        boxes[at] = np.concatenate([centre - half, centre + half])
        before = CropTransform(face.plate_to_crop[at], face.crop_size)
        after = CropTransform.from_face_box(boxes[at], face.crop_size, _pixel_aspect(face, at))
        transforms[at] = after.plate_to_crop
        landmarks[at] = after.to_crop(before.to_plate(face.landmarks[at]))
        segmentations[at] = _moved_segmentation(segmentations[at], before, after)
    return replace(
        face, boxes=boxes, plate_to_crop=transforms, landmarks=landmarks, segmentations=tuple(segmentations)
    )


def _moved_segmentation(compressed: bytes, before: CropTransform, after: CropTransform) -> bytes:
    """A segmentation seen in another crop; what the first one did not show is background."""
    classes = decompress_segmentation(compressed).transpose(1, 2, 0)[..., [FACE, HAIR]]
    # A border of nothing around it, because the resampling repeats what lies at the edge.
    bordered = np.pad(classes, ((1, 1), (1, 1), (0, 0)))
    crop_to_crop = CropTransform(after.plate_to_crop @ before.inverse, after.size).shifted((-1, -1))
    moved = np.clip(crop_picture(bordered, crop_to_crop, "linear"), 0, 1)
    segmentation = np.zeros((3, after.size, after.size), np.float32)
    segmentation[FACE], segmentation[HAIR] = moved[..., 0], moved[..., 1]
    segmentation[BACKGROUND] = 1 - segmentation[FACE] - segmentation[HAIR]
    return compress_segmentation(segmentation)


def _pixel_aspect(face: FaceAnalysis, at: int) -> float:
    matrix = face.plate_to_crop[at]
    return float(matrix[0, 0] / matrix[1, 1])


def _position(face: FaceAnalysis, key: CorrectionKey) -> int:
    """Where the key's frame is among the face's.

    Raises:
        JobError: The face is not in this frame.
    """
    position = int(np.searchsorted(face.frames, key.frame))
    if position >= len(face.frames) or int(face.frames[position]) != key.frame:
        raise JobError(
            f"the corrections have a key in frame {key.frame}, where face {face.track_id} is not. Delete the key, or "
            "bind the face that is there.",
            frame=key.frame,
        )
    return position
