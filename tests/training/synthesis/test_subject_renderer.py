from dataclasses import replace

import cv2
import numpy as np
import pytest

pytest.importorskip("numba", reason="drawing needs numba (extra: train)")

from fsgan_core.training.synthesis.subject import Subject
from fsgan_core.training.synthesis.subject_renderer import RenderedView, View, render_view

SIDE = 160
STRAIGHT = View(pose=(0, 0, 0), gaze=np.zeros((2, 2)), margin=1.8, side_px=SIDE)


def hull(landmarks: np.ndarray) -> np.ndarray:
    filled = np.zeros((SIDE, SIDE), np.uint8)
    return cv2.fillConvexPoly(filled, cv2.convexHull(np.round(landmarks - 0.5).astype(np.int32)), 1) > 0


@pytest.fixture(scope="module")
def straight(tiny_subject: Subject) -> RenderedView:
    return render_view(tiny_subject, STRAIGHT)


def test_the_same_view_has_the_same_bits(tiny_subject: Subject, straight: RenderedView) -> None:
    again = render_view(tiny_subject, STRAIGHT)
    for name in ("picture", "face", "hair", "landmarks"):
        np.testing.assert_array_equal(getattr(again, name), getattr(straight, name))


def test_shapes_and_types(straight: RenderedView) -> None:
    assert straight.picture.shape == (SIDE, SIDE, 3)
    assert straight.face.shape == straight.hair.shape == (SIDE, SIDE)
    assert straight.picture.dtype == straight.face.dtype == straight.hair.dtype == np.uint8
    assert straight.landmarks.shape == (98, 2)
    assert straight.landmarks.dtype == np.float32


def test_landmarks_fill_the_frame_as_the_margin_says(tiny_subject: Subject) -> None:
    for margin in (1.3, 2.0):
        points = render_view(tiny_subject, replace(STRAIGHT, margin=margin)).landmarks
        low, high = points.min(0), points.max(0)
        assert (high - low).max() == pytest.approx(SIDE / margin, rel=1e-4)
        np.testing.assert_allclose((low + high) / 2, SIDE / 2, atol=1e-3)


def test_an_offset_shifts_the_face(tiny_subject: Subject, straight: RenderedView) -> None:
    moved = render_view(tiny_subject, replace(STRAIGHT, offset=(0.1, -0.05)))
    np.testing.assert_allclose(moved.landmarks - straight.landmarks, np.tile([16, -8], (98, 1)), atol=1e-3)
    # By whole pixels, so the drawn pixels move along; only the edges are rounded differently.
    np.testing.assert_allclose(moved.face[20:120, 40:150].astype(int), straight.face[28:128, 24:134], atol=2)


def test_pupils_are_drawn_where_their_labels_are(tiny_subject: Subject) -> None:
    """Their centre of darkness in the picture is the label to less than the half pixel of a wrong convention."""
    large = render_view(tiny_subject, replace(STRAIGHT, side_px=480))
    grey = large.picture.astype(np.float64).mean(2)
    for pupil in (96, 97):
        x, y = large.landmarks[pupil]
        left, top = int(x) - 8, int(y) - 8
        darkness = np.clip(60 - grey[top : top + 17, left : left + 17], 0, None)
        rows, columns = np.mgrid[:17, :17] + 0.5
        seen = (columns * darkness).sum() / darkness.sum() + left, (rows * darkness).sum() / darkness.sum() + top
        assert np.hypot(seen[0] - x, seen[1] - y) < 0.3


def test_masks_lie_where_the_landmarks_say(straight: RenderedView) -> None:
    inside = hull(straight.landmarks)
    assert (straight.face[inside] > 127).mean() > 0.9
    assert (straight.face[~inside] > 127).mean() < 0.1
    assert straight.hair[: int(straight.landmarks[:, 1].min()) - 4].max() == 255
    assert not np.any((straight.face.astype(int) + straight.hair) > 256)


@pytest.mark.parametrize("pose", [(40.0, 0.0, 0.0), (-25.0, 15.0, -10.0), (5.0, -20.0, 30.0)])
def test_the_label_of_the_pose_is_what_was_asked(tiny_subject: Subject, pose: tuple[float, float, float]) -> None:
    np.testing.assert_allclose(render_view(tiny_subject, replace(STRAIGHT, pose=pose)).pose, pose, atol=1e-3)


def test_a_view_of_nothing_is_the_portraits_own(tiny_subject: Subject) -> None:
    own = render_view(tiny_subject, View())
    np.testing.assert_allclose(own.pose, tiny_subject.own_pose, atol=1e-3)
    assert own.picture.shape == (320, 320, 3)


def test_turning_moves_the_nose_within_the_face(tiny_subject: Subject) -> None:
    def nose_to_left_edge(yaw: float) -> float:
        points = render_view(tiny_subject, replace(STRAIGHT, pose=(yaw, 0, 0))).landmarks
        return float((points[54, 0] - points[:33, 0].min()) / np.ptp(points[:33, 0]))

    assert nose_to_left_edge(-30) + 0.15 < nose_to_left_edge(0) < nose_to_left_edge(30) - 0.15


def test_a_new_background_leaves_the_person(tiny_subject: Subject, straight: RenderedView) -> None:
    red = np.zeros((8, 8, 3), np.float32) + np.array([0.9, 0, 0], np.float32)
    changed = render_view(tiny_subject, replace(STRAIGHT, background=red))
    np.testing.assert_allclose(changed.picture[2, 2], [244, 0, 0], atol=1)  # 0.9 in linear light; the table's step
    solid = straight.face == 255
    np.testing.assert_allclose(changed.picture[solid].astype(int), straight.picture[solid], atol=1)
    np.testing.assert_array_equal(changed.face, straight.face)


def test_light_from_the_right_brightens_the_right_and_none_at_0(tiny_subject: Subject, straight: RenderedView) -> None:
    light = np.zeros((9, 3), np.float32)
    light[0], light[3] = 1 / 0.282095, 1.5
    lit = render_view(tiny_subject, replace(STRAIGHT, light=light))
    off = render_view(tiny_subject, replace(STRAIGHT, light=light, light_amount=0.0))

    def balance(view: RenderedView) -> float:
        cheek = slice(90, 105)
        return float(view.picture[cheek, 95:105].mean() / view.picture[cheek, 55:65].mean())

    assert balance(lit) > 1.3 * balance(straight)
    np.testing.assert_allclose(off.picture.astype(int), straight.picture, atol=1)


def test_an_open_mouth_shows_its_inside(tiny_subject: Subject, straight: RenderedView) -> None:
    opened = render_view(
        tiny_subject, replace(STRAIGHT, expression=tiny_subject.maps.head.expression_vector({"jawOpen": 0.7}))
    )
    low, high = opened.landmarks[88:96].min(0), opened.landmarks[88:96].max(0)
    assert high[1] - low[1] > 1.5 * np.ptp(straight.landmarks[88:96, 1])
    inside = opened.picture[int(low[1]) + 4 : int(high[1]) - 4, 76:84].astype(int)
    # The tiny head's mouth shows teeth, which are paler than its red-brown skin.
    teeth, skin = inside.mean((0, 1)), straight.picture[100:110, 76:84].mean((0, 1))
    assert np.ptp(teeth) < 0.75 * np.ptp(skin)


def test_a_blink_hides_the_pupils(tiny_subject: Subject, straight: RenderedView) -> None:
    blink = tiny_subject.maps.head.expression_vector({"eyeBlink": 1.0})
    shut = render_view(tiny_subject, replace(STRAIGHT, expression=blink))
    for pupil in (96, 97):
        x, y = straight.landmarks[pupil].astype(int)
        eye = slice(y - 3, y + 4), slice(x - 3, x + 4)
        assert straight.picture[eye].min() < 40
        assert shut.picture[eye].min() > straight.picture[eye].min() + 20


def test_arguments_are_left_alone(tiny_subject: Subject) -> None:
    background, expression = np.full((160, 160, 3), 0.5, np.float32), np.full(6, 0.3, np.float32)
    skin, copies = tiny_subject.skin.copy(), (background.copy(), expression.copy())
    render_view(tiny_subject, replace(STRAIGHT, background=background, expression=expression))
    np.testing.assert_array_equal(background, copies[0])
    np.testing.assert_array_equal(expression, copies[1])
    np.testing.assert_array_equal(tiny_subject.skin, skin)
