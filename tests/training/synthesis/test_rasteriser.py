import numpy as np
import pytest

pytest.importorskip("numba", reason="drawing needs numba (extra: train)")

from fsgan_core.training.synthesis.morphable_head import LEFT_EYE, PLAIN, RIGHT_EYE, SKIN
from fsgan_core.training.synthesis.rasteriser import (
    Canvas,
    FaceLayer,
    Fragments,
    HeadTextures,
    PaintedMesh,
    blend_shapes,
    compose,
    empty_fragments,
    paint_head,
    rasterise,
    rotate,
    vertex_normals,
)

QUAD = np.array([[0, 1, 2], [0, 2, 3]], np.int32)


def quad(x0: float, y0: float, x1: float, y1: float, depth: float) -> np.ndarray:
    """(4, 3) corners, in the order whose triangles show their front."""
    return np.array([[x0, y0, depth], [x0, y1, depth], [x1, y1, depth], [x1, y0, depth]], np.float64)


def draw(points: np.ndarray, triangles: np.ndarray, *, front_only: bool = True) -> Fragments:
    fragments = empty_fragments(12, 10)
    rasterise(points, triangles, fragments, front_only)
    return fragments


def test_a_quad_covers_each_pixel_centre_inside_once() -> None:
    drawn = draw(quad(1.5, 2.5, 6.5, 8.5, 5), QUAD).triangle >= 0
    expected = np.zeros((12, 10), bool)
    expected[3:9, 2:7] = True
    np.testing.assert_array_equal(drawn, expected)


def test_a_back_is_drawn_only_on_request() -> None:
    flipped = QUAD[:, ::-1].copy()
    assert not (draw(quad(1, 1, 8, 8, 5), flipped).triangle >= 0).any()
    assert (draw(quad(1, 1, 8, 8, 5), flipped, front_only=False).triangle >= 0).any()


def test_the_nearest_triangle_wins_in_any_order() -> None:
    points = np.concatenate([quad(0, 0, 9, 11, 7), quad(2, 2, 6, 6, 3)])
    both = np.concatenate([QUAD, QUAD + 4]).astype(np.int32)
    for triangles in (both, both[::-1].copy()):
        fragments = draw(points, triangles)
        assert np.all(fragments.depth[2:7, 2:7] == 3)
        assert fragments.depth[8, 8] == 7


def test_weights_interpolate_across_a_triangle() -> None:
    points = np.array([[0, 0, 1], [0, 8, 2], [8, 0, 3]], np.float64)
    fragments = draw(points, np.array([[0, 1, 2]], np.int32))
    w0, w1 = fragments.weights[2, 4]
    np.testing.assert_allclose([w0, w1, 1 - w0 - w1], [0.25, 0.25, 0.5], atol=1e-6)
    assert fragments.depth[2, 4] == pytest.approx(0.25 * 1 + 0.25 * 2 + 0.5 * 3)


def test_triangles_outside_or_without_area_draw_nothing() -> None:
    points = np.array([[-9, -9, 1], [-9, -2, 1], [-2, -2, 1], [3, 3, 1], [3, 3, 1]], np.float64)
    triangles = np.array([[0, 1, 2], [0, 3, 4]], np.int32)
    assert not (draw(points, triangles, front_only=False).triangle >= 0).any()


def test_blend_shapes_is_a_weighted_sum() -> None:
    rng = np.random.default_rng(0)
    base, deltas = rng.normal(size=(5, 3)).astype(np.float32), rng.normal(size=(4, 9, 3)).astype(np.float32)
    weights = np.array([0.5, 0, -1, 2], np.float32)
    kept = base.copy()
    shape = blend_shapes(base, deltas, weights)
    np.testing.assert_allclose(shape, base + np.tensordot(weights, deltas[:, :5], 1), rtol=1e-5)
    np.testing.assert_array_equal(base, kept)


def test_rotate_is_the_matrix_product() -> None:
    rng = np.random.default_rng(1)
    points, matrix = rng.normal(size=(7, 3)).astype(np.float32), rng.normal(size=(3, 3)).astype(np.float32)
    np.testing.assert_allclose(rotate(points, matrix), points @ matrix.T, rtol=1e-5, atol=1e-6)


def test_normals_point_out_of_a_front_and_are_zero_where_nothing_is() -> None:
    vertices = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [5, 5, 5]], np.float32)
    normals = vertex_normals(vertices, np.array([[0, 1, 2]], np.int32))
    np.testing.assert_allclose(normals[:3], [[0, 0, 1]] * 3, atol=1e-6)
    np.testing.assert_array_equal(normals[3], 0)


def painted(surface: int) -> FaceLayer:
    """A quad over most of a 12x10 picture, painted with one surface; skin is a ramp to the right, half transparent."""
    fragments = draw(quad(0, 0, 8, 8, 5), QUAD)
    ramp = np.tile(np.arange(16, dtype=np.float32)[None, :, None] / 16, (16, 1, 3))
    textures = HeadTextures(
        ramp, np.stack([np.full((4, 4, 3), value, np.float32) for value in (0.25, 0.75)]),
        np.full((16, 16), 0.5, np.float32), np.ones((16, 16), np.float32),
    )  # fmt: skip
    texel = np.array([[0, 0], [0, 8], [8, 8], [8, 0]], np.float32)
    mesh = PaintedMesh(QUAD, np.full(2, surface, np.int32), texel, np.full((4, 3), 0.5, np.float32))
    layer = FaceLayer(*(np.zeros(shape, np.float32) for shape in ((12, 10, 3), (12, 10), (12, 10))), fragments.depth)
    paint_head(fragments, mesh, textures, layer)
    return layer


def test_skin_is_texture_times_light_and_premultiplied() -> None:
    layer = painted(SKIN)
    np.testing.assert_allclose(layer.colour[4, :8, 0], np.arange(8) / 16 * 0.5 * 0.5, atol=1e-6)
    assert np.all(layer.opacity[:8, :8] == 0.5)
    assert np.all(layer.face_region[:8, :8] == 0.5)
    assert np.all(layer.opacity[10:] == 0)


@pytest.mark.parametrize(("surface", "value"), [(LEFT_EYE, 0.125), (RIGHT_EYE, 0.375), (PLAIN, 0.5)])
def test_eyes_have_maps_of_their_own_and_plain_has_none(surface: int, value: float) -> None:
    layer = painted(surface)
    np.testing.assert_allclose(layer.colour[:8, :8], value)
    assert np.all(layer.opacity[:8, :8] == 1)


@pytest.mark.parametrize("labelled", [1.0, 0.0])
@pytest.mark.parametrize(("relief_depth", "expected"), [(4.0, 1.0), (9.0, 0.5)])
def test_hair_covers_the_face_only_where_it_lies_in_front(
    relief_depth: float, expected: float, labelled: float
) -> None:
    """Background 0, a person of 1 over it, a face of 0.5 over that, hair or a hat (colour 1) before or behind it."""
    fragments = draw(quad(0, 0, 9, 11, relief_depth), QUAD)
    photograph = np.ones((16, 16, 6), np.float32)
    photograph[..., 5] = labelled
    texel = np.array([[0, 0], [0, 8], [8, 8], [8, 0]], np.float32)
    mesh = PaintedMesh(QUAD, np.zeros(2, np.int32), texel, np.ones((4, 3), np.float32))
    one, size = np.ones((12, 10), np.float32), (12, 10)
    face = FaceLayer(np.full((*size, 3), 0.5, np.float32), one, one, 5 * one)
    canvas = Canvas(np.zeros((*size, 3), np.float32), np.zeros(size, np.float32), np.zeros(size, np.float32))
    compose(fragments, mesh, photograph, face, canvas)
    np.testing.assert_allclose(canvas.colour, expected)
    in_front = float(relief_depth < 5)
    np.testing.assert_allclose(canvas.face, 1 - in_front)
    np.testing.assert_allclose(canvas.hair, in_front * labelled)
