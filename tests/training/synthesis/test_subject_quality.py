from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("numba", reason="drawing needs numba (extra: train)")

from fsgan_core.training.synthesis.subject import Subject
from fsgan_core.training.synthesis.subject_quality import (
    HARD_FLAGS,
    FitFigures,
    RedrawnFigures,
    compare_redrawn,
    find_flags,
    find_obstacle,
)
from fsgan_core.training.synthesis.subject_renderer import View, render_view

FIT = FitFigures(0.008, 300, (4, -9, 1), 0.66, 0.72, 800, 0.1)
REDRAWN = RedrawnFigures(5, 50, 40, 100, 70, 120, 0.01)


def test_a_good_portrait_has_nothing_against_it() -> None:
    assert find_flags(FIT, REDRAWN) == ()
    assert find_obstacle(FIT, REDRAWN) is None


@pytest.mark.parametrize(("fit", "redrawn", "flag"), [
    ({"residual": 0.021}, {}, "fit"), ({"face_px": 99}, {}, "small"), ({"pose": (-31, 0, 0)}, {}, "yaw"),
    ({"pose": (0, 29, 0)}, {}, "pitch"), ({"known": 0.59}, {}, "hidden"), ({"eye_texels": 119}, {}, "eyes_small"),
    ({"blink": 0.61}, {}, "eyes_closed"), ({}, {"hair_over_face": 0.36}, "hair"),
    ({}, {"difference": 15.1}, "rerender"),
    ({}, {"mean_level": 34, "eye_p90": 40}, "dark"), ({}, {"saturation": 13}, "grey"),
    ({}, {"eye_p90": 54}, "eyes_dark"),
])  # fmt: skip
def test_each_limit_has_its_flag(fit: dict[str, float], redrawn: dict[str, float], flag: str) -> None:
    assert find_flags(replace(FIT, **fit), replace(REDRAWN, **redrawn)) == (flag,)


def test_a_portrait_of_little_contrast_may_differ_less() -> None:
    assert find_flags(FIT, replace(REDRAWN, difference=12, contrast=50)) == ()
    assert find_flags(FIT, replace(REDRAWN, difference=12, contrast=20)) == ("rerender",)


def test_what_hinders_is_said_in_words() -> None:
    assert "36.0 %" in str(find_obstacle(replace(FIT, residual=0.36), REDRAWN))
    assert "60 px" in str(find_obstacle(replace(FIT, face_px=60), REDRAWN))
    assert "hardly any" in str(find_obstacle(FIT, None))
    assert "31 of 255" in str(find_obstacle(FIT, replace(REDRAWN, difference=31)))


def test_only_known_flags_are_hard() -> None:
    worst = find_flags(
        FitFigures(1, 1, (90, 90, 0), 0, 0, 0, 1), RedrawnFigures(90, 1, 0, 1, 0, 0, 1)
    )
    assert set(worst) > HARD_FLAGS


def test_a_redrawn_portrait_is_compared_where_it_lies(tiny_subject: Subject) -> None:
    """The photograph is the drawing itself at 384 px: it differs by resampling alone, and not once it is moved."""
    drawn = render_view(tiny_subject, View(side_px=384))
    framing = drawn.framing
    stored = replace(tiny_subject.stored, camera=np.array([framing.focal_px, framing.x, framing.y]))
    person = replace(tiny_subject, stored=stored)
    same = compare_redrawn(person, drawn.picture)
    moved = compare_redrawn(person, np.roll(drawn.picture, 12, 0))
    assert same is not None and moved is not None
    assert same.difference < 1
    assert moved.difference > 4 * same.difference
    assert same.mean_level == pytest.approx(drawn.picture[drawn.face > 128].mean(), rel=0.03)
