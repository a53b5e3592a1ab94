"""Layered frames to files: names, attributes, channels. The last step of pass 2."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

import fsgan_core
from fsgan_core.color.colorspaces import LINEAR_REC709
from fsgan_core.errors import JobError, PlateError
from fsgan_core.job.consent import check_consent
from fsgan_core.job.reenact_settings import MovedFaceSettings
from fsgan_core.job.settings import SwapSettings
from fsgan_core.job.spec import ExpressionJob, PoseJob, ReenactJob, SwapJob
from fsgan_core.media.abandoned import remove_abandoned
from fsgan_core.media.exr_attribute import AttributeValue
from fsgan_core.media.layer_names import CRYPTOMATTE, FACE, HAIR, MATTE, ST_MAP, layer_path
from fsgan_core.media.network_drive import with_patience
from fsgan_core.media.plate_frame import PictureHeader
from fsgan_core.media.write import check_output_path, write_frame
from fsgan_core.pipeline.finished_frames import frame_problem
from fsgan_core.pipeline.job_hash import JOB_ATTRIBUTE
from fsgan_core.pipeline.layered_frame import LayeredFrame, wanted_layers
from fsgan_core.shot.sequence_path import SequencePath
from fsgan_core.weights.load import Pack

PictureJob = SwapJob | ReenactJob | PoseJob | ExpressionJob
"""A job that writes layered frames."""
CROP_LAYERS = (MATTE, FACE, HAIR)
"""What a moved face has where it lies on no plate: the picture itself is what G_r made."""


class ResultWriter:
    """Writes the frames of one job.

    Args:
        job: Names the output, the layers and how they are stored.
        pack: The weights, named in every file.
        numbers: The frames that will be written.
        digest: The job hash, which tells a finished frame from any other file.

    Raises:
        JobError: The output is no EXR, one file for several frames, or the plate itself; or a layer does not exist.
    """

    def __init__(self, job: PictureJob, pack: Pack, numbers: Sequence[int], digest: str) -> None:
        check_output_path(job.out)
        self._out = SequencePath(job.out)
        self._layers = written_layers(job.settings)
        self._settings = job.settings
        self._attributes: dict[str, AttributeValue] = {
            "fsgan/version": fsgan_core.__version__,
            "fsgan/weights": f"{pack.name} {pack.sha256[:16]}",
            "fsgan/source": os.path.basename(job.source.path),
            "fsgan/synthetic_media": 1,
            "fsgan/device": pack.device,
            JOB_ATTRIBUTE: digest,
        }
        self._attributes |= {f"fsgan/{one.role}": str(one) for one in pack.provided}
        for matte in ("artist_matte", "holdout_matte"):
            if getattr(job.mattes, matte):
                self._attributes[f"fsgan/{matte}"] = os.path.basename(getattr(job.mattes, matte))
        consent = check_consent(job)
        if consent is not None:
            self._attributes["fsgan/consent"] = consent.reference
        self._digest = digest
        self._wrote_one = False
        if len(numbers) > 1 and not self._out.is_pattern:
            raise JobError(
                f"{job.out} is one file, and {len(numbers)} frames are to be written. Name it swap.%04d.exr."
            )
        plate_path = job.plate_to_analyze().sequence.text
        if os.path.abspath(job.out) == os.path.abspath(plate_path):
            raise JobError(f"{job.out} is the plate itself. Name another output.")
        remove_abandoned(self._out.folder)

    def unfinished(self, numbers: Sequence[int]) -> tuple[int, ...]:
        """The frames that are not on disk yet as this very job makes them, every file of them whole."""
        return tuple(number for number in numbers if any(self._problems(number)))

    def _problems(self, number: int) -> Iterator[str]:
        files = result_files(self._out, self._settings, number)
        return (said for path in files if (said := frame_problem(path, self._digest)))

    def write(self, layered: LayeredFrame) -> tuple[int, str]:
        """One frame written, complete or not at all; its number and status.

        Raises:
            OutputError: The disk is full or the folder may not be written to.
        """
        number = layered.plate.number
        path = self._out.at(number)
        header = self._header(layered)
        if self._settings.one_file_per_layer:
            for layer in self._layers:
                # R and G say nothing of an ST map, whose numbers need more than a half.
                bit_depth = "float" if layer == ST_MAP else self._settings.bit_depth
                self._write(layer_path(path, layer), _as_picture(layered.layer_channels(layer)), header, bit_depth)
            if layered.ids is not None:
                self._write(layer_path(path, CRYPTOMATTE), layered.id_channels(), header, "float")
        self._write(path, layered.channels(self._layers), header, self._settings.bit_depth)
        return number, layered.status

    def _write(self, path: str, channels: dict[str, np.ndarray], header: PictureHeader, bit_depth: str) -> None:
        def write() -> None:
            # Once a frame is there, a folder that is missing is a drive that went away.
            write_frame(
                path, channels, header, bit_depth=bit_depth, compression=self._settings.compression,
                make_folder=not self._wrote_one,
            )  # fmt: skip

        with_patience(write)
        self._wrote_one = True

    def _header(self, layered: LayeredFrame) -> PictureHeader:
        """The plate's header and what we have to say; where the numbers were converted, what they mean now."""
        attributes = dict(layered.plate.attributes)
        if layered.linear.is_converted:
            attributes.pop("chromaticities", None)
            attributes["colorInteropID"] = LINEAR_REC709
        attributes |= {**self._attributes, **layered.attributes, "fsgan/status": layered.status}
        if layered.ids is not None:
            attributes |= layered.ids.attributes
        return replace(layered.plate.header, attributes=attributes)


def written_layers(settings: SwapSettings | MovedFaceSettings) -> tuple[str, ...]:
    """The layers of a job's files.

    Raises:
        JobError: A layer does not exist.
    """
    layers = wanted_layers(settings.layers)
    is_crop = isinstance(settings, MovedFaceSettings) and settings.output == "crop"
    return tuple(layer for layer in layers if layer in CROP_LAYERS) if is_crop else layers


def result_files(out: SequencePath, settings: SwapSettings | MovedFaceSettings, number: int) -> list[str]:
    """The files of one frame, the result itself last: where that exists, the frame is complete.

    Raises:
        JobError: A layer does not exist.
    """
    path = out.at(number)
    layers = written_layers(settings) if settings.one_file_per_layer else ()
    return [*(layer_path(path, layer) for layer in layers), path]


def frames_to_write(job: SwapJob, analyzed: Sequence[int]) -> tuple[int, ...]:
    """The frames of the job: all that pass 1 sees, or those asked for.

    Args:
        job: The job.
        analyzed: The frames that pass 1 sees.

    Raises:
        PlateError: A frame asked for is not among them.
    """
    wanted = job.frames_to_write()
    if wanted is None:
        return tuple(analyzed)
    outside = sorted(set(wanted) - set(analyzed))
    if outside:
        raise PlateError(
            f"frame {outside[0]} is to be written and is not one of the plate's frames {analyzed[0]}-{analyzed[-1]}. "
            "Set frames to a range inside the plate.",
            path=job.plate.path,
            frame=outside[0],
        )
    return tuple(wanted)


def _as_picture(channels: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The channels of one layer as R G B, which every host shows: a matte in all three, an ST map in R and G."""
    planes = list(channels.values())
    if len(planes) == 1:
        planes = planes * 3
    elif len(planes) == 2:
        planes = [*planes, np.zeros_like(planes[0])]
    return dict(zip("RGB", planes, strict=True))
