from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("numba", reason="drawing needs numba (extra: train)")

from fsgan_core.training.synthesis.morphable_head import FACE, GUMS, TEETH, MorphableHead
from fsgan_core.training.synthesis.teeth import shade_teeth

SIDE = 7
PER_TOOTH = SIDE * SIDE


@pytest.fixture
def three_teeth(tiny_head: MorphableHead) -> MorphableHead:
    """Three plates of 0.7 cm in a row, a strip of gum above them, and one vertex of the face."""
    step = np.linspace(-0.35, 0.35, SIDE)
    y, x = np.meshgrid(step, step, indexing="ij")
    plate = np.stack([x.ravel(), y.ravel(), np.full(PER_TOOTH, 10.0)], 1)
    corner = np.arange(PER_TOOTH).reshape(SIDE, SIDE)
    a, b, c, d = (part.ravel() for part in (corner[:-1, :-1], corner[:-1, 1:], corner[1:, :-1], corner[1:, 1:]))
    triangles = np.concatenate([np.stack([a, c, b], 1), np.stack([b, c, d], 1)])
    gum = np.stack([np.linspace(-1.2, 1.2, 60), np.full(60, 0.4), np.full(60, 10.0)], 1)
    vertices = np.concatenate([plate + [shift, 0, 0] for shift in (-0.72, 0, 0.72)] + [gum, [[0, 5, 10]]])
    return replace(
        tiny_head,
        neutral=vertices.astype(np.float32),
        drawn=len(vertices),
        triangles=np.concatenate([triangles + PER_TOOTH * tooth for tooth in range(3)]).astype(np.int32),
        vertex_class=np.repeat([TEETH, GUMS, FACE], [3 * PER_TOOTH, 60, 1]),
    )


def test_teeth_are_dark_between_them_and_at_the_gum(three_teeth: MorphableHead) -> None:
    shade = shade_teeth(three_teeth)
    middle = shade[PER_TOOTH : 2 * PER_TOOTH].reshape(SIDE, SIDE, 3)
    low, centre, high = 1, SIDE // 2, SIDE - 1
    assert np.all(middle[low, 0] < 0.6 * middle[low, centre])
    assert np.all(middle[low, -1] < 0.6 * middle[low, centre])
    assert np.all(middle[high, centre] < 0.95 * middle[low, centre])
    assert middle[low, centre, 0] == pytest.approx(1, abs=0.05)


def test_gaps_and_gums_are_warmer_than_enamel(three_teeth: MorphableHead) -> None:
    middle = shade_teeth(three_teeth)[PER_TOOTH : 2 * PER_TOOTH].reshape(SIDE, SIDE, 3)
    for dark in (middle[1, 0], middle[-1, SIDE // 2]):
        assert dark[0] / dark[2] > 1.1 * middle[1, SIDE // 2, 0] / middle[1, SIDE // 2, 2]


def test_no_tooth_has_the_tone_of_its_neighbour(three_teeth: MorphableHead) -> None:
    tones = shade_teeth(three_teeth)[: 3 * PER_TOOTH].reshape(3, SIDE, SIDE, 3)[:, 1, SIDE // 2]
    assert np.abs(np.diff(tones, axis=0)).max(1).min() > 0.005
    assert np.abs(tones - 1).max() < 0.12


def test_all_else_keeps_its_colour(three_teeth: MorphableHead, tiny_head: MorphableHead) -> None:
    assert np.all(shade_teeth(three_teeth)[3 * PER_TOOTH :] == 1)
    toothless = replace(tiny_head, vertex_class=np.where(tiny_head.vertex_class == TEETH, FACE, tiny_head.vertex_class))
    assert np.all(shade_teeth(toothless) == 1)
