"""Every figure of docs/finetuning.md, made again for a pack of weights, as Markdown.

    python benchmarks/finetune_figures.py --weights compact --out FOLDER [--plates a b] [--iterations 400]

For each plate: finetuning with the defaults and its time, the held-out table, beside it what true pictures come to by
the same measures, and the swap onto the other plate with parent and child. FOLDER gets the child packs, the swaps, the
reports, `figures.md` and the preview sheets as `finetune_a.jpg` and so on. What is there already is not made again.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2

from fsgan_core.cli.demo import SAMPLES
from fsgan_core.cli.reporting import LogFormat, reporting
from fsgan_core.evaluation.evaluate_files import EvaluationRequest, evaluate_files
from fsgan_core.job.finetune_settings import FinetuneSettings
from fsgan_core.job.progress import Progress
from fsgan_core.job.settings import SwapSettings
from fsgan_core.job.spec import FinetuneJob, Pictures, SwapJob
from fsgan_core.pipeline.engine import open_engine
from fsgan_core.pipeline.swap_shot import swap_shot
from fsgan_core.shot.frame_range import FrameRange
from fsgan_core.training.finetune import finetune
from fsgan_core.training.held_out import prepare_held_out, true_picture_figures
from fsgan_core.training.subject_footage import gather_footage
from fsgan_core.training.subject_samples import hold_out
from fsgan_core.weights.load import load_measures

JPEG_QUALITY, SHEET_PX = 70, 560
HELD_OUT = {
    "identity": "identity, cosine to the true frame", "l1": "L1 on the face, display range",
    "perceptual": "perceptual error (eq. 3)",
}  # fmt: skip
SWAP = {
    "identity": "identity, our embedding", "pose_error_deg": "pose error, degrees",
    "landmark_error_px": "landmark error, px", "expression": "expression, distance", "l1": "L1 to the plate",
    "flicker": "flicker", "seam": "seam",
}  # fmt: skip
MORE_IS_BETTER = ("identity",)
DLIB_FRAMES = 5


@dataclass(frozen=True)
class Request:
    """What to make: pack, output folder, settings of finetuning, frames of each plate ("" for all)."""

    weights: str
    out: Path
    iterations: int
    frames: str


def main() -> None:
    """Make what is missing and print the Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", default="compact")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--plates", nargs="+", default=["a", "b"], choices=["a", "b"])
    parser.add_argument("--iterations", type=int, default=FinetuneSettings.iterations)
    parser.add_argument("--frames", default="", help="Of both plates, to try this out; empty: all.")
    options = parser.parse_args()
    request = Request(options.weights, options.out, options.iterations, options.frames)
    with reporting(LogFormat.PLAIN) as progress:
        text = "\n".join(plate_figures(name, request, progress) for name in options.plates)
        (options.out / "figures.md").write_text(text, encoding="utf-8")
        progress.finished(f"{options.out / 'figures.md'}")
    sys.stdout.write(text)


def plate_figures(plate: str, request: Request, progress: Progress) -> str:
    """The tables of one plate, finetuned and swapped onto the other one."""
    other = "b" if plate == "a" else "a"
    seconds = finetune_plate(plate, request, progress)
    figures = json.loads((request.out / plate / "figures.json").read_text(encoding="utf-8"))
    write_sheet(request.out / plate / "run" / "reenactment", request.out / f"finetune_{plate}.jpg")
    reports = {
        name: swap_and_measure(plate, other, name, weights, request, progress)
        for name, weights in (("parent", request.weights), ("child", str(request.out / plate)))
    }
    lines = [
        f"## Plate `{plate}`, {request.iterations} steps, pack {open_engine(request.weights, 'cpu').sha256[:12]}", "",
        f"Finetuned in {seconds / 60:.1f} minutes, pass 1 included; "
        f"adapter of {adapter_mib(request.out / plate):.2f} MiB.", "",
        *held_out_table(figures), "", f"The swap of `{plate}` onto `{other}`:", "", *swap_table(reports), "",
    ]  # fmt: skip
    return "\n".join(lines)


def finetune_plate(plate: str, request: Request, progress: Progress) -> float:
    """Finetune on a plate with the defaults, and keep its figures and seconds in `figures.json` beside the pack."""
    out = request.out / plate
    kept = out / "figures.json"
    if kept.is_file() and (out / "manifest.json").is_file():
        return float(json.loads(kept.read_text(encoding="utf-8"))["seconds"])
    settings = FinetuneSettings(
        weights=request.weights, iterations=request.iterations, source_frames=request.frames, patience=0,
        licence="as the plate", consent="a person who does not exist",
    )  # fmt: skip
    job = FinetuneJob((Pictures(pattern(plate)),), str(out), settings)
    put_parent_beside(out, request.weights)
    started = time.monotonic()
    result = finetune(job, progress)[0]
    seconds = time.monotonic() - started
    parent = open_engine(request.weights, "auto")
    footage = gather_footage(job, parent, str(out / "run"), progress)
    learned, held = hold_out(footage.frames, settings.held_out_frames)
    true = true_picture_figures(prepare_held_out(learned, held, parent, load_measures(parent.device)), footage.frames)
    stored = {
        "seconds": seconds, "before": result.before, "after": result.after, "best_step": result.best_step,
        "true": true, "frames": str(FrameRange.of([frame.number for frame in held])),
    }  # fmt: skip
    kept.write_text(json.dumps(stored), encoding="utf-8")
    return seconds


def put_parent_beside(child: Path, weights: str) -> None:
    """Link a parent that is no bundled pack beside its child, where a child looks for it."""
    link = child.parent / "parent"
    if Path(weights).is_dir() and not link.exists():
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(Path(weights).absolute(), target_is_directory=True)


def held_out_table(figures: Mapping[str, dict[str, float]]) -> list[str]:
    """Before, after, and what true pictures come to."""
    before, after, true = figures["before"], figures["after"], figures["true"]
    lines = [
        f"| held-out frames {figures['frames']} | before | after (step {figures['best_step']}) | change | "
        + " | ".join(true) + " |",
        "|---" * (4 + len(true)) + "|",
    ]  # fmt: skip
    for name, says in HELD_OUT.items():
        step = after[name] - before[name]
        change = f"{step:+.3f}" if name in MORE_IS_BETTER else f"{100 * step / before[name]:+.0f} %"
        beside = " | ".join(f"{picture[name]:.4f}" for picture in true.values())  # type: ignore[index]
        lines.append(f"| {says} | {before[name]:.4f} | {after[name]:.4f} | {change} | {beside} |")
    return lines


def swap_and_measure(
    source: str, plate: str, name: str, weights: str, request: Request, progress: Progress
) -> dict[str, dict[str, float]]:
    """Means of a swap by our embedding, and of its identity by dlib's where that is installed."""
    folder = request.out / f"{source}_on_{plate}" / name
    analyses = (str(folder.parent / "plate.npz"), str(folder.parent / "source.npz"))
    job = SwapJob(
        Pictures(pattern(plate)), Pictures(pattern(source)), str(folder / "swap.%04d.exr"),
        SwapSettings(weights=weights, frames=request.frames, source_frames=request.frames),
        plate_analysis=analyses[0], source_analysis=analyses[1],
    )  # fmt: skip
    swap_shot(job, progress)
    numbers = list(FrameRange.parse(request.frames or "1001-1024"))
    few = numbers[:: max(1, len(numbers) // DLIB_FRAMES)][:DLIB_FRAMES]
    judges = {"bundled": ""}
    if importlib.util.find_spec("dlib"):
        judges["dlib"] = str(FrameRange.of(few))
    found = {}
    for judge, frames in judges.items():
        report = folder / f"{judge}.json"
        evaluate_files(
            EvaluationRequest(
                Pictures(pattern(plate)).with_frames("", ""), Pictures(job.out).with_frames("", ""),
                Pictures(pattern(source)).with_frames("", ""), report, frames=frames or request.frames,
                analyses=analyses, identity=judge, weights=request.weights,
            ),
            progress,
        )  # fmt: skip
        content = json.loads(report.read_text(encoding="utf-8"))
        found[judge] = {**content["mean"], "plate_identity": content["plate_identity"]}
    return found


def swap_table(reports: Mapping[str, Mapping[str, Mapping[str, float]]]) -> list[str]:
    """Parent beside child; identity, pose and expression with what the child gained or lost."""
    parent, child = reports["parent"], reports["child"]
    plate = parent["bundled"]
    lines = ["| | parent | child | change |", "|---|---|---|---|"]
    for name, says in SWAP.items():
        of_plate = {"identity": plate["plate_identity"], "flicker": plate["plate_flicker"]}.get(name)
        note = f" (the plate has {of_plate:.2f})" if of_plate is not None else ""
        lines.append(_row(says + note, parent["bundled"][name], child["bundled"][name], name in MORE_IS_BETTER))
    if "dlib" in parent:
        says = f"identity, dlib's network, {DLIB_FRAMES} frames (the plate has {parent['dlib']['plate_identity']:.2f})"
        lines.append(_row(says, parent["dlib"]["identity"], child["dlib"]["identity"], True))
    return lines


def _row(says: str, before: float, after: float, cosine: bool) -> str:
    change = f"{after - before:+.3f}" if cosine else f"{100 * (after - before) / max(before, 1e-9):+.1f} %"
    return f"| {says} | {before:.3f} | {after:.3f} | {change} |"


def write_sheet(folder: Path, out: Path) -> None:
    """The last preview sheet of a run as a small JPEG."""
    picture = cv2.imread(str(max(folder.glob("preview_*.png"))))
    shrink = SHEET_PX / picture.shape[1]
    small = cv2.resize(picture, None, fx=min(1.0, shrink), fy=min(1.0, shrink), interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(out), small, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])


def adapter_mib(pack: Path) -> float:
    """Size of a child's weights; 0 where it is its parent."""
    return sum(path.stat().st_size for path in pack.glob("*.safetensors")) / (1 << 20)


def pattern(plate: str) -> str:
    """Path of a bundled plate."""
    return str(SAMPLES / plate / "plate.%04d.exr")


if __name__ == "__main__":
    main()
