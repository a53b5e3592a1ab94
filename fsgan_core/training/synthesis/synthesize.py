"""`fsgan synthesize`: all that training reads, made from the data folder."""

from __future__ import annotations

from pathlib import Path

from fsgan_core.errors import OutputError
from fsgan_core.job.progress import Progress
from fsgan_core.training.synthesis.clip_writer import ClipTask, choose_people, write_people
from fsgan_core.training.synthesis.head_landmarks import write_heads
from fsgan_core.training.synthesis.labelled_portraits import PortraitFolder
from fsgan_core.training.synthesis.makehuman_clips import write_makehuman
from fsgan_core.training.synthesis.morphable_head import load_ict_head
from fsgan_core.training.synthesis.occluder_renderer import write_random_occluders
from fsgan_core.training.synthesis.photo_clips import write_photos
from fsgan_core.training.synthesis.settings import (
    FOLDER_OF_KIND,
    HEADS,
    HEADS_FILE,
    MAKEHUMAN,
    OCCLUDERS,
    OCCLUDERS_FILE,
    PHOTOS,
    SUBJECTS,
    DataFolder,
    SynthesisSettings,
)
from fsgan_core.training.synthesis.subject_pack import SubjectPack
from fsgan_core.training.synthesis.subject_shards import choose_portraits, write_subjects


def synthesize(data: Path, out: Path, settings: SynthesisSettings, progress: Progress) -> None:
    """Make OUT/clips/*.npz, OUT/takes/*.npz, OUT/photos/*.npz, OUT/heads.npz and OUT/occluders.npz, or those asked for.

    If subjects are asked for, they are made from the portraits first, in OUT/subjects, and the others drawn of them.

    The same settings give the same files, so an interrupted run is continued by repeating it.

    Args:
        data: The folder with ict_facekit/, subjects/, face_pack/, occluders/, makehuman/ and hdri/.
        out: Where everything goes; made if missing.
        settings: What, how much, and of whom.
        progress: Told of every person, portrait, occluder and thousand heads.

    Raises:
        JobError: A setting is wrong, or a person is unknown or kept for the demo.
        PlateError: Data are missing or damaged.
        OutputError: OUT cannot be written, or holds clips that were made in another way.
        EngineError: A worker died.
        CancelledError: The user asked to stop. Files written so far are complete.
    """
    folder = DataFolder(data)
    names = settings.names()
    for kind in settings.kinds():
        target = _make_folder(out / FOLDER_OF_KIND.get(kind, kind))
        if kind == SUBJECTS:
            wanted = choose_portraits(PortraitFolder(folder.portraits), names, settings.portrait_sources())
            write_subjects(folder, target, wanted, settings.workers, progress)
            progress.wrote(str(target))
            folder = DataFolder(data, made_subjects=target)
            continue
        if kind == PHOTOS:
            write_photos(folder.portraits, target, progress)
            continue
        if kind == OCCLUDERS:
            file, count = target / OCCLUDERS_FILE, settings.occluders
            write_random_occluders(file, folder.hands, folder.environments, count, settings.seed, progress)
            progress.wrote(str(file))
            continue
        if kind == MAKEHUMAN:
            write_makehuman(folder, target, (settings.drawn_people, settings.views), settings.seed, progress)
            progress.wrote(str(target))
            continue
        pack = SubjectPack(folder.subjects)
        if kind == HEADS:
            everybody = choose_people(pack.records, ())
            shapes = {
                split: [pack.load_identity(name) for name in everybody if pack.records[name].split == split]
                for split in ("train", "val")
            }
            head = load_ict_head(folder.head)
            write_heads(target / HEADS_FILE, head, shapes, settings.heads, settings.seed, progress)
        else:
            task = ClipTask(folder, target, kind, settings.seed, settings.views)
            write_people(task, choose_people(pack.records, names), settings.workers, progress)
        progress.wrote(str(target))


def _make_folder(path: Path) -> Path:
    """The folder, made if missing."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot make the folder ({error.strerror}); choose another --out", path=str(path)) from error
    return path
