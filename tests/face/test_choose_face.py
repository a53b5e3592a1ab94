"""Choosing a face: by size, number, pixel; clear words where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from fsgan_core.errors import FaceError, JobError
from fsgan_core.face.choose_face import choose_face, describe_faces
from fsgan_core.face.face_analysis import FaceAnalysis, ShotAnalysis
from fsgan_core.face.segment import compress_segmentation


def face(track_id: int, frames: list[int], box: list[float], origin: tuple[int, int] = (0, 0)) -> FaceAnalysis:
    count = len(frames)
    return FaceAnalysis(
        track_id=track_id,
        frames=np.array(frames),
        boxes=np.tile(np.array(box, np.float32), (count, 1)),
        scores=np.ones(count, np.float32),
        plate_to_crop=np.tile(np.eye(3), (count, 1, 1)),
        crop_size=8,
        landmarks=np.zeros((count, 98, 2), np.float32),
        poses=np.zeros((count, 3), np.float32),
        sharpness=np.ones(count, np.float32),
        face_embedding=np.array([1, 0], np.float32),
        segmentations=tuple(compress_segmentation(np.full((3, 8, 8), 1 / 3)) for _ in frames),
        segment_ids=np.zeros(count, int),
        window_origins=np.tile(origin, (count, 1)),
    )


SHOT = ShotAnalysis(
    frames=tuple(range(1001, 1011)),
    faces=(
        face(1, [1001, 1002], [0, 0, 200, 200]),
        face(2, list(range(1001, 1011)), [300, 0, 450, 150]),
        face(3, [1009], [310, 10, 360, 60]),
    ),
)


def test_largest_is_who_fills_most_of_the_shot() -> None:
    assert choose_face(SHOT, "largest").track_id == 2
    assert choose_face(SHOT, " Largest ").track_id == 2


def test_by_number() -> None:
    assert choose_face(SHOT, "3").track_id == 3
    with pytest.raises(FaceError, match=r"no face number 7.*1 \(frames 1001-1002, at 100,100\)"):
        choose_face(SHOT, "7")


def test_by_pixel_takes_the_first_frame_where_somebody_is() -> None:
    assert choose_face(SHOT, "50,50").track_id == 1
    assert choose_face(SHOT, "320.5, 20").track_id == 2
    assert choose_face(SHOT, "320,20@1009").track_id == 3
    with pytest.raises(FaceError, match="no face lies at pixel 50,50 in frame 1005"):
        choose_face(SHOT, "50,50@1005")
    with pytest.raises(FaceError, match="in any frame"):
        choose_face(SHOT, "900,900")


def test_pixels_are_those_of_the_picture_not_of_the_data_window() -> None:
    cropped = ShotAnalysis((1,), (face(1, [1], [0, 0, 50, 50], origin=(600, 400)),))
    assert choose_face(cropped, "620,420").track_id == 1
    with pytest.raises(FaceError):
        choose_face(cropped, "20,20")


@pytest.mark.parametrize("text", ["", "biggest", "1,2,3", "1.5", "a,b", "5,5@x"])
def test_nonsense_is_a_job_error(text: str) -> None:
    with pytest.raises(JobError, match="X,Y@FRAME"):
        choose_face(SHOT, text)


def test_frame_outside_the_shot_is_a_job_error() -> None:
    with pytest.raises(JobError, match="1001-1010"):
        choose_face(SHOT, "5,5@99")


def test_no_face_at_all() -> None:
    with pytest.raises(FaceError, match="no face was found"):
        choose_face(ShotAnalysis((1,), ()), "largest")


def test_description_names_single_frames() -> None:
    assert describe_faces(SHOT).endswith("3 (frame 1009, at 335,35)")


def test_face_at_a_frame_or_none() -> None:
    one = SHOT.faces[2]
    assert one.at(1008) is None
    assert one.at(1010) is None
    at = one.at(1009)
    assert at is not None
    assert at.frame == 1009
    np.testing.assert_allclose(at.segmentation.sum(0), 1, atol=1e-6)
    assert at.crop.size == 8
    assert one.crop_at(1008) is None
