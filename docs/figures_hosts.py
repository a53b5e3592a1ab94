"""Draws the pictures of docs/blender.md and docs/resolve.md from real renders: python docs/figures_hosts.py [FOLDER].

The engine swaps two frames of the bundled, AI-made people; Blender (bpy, see install/bootstrap.py test) renders its
node group from them. A few minutes on two cores.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np
import OpenImageIO as oiio  # noqa: N813

from fsgan_core.color.colorspaces import SRGB
from fsgan_core.color.ocio import from_working
from fsgan_core.evaluation.contact_sheet import contact_sheet
from fsgan_resolve.macros import LAYERS

REPOSITORY = Path(__file__).resolve().parent.parent
PLATES = REPOSITORY / "fsgan_core" / "samples" / "plates"
FRAMES = (1006, 1018)
SIZE = (960, 540)
CROP = (slice(20, 520), slice(230, 730))
TILE = (190, 190)
JPEG = [cv2.IMWRITE_JPEG_QUALITY, 86]


def main() -> None:
    """Both pictures, into the folder named or docs/pictures."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "pictures"
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        found = in_blender(work)
        cv2.imwrite(str(folder / "blender_layers.jpg"), blender_sheet(work)[..., ::-1], JPEG)
        cv2.imwrite(str(folder / "resolve_layers.jpg"), resolve_sheet(work)[..., ::-1], JPEG)
        sys.stdout.write(f"Blender {found['version']}: {found['status']}; outputs {', '.join(found['outputs'])}\n")


def in_blender(work: Path) -> dict[str, str]:
    """What the add-on makes: the engine's frames and Blender's renders of them."""
    form = {
        "plate": str(PLATES / "a" / "plate.1001.exr"), "source": str(PLATES / "b" / "plate.1001.exr"),
        "out": str(work / "swap.%04d.exr"), "frames": f"{FRAMES[0]}-{FRAMES[1]}x{FRAMES[1] - FRAMES[0]}",
        "cryptomatte": True, "one_file_per_layer": True,
    }  # fmt: skip
    arguments = {"folder": str(work), "form": form, "size": list(SIZE), "frames": list(FRAMES)}
    python = os.environ.get("FSGAN_BLENDER_PYTHON", str(REPOSITORY / ".venv-blender" / "bin" / "python"))
    script = REPOSITORY / "tests" / "blender" / "drive_blender.py"
    done = subprocess.run(
        [python, str(script), "compositor", json.dumps(arguments)], capture_output=True, text=True, check=False,
        env={**os.environ, "FSGAN_ENGINE": str(Path(sys.executable).with_name("fsgan"))},
    )  # fmt: skip
    told = [line for line in done.stdout.splitlines() if line.startswith("FINDINGS: ")]
    if done.returncode or not told:
        raise SystemExit(done.stdout[-2000:] + done.stderr[-2000:])
    found: dict[str, str] = json.loads(told[-1].removeprefix("FINDINGS: "))
    return found


def blender_sheet(work: Path) -> np.ndarray:
    """What Blender rendered: the group's Image, three of its layers, and two people picked from the Cryptomatte."""
    number = FRAMES[1]
    names = {
        "plate": PLATES / "a" / f"plate.{number}.exr", "Image": work / f"comp.{number}.exr",
        "Amount 0.5": work / f"half.{number}.exr", "fsgan_blend": work / f"fsgan_blend.{number}.exr",
        "fsgan_matte": work / f"fsgan_matte.{number}.exr", "Crypto: face": work / f"person01_face.{number}.exr",
        "Crypto: hair": work / f"person01_hair.{number}.exr",
    }  # fmt: skip
    tiles = [tile(path, is_matte="matte" in name or "Crypto" in name) for name, path in names.items()]
    return contact_sheet([tiles], list(names), [str(number)])


def resolve_sheet(work: Path) -> np.ndarray:
    """The outputs of the macro: a file for each, as Fusion's Loaders read them."""
    rows = []
    for number in FRAMES:
        row = [tile(work / f"swap.{number}.exr")]
        row += [
            tile(work / f"swap_{layer}.{number}.exr", is_matte=len(channels) != 3) for layer, channels in LAYERS.items()
        ]
        rows.append(row)
    return contact_sheet(rows, ["Result", *LAYERS], [str(number) for number in FRAMES])


def tile(path: Path, is_matte: bool = False) -> np.ndarray:
    """(190, 190, 3) uint8 of the part of a picture that shows the head; mattes as they are, light as sRGB."""
    picture = oiio.ImageBuf(str(path))
    names = list(picture.spec().channelnames)
    pixels = picture.get_pixels(oiio.FLOAT)
    rgb = np.stack([pixels[..., names.index(name)] for name in "RGB"], axis=2)[CROP]
    rgb = np.clip(cv2.resize(np.ascontiguousarray(rgb), TILE, interpolation=cv2.INTER_AREA), 0, 1)
    shown = rgb if is_matte else np.clip(from_working(rgb.astype(np.float32), SRGB), 0, 1)
    return (shown * 255 + 0.5).astype(np.uint8)


if __name__ == "__main__":
    main()
