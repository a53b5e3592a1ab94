"""`fsgan doctor`: everything a swap needs, checked one by one on this machine."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from fsgan_core.cli.reporting import as_fsgan_error
from fsgan_core.errors import EngineError, FsganError, OutputError
from fsgan_core.job.progress import Progress, one_line
from fsgan_core.job.settings import SwapSettings

Check = Callable[[], str]

LIBRARIES = ("torch", "numpy", "scipy", "opencv-python-headless", "OpenImageIO", "av", "safetensors")
FREE_GB = 2.0
"""Less free space than this is worth an error: a 2K shot of 100 frames with all layers is about as large."""


def doctor(
    weights: Annotated[str, typer.Option("--weights", help="Bundled pack, or a folder.")] = SwapSettings.weights,
    device: Annotated[str, typer.Option("--device", metavar="auto|cuda|cpu")] = SwapSettings.device,
) -> None:
    """Check this machine: versions, device, weights, colour, disk, and a swap of one frame."""
    checks: dict[str, Check] = {
        "fsgan": check_python,
        "libraries": check_libraries,
        "device": lambda: check_device(device),
        "weights": lambda: check_weights(weights),
        "colour": check_colour,
        "disk": check_disk,
        "swap": lambda: check_swap(weights, device),
    }
    exit_code = run_checks(checks, Console())
    if exit_code:
        raise typer.Exit(exit_code)


def run_checks(checks: dict[str, Check], console: Console) -> int:
    """Run every check and print a line for each; the exit code of the first that failed, or 0."""
    exit_code = 0
    for name, check in checks.items():
        try:
            sign, said = "ok  ", check()
        except (FsganError, OSError, ImportError, RuntimeError, ValueError) as problem:
            error = as_fsgan_error(problem)
            sign, said = "FAIL", str(error)
            exit_code = exit_code or error.exit_code
        console.print(f"{sign}  {name:<10} {one_line(said)}", markup=False, highlight=False, soft_wrap=True)
    return exit_code


def check_python() -> str:
    """This program, its Python and its system."""
    from fsgan_core import __version__

    return f"{__version__}, Python {platform.python_version()} ({sys.executable}), {platform.platform()}"


def check_libraries() -> str:
    """The versions of what pictures and networks go through.

    Raises:
        EngineError: One is not installed.
    """
    found = []
    for name in LIBRARIES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError as problem:
            raise EngineError(f"{name} is not installed. Run python3 install/bootstrap.py install.") from problem
    return ", ".join(found)


def check_device(device: str) -> str:
    """What the networks will run on.

    Raises:
        EngineError: The device asked for is not there.
    """
    import torch

    from fsgan_core.weights.load import choose_device

    if choose_device(device) == "cuda":
        free, total = (size / 2**30 for size in torch.cuda.mem_get_info())
        return f"{torch.cuda.get_device_name()}, {free:.1f} of {total:.1f} GiB free"
    return f"CPU, {torch.get_num_threads()} threads of {os.cpu_count()} cores"


def check_weights(weights: str) -> str:
    """The pack, every file against its hash.

    Raises:
        WeightsError: It is missing or damaged.
    """
    from fsgan_core.weights.load import pack_digest, pack_folder, verify_pack
    from fsgan_core.weights.manifest import read_manifest

    folder = pack_folder(weights)
    manifest = read_manifest(folder)
    verify_pack(folder, manifest)
    mebibytes = sum((folder / name).stat().st_size for name in manifest.sha256) / 2**20
    return f"{manifest.name} {pack_digest(manifest)[:12]}, {len(manifest.sha256)} files whole, {mebibytes:.1f} MiB"


def check_colour() -> str:
    """The OCIO configuration, and that the engine can get from it to its working space.

    Raises:
        JobError: $OCIO names no configuration, or one without a known linear colorspace.
    """
    from fsgan_core.color.colorspaces import LINEAR_REC709, SRGB, colorspace_names, config_name
    from fsgan_core.color.ocio import check_colorspace

    for needed in (LINEAR_REC709, SRGB):
        check_colorspace(needed)
    origin = "$OCIO" if os.environ.get("OCIO") else "built in"
    return f"{config_name()} ({origin}), {len(colorspace_names())} colorspaces"


def check_disk() -> str:
    """Room in the current folder and in the folder for temporary files.

    Raises:
        OutputError: One of them has next to none.
    """
    said = []
    for folder in dict.fromkeys([os.getcwd(), tempfile.gettempdir()]):
        free_gb = shutil.disk_usage(folder).free / 1e9
        if free_gb < FREE_GB:
            raise OutputError(f"only {free_gb:.1f} GB are free. Free some space.", path=folder)
        said.append(f"{free_gb:.0f} GB free at {folder}")
    return ", ".join(said)


def check_swap(weights: str, device: str) -> str:
    """One frame of the bundled plates, from reading to the EXR.

    Raises:
        FsganError: As of the pipeline.
    """
    from fsgan_core.cli.demo import demo_job
    from fsgan_core.pipeline.swap_shot import swap_shot

    with tempfile.TemporaryDirectory(prefix="fsgan_doctor_") as folder:
        started = time.monotonic()
        settings = SwapSettings(weights=weights, device=device, source_frames="1001")
        statuses = swap_shot(demo_job("a", "b", Path(folder), settings), Progress())
        seconds = time.monotonic() - started
    if list(statuses) != ["swapped"]:
        raise EngineError(f"the bundled plate was not swapped: {dict(statuses)}. Install fsgan again.")
    return f"one frame of the bundled plates, from reading to EXR, in {seconds:.1f} s"
