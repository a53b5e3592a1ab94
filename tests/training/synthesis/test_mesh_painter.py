import numpy as np
import pytest

pytest.importorskip("numba", reason="drawing needs numba (extra: train)")

from fsgan_core.training.synthesis.mesh_painter import (
    DETAIL_LABEL,
    HAIR_LABEL,
    OTHER_LABEL,
    SKIN_LABEL,
    MeshCanvas,
    TexturedMesh,
    draw_see_through,
    draw_solid,
    empty_canvas,
    shrink_canvas,
)

QUAD = np.array([[0, 1, 2], [0, 2, 3]], np.int32)


def quad(depth: float, low: float = 0.5, high: float = 8.5) -> np.ndarray:
    """(4, 3) corners, in the order whose triangles show their front."""
    return np.array([[low, low, depth], [low, high, depth], [high, high, depth], [high, low, depth]], np.float64)


def mesh(colour: float, opacity: float = 1, region: float = 0) -> TexturedMesh:
    texture = np.zeros((4, 4, 5), np.float32) + np.array([colour, colour, colour, opacity, region], np.float32)
    ones = np.ones((4, 3), np.float32)
    return TexturedMesh(QUAD, np.zeros((4, 2), np.float32), ones, 0 * ones, texture)


def grey_canvas() -> MeshCanvas:
    return empty_canvas(10, np.full((10, 10, 3), 0.2, np.float32))


def test_the_nearest_solid_wins_in_any_order() -> None:
    for order in ((3, 7), (7, 3)):
        canvas = grey_canvas()
        for depth in order:
            draw_solid(canvas, quad(depth), mesh(1 / depth), OTHER_LABEL)
        np.testing.assert_allclose(canvas.colour[5, 3], 1 / 3)
        assert canvas.colour[0, 0, 0] == np.float32(0.2)


def test_holes_of_a_solid_texture_show_what_is_behind() -> None:
    canvas = grey_canvas()
    draw_solid(canvas, quad(3), mesh(0.9, opacity=0.3), OTHER_LABEL)
    draw_solid(canvas, quad(7), mesh(0.5), OTHER_LABEL)
    assert canvas.colour[5, 5, 0] == 0.5


def test_a_back_is_not_solid_but_hair_has_two_sides() -> None:
    canvas = grey_canvas()
    flipped = mesh(0.9)._replace(triangles=QUAD[:, ::-1].copy())
    draw_solid(canvas, quad(3), flipped, OTHER_LABEL)
    assert canvas.colour[5, 5, 0] == np.float32(0.2)
    draw_see_through(canvas, quad(3), flipped, HAIR_LABEL)
    assert canvas.colour[5, 5, 0] == np.float32(0.9)


def test_labels_follow_opacity() -> None:
    canvas = grey_canvas()
    draw_solid(canvas, quad(5), mesh(0.5, region=1), SKIN_LABEL)
    assert canvas.labels[5, 3].tolist() == [1, 0]
    draw_see_through(canvas, quad(4), mesh(0.1, opacity=0.25), HAIR_LABEL)
    np.testing.assert_allclose(canvas.labels[5, 3], [0.75, 0.25])
    np.testing.assert_allclose(canvas.colour[5, 3], 0.4)
    draw_see_through(canvas, quad(4), mesh(0.0, opacity=0.5), DETAIL_LABEL)
    np.testing.assert_allclose(canvas.labels[5, 3], [0.75, 0.25])
    draw_solid(canvas, quad(2), mesh(0.5), OTHER_LABEL)
    np.testing.assert_allclose(canvas.labels[5, 3], 0)


def test_see_through_is_drawn_from_far_to_near_and_hidden_by_solids() -> None:
    two = np.concatenate([quad(3), quad(6)])
    both = TexturedMesh(
        np.concatenate([QUAD, QUAD + 4]).astype(np.int32), np.repeat(np.array([[0, 0], [3, 3]], np.float32), 4, 0),
        np.ones((8, 3), np.float32), np.zeros((8, 3), np.float32), np.zeros((4, 4, 5), np.float32),
    )  # fmt: skip
    both.texture[..., 3] = 0.5
    both.texture[0, 0, :3] = 1  # the near one is white, the far one black
    canvas = empty_canvas(10, np.zeros((10, 10, 3), np.float32))
    draw_see_through(canvas, two, both, HAIR_LABEL)
    np.testing.assert_allclose(canvas.colour[5, 3], 0.5, atol=1e-6)
    hidden = empty_canvas(10, np.zeros((10, 10, 3), np.float32))
    draw_solid(hidden, quad(2.5), mesh(0.3), OTHER_LABEL)
    draw_see_through(hidden, two, both, HAIR_LABEL)
    np.testing.assert_allclose(hidden.colour[5, 3], 0.3)
    draw_see_through(hidden, two, both, HAIR_LABEL, reach_cm=1.0)
    assert hidden.colour[5, 3, 0] > 0.5


def test_shrinking_keeps_the_colour_up_to_the_edge() -> None:
    canvas = empty_canvas(12)
    draw_solid(canvas, quad(5, 0.5, 7.5), mesh(0.8), OTHER_LABEL)
    small = shrink_canvas(canvas, 4)
    assert small.opacity[0, 0] == pytest.approx(4 / 9, abs=1e-5)
    np.testing.assert_allclose(small.colour[0, 0], 0.8, rtol=1e-4)
    assert small.opacity[3, 3] == 0
