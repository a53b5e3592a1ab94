import numpy as np
import pytest

pytest.importorskip("numba", reason="drawing needs numba (extra: train)")

from fsgan_core.geometry.head_rotation import pose_to_rotation
from fsgan_core.training.synthesis.environment_light import panorama_to_light
from fsgan_core.training.synthesis.occluder_shapes import box, join_shapes, turned
from fsgan_core.training.synthesis.shading import irradiance
from fsgan_core.training.synthesis.shadowed_light import (
    cast_shadows,
    light_transfer,
    light_vertices,
    radiance,
    sheen_of,
    smooth_normals,
    spread_directions,
)

BALL = turned([(np.cos(t) * 3, np.sin(t) * 3) for t in np.linspace(-np.pi / 2, np.pi / 2, 25)], np.ones(3), 0.04)
EVEN = panorama_to_light(np.ones((32, 64, 3), np.float32))
NO_TURN = np.eye(3, dtype=np.float32)


def light_from_above() -> np.ndarray:
    panorama = np.full((32, 64, 3), 0.1, np.float32)
    panorama[:10] = 3
    return panorama_to_light(panorama)


def test_directions_cover_the_sphere_evenly() -> None:
    directions = spread_directions(64)
    np.testing.assert_allclose(np.linalg.norm(directions, axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(directions.mean(0), 0, atol=0.02)


def test_even_light_is_one_on_a_ball_that_nothing_shades() -> None:
    normals = smooth_normals(BALL.vertices.astype(np.float32), BALL.triangles)
    transfer = light_transfer(BALL.vertices.astype(np.float32), normals, cast_shadows(BALL.vertices, BALL.triangles))
    lit = light_vertices(transfer, NO_TURN, EVEN)
    assert np.median(lit) == pytest.approx(1, abs=0.03) and lit.min() > 0.6


def test_without_shade_it_is_the_irradiance_of_the_harmonics() -> None:
    normals = smooth_normals(BALL.vertices.astype(np.float32), BALL.triangles)
    transfer = np.maximum(normals @ spread_directions(64).T, 0)
    transfer /= transfer.sum(1, keepdims=True)
    turn = pose_to_rotation(30, 20, 10).astype(np.float32)
    light = panorama_to_light(np.random.default_rng(0).uniform(0.4, 1, (32, 64, 3)).astype(np.float32))
    expected = irradiance(normals, turn, light)
    # 64 directions against the integral.
    np.testing.assert_allclose(light_vertices(transfer, turn, light), expected, atol=0.08)


def test_a_roof_keeps_the_light_of_above_away() -> None:
    floor = box((10, 0.2, 10), np.ones(3), 0.02)
    roof = floor._replace(vertices=floor.vertices + [0, 3, 0])
    both = join_shapes([floor, roof])
    normals = smooth_normals(both.vertices, both.triangles)
    transfer = light_transfer(both.vertices, normals, cast_shadows(both.vertices, both.triangles))
    lit = light_vertices(transfer, NO_TURN, light_from_above())
    middle = np.linalg.norm(both.vertices[:, [0, 2]], axis=1) < 2
    up = normals[:, 1] > 0.9
    below, above = (middle & up & (both.vertices[:, 1] < 1)), (middle & up & (both.vertices[:, 1] > 1))
    assert below.any() and above.any()
    assert lit[below].mean() < 0.35 * lit[above].mean()


def test_light_turns_with_the_mesh() -> None:
    normals = smooth_normals(BALL.vertices.astype(np.float32), BALL.triangles)
    transfer = light_transfer(BALL.vertices.astype(np.float32), normals, cast_shadows(BALL.vertices, BALL.triangles))
    over = pose_to_rotation(0, 180, 0).astype(np.float32)
    upright, turned_over = (light_vertices(transfer, turn, light_from_above()) for turn in (NO_TURN, over))
    top = normals[:, 1] > 0.8
    assert upright[top].mean() > 2 * turned_over[top].mean()


def test_sheen_grows_at_a_grazing_angle_and_is_none_on_the_back() -> None:
    normals = np.array([[0, 0, 1], [0.98, 0, 0.2], [0, 0, -1]], np.float32)
    front, side, back = sheen_of(normals, NO_TURN, EVEN, 0.04)[:, 0]
    assert front == pytest.approx(0.04, rel=0.05)
    assert side > front and back == 0


def test_radiance_of_even_light_is_one_everywhere() -> None:
    np.testing.assert_allclose(radiance(spread_directions(20), EVEN), 1, atol=0.02)
