import numpy as np
import pytest

pytest.importorskip("numba", reason="drawing needs numba (extra: train)")

from fsgan_core.training.synthesis.head_maps import EYE_MAP_PX, HeadMaps
from fsgan_core.training.synthesis.morphable_head import EYE_L, EYE_R
from fsgan_core.training.synthesis.subject import Subject


@pytest.fixture
def maps(tiny_subject: Subject) -> HeadMaps:
    return tiny_subject.maps


def test_the_face_is_opaque_with_its_holes_and_fades_at_the_rim(maps: HeadMaps) -> None:
    assert maps.opacity[256, 256] == 1
    assert maps.opacity[144, 170] == 1  # the opening of an eye
    assert maps.opacity[3, 256] == 0
    row = maps.opacity[256, :256]
    assert np.all(np.diff(row) >= 0)
    assert ((row > 0.05) & (row < 0.95)).sum() > 10


def test_the_face_region_ends_at_hair_line_and_jaw(maps: HeadMaps) -> None:
    assert set(np.unique(maps.face_region)) == {0, 1}
    assert maps.face_region[300, 256] == 1
    assert maps.face_region[20, 256] == 0  # above the hair line, at v = 0.88
    assert maps.face_region[500, 256] == 0  # below the chin, at v = 0.14


def test_skin_texels_follow_uv(maps: HeadMaps) -> None:
    skin = np.unique(maps.skin)
    uv = maps.head.uv[skin]
    np.testing.assert_allclose(maps.texel[skin, 0], uv[:, 0] * 512 - 0.5, atol=1e-3)
    np.testing.assert_allclose(maps.texel[skin, 1], (1 - uv[:, 1]) * 512 - 0.5, atol=1e-3)


@pytest.mark.parametrize("vertex_class", [EYE_L, EYE_R])
def test_the_front_of_an_eye_is_the_middle_of_its_map(maps: HeadMaps, vertex_class: int) -> None:
    eye = np.flatnonzero(maps.head.vertex_class[: maps.head.drawn] == vertex_class)
    front = eye[maps.head.neutral[eye, 2].argmax()]
    np.testing.assert_allclose(maps.texel[front], EYE_MAP_PX / 2 - 0.5, atol=0.1)
    top = eye[(maps.head.neutral[eye, 1] - 0.2 * np.abs(maps.head.neutral[eye, 0])).argmax()]
    assert maps.texel[top, 1] < 0


def test_lids_lie_over_their_eyes(maps: HeadMaps) -> None:
    left, right = maps.lids
    assert left.columns.start > 256 > right.columns.stop
    for lid in maps.lids:
        assert lid.rows.start < 144
        assert lid.weight.max() == 1
        assert lid.lash_line.max() > 0.5
        assert lid.weight.shape == lid.lash_line.shape
