"""Opens any plate: the one door through which pictures come in."""

from __future__ import annotations

from fsgan_core.media.movie_reader import MovieReader
from fsgan_core.media.picture_sequence import PictureSequence
from fsgan_core.media.plate_reader import PlateReader
from fsgan_core.shot.plate import Plate


def open_plate(plate: Plate) -> PlateReader:
    """The plate, ready to give one frame at a time.

    `with open_plate(plate) as reader:` then `reader.frames`, `reader.colorspace`, `reader.frame_rate` and
    `reader.read(number)`. Frames of a movie count from 1; a still is the number in its name (`plate.1001.exr`) or 1.

    Raises:
        PlateError: Nothing is there, a frame that was asked for is missing, or the first frame cannot be read.
        JobError: The path names a stereo view and the plate has none.
    """
    return MovieReader(plate) if plate.sequence.is_movie else PictureSequence(plate)
