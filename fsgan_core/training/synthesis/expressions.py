"""Random expressions: talking, smiling, frowning, winking, each on top of a share of the portrait's own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fsgan_core.training.synthesis.head_camera import FloatArray

OWN_EXPRESSION_SHARE = 0.15
ASYMMETRIC_SHARE = 0.4
# Beyond these the lids and the lips come apart.
LARGEST_WEIGHT = {"eyeBlink_L": 0.85, "eyeBlink_R": 0.85, "jawOpen": 0.7}

# Expression, how often it takes part, and its largest weight.
_MOUTH = (
    ("mouthFrown", 0.2, 0.7), ("mouthPucker", 0.2, 0.7), ("mouthFunnel", 0.2, 0.6), ("mouthUpperUp", 0.25, 0.5),
    ("mouthLowerDown", 0.35, 0.5), ("mouthPress", 0.15, 0.6), ("mouthStretch", 0.15, 0.5),
)  # fmt: skip
_UPPER_FACE = (
    ("noseSneer", 0.15, 0.6), ("browInnerUp", 0.35, 0.9), ("browOuterUp", 0.3, 0.8), ("browDown", 0.3, 0.8),
    ("eyeSquint", 0.25, 0.8), ("eyeWide", 0.2, 0.7), ("eyeBlink", 0.22, 0.85), ("cheekPuff", 0.12, 0.5),
)  # fmt: skip
_SHIFTS = ("mouthLeft", "mouthRight", "jawLeft", "jawRight", "jawForward")
SHIFT_SHARE, LARGEST_SHIFT = 0.08, 0.5


def sample_expression(rng: np.random.Generator, names: Sequence[str], own: FloatArray) -> FloatArray:
    """(E,) float32 weights in [0, 1] of a random expression.

    Args:
        rng: Advanced.
        names: The head's expressions; "_L" and "_R" end those that have two sides.
        own: (E,) weights of the portrait.
    """
    if rng.random() < OWN_EXPRESSION_SHARE:
        return np.clip(own, 0, 1)
    weights = _spread(names, _sample_parts(rng))
    for name in _SHIFTS:
        if name in names and rng.random() < SHIFT_SHARE:
            weights[names.index(name)] = rng.random() * LARGEST_SHIFT
    weights = weights * _sample_sides(rng, names) + own * rng.random() * 0.5
    limits = np.array([LARGEST_WEIGHT.get(name, 1.0) for name in names])
    return np.asarray(np.clip(weights, 0, limits).astype(np.float32))


def _sample_parts(rng: np.random.Generator) -> dict[str, float]:
    """Which expressions take part, and how much."""
    parts: dict[str, float] = {}

    def draw(table: Sequence[tuple[str, float, float]]) -> None:
        for name, share, largest in table:
            if rng.random() < share:
                parts[name] = rng.random() * largest

    if rng.random() < 0.65:
        parts["jawOpen"] = float(np.clip(rng.beta(1.2, 2.2) * 0.75, 0, LARGEST_WEIGHT["jawOpen"]))
    if rng.random() < 0.45:
        # A real smile reaches the cheeks.
        parts["mouthSmile"] = rng.random() * 0.9
        parts["cheekSquint"] = parts["mouthSmile"] * rng.random() * 0.6
    draw(_MOUTH)
    if rng.random() < 0.12:
        weight = rng.random() * 0.5
        parts["mouthRoll" + str(rng.choice(["Lower", "Upper"]))] = weight
    draw(_UPPER_FACE)
    return parts


def _spread(names: Sequence[str], parts: dict[str, float]) -> FloatArray:
    """(E,) float32: each part on both of its sides."""
    sides = {f"{part}{end}": weight for part, weight in parts.items() for end in ("", "_L", "_R")}
    return np.array([sides.get(name, 0.0) for name in names], np.float32)


def _sample_sides(rng: np.random.Generator, names: Sequence[str]) -> FloatArray:
    """(E,) float32: 1, or for some faces a share between a half and 1 for each side."""
    sides = np.ones(len(names), np.float32)
    if rng.random() < ASYMMETRIC_SHARE:
        for i, name in enumerate(names):
            if name.endswith(("_L", "_R")):
                sides[i] = rng.uniform(0.5, 1)
    return sides
