"""`fsgan finetune`: the clips of a person in, a child pack out that is never worse than its parent (section 3.9).

    clips > pass 1 > usable frames > held-out frames | frames to learn from > steps > best step > child pack

There is no discriminator: a fresh one learns nothing in 400 steps on one person, and the pack ships none.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

import numpy as np
from torch import nn

from fsgan_core.errors import CancelledError
from fsgan_core.job.finetune_settings import FinetuneSettings
from fsgan_core.job.progress import Progress
from fsgan_core.job.spec import FinetuneJob
from fsgan_core.media.still import write_png
from fsgan_core.networks.face_generators import ReenactmentGenerator
from fsgan_core.pipeline.engine import device_errors, frame_workers, open_engine
from fsgan_core.training import generator_samples, generator_steps
from fsgan_core.training.finetune_run import FinetuneRun, Tuned, TunedResult, as_batch
from fsgan_core.training.generator_samples import PairSampler
from fsgan_core.training.generator_steps import Generated
from fsgan_core.training.held_out import HeldOut, prepare_held_out, preview_sheet, sample_figures
from fsgan_core.training.subject_footage import Footage, SubjectFrame, gather_footage
from fsgan_core.training.subject_samples import SubjectSampler, as_clip, hold_out, subject_sample
from fsgan_core.training.subject_steps import subject_pictures
from fsgan_core.weights.child_pack import fitting_rank, parent_is_away, write_child_pack
from fsgan_core.weights.load import MeasureNetworks, Pack, load_measures

_ROLES = {
    "reenactment": ("reenactment",),
    "reenactment+blending": ("reenactment", "blending"),
    "reenactment+inpainting": ("reenactment", "inpainting"),
    "all": ("reenactment", "inpainting", "blending"),
}
_SAMPLES: dict[str, tuple[Callable[..., dict[str, np.ndarray]], Callable[..., list[Generated]]]] = {
    "inpainting": (generator_samples.inpainting_sample, generator_steps.inpainting_pictures),
    "blending": (generator_samples.blending_sample, generator_steps.blending_pictures),
}
FIXED_SAMPLES = 12
SHOWN_FRAMES = 6


def finetune(job: FinetuneJob, progress: Progress) -> list[TunedResult]:
    """The child pack of a finetune job, written to `job.out`.

    A run that was stopped or killed goes on when the same job is run again, and ends at the same bits.

    Args:
        job: Clips, output and settings.
        progress: Hears about every step; where it raises CancelledError, the best step so far is written and kept.

    Raises:
        PlateError: A clip cannot be read.
        FaceError: No clip shows the face well enough.
        WeightsError: The parent or the measuring networks are missing or damaged.
        EngineError: The device failed.
        OutputError: The pack cannot be written.
        CancelledError: The user stopped the run.
    """
    out = Path(job.out)
    parent = open_engine(job.settings.weights, job.settings.device, job.analyze)
    judge = load_measures(parent.device)
    footage = gather_footage(job, parent, str(out / "run"), progress)
    start_over_if_other(out / "run", run_key(job, footage, parent), progress)
    learned, held = hold_out(footage.frames, job.settings.held_out_frames)
    if len(footage.frames) == 1:
        progress.warn("one picture leaves nothing to hold out: it is measured on what its mirror image becomes.")
    results: list[TunedResult] = []
    settings = _fitting_settings(job.settings, parent, progress)
    for role in _ROLES[job.settings.networks]:
        folder = out / "run" / role
        tuned = prepare_network(role, learned, held, parent, judge)
        run = FinetuneRun(tuned, parent.features, settings, folder, parent.device)
        try:
            with device_errors(), frame_workers(parent.device) as workers:
                results.append(run.run(workers, progress))
        except CancelledError as stopped:
            _keep_best(job, parent, footage, [*results, run.result()], progress)
            raise CancelledError(
                f"Stopped at step {run.step}. The same command goes on from there.",
                signal_number=stopped.exit_code - 128,
            ) from stopped
        _say(results[-1], progress)
    changes = {result.role: result.change for result in results}
    child = write_child_pack(out, parent, job.settings, footage.clips, changes, describe(results))
    progress.wrote(str(out))
    if parent_is_away(out, child):
        progress.warn(f"{out} needs the pack {parent.name}, which is no bundled one: put its folder beside it.")
    return results


def _fitting_settings(settings: FinetuneSettings, parent: Pack, progress: Progress) -> FinetuneSettings:
    """The settings with a rank that the adapters of all networks can have together."""
    rank = fitting_rank(parent, _ROLES[settings.networks], settings.rank)
    if settings.form != "adapter" or rank == settings.rank:
        return settings
    progress.note(f"the adapters get rank {rank} instead of {settings.rank}: a compact child has 4 MiB at most.")
    return replace(settings, rank=rank)


def prepare_network(
    role: str, learned: Sequence[SubjectFrame], held: Sequence[SubjectFrame], parent: Pack, judge: MeasureNetworks
) -> Tuned:
    """What finetuning one network of the parent means."""
    network: nn.Module = getattr(parent, role)
    held_out = prepare_held_out(learned, held, parent, judge)
    if isinstance(network, ReenactmentGenerator):
        sample = partial(subject_sample, SubjectSampler(learned))
        sheet = partial(_show_reenacted, held_out, network)
        return Tuned(role, network, sample, partial(subject_pictures, network), held_out.figures, sheet)
    make, pictures = _SAMPLES[role]
    size = learned[0].picture.shape[0]
    fixed_from = PairSampler([as_clip(held)], size)
    fixed = [as_batch(make(fixed_from, np.random.default_rng(k)), parent.device) for k in range(FIXED_SAMPLES)]

    def figures(candidate: nn.Module) -> dict[str, float]:
        return sample_figures(candidate, fixed, pictures, parent.features)

    def show(candidate: nn.Module, path: str) -> None:
        rows = []
        for sample in fixed[:SHOWN_FRAMES]:
            made = [pictures(net, sample, None, "full", 0.0)[0] for net in (network, candidate)]
            tensors = [made[0].fake, made[1].fake, made[0].wanted]
            rows.append([tensor[0].detach().float().cpu().numpy().transpose(1, 2, 0) for tensor in tensors])
        write_png(path, preview_sheet(rows, [str(k + 1) for k in range(len(rows))], ("before", "after", "truth")))

    return Tuned(role, network, partial(make, PairSampler([as_clip(learned)], size)), pictures, figures, show)


def run_key(job: FinetuneJob, footage: Footage, parent: Pack) -> str:
    """Hex digest of everything that the result depends on: parent, pictures, settings."""
    without = ("licence", "consent", "device", "preview_every")
    settings = {name: value for name, value in asdict(job.settings).items() if name not in without}
    digest = hashlib.sha256(json.dumps([parent.networks_sha256, footage.clips, settings], sort_keys=True).encode())
    for frame in footage.frames:
        for values in (frame.picture, frame.face, frame.hair, frame.landmarks, frame.pose):
            digest.update(np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()


def start_over_if_other(folder: Path, key: str, progress: Progress) -> None:
    """Throw away the state of a run of other pictures, settings or weights."""
    path = folder / "key.txt"
    stored = path.read_text(encoding="utf-8") if path.exists() else ""
    if stored and stored != key:
        progress.note("the run that was begun here had other pictures, settings or weights; starting over")
        for role in _ROLES["all"]:
            shutil.rmtree(folder / role, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(key, encoding="utf-8")


def describe(results: Sequence[TunedResult]) -> str:
    """What finetuning did, in sentences for the manifest and the log."""
    return " ".join(_sentence(result) for result in results)


def _sentence(result: TunedResult) -> str:
    if not result.best_step:
        return f"{result.role}: no step of {result.steps} was better than the parent, whose weights stay as they are."
    figures = ", ".join(f"{name} {result.before[name]:.3f} to {value:.3f}" for name, value in result.after.items())
    return f"{result.role}: step {result.best_step} of {result.steps} is kept; on held-out frames {figures}."


def _say(result: TunedResult, progress: Progress) -> None:
    (progress.note if result.best_step else progress.warn)(_sentence(result))


def _keep_best(
    job: FinetuneJob, parent: Pack, footage: Footage, results: Sequence[TunedResult], progress: Progress
) -> None:
    """Write the best step of a run that was stopped, if there is one."""
    kept = [result for result in results if result.best_step]
    if not kept:
        return
    changes = {result.role: result.change for result in kept}
    write_child_pack(Path(job.out), parent, job.settings, footage.clips, changes, describe(kept))
    progress.wrote(job.out)
    progress.note(f"kept the best so far: {describe(kept)}")


def _show_reenacted(held_out: HeldOut, before: nn.Module, candidate: nn.Module, path: str) -> None:
    rows = zip(held_out.reenacted(before), held_out.reenacted(candidate), held_out.frames, strict=True)
    shown = [[old, new, frame.encoded] for old, new, frame in rows][:SHOWN_FRAMES]
    names = [str(frame.number) for frame in held_out.frames[:SHOWN_FRAMES]]
    write_png(path, preview_sheet(shown, names, ("before", "after", "truth")))
