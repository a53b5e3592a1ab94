"""Reads an artist's mattes: one channel of a sequence, a still or a movie, and what to do on a frame they lack.

A matte is no colour: its numbers are taken as they are stored, whole numbers divided by their largest.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from fsgan_core.errors import PlateError
from fsgan_core.media.movie_reader import MovieReader
from fsgan_core.media.picture import read_channel
from fsgan_core.media.plate_frame import PictureHeader, as_unit_float
from fsgan_core.shot.frame_range import FrameRange
from fsgan_core.shot.image_window import ImageWindow
from fsgan_core.shot.plate import Plate

_MOVIE_CHANNELS = {"": 0, "r": 0, "red": 0, "g": 1, "green": 1, "b": 2, "blue": 2}


@dataclass(frozen=True)
class MatteSource:
    """Where a matte lies and how it is read.

    Args:
        path: Sequence, still or movie.
        channel: A channel of it; "" for alpha, or the first where there is none.
        invert: Whether black means white.
        offset_frames: Frame number of the plate minus that of the matte.
        on_missing: `error`, `ignore` (no matte) or `hold` (the nearest frame).
        stereo_view: The eye that `%V` in the path, or a stereo EXR, shall give.
        word: What messages call it, such as "artist matte".
    """

    path: str
    channel: str = ""
    invert: bool = False
    offset_frames: int = 0
    on_missing: str = "error"
    stereo_view: str = ""
    word: str = "matte"


class MatteReader:
    """An open matte.

    Raises:
        PlateError: Nothing is there, or a movie cannot be opened or has no such channel.
        JobError: The path names a stereo view and there is none.
    """

    def __init__(self, source: MatteSource) -> None:
        self._source = source
        plate = Plate(source.path, stereo_view=source.stereo_view)
        path = plate.sequence
        self._movie: MovieReader | None = None
        self._files: dict[int, str] = {}
        if path.is_movie:
            if source.channel.lower() not in _MOVIE_CHANNELS:
                raise self._error(f"a movie has no channel {source.channel!r}. Choose R, G or B.")
            self._movie = MovieReader(plate)
            self._numbers = np.array(self._movie.frames)
            return
        self._files = path.find_frames()
        if not self._files:
            what = "no frame of this sequence exists" if path.is_pattern else "there is no such file"
            raise self._error(f"{what}. Check the path of the {source.word}.")
        self._numbers = np.array(list(self._files))
        # One still serves every frame; a sequence of one frame does not.
        self._still = not path.is_pattern or path.text in self._files.values()

    def read(self, number: int, display: ImageWindow, data: ImageWindow) -> NDArray[np.float32] | None:
        """The matte of a frame of the plate, on the plate's pixels.

        Args:
            number: The plate's frame.
            display: The plate's display window; the matte must be as large.
            data: The plate's data window: the pixels wanted. Where the matte has none it is 0.

        Returns:
            (H, W) float32 in [0, 1], H and W those of `data`; None where the frame is missing and shall be ignored.

        Raises:
            PlateError: The frame is missing, cannot be read, has another size, or no such channel.
        """
        wanted = self.frame_for(number)
        if wanted is None:
            return None
        values, header = self._read(wanted)
        own = header.display_window
        if (own.width, own.height) != (display.width, display.height):
            raise self._error(
                f"the {self._source.word} is {own.width}x{own.height} and the plate {display.width}x{display.height}. "
                "Render it in the plate's format.",
                wanted,
            )
        clean = np.clip(np.nan_to_num(values, nan=0.0, posinf=1.0, neginf=0.0), 0, 1)
        matte = _on_pixels(clean, header, display, data)
        return 1 - matte if self._source.invert else matte

    def frame_for(self, number: int) -> int | None:
        """The matte's frame for a frame of the plate, by the policy for missing ones; None for no matte.

        Raises:
            PlateError: The frame is missing, and that is an error.
        """
        wanted = number - self._source.offset_frames
        if self._movie is None and self._still:
            return int(self._numbers[0])
        if wanted in self._numbers:
            return wanted
        if self._source.on_missing == "ignore":
            return None
        if self._source.on_missing == "hold":
            return int(self._numbers[np.abs(self._numbers - wanted).argmin()])
        there = str(FrameRange.of(self._numbers.tolist()))[:120]
        raise self._error(
            f"the {self._source.word} has no frame {wanted} for frame {number} of the plate (it has {there}). Render "
            "it, set matte_offset_frames, or set on_missing_matte to ignore or hold.",
            number,
        )

    def close(self) -> None:
        """Let go of the files."""
        if self._movie is not None:
            self._movie.close()

    def __enter__(self) -> MatteReader:
        """The reader itself; leaving the block closes it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close, whatever happened."""
        self.close()

    def _read(self, number: int) -> tuple[NDArray[np.float32], PictureHeader]:
        """One stored frame: (H, W) float32 and its header."""
        if self._movie is not None:
            frame = self._movie.read(number)
            return frame.rgb[..., _MOVIE_CHANNELS[self._source.channel.lower()]], frame.header
        file = self._files[number]
        stored, header = read_channel(file, number, self._source.channel, self._source.stereo_view)
        return as_unit_float(stored), header

    def _error(self, sentence: str, frame: int | None = None) -> PlateError:
        return PlateError(sentence, path=self._source.path, frame=frame)


def _on_pixels(
    values: NDArray[np.float32], header: PictureHeader, display: ImageWindow, data: ImageWindow
) -> NDArray[np.float32]:
    """A matte laid on the pixels of a data window; both formats have their corner at the same place of the picture."""
    left = header.data_window.x0 - header.display_window.x0 - (data.x0 - display.x0)
    top = header.data_window.y0 - header.display_window.y0 - (data.y0 - display.y0)
    height, width = values.shape
    placed = np.zeros((data.height, data.width), np.float32)
    y0, y1 = max(top, 0), min(top + height, data.height)
    x0, x1 = max(left, 0), min(left + width, data.width)
    if y0 < y1 and x0 < x1:
        placed[y0:y1, x0:x1] = values[y0 - top : y1 - top, x0 - left : x1 - left]
    return placed
