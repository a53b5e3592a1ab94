import shutil
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("numba", reason="drawing needs numba (extra: train)")

from fsgan_core.errors import PlateError
from fsgan_core.geometry.landmark_warp import MEAN_FACE
from fsgan_core.job.progress import Progress
from fsgan_core.training.synthesis.ict_label_points import MEDIAPIPE_OF_LANDMARK
from fsgan_core.training.synthesis.photo_clips import JAW, beard_zone, mediapipe_to_landmarks, write_photos
from fsgan_core.training.synthesis.prepared_clip import read_clip


def test_landmarks_are_their_points_or_the_middle_of_two() -> None:
    points = np.stack([np.arange(478.0), -2 * np.arange(478.0)], 1)
    landmarks = mediapipe_to_landmarks(points)
    for landmark, same in MEDIAPIPE_OF_LANDMARK.items():
        assert landmarks[landmark].tolist() == [np.mean(same), -2 * np.mean(same)]


def test_the_contour_runs_along_the_jaw_with_the_chin_in_the_middle() -> None:
    points = np.zeros((478, 2))
    turn = np.linspace(0, np.pi, len(JAW))
    points[list(JAW)] = np.stack([-np.cos(turn), np.sin(turn)], 1)
    contour = mediapipe_to_landmarks(points)[:33]
    np.testing.assert_allclose(contour[[0, 16, 32]], points[[127, 152, 356]])
    np.testing.assert_allclose(np.linalg.norm(contour, axis=1), 1, atol=0.01)  # chords of a circle


def test_each_portrait_but_the_demos_becomes_a_clip(tmp_path: Path, tiny_data: Path) -> None:
    write_photos(tiny_data / "face_pack", tmp_path, Progress())
    assert sorted(path.stem for path in tmp_path.iterdir()) == ["tiny_0000", "tiny_0001", "tiny_0003"]
    clip = read_clip(tmp_path / "tiny_0001.npz")
    assert len(clip) == 1
    assert clip.meta.split == "val"
    assert clip.photo.all()
    assert np.isnan(clip.poses).all()
    assert np.isnan(clip.expression).all()
    assert np.isnan(clip.identity).all()
    face, hair = clip.masks(0)
    assert clip.picture(0).shape == (320, 320, 3)
    assert hair[60, 160] > 200 > 50 > hair[200, 160]
    assert not np.any((face > 200) & (hair > 200))
    # The chin is MediaPipe's point 152, in the stored picture of 384 px.
    chin = np.array([192 + 80 * np.cos(152) + 1, 192 + 90 * np.sin(152) + 1]) * 320 / 384
    np.testing.assert_allclose(clip.landmarks[0, 16], chin, atol=0.2)  # stored in half precision


def test_a_beard_is_between_eyes_and_chin_and_hair_beside_the_face_is_none() -> None:
    points = MEAN_FACE * 200
    zone = beard_zone(points, (200, 200))

    def holds(point: np.ndarray) -> bool:
        column, row = np.round(point).astype(int)
        return bool(zone[row, column])

    assert all(holds(points[k]) for k in (76, 82, 85, 90, 57))  # mouth and base of the nose
    assert holds(points[16] - (0, 4)) and not holds(points[16] + (0, 4))  # chin, and below it
    assert not any(holds(points[k]) for k in (3, 29, 35, 44))  # temples and brows
    assert not holds(points[37] - (0, 20))  # forehead


def test_a_second_run_gives_the_same_bytes(tmp_path: Path, tiny_data: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        write_photos(tiny_data / "face_pack", tmp_path / folder, Progress())
    assert (tmp_path / "a" / "tiny_0000.npz").read_bytes() == (tmp_path / "b" / "tiny_0000.npz").read_bytes()


@pytest.mark.parametrize("missing", ["index.csv", "landmarks.npz", "images/tiny_0001.jpg", "hair/tiny_0001.jpg"])
def test_missing_data_are_named(tmp_path: Path, tiny_data: Path, missing: str) -> None:
    shutil.copytree(tiny_data / "face_pack", tmp_path / "face_pack")
    (tmp_path / "face_pack" / missing).unlink()
    with pytest.raises(PlateError, match=Path(missing).name):
        write_photos(tmp_path / "face_pack", tmp_path, Progress())
