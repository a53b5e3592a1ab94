"""What a recipe means: its network, where its samples come from, how its loss is computed.

Joins data, steps and networks for the loop.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from fsgan_core.job.progress import Progress
from fsgan_core.networks.face_embedding import FaceEmbedding
from fsgan_core.networks.face_features import FaceFeatures
from fsgan_core.networks.generator import Enhancer
from fsgan_core.networks.landmark_hrnet import LandmarkHRNet
from fsgan_core.networks.patch_discriminator import PatchDiscriminator
from fsgan_core.training import (
    analysis_samples,
    analysis_steps,
    detector_samples,
    eye_samples,
    generator_samples,
    generator_steps,
    measure_samples,
    measure_steps,
)
from fsgan_core.training.analysis_samples import FaceSampler
from fsgan_core.training.datasets import Clip, load_clips
from fsgan_core.training.found_landmarks import add_found_landmarks
from fsgan_core.training.generator_samples import PairSampler
from fsgan_core.training.generator_steps import GeneratorContext
from fsgan_core.training.head_pairs import HeadPairs
from fsgan_core.training.measure_samples import PersonSampler
from fsgan_core.training.recipes import Recipe
from fsgan_core.training.synthesis.occluder_pictures import read_occluders
from fsgan_core.training.synthesis.settings import OCCLUDERS_FILE
from fsgan_core.training.unsure_hair import UNSURE_HAIR
from fsgan_core.weights.architectures import MEASURE_ROLES, build_network
from fsgan_core.weights.load import load_network

REAL_PORTRAITS = ("cong",)
"""Sources of our own data that show real people; no generator sees them. Footage of the user is the user's choice."""

DRAWN_PEOPLE = ("makehuman",)
"""Sources that look painted and whose expression is unknown: for landmarks, pose, segmentation and detector alone."""

SampleMaker = Callable[[np.random.Generator], dict[str, np.ndarray]]


@dataclass(frozen=True)
class DataFolders:
    """Prepared data.

    `clips` (any light), `takes` (one light a take), `photos` (labelled photographs), `heads.npz` (landmark pairs),
    `occluders.npz` (hands and objects; may be missing).

    Attributes:
        root: The folder that holds them.
        frozen: Folder of exported networks that this training needs (face features; for G_r also T and landmarks), or
            None.
    """

    root: Path
    frozen: Path | None = None


@dataclass
class Task:
    """A network under training with all that its step needs.

    Attributes:
        trained: The module whose parameters are trained.
        exported: The part of it that goes into a pack.
        make_sample: (size, split) -> sample maker.
        analysis_step: Loss function of an analysis network, or None.
        pictures: Forward function of a generator, or None.
        context: Networks around a generator, or None.
        validation: Figures of an analysis network on people that training never sees; None: those of its step.
    """

    trained: nn.Module
    exported: nn.Module
    make_sample: Callable[[int, str], SampleMaker]
    analysis_step: Callable[[nn.Module, dict[str, Tensor]], tuple[Tensor, dict[str, Tensor]]] | None = None
    pictures: Callable[..., list[generator_steps.Generated]] | None = None
    context: GeneratorContext | None = None
    validation: Callable[[nn.Module, dict[str, Tensor]], dict[str, Tensor]] | None = None


def build_task(recipe: Recipe, folders: DataFolders, progress: Progress | None = None) -> Task:
    """The task of a recipe.

    Args:
        recipe: What to train.
        folders: Prepared data.
        progress: Told of the clips that the landmark network looks at first.

    Raises:
        JobError: Data are missing.
        WeightsError: A frozen network is missing.
    """
    torch.manual_seed(recipe.seed)
    network = build_network(recipe.role, recipe.size)
    initialise(network)
    if recipe.role in ("reenactment", "inpainting", "blending"):
        return _generator_task(recipe, folders, network, progress or Progress())
    if recipe.role == "transformer":
        pairs = {split: HeadPairs(folders.root / "heads.npz", split) for split in ("train", "val")}
        return Task(network, network, lambda size, split: pairs[split].sample, analysis_steps.transformer_step)
    if recipe.role in MEASURE_ROLES:
        return _measure_task(recipe, folders, network)
    makers = {
        "landmarks": (analysis_samples.landmark_sample, analysis_steps.landmark_step),
        "pose": (analysis_samples.landmark_sample, analysis_steps.pose_step),
        "segmentation": (analysis_samples.segmentation_sample, analysis_steps.segmentation_step),
        "features": (analysis_samples.feature_sample, analysis_steps.feature_step),
        "detector": (detector_samples.detector_sample, analysis_steps.detector_step),
    }
    make, step = makers[recipe.role]
    if isinstance(network, LandmarkHRNet) and network.eyes is not None:
        make = landmark_and_eye_sample
    render_folders = [folders.root / name for name in ("clips", "takes") if (folders.root / name).is_dir()]
    unseen = DRAWN_PEOPLE if recipe.role == "features" else ()
    people = {split: load_clips(render_folders, split, unseen) for split in ("train", "val")}
    photos = {
        split: load_clips([folders.root / "photos"], split) if recipe.photo_share else [] for split in ("train", "val")
    }
    hiding = folders.root / OCCLUDERS_FILE
    occluders = read_occluders(hiding) if hiding.exists() else None
    if recipe.role == "segmentation":
        people, photos = ({split: _with_sure_hair(clips) for split, clips in kind.items()} for kind in (people, photos))
    trained: nn.Module = network
    validation = None
    if isinstance(network, FaceFeatures):
        people = {split: _merge_people(clips) for split, clips in people.items()}
        trained = analysis_steps.FeatureTrainer(network, len(people["train"]))
        validation = analysis_steps.attribute_validation

    def sample_maker(size: int, split: str) -> SampleMaker:
        return partial(make, FaceSampler(people[split], photos[split], recipe.photo_share, size, occluders))

    return Task(trained, network, sample_maker, step, validation=validation)


def _with_sure_hair(clips: Sequence[Clip]) -> list[Clip]:
    """Those whose hair labels are believed; all where that would leave nobody."""
    return [clip for clip in clips if clip.meta.name not in UNSURE_HAIR] or list(clips)


def landmark_and_eye_sample(sampler: FaceSampler, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """A face for the heatmaps, and an eye of somebody for the second look."""
    return {**analysis_samples.landmark_sample(sampler, rng), **eye_samples.eye_sample(sampler, rng)}


def initialise(network: nn.Module) -> None:
    """Normal initialisation (section 4.2), scaled to the fan-in so that narrow networks start alive."""
    for module in network.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    for name, module in network.named_modules():
        if name.endswith(("final", "heads")) and hasattr(module, "weight"):
            nn.init.normal_(module.weight, 0.0, 0.01)
        if name.endswith(("out_conv", "shift_conv")) and isinstance(module, nn.Conv2d):
            enhancer = getattr(network, "net", None)
            residual = isinstance(enhancer, Enhancer) and enhancer.size.residual
            # A residual generator starts as the identity.
            nn.init.normal_(module.weight, 0.0, 0.0 if residual else 0.01)


def _generator_task(recipe: Recipe, folders: DataFolders, network: nn.Module, progress: Progress) -> Task:
    makers = {
        "reenactment": (generator_samples.reenactment_sample, generator_steps.reenactment_pictures),
        "inpainting": (generator_samples.inpainting_sample, generator_steps.inpainting_pictures),
        "blending": (generator_samples.blending_sample, generator_steps.blending_pictures),
    }
    make, pictures = makers[recipe.role]
    if recipe.role == "blending" and recipe.size == "paper":
        make = generator_samples.poisson_sample
    unseen = REAL_PORTRAITS + DRAWN_PEOPLE
    clips = {split: load_clips([folders.root / "takes"], split, unseen) for split in ("train", "val")}
    frozen = folders.frozen or folders.root / "frozen"
    features = load_network(frozen, "features").eval().requires_grad_(False)
    transformer = None
    if recipe.role == "reenactment" and (frozen / "transformer.safetensors").exists():
        transformer = load_network(frozen, "transformer").eval().requires_grad_(False)
    if recipe.role == "reenactment" and (frozen / "landmarks.safetensors").exists():
        add_found_landmarks(clips["train"], folders.root / "found", frozen, progress)
    discriminator = None
    if recipe.adversarial_from < 1:
        discriminator = PatchDiscriminator(64 if recipe.size == "paper" else 16)

    def sample_maker(size: int, split: str) -> SampleMaker:
        return partial(make, PairSampler(clips[split], size))

    return Task(network, network, sample_maker, None, pictures, GeneratorContext(features, discriminator, transformer))


def _measure_task(recipe: Recipe, folders: DataFolders, network: nn.Module) -> Task:
    render_folders = [folders.root / name for name in ("clips", "takes") if (folders.root / name).is_dir()]
    clips = {split: load_clips(render_folders, split, DRAWN_PEOPLE) for split in ("train", "val")}
    samplers = {split: PersonSampler(_by_person(clips[split])) for split in ("train", "val")}
    trained, step, validation = network, measure_steps.expression_step, None
    make = measure_samples.expression_sample
    if recipe.role == "identity":
        assert isinstance(network, FaceEmbedding)
        trained = measure_steps.IdentityTrainer(network, len(samplers["train"].people))
        step, validation = measure_steps.identity_step, measure_steps.identity_validation
        make = measure_samples.identity_sample

    def sample_maker(size: int, split: str) -> SampleMaker:
        return partial(make, samplers[split])

    return Task(trained, network, sample_maker, step, validation=validation)


def _by_person(clips: list[Clip]) -> list[list[Clip]]:
    """The clips of each person, people in the order of their names."""
    people: dict[str, list[Clip]] = {}
    for clip in clips:
        people.setdefault(clip.meta.name, []).append(clip)
    return [people[name] for name in sorted(people)]


def _merge_people(clips: list[Clip]) -> list[Clip]:
    """One entry a person: of clips of the same name the longest, so that numbers are people."""
    best: dict[str, Clip] = {}
    for clip in clips:
        name = clip.meta.name
        if name not in best or len(clip) > len(best[name]):
            best[name] = clip
    return [best[name] for name in sorted(best)]
