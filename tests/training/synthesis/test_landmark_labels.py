import numpy as np
import pytest

pytest.importorskip("numba", reason="drawing needs numba (extra: train)")

from fsgan_core.training.synthesis.landmark_labels import equal_steps, inner_lip_gap_cm, label_landmarks
from fsgan_core.training.synthesis.posed_head import PosedHead, camera_on_head, pose_head
from fsgan_core.training.synthesis.subject import Subject


def pose(subject: Subject, yaw: float = 0.0, expression: np.ndarray | None = None, gaze: float = 0.0) -> PosedHead:
    camera = camera_on_head(np.eye(3), (yaw, 0, 0), 70)
    weights = np.zeros(6, np.float32) if expression is None else expression
    return pose_head(subject.maps.head, subject.shape, weights, np.array([[gaze, 0], [gaze, 0]]), camera)


def label(subject: Subject, head: PosedHead) -> np.ndarray:
    return label_landmarks(subject.maps.head.anchors, head)


def test_the_parts_lie_where_wflw_says(tiny_subject: Subject) -> None:
    points = label(tiny_subject, pose(tiny_subject))
    assert points.shape == (98, 2)
    x, y = points.T
    assert x[0] < x[16] < x[32]
    assert y[16] == y[:33].max()
    assert x[33:42].max() < x[54] < x[42:51].min()
    assert x[60] < x[64] < x[68] < x[72]
    assert y[33:51].max() < y[60:76].min() < y[54] < y[76:88].min()
    assert x[76] < x[88] < x[92] < x[82]


def test_pupils_lie_in_their_eyes_and_follow_the_gaze(tiny_subject: Subject) -> None:
    straight, aside = (label(tiny_subject, pose(tiny_subject, gaze=gaze)) for gaze in (0, 15))
    for pupil, eye in ((96, slice(60, 68)), (97, slice(68, 76))):
        assert straight[eye, 0].min() < straight[pupil, 0] < straight[eye, 0].max()
        assert aside[pupil, 0] > straight[pupil, 0] + 0.003
    np.testing.assert_array_equal(aside[:96], straight[:96])


def test_the_far_contour_slides_to_the_silhouette(tiny_subject: Subject) -> None:
    """With the nose to image right, the image-right contour comes closer to the nose than the jaw line itself."""
    head = pose(tiny_subject, yaw=45)
    points = label(tiny_subject, head)
    jaw = head.plane[tiny_subject.maps.head.anchors.contour_paths[:, 0]]
    assert points[26:31, 0].mean() > jaw[-12:-6, 0].mean() + 0.002
    visible = head.plane[np.unique(tiny_subject.maps.skin)]
    assert points[:33, 0].max() <= visible[:, 0].max() + 1e-6


def test_contour_halves_have_equal_steps_and_share_the_chin(tiny_subject: Subject) -> None:
    points = label(tiny_subject, pose(tiny_subject))
    head = pose(tiny_subject)
    np.testing.assert_allclose(points[16], head.plane[tiny_subject.maps.head.chin], atol=0.01)
    for half in (points[:17], points[16:33]):
        steps = np.linalg.norm(np.diff(half, axis=0), axis=1)
        # Chords of a bent line are a little shorter than the steps along it.
        assert steps.max() / steps.min() < 1.3


def test_equal_steps_of_a_bent_line_are_known() -> None:
    points = equal_steps(np.array([[0.0, 0], [4, 0], [4, 12]]))
    assert points.shape == (17, 2)
    np.testing.assert_allclose(points[[0, 2, 4, 16]], [[0, 0], [2, 0], [4, 0], [4, 12]])


def test_the_mouth_opens(tiny_subject: Subject) -> None:
    anchors = tiny_subject.maps.head.anchors
    shut = pose(tiny_subject)
    opened = pose(tiny_subject, expression=tiny_subject.maps.head.expression_vector({"jawOpen": 0.5}))
    assert inner_lip_gap_cm(anchors, opened) > inner_lip_gap_cm(anchors, shut) + 0.8
    lower, upper = slice(93, 96), slice(89, 92)
    moved = label(tiny_subject, opened) - label(tiny_subject, shut)
    assert moved[lower, 1].min() > 0.01
    assert np.abs(moved[upper]).max() < 1e-6
