"""A folder of shots to compare methods on: one folder a shot, holding source, plate and perhaps finetuned weights."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from fsgan_core.errors import JobError
from fsgan_core.job.settings import SwapSettings
from fsgan_core.job.spec import Pictures, SwapJob

PICTURE_TYPES = (".exr", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".mov", ".mp4", ".mkv")
_NUMBER = re.compile(r"(\d+)(\.[^.]+)\Z")


@dataclass(frozen=True)
class Triple:
    """One shot.

    Attributes:
        name: Of its folder.
        source: Pattern of who is put in.
        plate: Pattern of who receives the face.
        result: Pattern of a result of any tool, or "".
        child: Folder of weights finetuned on the source, or "".
        cache: Where pass 1 is kept.
    """

    name: str
    source: str
    plate: str
    result: str
    child: str
    cache: str

    def swap_job(self, weights: str) -> SwapJob:
        """The swap of this shot, of which only pass 1 is written."""
        return SwapJob(
            plate=Pictures(self.plate),
            source=Pictures(self.source),
            out=str(Path(self.cache) / "swap.%04d.exr"),
            settings=SwapSettings(),
            plate_analysis=str(Path(self.cache) / f"{weights}.plate.npz"),
            source_analysis=str(Path(self.cache) / f"{weights}.source.npz"),
        )


def find_triples(folder: Path, cache: Path) -> list[Triple]:
    """The shots of a folder, by name.

    Each is a folder with `source` and `plate`, and perhaps `result`: a movie or still (`source.mov`), or a folder with
    a sequence (`source/frame.1001.exr`); `child` is a pack finetuned on the source.

    Args:
        folder: Where the shots lie.
        cache: Where pass 1 is kept.

    Raises:
        JobError: There is no shot.
    """
    triples = []
    for shot in sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []:
        source, plate, result = (pattern_of(shot, name) for name in ("source", "plate", "result"))
        if source and plate:
            child = shot / "child"
            weights = str(child) if (child / "manifest.json").is_file() else ""
            triples.append(Triple(shot.name, source, plate, result, weights, str(cache / shot.name)))
    if not triples:
        raise JobError(
            f"{folder} holds no shots. Make one folder a shot, with source and plate in it.", path=str(folder)
        )
    return triples


def pattern_of(shot: Path, name: str) -> str:
    """The pictures called `name` in a folder: a file, or the sequence in a folder of that name; "" for none."""
    for path in sorted(shot.glob(f"{name}.*")):
        if path.suffix.lower() in PICTURE_TYPES:
            return str(path)
    files = sorted(path for path in (shot / name).glob("*") if path.suffix.lower() in PICTURE_TYPES)
    if not files:
        return ""
    numbered = _NUMBER.search(files[0].name)
    if numbered is None or len(files) == 1:
        return str(files[0])
    digits = len(numbered[1])
    return str(files[0].parent / f"{files[0].name[: numbered.start()]}%0{digits}d{numbered[2]}")
