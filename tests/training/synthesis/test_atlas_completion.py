import numpy as np
import pytest

pytest.importorskip("numba", reason="drawing needs numba (extra: train)")

from fsgan_core.training.synthesis.atlas_completion import complete_skin
from fsgan_core.training.synthesis.portrait_atlas import UnwrappedSkin

SIDE = 512


def unwrapped(colour: np.ndarray, known: np.ndarray) -> UnwrappedSkin:
    return UnwrappedSkin(
        colour.astype(np.float32), known.astype(np.float32), np.zeros((0, 3), np.float32), np.zeros((SIDE, SIDE), bool)
    )


def stripes() -> np.ndarray:
    """(512, 512, 3): the same on either side of the middle."""
    across = np.abs(np.arange(SIDE) - 255.5)
    return np.repeat(np.broadcast_to(120 + 50 * np.sin(across / 12), (SIDE, SIDE))[..., None], 3, 2)


def test_what_is_seen_stays() -> None:
    colour = np.random.default_rng(0).uniform(0, 255, (SIDE, SIDE, 3))
    skin, seen, known = complete_skin(unwrapped(colour, np.ones((SIDE, SIDE))))
    np.testing.assert_allclose(skin, colour, atol=1e-2)
    assert seen.min() == known.min() == 1


def test_the_hidden_side_is_the_mirrored_other_in_its_own_light() -> None:
    """The right is half as bright as the left; its hidden part gets the left's stripes at half their brightness."""
    colour = stripes()
    colour[:, 256:] *= 0.5
    known = np.ones((SIDE, SIDE))
    known[:, 400:] = 0
    hidden = np.where(known[..., None] > 0, colour, 0)
    skin, seen, all_known = complete_skin(unwrapped(hidden, known))
    middle = slice(150, 350), slice(420, 500)
    np.testing.assert_allclose(skin[middle], colour[middle], atol=6)
    assert seen[middle].max() == 0
    assert all_known[middle].min() > 0.9


def test_what_neither_side_shows_is_filled_from_around_it() -> None:
    known = np.ones((SIDE, SIDE))
    known[200:280, 226:286] = 0
    skin, _, all_known = complete_skin(unwrapped(np.full((SIDE, SIDE, 3), 90.0) * known[..., None], known))
    np.testing.assert_allclose(skin, 90, atol=1)
    assert all_known[240, 256] == 0


def test_an_unseen_face_is_grey() -> None:
    skin, seen, _ = complete_skin(unwrapped(np.zeros((SIDE, SIDE, 3)), np.zeros((SIDE, SIDE))))
    assert skin.std() == 0
    assert 60 < skin.mean() < 190
    assert seen.max() == 0
