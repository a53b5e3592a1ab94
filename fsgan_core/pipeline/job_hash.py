"""One number for everything that decides the pixels of a job: two frames with the same job hash show the same.

The hash stands in the attribute `fsgan/job` of every frame. It is the same for every chunk of a job, on every machine
and for every output, so that a frame is recognised by what it was made from and not by its name or its age.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import fields, is_dataclass
from typing import Any

import fsgan_core
from fsgan_core.errors import PlateError
from fsgan_core.job.matte_settings import MatteSettings
from fsgan_core.job.spec import Pictures
from fsgan_core.pipeline.file_identity import color_identity, file_content, plate_identity
from fsgan_core.shot.plate import Plate
from fsgan_core.shot.sequence_path import SequencePath
from fsgan_core.weights.load import Pack, PackIdentity

RESULT_VERSION = 1
"""Goes up when the same job gives other pixels than before."""

JOB_ATTRIBUTE = "fsgan/job"
"""The EXR attribute that carries the hash."""

# Where things go, who asked, how the work was split, and on what it ran. Weights count by their hash.
_DECIDES_NO_PIXEL = frozenset(
    [
        "out", "host", "consent", "device", "weights",
        "plate_analysis", "source_analysis", "driver_analysis", "pose_analysis", "expression_analysis",
    ]
)  # fmt: skip


def job_hash(job: Any, pack: Pack | PackIdentity) -> str:
    """32 hex digits over the pictures, weights and settings of a job.

    Args:
        job: Any job that writes pictures, with paths of this machine. Pictures and every text that names a sequence
            (mattes) count by their files, a text that names a file (corrections) by its content, the rest as it is.
        pack: The networks, or what their manifest says of them.

    Raises:
        PlateError: A file cannot be looked at.
    """
    made_from = {
        "fsgan": [fsgan_core.__version__, RESULT_VERSION],
        "kind": type(job).__name__,
        "weights": pack.networks_sha256,
        "color": color_identity(),
        "job": {item.name: _of_field(job, item.name) for item in fields(job) if item.name not in _DECIDES_NO_PIXEL},
    }
    return hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()[:32]


def _of_field(job: Any, name: str) -> Any:
    value = getattr(job, name)
    if isinstance(value, Pictures):
        as_plate = getattr(job, f"{name}_to_analyze", None)
        plate = as_plate() if as_plate is not None else Plate(value.path, None, "", value.layer, value.stereo_view)
        return plate_identity(plate)
    if isinstance(value, MatteSettings):
        eye = (job.source if not hasattr(job, "plate") else job.plate).stereo_view
        files = [plate_identity(Plate(path, stereo_view=eye)) for path in value.paths]
        return [files, {item.name: _of_value(getattr(value, item.name)) for item in fields(value)}] if files else []
    if name == "settings" and is_dataclass(value):
        # The frames of a chunk decide which frames are made, not what they show.
        return {item.name: _of_value(getattr(value, item.name)) for item in fields(value) if _decides(item.name)}
    return _of_value(value)


def _decides(setting: str) -> bool:
    return setting != "frames" and setting not in _DECIDES_NO_PIXEL


def _of_value(value: Any) -> Any:
    if isinstance(value, Pictures):
        return plate_identity(Plate(value.path, None, "", value.layer, value.stereo_view))
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: _of_value(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, (list, tuple)):
        return [_of_value(one) for one in value]
    return _of_text(value) if isinstance(value, str) and os.path.splitext(value)[1] else value


def _of_text(text: str) -> Any:
    """A text that may name a file or a sequence."""
    sequence = SequencePath(text)
    if os.path.isfile(text) and not sequence.is_movie:
        try:
            return file_content(text)
        except OSError as error:
            raise PlateError(f"cannot be read: {error.strerror}.", path=text) from error
    return plate_identity(Plate(text)) if sequence.is_pattern or sequence.is_movie else text
