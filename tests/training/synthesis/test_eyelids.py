from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("numba", reason="drawing needs numba (extra: train)")

from fsgan_core.training.synthesis.eyelids import closed_lid_texture, map_lids, shut_lids
from fsgan_core.training.synthesis.morphable_head import MorphableHead
from fsgan_core.training.synthesis.subject import Subject


def test_open_eyes_leave_the_atlas_as_it_is(tiny_subject: Subject) -> None:
    lids, closed = tiny_subject.maps.lids, tiny_subject.closed_lids
    assert shut_lids(tiny_subject.skin, lids, closed, (0.04, -1.0)) is tiny_subject.skin


def test_a_wink_changes_one_lid_only_and_not_the_argument(tiny_subject: Subject) -> None:
    skin, lids = tiny_subject.skin.copy(), tiny_subject.maps.lids
    shut = shut_lids(tiny_subject.skin, lids, tiny_subject.closed_lids, (0.0, 0.8))
    np.testing.assert_array_equal(tiny_subject.skin, skin)
    changed = np.any(shut != skin, axis=-1)
    right = lids[1]
    assert changed[right.rows, right.columns].any()
    changed[right.rows, right.columns] = False
    assert not changed.any()


def test_a_full_blink_is_the_closed_texture(tiny_subject: Subject) -> None:
    lids, closed = tiny_subject.maps.lids, tiny_subject.closed_lids
    shut = shut_lids(tiny_subject.skin, lids, closed, (1.0, 1.0))
    for lid, texture in zip(lids, closed, strict=True):
        np.testing.assert_allclose(shut[lid.rows, lid.columns], texture, atol=1e-6)


def test_a_lid_takes_the_skin_around_it_and_a_dark_lash_line(tiny_subject: Subject) -> None:
    skin = np.full((512, 512, 3), 0.3, np.float32)
    lid = tiny_subject.maps.lids[0]
    # An eye painted dark where the lid will be: the photograph's lashes and shadow.
    skin[lid.rows, lid.columns][lid.weight > 0.5] = 0.02
    texture = closed_lid_texture(skin, lid)
    refilled = (lid.weight > 0.95) & (lid.lash_line < 0.01)
    assert refilled.any()
    assert texture[refilled].min() > 0.15
    assert texture[(lid.lash_line > 0.8) & (lid.weight > 0.9)].max() < 0.15


def test_lashes_grow_where_the_shut_lid_ends_to_the_eye(tiny_head: MorphableHead) -> None:
    """A lid whose rim goes back behind the lower one when it shuts has its lashes further from the rim."""
    texel = np.stack([tiny_head.uv[:, 0] * 512 - 0.5, (1 - tiny_head.uv[:, 1]) * 512 - 0.5], 1).astype(np.float32)
    left = tiny_head.expression_names.index("eyeBlink_L")
    expression = tiny_head.expression.copy()
    rim = (expression[left, :, 1] < 0) & (tiny_head.uv[:, 1] < 0.76)
    expression[left, rim, 2] = -3
    assert 0 < rim.sum() < (expression[left, :, 1] < 0).sum()

    def lash_row(head: MorphableHead) -> float:
        lid = map_lids(head, texel[: head.drawn], 512)[0]
        return float(np.average(np.arange(lid.rows.start, lid.rows.stop), weights=lid.lash_line.sum(1)))

    assert lash_row(replace(tiny_head, expression=expression)) < lash_row(tiny_head) - 5
