import numpy as np
import pytest

pytest.importorskip("numba", reason="drawing needs numba (extra: train)")

from fsgan_core.training.synthesis.morphable_head import EYE_L, EYE_R
from fsgan_core.training.synthesis.posed_head import NECK_PIVOT, PosedHead, camera_on_head, pose_head
from fsgan_core.training.synthesis.subject import Subject

STRAIGHT = np.zeros((2, 2))


def posed(subject: Subject, pose: tuple[float, float, float] = (0, 0, 0), **changed: object) -> PosedHead:
    options = {"gaze": STRAIGHT, "expression": np.zeros(6, np.float32), "distance_cm": 70.0} | changed
    camera = camera_on_head(np.eye(3), pose, options["distance_cm"])
    return pose_head(subject.maps.head, subject.shape, options["expression"], options["gaze"], camera)


def nose(head: PosedHead) -> np.ndarray:
    return head.plane[head.vertices[:, 2].argmax()]


def test_the_nose_moves_as_the_signs_say(tiny_subject: Subject) -> None:
    straight = nose(posed(tiny_subject))
    assert nose(posed(tiny_subject, (20, 0, 0)))[0] > straight[0] + 0.01
    assert nose(posed(tiny_subject, (0, 20, 0)))[1] < straight[1] - 0.01  # y points down


def test_the_neck_stays_while_the_head_turns(tiny_subject: Subject) -> None:
    for pose in ((0, 0, 0), (50, -20, 15)):
        camera = camera_on_head(tiny_subject.stored.rotation, pose, 70)
        placed = camera.place(NECK_PIVOT[None])
        expected = camera_on_head(tiny_subject.stored.rotation, None, 70).place(NECK_PIVOT[None])
        np.testing.assert_allclose(placed, expected, atol=1e-5)


def test_a_far_camera_flattens(tiny_subject: Subject) -> None:
    near, far = posed(tiny_subject, distance_cm=45.0), posed(tiny_subject, distance_cm=900.0)
    assert near.depth_cm.max() / near.depth_cm.min() > 1.2
    assert far.depth_cm.max() / far.depth_cm.min() < 1.02


def test_eyes_turn_about_their_centres(tiny_subject: Subject) -> None:
    still = posed(tiny_subject)
    turned = posed(tiny_subject, gaze=np.array([[20.0, 0], [0, 15.0]]))
    np.testing.assert_allclose(turned.eye_centres, still.eye_centres, atol=1e-4)
    assert turned.eye_axes[0, 0] > still.eye_axes[0, 0] + 0.3
    assert turned.eye_axes[1, 1] > still.eye_axes[1, 1] + 0.2
    classes = tiny_subject.maps.head.vertex_class[: tiny_subject.maps.head.drawn]
    moved = np.any(np.abs(turned.vertices - still.vertices) > 1e-3, axis=1)
    assert set(classes[moved]) == {EYE_L, EYE_R}


def test_an_expression_moves_only_its_vertices(tiny_subject: Subject) -> None:
    head = tiny_subject.maps.head
    smile = head.expression_vector({"mouthSmile_L": 1})
    moved = np.any(posed(tiny_subject, expression=smile).vertices != posed(tiny_subject).vertices, axis=1)
    expected = np.any(head.expression[3, : head.drawn] != 0, axis=1)
    np.testing.assert_array_equal(moved, expected)
