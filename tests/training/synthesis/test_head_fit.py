from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest

pytest.importorskip("numba", reason="drawing needs numba (extra: train)")

from fsgan_core.geometry.head_rotation import rotation_to_pose
from fsgan_core.training.synthesis.head_fit import FitModel, expected_expression, fit_head, fit_model
from fsgan_core.training.synthesis.ict_fit_points import FACE_OUTLINE, FACE_POINTS
from fsgan_core.training.synthesis.subject import Subject

POSES = [(0.0, 0.0, 0.0), (24.0, -8.0, 12.0), (-35.0, 10.0, -25.0)]


@pytest.fixture(scope="module")
def model(tiny_subject: Subject) -> FitModel:
    return fit_model(tiny_subject.maps.head)


@pytest.mark.parametrize("pose", POSES)
def test_a_drawn_head_is_found_again(
    tiny_subject: Subject, model: FitModel, drawn_portraits: ModuleType, pose: tuple[float, float, float]
) -> None:
    """The limits are those a user may count on; shape and expression stay a little nearer to the prior."""
    drawn = drawn_portraits.draw_portrait(tiny_subject, pose, {"mouthSmile": 0.5, "jawOpen": 0.3})
    expected = expected_expression(drawn.blendshapes, tiny_subject.maps.head.expression_names)
    fit = fit_head(model, drawn.points[:FACE_POINTS] - 0.5, expected)
    np.testing.assert_allclose(rotation_to_pose(fit.rotation), pose, atol=1)
    assert np.linalg.norm(fit.residual_px, axis=1).max() < 1
    np.testing.assert_allclose(fit.identity, tiny_subject.stored.identity, atol=0.15)
    np.testing.assert_allclose(fit.expression, drawn.expression, atol=0.05)
    assert fit.relative_residual < 0.003


def test_an_expression_without_labels_is_found_from_the_points(
    tiny_subject: Subject, model: FitModel, drawn_portraits: ModuleType
) -> None:
    drawn = drawn_portraits.draw_portrait(tiny_subject, (10, 0, 0), {"mouthSmile": 0.5, "jawOpen": 0.4})
    fit = fit_head(model, drawn.points[:FACE_POINTS] - 0.5, None)
    jaw, smile = fit.expression[2], fit.expression[3:5]
    assert jaw == pytest.approx(0.4, abs=0.1)
    # Few points move with the tiny head's smile; without labels the prior, no expression at all, holds it back.
    assert smile.min() > 0.2
    assert fit.expression[[0, 1, 5]].max() < 0.1


def test_size_and_place_of_the_face_change_only_the_camera(
    tiny_subject: Subject, model: FitModel, drawn_portraits: ModuleType
) -> None:
    points = drawn_portraits.draw_portrait(tiny_subject, (15, 5, 3), {}).points[:FACE_POINTS]
    expression = np.zeros(6)
    near, far = fit_head(model, points, expression), fit_head(model, points * 0.5 + [40, -20], expression)
    np.testing.assert_allclose(far.camera, near.camera * 0.5 + [0, 40, -20], rtol=1e-3)
    np.testing.assert_allclose(far.rotation, near.rotation, atol=1e-4)
    np.testing.assert_allclose(far.identity, near.identity, atol=1e-3)


def test_one_wrong_point_hardly_moves_the_head(
    tiny_subject: Subject, model: FitModel, drawn_portraits: ModuleType
) -> None:
    points = drawn_portraits.draw_portrait(tiny_subject, (15, 5, 3), {}).points[:FACE_POINTS]
    wrong = points.copy()
    wrong[next(point for point in range(FACE_POINTS) if point not in FACE_OUTLINE)] += 60
    right_fit, wrong_fit = fit_head(model, points, np.zeros(6)), fit_head(model, wrong, np.zeros(6))
    np.testing.assert_allclose(
        rotation_to_pose(wrong_fit.rotation), rotation_to_pose(right_fit.rotation), atol=0.3
    )


def test_points_that_are_no_face_have_a_large_residual(model: FitModel) -> None:
    points = np.random.default_rng(1).uniform(100, 280, (FACE_POINTS, 2))
    assert fit_head(model, points, None).relative_residual > 0.1


def test_the_same_points_give_the_same_bits_and_stay_as_they_are(
    tiny_subject: Subject, model: FitModel, drawn_portraits: ModuleType
) -> None:
    points = drawn_portraits.draw_portrait(tiny_subject, (15, 5, 3), {}).points[:FACE_POINTS]
    given = points.copy()
    first, second = fit_head(model, points, None), fit_head(model, points, None)
    np.testing.assert_array_equal(points, given)
    np.testing.assert_array_equal(first.identity, second.identity)
    np.testing.assert_array_equal(first.camera, second.camera)


def test_a_head_without_a_points_vertex_is_refused(tiny_subject: Subject) -> None:
    head = tiny_subject.maps.head
    with pytest.raises(ValueError, match="lacks vertex"):
        fit_model(replace(head, file_vertices=np.zeros_like(head.file_vertices)))


def test_blendshapes_become_the_heads_expressions() -> None:
    names = ("eyeBlink_L", "eyeBlink_R", "browInnerUp_L", "browInnerUp_R", "jawOpen", "jawForward")
    given = {"eyeBlinkLeft": 0.1, "eyeBlinkRight": 0.2, "browInnerUp": 0.3, "jawOpen": 0.4}
    np.testing.assert_allclose(expected_expression(given, names), [0.1, 0.2, 0.3, 0.3, 0.4, 0])
    assert expected_expression({}, names) is None
