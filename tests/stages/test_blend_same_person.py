"""A moved face takes on the light of its own plate, and nothing from the room behind it."""

from __future__ import annotations

import numpy as np
from torch import Tensor, nn

from fsgan_core.networks.tone_match import tone_match
from fsgan_core.stages.blend import FULL_TURN_DEG, blend_same_person

FACE = np.hypot(*(np.mgrid[:128, :128] + 0.5 - 64)) < 40


class ToneMatchGenerator(nn.Module):
    """G_b without what it has learned."""

    def forward(self, transfer: Tensor, target: Tensor, mask: Tensor) -> Tensor:
        return tone_match(transfer, target, mask)


def pictures(plate_skin: float, moved_skin: float, room: float) -> tuple[np.ndarray, np.ndarray]:
    moved = np.where(FACE[..., None], np.float32(moved_skin), np.float32(room)) * np.ones((1, 1, 3), np.float32)
    plate = np.where(FACE[..., None], np.float32(plate_skin), np.float32(room)) * np.ones((1, 1, 3), np.float32)
    return moved, plate


def test_skin_meets_skin_whatever_the_room() -> None:
    for turn_deg in (0.0, 3.0, FULL_TURN_DEG, 40.0):
        moved, plate = pictures(0.2, 0.0, room=-0.9)
        blended = blend_same_person(moved, plate, FACE, turn_deg, ToneMatchGenerator())
        np.testing.assert_allclose(blended[FACE], 0.2, atol=0.01)


def test_what_lies_outside_both_faces_gets_the_same_change() -> None:
    moved, plate = pictures(0.2, 0.0, room=-0.5)
    blended = blend_same_person(moved, plate, FACE, 0.0, ToneMatchGenerator())
    np.testing.assert_allclose(blended[~FACE], -0.3, atol=0.02)


def test_faces_that_do_not_meet_are_left_alone() -> None:
    moved, plate = pictures(0.2, 0.0, room=-0.5)
    nowhere = np.zeros_like(FACE)
    np.testing.assert_array_equal(blend_same_person(moved, plate, nowhere, 0.0, ToneMatchGenerator()), moved)
