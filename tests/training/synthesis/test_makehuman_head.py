from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("numba", reason="drawing needs numba (extra: train)")

from fsgan_core.geometry.head_rotation import pose_to_rotation
from fsgan_core.training.synthesis.makehuman_body import load_makehuman
from fsgan_core.training.synthesis.makehuman_head import MakeHumanHead, fit_frame, make_head, texel_of
from fsgan_core.training.synthesis.makehuman_label_points import JAW, VERTEX_OF_LANDMARK
from fsgan_core.training.synthesis.morphable_head import MorphableHead


@pytest.fixture(scope="module")
def head(tiny_data: Path, tiny_head: MorphableHead) -> MakeHumanHead:
    return make_head(load_makehuman(tiny_data / "makehuman" / "makehuman_head.npz"), tiny_head)


def test_the_table_has_every_inner_landmark_and_is_symmetric() -> None:
    assert sorted(VERTEX_OF_LANDMARK) == list(range(33, 96))
    for right, left in ((60, 72), (62, 70), (76, 82), (33, 46), (55, 59), (88, 92)):
        (_, x, *rest), (_, mirrored, *other) = VERTEX_OF_LANDMARK[right], VERTEX_OF_LANDMARK[left]
        assert x == -mirrored and rest == other
    assert len(set(JAW)) == len(JAW) == 33


def test_the_frame_takes_back_pitch_scale_and_place() -> None:
    rng = np.random.default_rng(0)
    reference = rng.normal(0, 4, (63, 3)) + [0, 1, 9]
    turn = pose_to_rotation(0, 9, 0)
    frame = fit_frame(reference @ turn.T * 0.8 + [0.5, 66, -3], reference)
    np.testing.assert_allclose(frame.turn @ turn, np.eye(3), atol=1e-9)
    assert frame.scale == pytest.approx(1 / 0.8)
    np.testing.assert_allclose(frame.apply(reference @ turn.T * 0.8 + [0.5, 66, -3]), reference, atol=1e-9)


def test_the_body_stands_as_the_morphable_head_does(head: MakeHumanHead) -> None:
    """The tiny body is the tiny head, smaller, nose up by 6 degrees; landmarks lie on grid points near theirs."""
    frame = head.frame(head.body.neutral)
    assert frame.scale == pytest.approx(1 / 0.9, abs=0.05)
    assert np.degrees(np.arcsin((frame.turn @ pose_to_rotation(0, 6, 0))[2, 1])) == pytest.approx(0, abs=2)
    marks = frame.apply(head.body.neutral[head.anchors.vertices[:, 0]])
    assert np.abs(marks - head.reference).max() < 1.6  # two steps of the grid and the calibrated offsets


def test_the_contour_slides_from_the_jaw_towards_the_middle_of_the_face(head: MakeHumanHead) -> None:
    placed = head.frame(head.body.neutral).apply(head.body.neutral)
    paths = placed[head.anchors.contour_paths]
    np.testing.assert_array_equal(head.anchors.contour_paths[:, 0], JAW)
    assert np.abs(paths[:8, -1, 0]).max() < np.abs(paths[:8, 0, 0]).min()
    assert paths[head.anchors.chin_path, -1, 1] > paths[head.anchors.chin_path, 0, 1] + 2
    assert paths[..., 2].min() > 0


def test_the_face_region_is_between_hair_line_and_jaw(head: MakeHumanHead) -> None:
    for (u, v), inside in (((0.5, 0.5), 1), ((0.5, 0.3), 1), ((0.5, 0.94), 0), ((0.5, 0.06), 0), ((0.06, 0.5), 0)):
        column, row = texel_of(np.array([[u, v]]), head.region.shape)[0].round().astype(int)
        assert head.region[row, column] == inside, (u, v)
