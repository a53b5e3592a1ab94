"""Every network has a recipe of each size, and the learning rate does what the recipe says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fsgan_core.errors import JobError
from fsgan_core.training.recipes import INPAINTING_ABLATION, RECIPES, Recipe, find_recipe, learning_rate
from fsgan_core.weights.architectures import MEASURE_ROLES, ROLES

COSINE = Recipe("pose", "compact", 128, 32, 1000, 2e-3)
HALVING = Recipe("pose", "paper", 128, 32, 1000, 2e-3, schedule="halving")


def test_every_role_has_both_sizes_and_a_recipe_its_name() -> None:
    pack = {f"{role}-{size}" for role in ROLES for size in ("compact", "paper")}
    # What measures is one network for all packs: figures of two packs must be comparable.
    measures = {f"{role}-compact" for role in MEASURE_ROLES}
    tiny = {f"{role}-tiny" for role in (*ROLES, *MEASURE_ROLES)}
    ablation = {f"inpainting-{size}" for size in INPAINTING_ABLATION}
    assert set(RECIPES) == pack | measures | tiny | ablation
    assert all(name in (f"{recipe.role}-{recipe.size}", f"{recipe.role}-tiny") for name, recipe in RECIPES.items())


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES.keys())
def test_recipes_are_sound(recipe: Recipe) -> None:
    assert recipe.images >= recipe.batch > 0
    assert 0 < recipe.lr < 0.1 and 0 < recipe.ema < 1
    assert 0 <= recipe.base_share < 1 and 0 <= recipe.adversarial_from <= 1 and 0 <= recipe.photo_share < 1
    assert recipe.schedule in ("cosine", "halving")
    assert recipe.crop % 32 == 0 or recipe.role == "transformer"


@pytest.mark.parametrize("role", ["reenactment", "inpainting", "blending", "transformer", "features"])
def test_no_photograph_of_a_real_person_reaches_a_generator(role: str) -> None:
    assert all(find_recipe(f"{role}-{size}").photo_share == 0 for size in ("compact", "paper"))


def test_recipe_is_found_by_name() -> None:
    assert find_recipe("blending-paper") is RECIPES["blending-paper"]


def test_unknown_name_lists_every_recipe() -> None:
    with pytest.raises(JobError, match="there is no training recipe 'nose'") as unknown:
        find_recipe("nose")
    assert all(name in str(unknown.value) for name in RECIPES)


@pytest.mark.parametrize("recipe", [COSINE, HALVING])
def test_warm_up_starts_at_a_fiftieth(recipe: Recipe) -> None:
    assert learning_rate(recipe, 0.0) == pytest.approx(recipe.lr * 0.02)
    assert learning_rate(recipe, 0.01) == pytest.approx(recipe.lr * 0.52, rel=1e-3)


def test_cosine_by_hand() -> None:
    assert learning_rate(COSINE, 0.5) == pytest.approx(COSINE.lr * (0.02 + 0.98 / 2))
    assert learning_rate(COSINE, 1.0) == pytest.approx(COSINE.lr * 0.02)
    assert learning_rate(COSINE, 1.5) == learning_rate(COSINE, 1.0)


@pytest.mark.parametrize(("progress", "share"), [(0.19, 1), (0.21, 1 / 2), (0.5, 1 / 4), (0.9, 1 / 16), (1.0, 1 / 16)])
def test_halving_by_hand(progress: float, share: float) -> None:
    assert learning_rate(HALVING, progress) == pytest.approx(HALVING.lr * share)


@given(st.sampled_from([COSINE, HALVING]), st.floats(0.02, 1), st.floats(0.02, 1))
def test_after_the_warm_up_it_only_falls(recipe: Recipe, a: float, b: float) -> None:
    early, late = sorted((a, b))
    assert recipe.lr >= learning_rate(recipe, early) >= learning_rate(recipe, late) > 0
