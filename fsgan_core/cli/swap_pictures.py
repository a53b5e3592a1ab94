"""Pictures of a swap for people: a movie with the plate beside the result, and a contact sheet of every stage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np

from fsgan_core.color.colorspaces import SRGB
from fsgan_core.color.network_encoding import network_to_linear
from fsgan_core.color.ocio import from_working, to_working
from fsgan_core.evaluation.contact_sheet import contact_sheet, side_by_side
from fsgan_core.face.face_analysis import FaceAnalysis
from fsgan_core.geometry.resample import crop_picture
from fsgan_core.job.spec import SwapJob
from fsgan_core.media.layer_names import BLEND, FACE, INPAINT, INVENTED, MATTE, REENACT
from fsgan_core.media.movie import write_movie
from fsgan_core.media.plate_reader import PlateReader
from fsgan_core.media.read import open_plate
from fsgan_core.media.still import write_png
from fsgan_core.pipeline.layered_frame import LayeredFrame
from fsgan_core.pipeline.linear_frame import read_linear
from fsgan_core.pipeline.swap_shot import FaceSwapper, swap_or_pass
from fsgan_core.shot.frame_range import FrameRange
from fsgan_core.shot.plate import Plate

_PICTURES = {"reenact": REENACT, "inpaint": INPAINT, "blend": BLEND}
_MATTES = {"face": FACE, "matte": MATTE, "invented": INVENTED}
COLUMNS = ("plate", "source", "face", "reenact", "inpaint", "invented", "blend", "matte", "result")
RATE_WHERE_UNKNOWN = Fraction(24)


def write_comparison(job: SwapJob, frames: Sequence[int], path: str) -> None:
    """Write the movie plate | result of frames that have been swapped.

    Raises:
        PlateError: A frame of the plate or the result cannot be read.
        OutputError: The movie cannot be written.
    """
    result = Plate(job.out, FrameRange.of(frames))
    with open_plate(job.plate_to_analyze()) as plate_reader, open_plate(result) as result_reader:
        pairs = (
            side_by_side([_display_frame(plate_reader, number), _display_frame(result_reader, number)], _NAMES)
            for number in frames
        )
        write_movie(path, pairs, plate_reader.frame_rate or RATE_WHERE_UNKNOWN)


def write_stage_sheet(
    job: SwapJob, face: FaceAnalysis, swapper: FaceSwapper, frames: Sequence[int], path: str
) -> None:
    """Write a PNG with a row of all stages for each of some frames that show the face.

    Args:
        job: What was swapped.
        face: The plate's face.
        swapper: What makes the stages.
        frames: Numbers of the rows.
        path: The PNG.

    Raises:
        PlateError: A frame of the plate cannot be read.
        OutputError: The PNG cannot be written.
    """
    with open_plate(job.plate_to_analyze()) as reader:
        rows = [list(_row(reader, number, face, swapper)) for number in frames]
    write_png(path, contact_sheet(rows, COLUMNS, [str(number) for number in frames]))


def spread(numbers: Sequence[int], count: int) -> list[int]:
    """At most `count` of the numbers, evenly spread, first and last included."""
    positions = np.linspace(0, len(numbers) - 1, min(count, len(numbers))).round().astype(int)
    return [int(numbers[position]) for position in positions]


_NAMES = ("plate", "result")


def _row(reader: PlateReader, number: int, face: FaceAnalysis, swapper: FaceSwapper) -> Iterator[np.ndarray]:
    """The tiles of one frame, in the order of COLUMNS."""
    linear = read_linear(reader, number)
    at = face.at(number)
    assert at is not None
    layered = swap_or_pass(linear, face, swapper)
    nearest = swapper.source.views[swapper.source.query(at.pose).indices[0]]
    for column in COLUMNS:
        if column == "source":
            yield _as_display(network_to_linear(nearest.picture))
        elif column in _MATTES:
            matte = crop_picture(_stacked(layered, _MATTES[column]), at.crop)
            yield _eight_bit(np.repeat(matte, 3, axis=2))
        else:
            picture = linear.pixels if column == "plate" else _stacked(layered, _PICTURES.get(column, ""))
            yield _as_display(to_working(crop_picture(picture.astype(np.float32), at.crop), linear.color.result))


def _stacked(layered: LayeredFrame, layer: str) -> np.ndarray:
    """(H, W, C) float32 of a layer, or of the result for ""."""
    channels = layered.layer_channels(layer) if layer else layered.channels(())
    names = [name for name in channels if layer or name in "RGB"]
    return np.stack([channels[name].astype(np.float32) for name in names], axis=2)


def _display_frame(reader: PlateReader, number: int) -> np.ndarray:
    return _as_display(to_working(reader.read(number).native, reader.colorspace))


def _as_display(linear: np.ndarray) -> np.ndarray:
    """(H, W, 3) scene-linear light as uint8 sRGB; brighter than white is white."""
    return _eight_bit(from_working(np.clip(linear.astype(np.float32), 0, 1), SRGB))


def _eight_bit(unit: np.ndarray) -> np.ndarray:
    return np.nan_to_num(np.clip(unit, 0, 1) * 255 + 0.5).astype(np.uint8)
