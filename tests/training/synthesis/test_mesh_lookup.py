import numpy as np
import pytest

pytest.importorskip("numba", reason="drawing needs numba (extra: train)")

from fsgan_core.training.synthesis.mesh_lookup import lay_flat


def test_a_quantity_of_the_vertices_is_read_at_every_pixel_inside() -> None:
    texel = np.array([[0, 0], [8, 0], [0, 8], [20, 20]], np.float32)
    lookup = lay_flat(texel, np.array([[0, 1, 2]], np.int32), 12)
    assert lookup.drawn[0, 8] and lookup.drawn[4, 4] and not lookup.drawn[5, 5]
    rows, columns = np.nonzero(lookup.drawn)
    np.testing.assert_allclose(lookup.read(texel), np.stack([columns, rows], 1), atol=1e-5)
    np.testing.assert_allclose(lookup.read(np.array([1.0, 1, 1, 5])), 1, atol=1e-6)
