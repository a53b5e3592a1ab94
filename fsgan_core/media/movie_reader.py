"""Reads movies through PyAV: any frame by number, a broken one reported by its number and never guessed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, Interpolation
from numpy.typing import NDArray

from fsgan_core.errors import PlateError
from fsgan_core.media.default_colorspace import colorspace_of_movie
from fsgan_core.media.exr_attribute import AttributeValue
from fsgan_core.media.limits import MOST_MOVIE_FRAMES, check_picture_size
from fsgan_core.media.plate_frame import PictureHeader, PlateFrame
from fsgan_core.media.plate_reader import PlateReader, choose_frames
from fsgan_core.media.timecode import timecode_attribute
from fsgan_core.shot.image_window import ImageWindow
from fsgan_core.shot.plate import Plate

# BITEXACT: the same RGB on every machine; the rest: chroma interpolated, not repeated.
_CONVERSION = (
    Interpolation.BICUBIC
    | Interpolation.FULL_CHR_H_INT
    | Interpolation.FULL_CHR_H_INP
    | Interpolation.ACCURATE_RND
    | Interpolation.BITEXACT
)
_STANDARD_DEFINITION_ROWS = 576
# AVColorSpace (ISO 23001-8) to the matrices that the converter has.
_MATRICES = {
    1: Colorspace.ITU709,
    4: Colorspace.FCC,
    5: Colorspace.ITU601,
    6: Colorspace.ITU601,
    7: Colorspace.SMPTE240M,
    9: Colorspace.BT2020,
    10: Colorspace.BT2020,
}


class MovieReader(PlateReader):
    """A movie; its frames count from 1 in the order they are shown.

    Frames one after another are decoded once; a jump seeks to the key frame before.

    Args:
        plate: The plate; its path is a movie file.

    Raises:
        PlateError: The file is missing, empty, no movie, holds no picture, or lacks frames that were asked for.
    """

    def __init__(self, plate: Plate) -> None:
        self._path = plate.sequence.text
        self._container, self._stream = _open_movie(self._path)
        try:
            self._times, self._key_times = _index(self._container, self._stream, self._path)
            frames = choose_frames(plate, range(1, len(self._times) + 1))
            transfer = int(self._stream.codec_context.color_trc or 0)
            colorspace = plate.colorspace or colorspace_of_movie(transfer, self._path)
        except BaseException:
            self._container.close()
            raise
        rate = self._stream.average_rate
        super().__init__(plate, frames, colorspace, Fraction(rate) if rate else None)
        self._decoder: Iterator[VideoFrame] | None = None
        self._next_time: int | None = None

    def read(self, number: int) -> PlateFrame:
        """Frame `number`; after an error the frames behind the next key frame can still be read."""
        self._check_number(number)
        time = self._times[number - 1]
        try:
            picture = self._decode(number, time)
        except (av.FFmpegError, EOFError) as error:
            self._decoder = None
            raise self._broken(number, str(error)) from error
        if picture is None or picture.is_corrupt:
            self._decoder = None
            raise self._broken(number, "its packet is damaged")
        pixels = _to_rgb(picture)
        pixels.flags.writeable = False
        return PlateFrame(number, self._path, pixels, None, self._header(number, pixels))

    def file_of(self, number: int) -> str:
        """The movie, whatever the frame."""
        self._check_number(number)
        return self._path

    def close(self) -> None:
        """Close the movie file."""
        self._decoder = None
        self._container.close()

    def _decode(self, number: int, time: int) -> VideoFrame | None:
        """The frame shown at `time`, None where the decoder skipped it."""
        if self._decoder is None or self._next_time != time:
            self._seek(max((key for key in self._key_times if key <= time), default=self._times[0]))
        for attempt in ("from the key frame", "from the start"):
            assert self._decoder is not None
            for picture in self._decoder:
                if picture.pts == time:
                    self._next_time = self._times[number] if number < len(self._times) else None
                    return picture
                if picture.pts is not None and picture.pts > time:
                    break
            if attempt == "from the key frame":  # some containers land behind the frame that was sought
                self._seek(self._times[0])
        return None

    def _seek(self, time: int) -> None:
        self._container.seek(time, stream=self._stream, backward=True)
        self._decoder = self._container.decode(self._stream)

    def _broken(self, number: int, why: str) -> PlateError:
        return PlateError(
            f"frame {number} cannot be decoded ({why}). Export the movie again, or leave the frame out of frames.",
            path=self._path,
            frame=number,
        )

    def _header(self, number: int, pixels: NDArray[Any]) -> PictureHeader:
        window = ImageWindow.of_size(pixels.shape[1], pixels.shape[0])
        aspect = float(self._stream.sample_aspect_ratio or 1.0) or 1.0
        attributes: dict[str, AttributeValue] = {}
        if self.frame_rate is not None:
            attributes["framesPerSecond"] = self.frame_rate
            start = self._stream.metadata.get("timecode") or self._container.metadata.get("timecode")
            if start:
                attributes["timeCode"] = timecode_attribute(start, number - 1, self.frame_rate)
        return PictureHeader(window, window, aspect, attributes)


def _open_movie(path: str) -> tuple[av.container.InputContainer, av.VideoStream]:
    """The open file and its first picture stream."""
    try:
        if os.stat(path).st_size == 0:
            raise PlateError("is empty (0 bytes). Export or copy it again.", path=path)
        container = av.open(path, metadata_errors="replace")
    except av.FFmpegError as error:
        raise PlateError(f"cannot be read as a movie: {error.strerror}. Export it again.", path=path) from error
    except OSError as error:
        raise PlateError(f"cannot be read: {error.strerror}.", path=path) from error
    if not container.streams.video:
        container.close()
        raise PlateError("holds no picture, only sound. Name the movie with the picture.", path=path)
    stream = container.streams.video[0]
    try:
        if stream.codec_context is None:
            raise PlateError("has pictures of a kind that cannot be decoded. Export it again.", path=path)
        check_picture_size(stream.codec_context.width, stream.codec_context.height, 3, path)
    except PlateError:
        container.close()
        raise
    stream.thread_type = "AUTO"
    return container, stream


def _index(container: av.container.InputContainer, stream: av.VideoStream, path: str) -> tuple[list[int], list[int]]:
    """The times of all frames and of the key frames, ascending, without decoding anything."""
    times, key_times = set(), []
    try:
        for packet in container.demux(stream):
            time = packet.pts if packet.pts is not None else packet.dts
            if packet.size == 0 or packet.is_discard or time is None:
                continue
            times.add(time)
            if len(times) > MOST_MOVIE_FRAMES:
                raise PlateError(f"has more than {MOST_MOVIE_FRAMES:,} frames. Cut it into shots.", path=path)
            if packet.is_keyframe:
                key_times.append(time)
    except av.FFmpegError as error:
        raise PlateError(f"is cut off or damaged: {error.strerror}. Export it again.", path=path) from error
    if not times:
        raise PlateError("holds no frame. Export it again.", path=path)
    return sorted(times), sorted(key_times)


def _to_rgb(picture: VideoFrame) -> NDArray[Any]:
    """(H, W, 3) uint8, or uint16 where the movie has more than 8 bits, upright."""
    deep = any(component.bits > 8 for component in picture.format.components)
    standard = Colorspace.ITU601 if picture.height <= _STANDARD_DEFINITION_ROWS else Colorspace.ITU709
    converted = picture.reformat(
        format="rgb48le" if deep else "rgb24",
        src_colorspace=_MATRICES.get(int(picture.colorspace), standard),
        src_color_range=_range_of(picture),
        dst_color_range=ColorRange.JPEG,
        interpolation=_CONVERSION,
    )
    turns = round(picture.rotation / 90) % 4
    pixels = np.asarray(converted.to_ndarray())
    return np.ascontiguousarray(np.rot90(pixels, turns)) if turns else pixels


def _range_of(picture: VideoFrame) -> ColorRange:
    """Full range where the movie says so or its pixel format does (yuvj, RGB), else the limited one of video."""
    if int(picture.color_range) == int(ColorRange.JPEG) or picture.format.name.startswith(
        ("yuvj", "rgb", "bgr", "gbr")
    ):
        return ColorRange.JPEG
    return ColorRange.MPEG
