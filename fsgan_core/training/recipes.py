"""Recipes by name: which data, how many pictures, which learning rate.

The one place where training defaults are written.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from fsgan_core.errors import JobError


@dataclass(frozen=True)
class Recipe:
    """How one network is trained.

    Attributes:
        role: The network (`weights.architectures.ROLES` and `MEASURE_ROLES`).
        size: "compact" or "paper".
        crop: Side of the training pictures at the full stage, px.
        batch: Pictures a step.
        images: Pictures in all; progress, learning rate and ramps are counted in them.
        lr: Largest learning rate.
        betas: Of Adam.
        base_share: Share of `images` trained at half the side with the global generator alone (progressive training).
        fine_share: Share of `images` trained at the end at twice the side, a quarter of the batch a step.
        adversarial_from: Progress at which the discriminator starts; 1 is never.
        schedule: "cosine", or "halving": the paper's half every ten epochs, of which a run has fifty.
        photo_share: Share of samples from labelled photographs (analysis networks only).
        ema: Decay of the averaged weights a step.
        seed: Of weights, data and augmentation.
    """

    role: str
    size: str
    crop: int
    batch: int
    images: int
    lr: float
    betas: tuple[float, float] = (0.9, 0.999)
    base_share: float = 0.0
    fine_share: float = 0.0
    adversarial_from: float = 1.0
    schedule: str = "cosine"
    photo_share: float = 0.0
    ema: float = 0.998
    seed: int = 1


GAN_BETAS = (0.5, 0.999)

RECIPES: dict[str, Recipe] = {
    "features-compact": Recipe("features", "compact", 128, 32, 96_000, 2e-3),
    "landmarks-compact": Recipe("landmarks", "compact", 128, 24, 120_000, 2e-3, photo_share=0.3),
    "pose-compact": Recipe("pose", "compact", 128, 32, 96_000, 2e-3),
    "segmentation-compact": Recipe("segmentation", "compact", 256, 24, 96_000, 2e-3, photo_share=0.4),
    "detector-compact": Recipe("detector", "compact", 160, 24, 48_000, 2e-3, photo_share=0.3),
    "transformer-compact": Recipe("transformer", "compact", 0, 512, 4_000_000, 2e-3),
    "identity-compact": Recipe("identity", "compact", 96, 32, 120_000, 2e-3),
    "expression-compact": Recipe("expression", "compact", 96, 48, 100_000, 2e-3),
    "reenactment-compact": Recipe(
        "reenactment", "compact", 256, 8, 80_000, 1e-3, GAN_BETAS, base_share=0.6, adversarial_from=0.6
    ),
    "inpainting-compact": Recipe(
        "inpainting", "compact", 256, 8, 40_000, 1e-3, GAN_BETAS, base_share=0.6, adversarial_from=0.6
    ),
    "blending-compact": Recipe("blending", "compact", 256, 8, 32_000, 1e-3, GAN_BETAS, base_share=0.6),
    "reenactment-paper": Recipe(
        "reenactment", "paper", 256, 24, 2_000_000, 2e-4, GAN_BETAS,
        base_share=0.25, fine_share=0.1, adversarial_from=0.0, schedule="halving",
    ),
    "inpainting-paper": Recipe(
        "inpainting", "paper", 256, 16, 1_500_000, 2e-4, GAN_BETAS,
        base_share=0.25, fine_share=0.1, adversarial_from=0.0, schedule="halving",
    ),
    "blending-paper": Recipe(
        "blending", "paper", 256, 16, 1_500_000, 2e-4, GAN_BETAS,
        base_share=0.25, fine_share=0.1, adversarial_from=0.0, schedule="halving",
    ),
    "segmentation-paper": Recipe(
        "segmentation", "paper", 256, 48, 2_400_000, 1e-4, photo_share=0.4, schedule="halving"
    ),
    "landmarks-paper": Recipe("landmarks", "paper", 256, 32, 2_000_000, 5e-4, photo_share=0.3),
    "features-paper": Recipe("features", "paper", 256, 64, 4_000_000, 1e-3),
    "pose-paper": Recipe("pose", "paper", 224, 64, 2_000_000, 5e-4),
    "detector-paper": Recipe("detector", "paper", 160, 64, 2_000_000, 1e-3, photo_share=0.3),
    "transformer-paper": Recipe("transformer", "paper", 0, 1024, 20_000_000, 1e-3),
}  # fmt: skip
RECIPES.update(
    {
        f"{recipe.role}-tiny": replace(recipe, crop=min(recipe.crop, 64), batch=2, images=8)
        for recipe in RECIPES.values()
        if recipe.size == "compact"
    }
)
"""The tiny recipes teach nothing: they show in seconds that every step of the way from data to pack runs."""
INPAINTING_ABLATION = ("no-landmarks", "no-flip", "neither")
RECIPES.update(
    {f"inpainting-{size}": replace(RECIPES["inpainting-compact"], size=size) for size in INPAINTING_ABLATION}
)
"""G_c without landmarks, without its flipped copy, without both (Table 1): trained alike, to be compared."""


def find_recipe(name: str) -> Recipe:
    """The recipe of that name.

    Raises:
        JobError: There is none.
    """
    if name not in RECIPES:
        raise JobError(f"there is no training recipe {name!r}; there are {', '.join(sorted(RECIPES))}")
    return RECIPES[name]


def learning_rate(recipe: Recipe, progress: float) -> float:
    """The learning rate after a share `progress` of the pictures: a short warm-up, then the schedule."""
    import math

    warm = min(1.0, progress / 0.02 + 0.02)
    if recipe.schedule == "halving":
        return recipe.lr * warm * 0.5 ** int(min(progress, 0.999) * 5)
    return recipe.lr * warm * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(progress, 1.0))))
