"""Clips of MakeHuman people: what networks that look at faces learn of hair over brows, hats and collars.

They look painted, so no generator sees them (`tasks.DRAWN_PEOPLE`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from fsgan_core.job.progress import Progress
from fsgan_core.training.synthesis.clip_writer import DRAWN, KEPT, check_origin
from fsgan_core.training.synthesis.environment_light import Environment, load_environments
from fsgan_core.training.synthesis.makehuman_body import load_makehuman
from fsgan_core.training.synthesis.makehuman_head import make_head
from fsgan_core.training.synthesis.makehuman_person import sample_person
from fsgan_core.training.synthesis.makehuman_view import DressedPerson, dress_person, render_person
from fsgan_core.training.synthesis.morphable_head import load_ict_head
from fsgan_core.training.synthesis.person_clips import PICTURE_PX
from fsgan_core.training.synthesis.prepared_clip import (
    EXPRESSION_COUNT,
    IDENTITY_COUNT,
    ClipFrame,
    ClipMeta,
    prepare_clip,
    write_clip,
)
from fsgan_core.training.synthesis.settings import DataFolder
from fsgan_core.training.synthesis.subject_renderer import View
from fsgan_core.training.synthesis.view_sampler import (
    DISTANCES_CM,
    MARGIN,
    sample_background,
    sample_offset,
    sample_tilt,
)

SOURCE, LICENCE = "makehuman", "CC0-1.0"
RENDERER_VERSION = 2
# Every eighth person is of the split val.
VALIDATION_EVERY = 8
YAW_DEG, FURTHEST_YAW_DEG, GAZE_DEG = 32.0, 85.0, 8.0
EXPOSURE = (0.5, 1.15)
# How often a face has an expression, how many parts take part, and how much; the lids shut now and then.
EXPRESSIVE_SHARE, PARTS, LARGEST_PART, BLINK_SHARE = 0.75, (1, 5), 0.75, 0.2


def write_makehuman(data: DataFolder, folder: Path, counts: tuple[int, int], seed: int, progress: Progress) -> None:
    """One clip a person; one that was already made in the same way is kept.

    Args:
        data: Where the data lie.
        folder: Where the clips go; it exists.
        counts: How many people, and views of each.
        seed: Of all of them.
        progress: Told of every person.

    Raises:
        PlateError: Data are missing or damaged.
        OutputError: A clip was made in another way, or cannot be written.
        CancelledError: The user asked to stop. Clips written so far are complete.
    """
    people, views = counts
    head = make_head(load_makehuman(data.makehuman / "makehuman_head.npz"), load_ict_head(data.head))
    textures = data.makehuman / "textures"
    files = tuple(sorted(path.name for path in textures.glob("*.*")))
    environments = load_environments(data.environments)
    origin: dict[str, str | int | float] = {"kind": SOURCE, "renderer": RENDERER_VERSION, "seed": seed, "views": views}
    unknown = np.full(IDENTITY_COUNT, np.nan, np.float32)
    progress.begin("draw makehuman", people)
    for number in range(people):
        name = f"{SOURCE}_{number:04d}"
        path, done = folder / f"{name}.npz", KEPT
        if path.exists():
            check_origin(path, origin)
        else:
            rng = np.random.default_rng([seed, 4, number])
            dressed = dress_person(head, sample_person(rng, head.body, files), textures)
            frames = [_frame(rng, dressed, environments, take) for take in range(views)]
            split = "val" if number % VALIDATION_EVERY == VALIDATION_EVERY - 1 else "train"
            write_clip(path, prepare_clip(ClipMeta(name, SOURCE, LICENCE, split, origin), unknown, frames))
            done = DRAWN
        progress.frame_done(number + 1, f"{name} {done}")


def sample_makehuman_view(rng: np.random.Generator, environments: Sequence[Environment]) -> View:
    """A random pose, gaze, light, background and camera.

    Args:
        rng: Advanced.
        environments: Where the light and the backgrounds come from.
    """
    yaw = float(np.clip(rng.normal(0, YAW_DEG), -FURTHEST_YAW_DEG, FURTHEST_YAW_DEG))
    lights = environments[int(rng.integers(len(environments)))].lights
    return View(
        pose=(yaw, *sample_tilt(rng, 0.0)),
        gaze=np.tile(rng.normal(0, GAZE_DEG, 2), (2, 1)),
        light=lights[int(rng.integers(len(lights)))] * np.float32(rng.uniform(*EXPOSURE)),
        background=sample_background(rng, environments, PICTURE_PX),
        margin=float(rng.uniform(*MARGIN)),
        distance_cm=float(rng.choice(DISTANCES_CM)),
        offset=sample_offset(rng),
        side_px=PICTURE_PX,
    )


def sample_makehuman_expression(rng: np.random.Generator, names: Sequence[str]) -> dict[str, float]:
    """Weights of random parts of an expression, the same on both sides.

    Args:
        rng: Advanced.
        names: The targets of the person's own expressions.
    """
    weights: dict[str, float] = {}

    def give(name: str, weight: float) -> None:
        for side in ("left", "right"):
            same = name.replace("left", side).replace("right", side)
            if same in names:
                weights[same] = weight

    parts = [name for name in names if "closure" not in name and "right" not in name]
    if parts and rng.random() < EXPRESSIVE_SHARE:
        for name in rng.choice(parts, min(len(parts), int(rng.integers(*PARTS))), replace=False):
            give(str(name), float(rng.beta(1.5, 1.8)) * LARGEST_PART)
    if rng.random() < BLINK_SHARE:
        for name in (name for name in names if "closure" in name):
            give(name, float(rng.uniform(0.3, 1.0)))
    return weights


def _frame(
    rng: np.random.Generator, dressed: DressedPerson, environments: Sequence[Environment], take: int
) -> ClipFrame:
    """One view, drawn."""
    own = f"expression/units/{dressed.person.ancestry}/"
    names = [name for name in dressed.head.body.targets if name.startswith(own)]
    view = sample_makehuman_view(rng, environments)
    drawn = render_person(dressed, view, sample_makehuman_expression(rng, names))
    unknown = np.full(EXPRESSION_COUNT, np.nan, np.float32)
    return ClipFrame(
        drawn.picture, drawn.face, drawn.hair, drawn.landmarks, drawn.pose, unknown, photo=False, take=take
    )
