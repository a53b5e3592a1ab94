"""Reads EXR, PNG, JPEG, TIFF and DPX sequences and stills, one frame at a time."""

from __future__ import annotations

import os
from collections.abc import Mapping
from fractions import Fraction

from fsgan_core.errors import PlateError
from fsgan_core.media.default_colorspace import colorspace_of_picture
from fsgan_core.media.exr_attribute import AttributeValue, ExrAttribute
from fsgan_core.media.network_drive import raise_if_unreachable, with_patience
from fsgan_core.media.picture import read_info, read_picture
from fsgan_core.media.plate_frame import PlateFrame
from fsgan_core.media.plate_reader import PlateReader, choose_frames
from fsgan_core.shot.plate import Plate
from fsgan_core.shot.sequence_path import sequences_in

_PICTURE_EXTENSIONS = frozenset([".exr", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".dpx", ".cin"])


class PictureSequence(PlateReader):
    """A sequence of picture files, or one still.

    Args:
        plate: The plate; the header of its first frame is looked at for colorspace and frame rate.

    Raises:
        PlateError: Nothing is there, frames are missing, or the first one cannot be read.
    """

    def __init__(self, plate: Plate) -> None:
        path = plate.sequence
        try:
            files = path.find_frames()
        except OSError as error:
            raise PlateError(f"{path.folder} cannot be looked into: {error.strerror}.", path=path.text) from error
        if not files:
            raise _nothing_there(plate)
        frames = choose_frames(plate, files)
        self._files = {number: files[number] for number in frames}
        first = self._files[frames[0]]
        info = read_info(first, plate.layer, plate.stereo_view)
        colorspace = plate.colorspace or colorspace_of_picture(info, first)
        super().__init__(plate, frames, colorspace, _frame_rate(info.header.attributes))

    def read(self, number: int) -> PlateFrame:
        """Frame `number`, decoded from its file; a drive that went away is waited for."""
        path = self.file_of(number)

        def read() -> PlateFrame:
            try:
                return read_picture(path, number, self.plate.layer, self.plate.stereo_view)
            except PlateError as error:
                raise_if_unreachable(path, error)
                raise

        return with_patience(read)

    def file_of(self, number: int) -> str:
        """The file of frame `number`."""
        self._check_number(number)
        return self._files[number]


def _frame_rate(attributes: Mapping[str, AttributeValue]) -> Fraction | None:
    """Frames per second, under the name that EXR gives it or the one that OpenImageIO writes."""
    stored = attributes.get("framesPerSecond", attributes.get("FramesPerSecond"))
    try:
        value = stored.value if isinstance(stored, ExrAttribute) else stored
    except ValueError:  # a rate of 24/0 says as little as none
        return None
    if not isinstance(value, (Fraction, int, float)) or value <= 0:
        return None
    return Fraction(value).limit_denominator(1001)


def _nothing_there(plate: Plate) -> PlateError:
    """The error for a path without files, with the sequences that lie in its folder."""
    path = plate.sequence
    is_folder = os.path.isdir(path.text)
    nearby = sequences_in(path.text if is_folder else path.folder, _PICTURE_EXTENSIONS)[:5]
    advice = f"Did you mean {' or '.join(nearby)}?" if nearby else "Check the path."
    what = "no frame of this sequence exists" if path.is_pattern else "no such file"
    return PlateError(f"{'is a folder' if is_folder else what}. {advice}", path=path.text)
