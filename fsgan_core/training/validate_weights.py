"""`fsgan evaluate-weights`: what a pack can do on people that training never saw, as one table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fsgan_core.job.progress import Progress
from fsgan_core.pipeline.engine import open_engine
from fsgan_core.training.datasets import Clip, load_clips
from fsgan_core.training.tasks import DRAWN_PEOPLE
from fsgan_core.training.validate_ablation import ablate_swap
from fsgan_core.training.validate_detection import find_validation_faces
from fsgan_core.training.validate_looking import look_at_photos, look_at_renders, look_at_shut_eyes
from fsgan_core.training.validate_reenactment import reenact_validation_people
from fsgan_core.training.weights_table import WeightsTable
from fsgan_core.weights.load import PACKS, load_network

_NOTES = (
    "Renders and photographs of people of split val; landmarks, pose and segmentation by the code of pass 1 on the "
    "face box of the labels, without smoothing over time.",
    "Inter-ocular is the distance of the outer eye corners in the picture, which shrinks as the head turns.",
    "A face counts as found where a box overlaps the label's by 0.4 (intersection over union); other boxes are false.",
    "Reenactment: one view, the widest turn of yaw up to 30 degrees in the same take; landmarks are found by the "
    "pack's own network, whose error on the target picture itself stands beside.",
)
_NO_MEASURES = "Identity was not measured: there is no pack of measures (--measures) with an identity network."


@dataclass(frozen=True)
class ValidationSettings:
    """How much is looked at.

    Attributes:
        people: Validation people at most; 0 is all.
        views: Renders of each.
        pictures: Pictures in which faces are sought.
        pairs: Reenactments of each person.
        ablation: Whether the stages of a swap are also measured one by one.
    """

    people: int = 0
    views: int = 6
    pictures: int = 350
    pairs: int = 2
    ablation: bool = False


def validate_weights(
    weights: str, data: Path, measures: Path | None, settings: ValidationSettings, progress: Progress | None = None
) -> WeightsTable:
    """The table of a pack.

    Args:
        weights: Name or folder of the pack.
        data: Prepared data: clips, takes and photos.
        measures: Folder with identity.safetensors, or None for the bundled pack of measures, if there is one.
        settings: How much is looked at.
        progress: Hears about every step.

    Raises:
        JobError: Data are missing.
        WeightsError: The pack is missing or damaged.
        EngineError: The device failed.
        CancelledError: The user stopped the work.
    """
    progress = progress or Progress()
    pack = open_engine(weights, "auto")
    takes = _some(load_clips([data / "takes"], "val", DRAWN_PEOPLE), settings.people)
    renders = data / "clips" if (data / "clips").is_dir() else data / "takes"
    clips = _some(load_clips([renders], "val", DRAWN_PEOPLE), settings.people)
    photos = _some(load_clips([data / "photos"], "val"), settings.people)
    folder = measures or PACKS / "measures"
    identity = None
    if measures is not None or (folder / "identity.safetensors").is_file():
        identity = load_network(folder, "identity", pack.device)
    figures = [
        *look_at_renders(clips, settings.views, pack, progress),
        *look_at_shut_eyes(clips, settings.views, pack, progress),
        *look_at_photos(photos, pack, progress),
        *find_validation_faces(clips, settings.pictures, pack, progress),
        *reenact_validation_people(takes, settings.pairs, pack, identity, progress),
    ]
    if settings.ablation:
        figures += ablate_swap(takes, pack, identity, progress)
    notes = _NOTES if identity is not None else (*_NOTES, _NO_MEASURES)
    return WeightsTable(pack.name, pack.sha256, len(clips), figures, notes)


def _some(clips: list[Clip], most: int) -> list[Clip]:
    """At most that many clips, spread over all."""
    if not most or len(clips) <= most:
        return clips
    return [clips[k * len(clips) // most] for k in range(most)]
