"""Feeds mutated files to everything that reads files; a process of its own, so that a crash of a library is seen.

    python mutation_run.py SANDBOX KIND COUNT SEED

Prints one JSON object: how many inputs were read, and how many were refused with a sentence of ours. Anything else (an
exception of another kind, more than ten seconds for one input) ends the process with the reason.
"""

from __future__ import annotations

import faulthandler
import json
import random
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from fsgan_core.errors import FsganError
from fsgan_core.job.job_file import parse_job, write_job
from fsgan_core.job.spec import Pictures, SwapJob
from fsgan_core.media.movie import write_movie
from fsgan_core.media.plate_frame import PictureHeader
from fsgan_core.media.read import open_plate
from fsgan_core.media.write import write_frame
from fsgan_core.shot.image_window import ImageWindow
from fsgan_core.shot.plate import Plate

SECONDS_FOR_ONE = 10
_NUMBERS = (0, 1, 2**7, 2**15, 2**16 - 1, 2**31 - 1, 2**31, 2**32 - 1)
WEIGHTS = Path(__file__).resolve().parent.parent.parent / "fsgan_core" / "weights" / "packs" / "compact"


def mutated(data: bytes, chance: random.Random) -> bytes:
    """The bytes with one to six changes: flipped, overwritten, cut, doubled, or a number put in their place."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        # Headers stand in front: half of all changes go there.
        end = len(changed) if chance.random() < 0.5 else min(len(changed), 600)
        at = chance.randrange(max(1, end))
        kind = chance.randrange(5)
        if kind == 0 and changed:
            changed[at] ^= 1 << chance.randrange(8)
        elif kind == 1 and changed:
            changed[at] = chance.randrange(256)
        elif kind == 2:
            changed[at : at + 4] = chance.choice(_NUMBERS).to_bytes(4, "little")
        elif kind == 3:
            del changed[at : at + chance.randint(1, 40)]
        else:
            changed[at:at] = changed[at : at + chance.randint(1, 40)]
    return bytes(changed[: chance.randrange(len(changed) + 1)] if chance.random() < 0.1 else changed)


def exr(folder: Path) -> tuple[bytes, str, Callable[[Path], None]]:
    window = ImageWindow.of_size(24, 20)
    pixels = np.random.default_rng(1).random((20, 24), np.float32)
    header = PictureHeader(window, window, attributes={"owner": "us", "fsgan/job": "abc"})
    write_frame(str(folder / "base.exr"), {"R": pixels, "G": pixels, "B": pixels, "mask.A": pixels}, header)

    def read(path: Path) -> None:
        from fsgan_core.pipeline.finished_frames import frame_problem

        frame_problem(str(path), "abc")
        with open_plate(Plate(str(path))) as reader:
            reader.read(reader.frames[0])

    return (folder / "base.exr").read_bytes(), "plate.0001.exr", read


def movie(folder: Path) -> tuple[bytes, str, Callable[[Path], None]]:
    write_movie(str(folder / "base.mp4"), [np.full((32, 32, 3), level * 40, np.uint8) for level in range(5)], 24)

    def read(path: Path) -> None:
        with open_plate(Plate(str(path))) as reader:
            for number in reader.frames[:5]:
                reader.read(number)

    return (folder / "base.mp4").read_bytes(), "plate.mp4", read


def weights(folder: Path) -> tuple[bytes, str, Callable[[Path], None]]:
    from fsgan_core.weights.load import load_network

    def read(path: Path) -> None:
        load_network(path.parent, "transformer")

    return (WEIGHTS / "transformer.safetensors").read_bytes(), "transformer.safetensors", read


def manifest(folder: Path) -> tuple[bytes, str, Callable[[Path], None]]:
    from fsgan_core.weights.load import pack_digest, verify_pack
    from fsgan_core.weights.manifest import read_manifest

    def read(path: Path) -> None:
        found = read_manifest(path.parent)
        pack_digest(found)
        verify_pack(path.parent, found)

    return (WEIGHTS / "manifest.json").read_bytes(), "manifest.json", read


def analysis(folder: Path) -> tuple[bytes, str, Callable[[Path], None]]:
    from fsgan_core.face.face_analysis import FaceAnalysis, ShotAnalysis
    from fsgan_core.pipeline.analysis_file import load_analysis, save_analysis

    count = 3
    face = FaceAnalysis(
        track_id=0, frames=np.arange(count), boxes=np.zeros((count, 4), np.float32), scores=np.ones(count, np.float32),
        plate_to_crop=np.zeros((count, 3, 3)), crop_size=256, landmarks=np.zeros((count, 98, 2), np.float32),
        poses=np.zeros((count, 3), np.float32), sharpness=np.ones(count, np.float32),
        face_embedding=np.ones(8, np.float32), segmentations=(b"abc", b"de", b"f"), segment_ids=np.zeros(count, int),
        window_origins=np.zeros((count, 2), np.int64),
    )  # fmt: skip
    save_analysis(folder / "base.npz", ShotAnalysis(tuple(range(count)), (face,), "key"))
    return (folder / "base.npz").read_bytes(), "faces.npz", lambda path: void(load_analysis(path))


def job(folder: Path) -> tuple[bytes, str, Callable[[Path], None]]:
    from fsgan_core.farm.openjd import WorkerNeeds, write_bundle
    from fsgan_core.farm.task_plan import TaskOptions, plan_tasks
    from fsgan_core.shot.frame_range import FrameRange

    out = folder.parent / "out"
    swap = SwapJob(Pictures("/p/plate.%04d.exr"), Pictures("/s/source.mov"), str(out / "swap.%04d.exr"))
    write_job(swap, str(folder / "base.json"))

    def read(path: Path) -> None:
        parsed = parse_job(path.read_bytes().decode("utf-8", "replace"), str(path))
        if hasattr(parsed, "for_frames"):
            plan = plan_tasks(parsed, FrameRange.parse(parsed.settings.frames or "1-4"), TaskOptions(2))
            write_bundle(plan, str(out / "bundle"), WorkerNeeds())

    return (folder / "base.json").read_bytes(), "job.json", read


def void(_: object) -> None:
    """Take something and give nothing."""


KINDS = {"exr": exr, "movie": movie, "weights": weights, "manifest": manifest, "analysis": analysis, "job": job}


def main() -> None:
    """Read mutated files of one kind."""
    sandbox, kind, count, seed = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    import logging

    logging.disable(logging.CRITICAL)
    chance = random.Random(seed)
    base_folder, inputs, out = (sandbox / name for name in ("base", "in", "out"))
    for folder in (base_folder, inputs, out):
        folder.mkdir(parents=True, exist_ok=True)
    base, name, read = KINDS[kind](base_folder)
    told = {"read": 0, "refused": 0}
    for index in range(count):
        (inputs / name).write_bytes(mutated(base, chance))
        faulthandler.dump_traceback_later(SECONDS_FOR_ONE, exit=True)
        try:
            read(inputs / name)
            told["read"] += 1
        except FsganError:
            told["refused"] += 1
        except BaseException as error:
            shutil.copy(inputs / name, sandbox / f"failed.{index}.{name}")
            raise SystemExit(f"input {index}: {type(error).__name__}: {error}") from error
        faulthandler.cancel_dump_traceback_later()
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
