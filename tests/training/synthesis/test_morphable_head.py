from pathlib import Path

import numpy as np
import pytest

from fsgan_core.errors import PlateError
from fsgan_core.training.synthesis.ict_label_points import ICT_VERTEX_OF_MEDIAPIPE, MEDIAPIPE_OF_LANDMARK
from fsgan_core.training.synthesis.morphable_head import (
    EYE_L,
    EYE_R,
    LEFT_EYE,
    RIGHT_EYE,
    SKIN,
    MorphableHead,
    contour_paths,
    load_ict_head,
)


def test_drawn_vertices_come_first(tiny_head: MorphableHead) -> None:
    assert tiny_head.triangles.max() < tiny_head.drawn <= len(tiny_head.neutral)
    assert tiny_head.depth_triangles.max() < len(tiny_head.neutral)
    assert tiny_head.anchors.contour_paths.max() < tiny_head.drawn


def test_surfaces_and_classes_agree(tiny_head: MorphableHead) -> None:
    for surface, vertex_class in ((LEFT_EYE, EYE_L), (RIGHT_EYE, EYE_R)):
        corners = tiny_head.triangles[tiny_head.surface == surface]
        assert len(corners) > 0
        assert set(tiny_head.vertex_class[corners].ravel()) == {vertex_class}
    assert np.all(tiny_head.surface[: tiny_head.skin_triangles] == SKIN)
    assert np.all(tiny_head.surface[tiny_head.skin_triangles :] != SKIN)
    assert tiny_head.closed_mouth_triangles < len(tiny_head.triangles)


def test_the_subjects_left_eye_is_at_positive_x(tiny_head: MorphableHead) -> None:
    assert tiny_head.neutral[tiny_head.vertex_class == EYE_L, 0].mean() > 2
    assert tiny_head.neutral[tiny_head.vertex_class == EYE_R, 0].mean() < -2


def test_expression_vector_sets_both_sides(tiny_head: MorphableHead) -> None:
    vector = tiny_head.expression_vector({"mouthSmile": 0.5, "eyeBlink_L": 0.25})
    assert vector.tolist() == [0.25, 0, 0, 0.5, 0.5, 0]
    with pytest.raises(KeyError, match="mouthSmirk"):
        tiny_head.expression_vector({"mouthSmirk": 1})


def test_every_inner_landmark_has_a_calibrated_vertex() -> None:
    assert sorted(MEDIAPIPE_OF_LANDMARK) == list(range(33, 98))
    for landmark in range(33, 96):
        assert all(point in ICT_VERTEX_OF_MEDIAPIPE for point in MEDIAPIPE_OF_LANDMARK[landmark])


def test_contour_path_runs_from_the_jaw_towards_the_middle() -> None:
    u, v = np.meshgrid(np.linspace(0, 1, 101), np.linspace(0, 1, 101))
    uv = np.stack([u.ravel(), v.ravel()], 1)
    (path,) = contour_paths(uv, [50 * 101])
    places = uv[path]
    assert places[0].tolist() == [0, 0.5]
    assert np.all(np.diff(places[:, 0]) > 0)
    assert places[-1, 0] == pytest.approx(0.55 * 0.5, abs=0.01)  # the grid's step
    assert np.all(places[:, 1] == 0.5)


def test_a_missing_head_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(PlateError, match="ict_facekit/ict_facekit.npz"):
        load_ict_head(tmp_path / "none.npz")


@pytest.mark.parametrize("damage", ["not an archive", "without triangles"])
def test_a_damaged_head_is_refused(tmp_path: Path, tiny_data: Path, damage: str) -> None:
    path = tmp_path / "head.npz"
    if damage == "not an archive":
        path.write_bytes(b"PK\x03\x04 cut off")
    else:
        with np.load(tiny_data / "ict_facekit" / "ict_facekit.npz") as stored:
            np.savez(path, **{key: stored[key] for key in stored.files if key != "tris"})
    with pytest.raises(PlateError, match="not an ICT-FaceKit head"):
        load_ict_head(path)
