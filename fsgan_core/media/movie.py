"""Writes H.264 movies for a look at a result; the result itself is the EXR sequence."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace
from numpy.typing import NDArray

from fsgan_core.errors import JobError, OutputError
from fsgan_core.media.atomic import complete_or_absent

_CONTAINERS = {".mp4": "mp4", ".mov": "mov"}
# Visually lossless for a preview; faster presets cost twice the size.
_ENCODER_OPTIONS = {"crf": "17", "preset": "medium"}
_BT709 = 1


def write_movie(path: str, frames: Iterable[NDArray[np.uint8]], rate: Fraction | float) -> int:
    """Write pictures as an H.264 movie that every player shows, complete or not at all.

    The frames are taken one at a time. An odd size gets one more column or row, a copy of the last, as H.264 needs.

    Args:
        path: The file, ending in .mp4 or .mov; missing folders are made, an existing file is replaced.
        frames: (H, W, 3) uint8 sRGB, row 0 on top, all of one size, at least one.
        rate: Frames per second.

    Returns:
        The number of frames written.

    Raises:
        JobError: The path is no .mp4 or .mov.
        OutputError: The disk is full, the folder may not be written to, or the encoder fails.
        ValueError: There is no frame, or one differs from the first in size.
    """
    extension = path[path.rfind(".") :].lower()
    if extension not in _CONTAINERS:
        raise JobError(f"{path}: a movie ends in {' or '.join(_CONTAINERS)}.")
    with complete_or_absent(path) as temporary:
        try:
            with av.open(temporary, "w", format=_CONTAINERS[extension]) as container:
                return _encode(container, frames, Fraction(rate).limit_denominator(1001))
        except av.FFmpegError as error:
            if isinstance(error, OSError) and error.errno and error.errno > 0 and error.errno < 200:
                raise OSError(error.errno, error.strerror) from error
            raise OutputError(f"the movie cannot be encoded: {error}.", path=path) from error


def _encode(container: Any, frames: Iterable[NDArray[np.uint8]], rate: Fraction) -> int:
    """All frames through the encoder; their number."""
    stream, shape, count = None, None, 0
    for picture in frames:
        if stream is None:
            shape = picture.shape
            stream = _add_stream(container, shape, rate)
        if picture.shape != shape:
            raise ValueError(f"frame {count} of the movie is {picture.shape}, the first one {shape}")
        for packet in stream.encode(_as_video(picture)):
            container.mux(packet)
        count += 1
    if stream is None:
        raise ValueError("a movie needs at least one frame")
    for packet in stream.encode():
        container.mux(packet)
    return count


def _add_stream(container: Any, shape: tuple[int, ...], rate: Fraction) -> Any:
    """An H.264 stream of even size, marked as Rec.709 video so that every player shows the same colours."""
    stream = container.add_stream("libx264", rate=rate, options=dict(_ENCODER_OPTIONS))
    stream.height, stream.width = (size + size % 2 for size in shape[:2])
    stream.pix_fmt = "yuv420p"
    context = stream.codec_context
    context.color_primaries = context.color_trc = context.colorspace = _BT709
    context.color_range = int(ColorRange.MPEG)
    return stream


def _as_video(picture: NDArray[np.uint8]) -> VideoFrame:
    """A picture as the encoder takes it: even size, 4:2:0, Rec.709."""
    height, width = picture.shape[:2]
    even = np.pad(picture, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    video = VideoFrame.from_ndarray(np.ascontiguousarray(even), format="rgb24")
    return video.reformat(
        format="yuv420p",
        src_colorspace=Colorspace.ITU709,
        dst_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.JPEG,
        dst_color_range=ColorRange.MPEG,
    )
