"""What the analysis sees of a frame: finite light in [0, 1], and where its pixels lie in the picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from fsgan_core.color.ocio import to_working
from fsgan_core.face.network_input import visible_range
from fsgan_core.media.plate_reader import PlateReader
from fsgan_core.pipeline.frame_stream import stream_frames


@dataclass(frozen=True, eq=False)
class ShotPicture:
    """One frame to look at.

    Attributes:
        number: Frame number.
        rgb: (H, W, 3) float32 scene-linear, made finite and cut to [0, 1]; the plate itself stays as it is.
        pixel_aspect: Width over height of one pixel on a screen.
        origin: x, y of row 0, column 0 in picture px: the data window's corner, seen from the display window's.
    """

    number: int
    rgb: np.ndarray
    pixel_aspect: float
    origin: tuple[int, int]


def stream_pictures(reader: PlateReader, numbers: Sequence[int]) -> Iterator[ShotPicture]:
    """Frames of an open plate as the analysis sees them, in order, the next one read while this one is looked at.

    Args:
        reader: The open plate.
        numbers: Frame numbers, in the order wanted.

    Raises:
        PlateError: A frame cannot be read.
        JobError: The plate's colorspace is not known.
    """

    def read(number: int) -> ShotPicture:
        return read_picture(reader, number)

    return stream_frames(numbers, read, _as_it_is, _as_it_is)


def read_picture(reader: PlateReader, number: int) -> ShotPicture:
    """One frame of an open plate as the analysis sees it."""
    frame = reader.read(number)
    data, display = frame.data_window, frame.display_window
    return ShotPicture(
        number=number,
        rgb=visible_range(to_working(frame.rgb, reader.colorspace)),
        pixel_aspect=frame.pixel_aspect,
        origin=(data.x0 - display.x0, data.y0 - display.y0),
    )


def _as_it_is(picture: ShotPicture) -> ShotPicture:
    return picture
