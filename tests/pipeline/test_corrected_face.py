"""Corrections on top of an analysis: keys are obeyed exactly, and what they do not say stays as measured."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fsgan_core.errors import JobError
from fsgan_core.face.face_analysis import FaceAnalysis, ShotAnalysis
from fsgan_core.face.segment import FACE, compress_segmentation
from fsgan_core.geometry.crop_transform import CropTransform
from fsgan_core.geometry.landmark_warp import MEAN_FACE
from fsgan_core.job.corrections import CorrectionKey, Corrections, write_corrections
from fsgan_core.pipeline.corrected_face import choose_corrected_face, correct_face

SIZE = 256
ORIGIN = np.array([-20, 10])


def moving_face(track_id: int = 1, x: float = 60.0, pixel_aspect: float = 1.0) -> FaceAnalysis:
    """Twelve frames of a face that moves right and grows; a cut lies before frame 9."""
    frames = np.arange(1, 13)
    sides = 50.0 + frames
    half = np.stack([sides / 2 / pixel_aspect, sides / 2], 1)
    centres = np.stack([x + 2.0 * frames, np.full(12, 60.0)], 1)
    boxes = np.concatenate([centres - half, centres + half], 1).astype(np.float32)
    disc = np.hypot(*(np.mgrid[:SIZE, :SIZE] + 0.5 - SIZE / 2)) < 90
    segmentation = compress_segmentation(np.stack([~disc, disc, np.zeros_like(disc)]).astype(np.float32))
    return FaceAnalysis(
        track_id=track_id,
        frames=frames,
        boxes=boxes,
        scores=np.ones(12, np.float32),
        plate_to_crop=np.stack([CropTransform.from_face_box(box, SIZE, pixel_aspect).plate_to_crop for box in boxes]),
        crop_size=SIZE,
        landmarks=np.tile(MEAN_FACE.astype(np.float32), (12, 1, 1)),
        poses=np.zeros((12, 3), np.float32),
        sharpness=np.ones(12, np.float32),
        face_embedding=np.eye(4, dtype=np.float32)[0],
        segmentations=(segmentation,) * 12,
        segment_ids=np.repeat([0, 1], [8, 4]),
        window_origins=np.tile(ORIGIN, (12, 1)),
    )


def in_picture(face: FaceAnalysis, frame: int) -> np.ndarray:
    """(98, 2) picture px."""
    at = face.at(frame)
    assert at is not None
    return at.crop.to_plate(at.landmarks) + ORIGIN


def test_a_landmark_key_is_obeyed_and_the_others_stay() -> None:
    face = moving_face()
    goal = in_picture(face, 5)[76] + [4.0, -3.0]
    corrected = correct_face(face, Corrections((CorrectionKey(5, {76: tuple(goal)}),), fade_frames=2))
    np.testing.assert_allclose(in_picture(corrected, 5)[76], goal, atol=1e-3)
    others = np.arange(98) != 76
    np.testing.assert_array_equal(corrected.landmarks[:, others], face.landmarks[:, others])
    moved = np.linalg.norm(corrected.landmarks[:, 76] - face.landmarks[:, 76], axis=1)
    np.testing.assert_allclose(moved / moved[4], [0, 0, 0, 0.5, 1, 0.5, 0, 0, 0, 0, 0, 0], atol=1e-5)
    assert corrected.segmentations == face.segmentations


def test_between_keys_the_measured_motion_stays() -> None:
    face = moving_face()
    wobble = face.landmarks.copy()
    wobble[:, 90, 0] += np.array([0, 3, -2, 5, 1, 0, 4, -1, 0, 0, 0, 0])
    face = replace(face, landmarks=wobble)
    keys = tuple(CorrectionKey(frame, {90: tuple(in_picture(face, frame)[90] + [0, 6.0])}) for frame in (2, 6))
    corrected = correct_face(face, Corrections(keys))
    np.testing.assert_allclose(corrected.landmarks[:8, 90, 0], face.landmarks[:8, 90, 0], atol=1e-3)
    lifted = corrected.landmarks[1:6, 90, 1] - face.landmarks[1:6, 90, 1]
    # The same 6 px of the picture are less of a larger crop, in a straight line from key to key.
    np.testing.assert_allclose(np.diff(lifted, 2), 0, atol=1e-3)
    assert lifted[0] > lifted[-1] > 0


def test_no_key_reaches_across_a_cut() -> None:
    face = moving_face()
    key = CorrectionKey(8, {3: tuple(in_picture(face, 8)[3] + 9.0)}, pose=(30.0, 0.0, 0.0))
    corrected = correct_face(face, Corrections((key,), outside="hold"))
    np.testing.assert_array_equal(corrected.landmarks[8:], face.landmarks[8:])
    np.testing.assert_array_equal(corrected.poses[:, 0], [30.0] * 8 + [0.0] * 4)


def test_a_box_key_moves_the_crop_and_leaves_the_face_in_its_place() -> None:
    face = moving_face()
    box = (20.0, 40.0, 90.0, 110.0)
    corrected = correct_face(face, Corrections((CorrectionKey(4, box=box),), fade_frames=0))
    np.testing.assert_allclose(corrected.boxes[3] + np.tile(ORIGIN, 2), box, atol=1e-4)
    before, after = face.at(4), corrected.at(4)
    assert before is not None and after is not None
    np.testing.assert_allclose(after.crop.box, CropTransform.from_face_box(corrected.boxes[3], SIZE).box, atol=1e-6)
    np.testing.assert_allclose(in_picture(corrected, 4), in_picture(face, 4), atol=1e-3)
    # The matte's middle is still where the face is, and outside what was seen there is none.
    ys, xs = np.nonzero(after.segmentation[FACE] > 0.5)
    middle = after.crop.to_plate(np.array([[xs.mean() + 0.5, ys.mean() + 0.5]]))
    np.testing.assert_allclose(middle[0], before.crop.box.reshape(2, 2).mean(0), atol=0.5)
    np.testing.assert_allclose(after.segmentation.sum(0), 1, atol=1e-6)
    np.testing.assert_array_equal(corrected.plate_to_crop[[2, 4]], face.plate_to_crop[[2, 4]])


def test_box_and_landmarks_of_one_key_are_both_exact_on_wide_pixels() -> None:
    face = moving_face(pixel_aspect=2.0)
    goal = tuple(in_picture(face, 3)[54] + [1.0, 2.0])
    # 40 x 80 px of the array is a square on a screen.
    corrected = correct_face(face, Corrections((CorrectionKey(3, {54: goal}, (30.0, 20.0, 70.0, 100.0)),)))
    np.testing.assert_allclose(corrected.boxes[2] + np.tile(ORIGIN, 2), [30, 20, 70, 100], atol=1e-4)
    np.testing.assert_allclose(in_picture(corrected, 3)[54], goal, atol=1e-3)


def test_a_key_where_the_face_is_not_is_refused() -> None:
    with pytest.raises(JobError, match="frame 40, where face 1 is not"):
        correct_face(moving_face(), Corrections((CorrectionKey(40),)))


def test_bound_face_is_taken_and_must_agree_with_the_job() -> None:
    shot = ShotAnalysis(tuple(range(1, 13)), (moving_face(), moving_face(2, x=300.0)))
    bound = Corrections(bound_face="2")
    assert choose_corrected_face(shot, "largest", bound).track_id == 2
    assert choose_corrected_face(shot, "2", bound).track_id == 2
    assert choose_corrected_face(shot, "2", Corrections()).track_id == 2
    assert choose_corrected_face(shot, "1", None) is shot.faces[0]
    with pytest.raises(JobError, match="bind face 2 .* asks for face 1"):
        choose_corrected_face(shot, "1", bound)


def test_the_engine_obeys_a_file_without_a_new_pass_1(swap_bench: Any, painted_swaps: Any) -> None:
    frames = {number: swap_bench.face(swap_bench.picture(), 70 + number) for number in (1, 2)}
    job = swap_bench.job(swap_bench.write_exr("plate", frames))
    swap_bench.run(job)
    analysis = Path(job.analysis_paths()[0]).read_bytes()
    before = [(swap_bench.folder / f"out.{number:04d}.exr").read_bytes() for number in (1, 2)]
    fix = str(swap_bench.folder / "fix.json")
    # The box of frame 2 moved by half a face: the crop, and with it every layer, is another.
    write_corrections(Corrections((CorrectionKey(2, box=(60.0, 20.0, 130.0, 90.0)),), fade_frames=0), fix)
    progress = painted_swaps.RecordingProgress()
    swap_bench.run(replace(job, corrections=fix), progress)
    after = [(swap_bench.folder / f"out.{number:04d}.exr").read_bytes() for number in (1, 2)]
    assert Path(job.analysis_paths()[0]).read_bytes() == analysis
    assert not [event for event in progress.events if str(event.step).startswith("find faces")]
    assert after[0] != before[0], "the job hash of every frame is another"
    assert after[1] != before[1]
