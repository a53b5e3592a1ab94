"""The figures of one swap: how much the result is the source, how well it follows the plate, how steady it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fsgan_core.color.network_encoding import linear_to_network
from fsgan_core.errors import FaceError
from fsgan_core.evaluation.expression_error import landmark_error_px
from fsgan_core.evaluation.identity import identity_cosine
from fsgan_core.evaluation.pose_error import pose_error_deg
from fsgan_core.evaluation.seam import seam_visibility
from fsgan_core.evaluation.stability import FlickerMeter, landmark_wobble_px
from fsgan_core.face.face_analysis import FaceAnalysis
from fsgan_core.face.identify import embed_face
from fsgan_core.face.landmarks import find_landmarks
from fsgan_core.face.pose import estimate_pose
from fsgan_core.face.segment import FACE
from fsgan_core.job.progress import Progress
from fsgan_core.job.spec import SwapJob
from fsgan_core.media.plate_reader import PlateReader
from fsgan_core.media.read import open_plate
from fsgan_core.pipeline.engine import device_errors
from fsgan_core.pipeline.frame_stream import stream_frames
from fsgan_core.pipeline.linear_frame import LinearFrame, crop_visible, read_linear
from fsgan_core.shot.frame_range import FrameRange
from fsgan_core.shot.plate import Plate
from fsgan_core.stages.face_mask import solid_face
from fsgan_core.stages.paste import border_for, soft_erode
from fsgan_core.weights.load import Pack


@dataclass(frozen=True)
class SwapMeasures:
    """Means over the swapped frames, all measured in the crops of the plate, 256 px wide.

    Args:
        frames: How many these are.
        source_identity: Likeness of the result to the source, cosine in [-1, 1] of the pack's own face features, which
            is no verification score; more is better.
        plate_identity: The same of the untouched plate: what a swap starts from.
        pose_error_deg: Angle between the heads of result and plate.
        landmark_error_px: Distance between their landmarks.
        wobble_px: How unsteadily the result's landmarks move; `plate_wobble_px` the same of the plate.
        flicker: How unsteady the result's pixels are, 8-bit code values; `plate_flicker` the same of the plate.
        seam: Gradient along the matte's edge that the plate does not have, 8-bit code values a pixel.
    """

    frames: int
    source_identity: float
    plate_identity: float
    pose_error_deg: float
    landmark_error_px: float
    wobble_px: float
    plate_wobble_px: float
    flicker: float
    plate_flicker: float
    seam: float


def measure_swap(
    job: SwapJob, plate_face: FaceAnalysis, source_face: FaceAnalysis, pack: Pack, progress: Progress
) -> SwapMeasures:
    """The figures of a swap that has been written.

    Args:
        job: What was swapped.
        plate_face: The face that was replaced.
        source_face: The face that was put in.
        pack: The networks that measure.
        progress: Hears about every frame.

    Raises:
        FaceError: No frame that was written shows the face.
        PlateError: A frame of the plate or of the result cannot be read.
        EngineError: The device failed.
        CancelledError: The user stopped the work.
    """
    wanted = job.frames_to_write()
    numbers = [int(number) for number in plate_face.frames if wanted is None or int(number) in wanted]
    if not numbers:
        raise FaceError("no frame that was written shows the face, so nothing can be measured.", path=job.out)
    progress.begin(f"measure {job.out}", len(numbers))
    tally = _Tally(job, plate_face, pack)
    with open_plate(job.plate_to_analyze()) as plate_reader:
        result = Plate(job.out, FrameRange.of(numbers), _result_colorspace(plate_reader, numbers[0]))
        with open_plate(result) as result_reader:

            def read(number: int) -> tuple[LinearFrame, LinearFrame]:
                return read_linear(plate_reader, number), read_linear(result_reader, number)

            for number in stream_frames(numbers, read, tally.add, lambda number: number):
                progress.frame_done(number)
    return tally.measures(source_face)


def _result_colorspace(reader: PlateReader, number: int) -> str:
    return read_linear(reader, number).color.result


class _Tally:
    """What the networks say about each frame, added up."""

    def __init__(self, job: SwapJob, plate_face: FaceAnalysis, pack: Pack) -> None:
        self._settings, self._face, self._pack = job.settings, plate_face, pack
        self._frames: list[int] = []
        self._embeddings: list[np.ndarray] = []
        self._poses: list[np.ndarray] = []
        self._landmarks: list[np.ndarray] = []
        self._plate_landmarks: list[np.ndarray] = []
        self._seams: list[float] = []
        self._flicker, self._plate_flicker = FlickerMeter(), FlickerMeter()

    def add(self, frames: tuple[LinearFrame, LinearFrame]) -> int:
        """One frame of plate and result, in rising order; gives back its number."""
        number = frames[0].frame.number
        face = self._face.at(number)
        assert face is not None
        plate, result = (crop_visible(frame, face.crop) for frame in frames)
        with device_errors(number):
            self._embeddings.append(embed_face(result, self._pack.features))
            self._poses.append(estimate_pose(result, self._pack.pose))
            self._landmarks.append(find_landmarks(result, self._pack.landmarks).points)
            self._plate_landmarks.append(find_landmarks(plate, self._pack.landmarks).points)
        shown_plate, shown = _as_display(plate), _as_display(result)
        soft_px, threshold = self._settings.matte_soft_px, self._settings.matte_threshold
        matte = soft_erode(solid_face(face.segmentation[FACE]), soft_px, threshold, border_for(face.crop))
        self._seams.append(seam_visibility(shown, shown_plate, matte))
        self._flicker.add(number, shown, matte)
        self._plate_flicker.add(number, shown_plate, matte)
        self._frames.append(number)
        return number

    def measures(self, source_face: FaceAnalysis) -> SwapMeasures:
        """The means over all frames added."""
        frames, source = np.array(self._frames), source_face.face_embedding
        positions = np.searchsorted(self._face.frames, frames)
        landmarks = np.stack(self._landmarks)
        poses = pose_error_deg(np.stack(self._poses), self._face.poses[positions])
        return SwapMeasures(
            frames=len(frames),
            source_identity=float(identity_cosine(np.stack(self._embeddings), source).mean()),
            plate_identity=float(identity_cosine(self._face.face_embedding[None], source)[0]),
            pose_error_deg=float(poses.mean()),
            landmark_error_px=float(landmark_error_px(landmarks, self._face.landmarks[positions]).mean()),
            wobble_px=landmark_wobble_px(landmarks, frames),
            plate_wobble_px=landmark_wobble_px(np.stack(self._plate_landmarks), frames),
            flicker=self._flicker.flicker,
            plate_flicker=self._plate_flicker.flicker,
            seam=float(np.mean(self._seams)),
        )


def _as_display(visible: np.ndarray) -> np.ndarray:
    """Visible light as display values in [0, 1]: the networks' encoding is the sRGB curve."""
    return (linear_to_network(visible) + 1) / 2


def describe_measures(measures: SwapMeasures) -> str:
    """The figures as one sentence for the artist; likeness is told by the verdict, which sees no skin tone."""
    return (
        f"pose error {measures.pose_error_deg:.1f} deg, landmark error {measures.landmark_error_px:.1f} px of 256, "
        f"wobble {measures.wobble_px:.2f} px (plate {measures.plate_wobble_px:.2f}), "
        f"flicker {measures.flicker:.2f} (plate {measures.plate_flicker:.2f}), seam {measures.seam:.2f} of 255, "
        f"over {measures.frames} frames"
    )
