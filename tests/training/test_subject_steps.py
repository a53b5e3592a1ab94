"""What finetuning asks of G_r: the clip's own frames; mouth, eyes and shifts of the parent where it has no answer."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from fsgan_core.training.generator_steps import GeneratorContext
from fsgan_core.training.subject_steps import SHIFT_WEIGHT, subject_pictures

SIZE = 16


class Shade(nn.Module):
    """A generator that paints one value, and moves every pixel alike."""

    def __init__(self, value: float, shift: float = 0.0) -> None:
        super().__init__()
        self.value, self.shift = nn.Parameter(torch.tensor(value)), nn.Parameter(torch.tensor(shift))

    def forward(self, view: Tensor, *_rest: Any) -> Tensor:
        return self.value.expand(view.shape)

    def picture_and_shifts(self, view: Tensor, *rest: Any) -> tuple[Tensor, Tensor]:
        return self(view, *rest), self.shift.expand(1, 2, SIZE // 2, SIZE // 2)


def batch(kept: float) -> dict[str, Tensor]:
    picture = torch.zeros(1, 3, SIZE, SIZE)
    parts = torch.zeros(1, 1, SIZE, SIZE)
    parts[..., 4:8, 4:8] = 1
    whole = torch.ones(1, 1, SIZE, SIZE)
    return {
        "view": picture, "warped": picture, "points": torch.zeros(1, 98, 2), "target": picture + 0.5, "face": whole,
        "head": whole, "parts": parts, "kept": torch.tensor([kept]),
    }  # fmt: skip


def made_with(kept: float, parent: Any, child: Any) -> Any:
    context = GeneratorContext(nn.Identity(), None)
    return subject_pictures(parent, child, batch(kept), context, "full", 0.0)[0]


def test_a_frame_of_the_clip_is_wanted_as_it_is() -> None:
    made = made_with(0.0, Shade(-0.5), Shade(0.25))
    assert torch.equal(made.wanted, batch(0.0)["target"])


def test_a_kept_expression_is_wanted_as_the_parent_makes_it_in_mouth_and_eyes_alone() -> None:
    made = made_with(1.0, Shade(-0.5), Shade(0.25))
    parts = batch(1.0)["parts"].expand(1, 3, SIZE, SIZE) > 0
    assert bool((made.wanted[parts] == -0.5).all()) and bool((made.fake[parts] == 0.25).all())
    assert torch.equal(made.wanted[~parts], made.fake[~parts])
    assert float(made.extra) > 0


def test_nothing_is_lost_where_the_child_is_its_parent() -> None:
    made = made_with(1.0, Shade(0.25), Shade(0.25))
    assert float(made.extra) == 0 and torch.equal(made.wanted, made.fake)


def test_the_warped_view_is_moved_as_the_parent_moves_it() -> None:
    child = Shade(0.25, shift=2 / SIZE)
    lost = made_with(1.0, Shade(0.25, shift=0.5 / SIZE), child).extra
    assert float(lost) == pytest.approx(1.5 * SHIFT_WEIGHT)
    lost.backward()
    assert child.shift.grad is not None and float(child.shift.grad) > 0
    assert float(made_with(0.0, Shade(0.25), child).extra) == float(made_with(0.0, Shade(0.25), Shade(0.25)).extra)


def test_only_the_child_learns() -> None:
    parent, child = Shade(-0.5), Shade(0.25)
    made_with(1.0, parent, child).extra.backward()
    assert parent.value.grad is None and child.value.grad is not None
