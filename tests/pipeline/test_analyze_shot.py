"""Pass 1 as a whole, on painted faces: where, who, when, and in every kind of shot."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from fsgan_core.errors import CancelledError, FaceError
from fsgan_core.geometry.face_box import landmarks_to_box
from fsgan_core.geometry.landmark_warp import MEAN_FACE
from fsgan_core.job.progress import Progress, ProgressEvent
from fsgan_core.job.settings import AnalyzeSettings
from fsgan_core.media.plate_frame import PictureHeader, PlateFrame
from fsgan_core.media.plate_reader import PlateReader
from fsgan_core.pipeline.analyze_shot import FaceAnalysis, ShotAnalysis, analyze_frames
from fsgan_core.shot.image_window import ImageWindow
from fsgan_core.shot.plate import Plate


class PaintedReader(PlateReader):
    """A plate whose frames are arrays; remembers what was asked of it."""

    def __init__(
        self, pictures: list[np.ndarray], aspect: float = 1.0, origins: list[tuple[int, int]] | None = None
    ) -> None:
        super().__init__(Plate("painted.%04d.exr"), tuple(range(1001, 1001 + len(pictures))), "lin_rec709_scene")
        self.pictures, self.aspect, self.origins = pictures, aspect, origins
        self.asked: list[int] = []

    def read(self, number: int) -> PlateFrame:
        self.asked.append(number)
        picture = self.pictures[number - 1001]
        height, width = picture.shape[:2]
        x, y = self.origins[number - 1001] if self.origins else (0, 0)
        header = PictureHeader(ImageWindow(x, y, x + width, y + height), ImageWindow.of_size(640, 480), self.aspect)
        return PlateFrame(number, f"painted.{number}.exr", picture, None, header)

    def file_of(self, number: int) -> str:
        return f"painted.{number}.exr"


class Recorder(Progress):
    """Keeps every event."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[ProgressEvent] = []

    def show(self, event: ProgressEvent) -> None:
        self.events.append(event)


@pytest.fixture
def analyze(painted_faces: ModuleType):  # type: ignore[no-untyped-def]
    """Analyze pictures or a reader with the painted networks."""

    def run(what: list[np.ndarray] | PaintedReader, **settings: object) -> ShotAnalysis:
        reader = what if isinstance(what, PaintedReader) else PaintedReader(what)
        return analyze_frames(reader, painted_faces.fake_pack(), AnalyzeSettings(**settings), Progress())

    return run


def moving(painted_faces: ModuleType, count: int, speed: float = 4.0, **face: float) -> list[np.ndarray]:
    """A shot of one face that moves to the right."""
    plate = painted_faces.backdrop(180, 320)
    return [painted_faces.paint_face(plate, (90 + speed * i, 90.4), 80, **face) for i in range(count)]


def landmark_centres(face: FaceAnalysis) -> np.ndarray:
    """(N, 2) picture px: where the landmarks say that the face is."""
    middle = []
    for position, frame in enumerate(face.frames):
        crop = face.crop_at(int(frame))
        assert crop is not None
        box = landmarks_to_box(face.landmarks[position]).reshape(2, 2).mean(0)
        middle.append(crop.to_plate(box) + face.window_origins[position])
    return np.array(middle)


def test_a_moving_face_is_one_track_where_it_was_painted(painted_faces: ModuleType, analyze) -> None:  # type: ignore[no-untyped-def]
    shot = analyze(moving(painted_faces, 12))
    (face,) = shot.faces
    assert shot.frames == tuple(range(1001, 1013))
    assert face.frames.tolist() == list(shot.frames)
    expected = np.array([[90 + 4.0 * i, 90.4] for i in range(12)])
    # The painted landmark network rounds to a pixel of the 256 px crop: 0.4 plate px; smoothing evens it out.
    np.testing.assert_allclose(landmark_centres(face), expected, atol=0.8)
    sizes = face.boxes[:, 2] - face.boxes[:, 0]
    np.testing.assert_allclose(sizes, 80, atol=2)
    assert face.landmarks.shape == (12, 98, 2)
    assert face.landmarks.dtype == face.poses.dtype == face.boxes.dtype == np.float32


def test_pose_is_measured_and_smoothed(painted_faces: ModuleType, analyze) -> None:  # type: ignore[no-untyped-def]
    plate = painted_faces.backdrop(180, 320)
    shot = analyze([painted_faces.paint_face(plate, (150, 90), 80, yaw_deg=3.0 * i) for i in range(10)])
    np.testing.assert_allclose(shot.faces[0].poses[:, 0], 3.0 * np.arange(10), atol=0.5)


def test_segmentation_is_the_face_and_sums_to_one(painted_faces: ModuleType, analyze) -> None:  # type: ignore[no-untyped-def]
    at = analyze(moving(painted_faces, 7)).faces[0].at(1004)
    assert at is not None
    assert at.segmentation.shape == (3, 256, 256)
    np.testing.assert_allclose(at.segmentation.sum(0), 1, atol=1e-5)
    area = np.pi / 4 * (256 / 1.25) ** 2
    assert at.segmentation[1].sum() == pytest.approx(area, rel=0.03)


@pytest.mark.parametrize("smooth", [True, False])
def test_a_single_still_works(painted_faces: ModuleType, analyze, smooth: bool) -> None:  # type: ignore[no-untyped-def]
    (face,) = analyze(moving(painted_faces, 1), smooth=smooth).faces
    assert len(face) == 1
    np.testing.assert_allclose(landmark_centres(face), [[90, 90.4]], atol=0.8)


def test_smoothing_steadies_and_can_be_switched_off(painted_faces: ModuleType, analyze) -> None:  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(0)
    plate = painted_faces.backdrop(180, 320)
    shaky = [painted_faces.paint_face(plate, tuple(rng.normal((150, 90), 0.3)), 80) for _ in range(24)]
    steady, raw = analyze(shaky).faces[0], analyze(shaky, smooth=False).faces[0]

    def shake(face: FaceAnalysis) -> float:
        return float(np.diff(face.boxes[:, :2], axis=0).std())

    assert shake(steady) < 0.4 * shake(raw)


def test_hidden_frames_are_bridged_with_an_empty_matte(painted_faces: ModuleType, analyze) -> None:  # type: ignore[no-untyped-def]
    # A large plate: in a small one so red a face that vanishes at once looks like a cut.
    plate = painted_faces.backdrop(300, 600)
    pictures = [painted_faces.paint_face(plate, (90 + 4.0 * i, 90.4), 80) for i in range(14)]
    for hidden in range(5, 9):
        pictures[hidden] = plate
    (face,) = analyze(pictures, segmentation_smooth_frames=1).faces
    assert len(face) == 14
    assert set(face.segment_ids.tolist()) == {0}
    np.testing.assert_array_equal(face.scores == 0, [5 <= i < 9 for i in range(14)])
    np.testing.assert_allclose(landmark_centres(face)[:, 0], 90 + 4.0 * np.arange(14), atol=1.2)
    hidden_face, seen_face = face.at(1007), face.at(1003)
    assert hidden_face is not None
    assert seen_face is not None
    assert hidden_face.segmentation[1].max() < 0.05
    assert seen_face.segmentation[1].max() > 0.95


class BlindDetector(nn.Module):
    """The painted detector, which sees nothing in some frames; a frame begins with its largest level."""

    def __init__(self, detector: nn.Module, blind: range) -> None:
        super().__init__()
        self.detector, self.blind, self.frame, self.level = detector, blind, 0, 0

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        self.frame += x.shape[2] >= self.level
        self.level = x.shape[2]
        logits, boxes = self.detector(x)
        return (logits - 100 if self.frame - 1 in self.blind else logits), boxes


def test_a_face_that_the_detector_loses_is_followed_by_its_landmarks(painted_faces: ModuleType) -> None:
    pictures = moving(painted_faces, 6)
    plate = painted_faces.backdrop(180, 320)
    pictures += [painted_faces.paint_face(plate, (114 + 4 * i, 90.4), 80, yaw_deg=40) for i in range(4)]
    pack = painted_faces.fake_pack()
    pack.detector = BlindDetector(pack.detector, range(6, 10))
    (face,) = analyze_frames(PaintedReader(pictures), pack, AnalyzeSettings(smooth=False), Progress()).faces
    assert (face.scores > 0.5).all()
    np.testing.assert_allclose(face.poses[6:, 0], 40, atol=1)
    np.testing.assert_allclose(landmark_centres(face)[:, 0], 90 + 4.0 * np.arange(10), atol=0.8)


def test_the_painted_detector_can_be_blinded(painted_faces: ModuleType) -> None:
    pack = painted_faces.fake_pack()
    pack.detector = BlindDetector(pack.detector, range(0, 10))
    with pytest.raises(FaceError):
        analyze_frames(PaintedReader(moving(painted_faces, 3)), pack, AnalyzeSettings(), Progress())


def test_what_only_the_detector_takes_for_a_face_is_none(painted_faces: ModuleType) -> None:
    pack = painted_faces.fake_pack()
    pack.landmarks = type(pack.landmarks)()
    pack.landmarks.forward = lambda x: torch.rand(1, 98, 64, 64) * 0.3  # type: ignore[method-assign]
    with pytest.raises(FaceError):
        analyze_frames(PaintedReader(moving(painted_faces, 2)), pack, AnalyzeSettings(), Progress())


def test_the_same_person_after_a_cut_is_one_track_of_two_segments(painted_faces: ModuleType, analyze) -> None:  # type: ignore[no-untyped-def]
    first = moving(painted_faces, 5, person=0.2)
    other = [
        painted_faces.paint_face(painted_faces.backdrop(180, 320, 7), (200 - 3 * i, 80), 110, person=0.2)
        for i in range(5)
    ]
    (face,) = analyze(first + other).faces
    assert face.segment_ids.tolist() == [0] * 5 + [1] * 5
    # Nothing of the other side of the cut leaks in: both runs lie where they were painted.
    np.testing.assert_allclose(landmark_centres(face)[4:6], [[106, 90.4], [200, 80]], atol=0.8)


def test_two_people_keep_their_tracks(painted_faces: ModuleType, analyze) -> None:  # type: ignore[no-untyped-def]
    plate = painted_faces.backdrop(180, 400)
    shot = []
    for i in range(8):
        picture = painted_faces.paint_face(plate, (80 + i, 90), 70, person=-0.6)
        shot.append(painted_faces.paint_face(picture, (300 - i, 90), 90, person=0.4))
    left, right = analyze(shot).faces
    assert (left.track_id, right.track_id) == (1, 2)
    assert left.boxes[0, 0] < right.boxes[0, 0]
    assert float(left.face_embedding @ right.face_embedding) < 0


def test_anamorphic_faces_are_round_in_the_crop(painted_faces: ModuleType, analyze) -> None:  # type: ignore[no-untyped-def]
    plate = painted_faces.backdrop(200, 200)
    pictures = [painted_faces.paint_face(plate, (100, 100), 90, pixel_aspect=2.0)] * 3
    (face,) = analyze(PaintedReader(pictures, aspect=2.0)).faces
    np.testing.assert_allclose(face.boxes[1], [77.5, 55, 122.5, 145], atol=1.5)
    matte = face.at(1002).segmentation[1] > 0.5
    assert abs(int(matte.any(0).sum()) - int(matte.any(1).sum())) <= 4


def test_a_travelling_data_window_does_not_move_the_face(painted_faces: ModuleType, analyze) -> None:  # type: ignore[no-untyped-def]
    whole = painted_faces.paint_face(painted_faces.backdrop(240, 400), (200, 120), 80)
    origins = [(20 + 5 * i, 10 + 3 * i) for i in range(6)]
    pictures = [np.ascontiguousarray(whole[y : y + 200, x : x + 320]) for x, y in origins]
    (face,) = analyze(PaintedReader(pictures, origins=origins)).faces
    assert face.window_origins.tolist() == [list(origin) for origin in origins]
    np.testing.assert_allclose(landmark_centres(face), np.tile([200, 120], (6, 1)), atol=0.8)
    np.testing.assert_allclose(np.diff(face.boxes[:, 0]), -5, atol=0.3)


@pytest.mark.parametrize(
    ("size", "centre", "side"),
    [((64, 64), (32, 32), 46), ((65, 99), (50, 30), 60), ((180, 320), (160, 90), 230), ((180, 320), (8, 90), 90)],
)
def test_small_plates_and_faces_over_the_edge(painted_faces: ModuleType, analyze, size, centre, side) -> None:  # type: ignore[no-untyped-def]
    pictures = [painted_faces.paint_face(painted_faces.backdrop(*size), centre, side)] * 2
    (face,) = analyze(pictures).faces
    assert np.isfinite(face.landmarks).all()
    assert face.at(1001).segmentation.shape == (3, 256, 256)


def test_nan_and_inf_pixels_change_nothing_else(painted_faces: ModuleType, analyze) -> None:  # type: ignore[no-untyped-def]
    clean = moving(painted_faces, 3)
    broken = [picture.copy() for picture in clean]
    for picture in broken:
        picture[2, 3] = np.nan
        picture[3, 300] = np.inf
    (a,), (b,) = analyze(clean).faces, analyze(broken).faces
    np.testing.assert_allclose(a.landmarks, b.landmarks, atol=1e-4)
    assert np.isfinite(b.sharpness).all()


def test_no_face_names_the_thresholds(painted_faces: ModuleType, analyze) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(FaceError, match=r"frames 1001-1003 .* 40 px .* 0.5 or more .*min_face_px") as caught:
        analyze([painted_faces.backdrop(180, 320)] * 3)
    assert caught.value.exit_code == 5
    with pytest.raises(FaceError, match=r"frame 1001 .* 120 px .* 0.9"):
        analyze(moving(painted_faces, 1), min_face_px=120, score_threshold=0.9)


def test_frames_are_read_twice_and_those_without_a_face_once(painted_faces: ModuleType, analyze) -> None:  # type: ignore[no-untyped-def]
    pictures = [painted_faces.backdrop(180, 320)] * 3 + moving(painted_faces, 3)
    reader = PaintedReader(pictures)
    analyze(reader)
    assert sorted(reader.asked) == sorted([*range(1001, 1007), *range(1004, 1007)])


def test_progress_counts_both_looks(painted_faces: ModuleType) -> None:
    recorder = Recorder()
    analyze_frames(PaintedReader(moving(painted_faces, 3)), painted_faces.fake_pack(), AnalyzeSettings(), recorder)
    steps = [event for event in recorder.events if event.event == "step"]
    assert [(step.step.split(" in ")[0], step.total) for step in steps] == [("find faces", 3), ("measure faces", 3)]
    assert [event.status for event in recorder.events if event.event == "frame"][:3] == ["1 face"] * 3


def test_cancel_stops_between_two_frames(painted_faces: ModuleType) -> None:
    reader = PaintedReader(moving(painted_faces, 30))
    progress = Progress(cancelled_by=lambda: 15 if len(reader.asked) > 3 else None)
    with pytest.raises(CancelledError) as caught:
        analyze_frames(reader, painted_faces.fake_pack(), AnalyzeSettings(), progress)
    assert caught.value.exit_code == 143
    assert len(reader.asked) < 10


def test_the_plate_is_not_changed(painted_faces: ModuleType, analyze) -> None:  # type: ignore[no-untyped-def]
    pictures = moving(painted_faces, 2)
    pictures[0][0, 0] = [30, -0.1, np.nan]
    before = [picture.copy() for picture in pictures]
    analyze(pictures)
    for picture, kept in zip(pictures, before, strict=True):
        np.testing.assert_array_equal(picture, kept)


def test_mean_face_fills_the_painted_box() -> None:
    # The painted faces rely on it: the box of the mean face is square and inside the crop.
    box = landmarks_to_box(MEAN_FACE)
    assert box[2] - box[0] == pytest.approx(box[3] - box[1], abs=1e-5)
