"""Reads one picture file through OpenImageIO: stored pixels, windows and attributes, nothing converted."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import OpenImageIO as oiio  # noqa: N813
from numpy.typing import NDArray

from fsgan_core.errors import PlateError
from fsgan_core.media.exr_header import ExrPart, read_exr_headers
from fsgan_core.media.exr_layers import ChannelChoice, PartChannels, choose_channel, choose_channels
from fsgan_core.media.limits import MOST_PARTS, check_picture_size
from fsgan_core.media.picture_metadata import attributes_of_spec
from fsgan_core.media.plate_frame import PictureHeader, PlateFrame
from fsgan_core.shot.image_window import ImageWindow

# The stored types that stay as they are; any other (double, 32-bit integer) is read as float.
_NATIVE_TYPES = {"half": oiio.HALF, "float": oiio.FLOAT, "uint8": oiio.UINT8, "uint16": oiio.UINT16}


@dataclass(frozen=True)
class PictureInfo:
    """What a picture file says before its pixels are decoded.

    Args:
        file_format: `openexr`, `png`, `jpeg`, `tiff`, `dpx`, ...
        pixel_type: `half`, `float`, `uint8` or `uint16`: the type of the stored R G B.
        transfer: What OpenImageIO makes of the file's own colour metadata; "" where it says nothing.
        header: Windows, pixel aspect, attributes.
    """

    file_format: str
    pixel_type: str
    transfer: str
    header: PictureHeader


def read_info(path: str, layer: str = "", stereo_view: str = "") -> PictureInfo:
    """The header of a picture file, for the layer and view that `read_picture` would read.

    Raises:
        PlateError: As `read_picture`, except for damage to the pixels.
    """
    with opened_picture(path) as picture:
        return _info(path, picture, *_select(path, picture, layer, stereo_view))


def read_picture(path: str, number: int, layer: str = "", stereo_view: str = "") -> PlateFrame:
    """One picture, its R G B (and A) exactly as stored.

    A grey picture gives the same values three times. A picture that a camera marked as lying on its side is turned
    upright. Colour that is stored multiplied by alpha stays so, and colour that is not stays so too.

    Args:
        path: The file.
        number: The frame number that the result carries.
        layer: EXR layer or part; "" is the main R G B.
        stereo_view: The eye of a stereo EXR; "" is the first one.

    Raises:
        PlateError: The file is missing, empty, cut off, damaged, of an unknown kind, without R G B, or has no such
            layer or view.
    """
    with opened_picture(path, number) as picture:
        choice, parts = _select(path, picture, layer, stereo_view)
        info = _info(path, picture, choice, parts)
        rgb = read_channels(picture, choice.part, choice.rgb)
        alpha = read_channels(picture, choice.part, (choice.alpha,)) if choice.alpha is not None else None
        turn = 1 if info.file_format == "openexr" else picture.spec().get_int_attribute("Orientation", 1)
    rgb = _upright(rgb, turn)
    alpha = _upright(alpha, turn)[..., 0] if alpha is not None else None
    for array in (rgb, alpha):
        if array is not None:
            array.flags.writeable = False
    return PlateFrame(number, path, rgb, alpha, info.header)


def read_channel(
    path: str, number: int, channel: str = "", stereo_view: str = ""
) -> tuple[NDArray[Any], PictureHeader]:
    """One channel of a picture file exactly as stored, and the picture's header: what mattes are read with.

    Args:
        path: The file.
        number: The frame number, for messages.
        channel: Its name; "" is alpha, or the first channel where there is none.
        stereo_view: The eye of a stereo EXR; "" is the first one.

    Returns:
        (H, W) float16, float32, uint8 or uint16, upright; and the windows, pixel aspect and attributes.

    Raises:
        PlateError: The file is missing, empty, damaged, of an unknown kind, or has no such channel or view.
    """
    with opened_picture(path, number) as picture:
        parts, headers = _parts_of(path, picture)
        part, index = choose_channel(parts, channel, stereo_view, path)
        picture.seek_subimage(part, 0)
        header = _info(path, picture, ChannelChoice(part, "", "", (index, index, index), None), headers).header
        pixels = read_channels(picture, part, (index,))
        turn = 1 if headers else picture.spec().get_int_attribute("Orientation", 1)
    return _upright(pixels, turn)[..., 0], header


def stream_rows(path: str, rows: int = 256) -> Iterator[tuple[tuple[str, ...], NDArray[np.float32]]]:
    """Every channel of the first part of a picture, some rows at a time: what a check of the whole file looks at.

    Args:
        path: The file.
        rows: How many rows exist at once.

    Yields:
        Channel names, and (rows or fewer, W, C) float32, which holds halves and floats exactly.

    Raises:
        PlateError: As `read_picture`.
    """
    with opened_picture(path) as picture:
        spec = picture.spec()
        names = tuple(spec.channelnames)
        for start in range(spec.y, spec.y + spec.height, rows):
            end = min(start + rows, spec.y + spec.height)
            block = picture.read_scanlines(0, 0, start, end, 0, 0, spec.nchannels, oiio.FLOAT)
            if block is None or picture.has_error:
                raise _ReadFailed(_sentence(picture.geterror))
            yield names, np.asarray(block).reshape(end - start, spec.width, spec.nchannels)


@contextmanager
def opened_picture(path: str, number: int | None = None) -> Iterator[oiio.ImageInput]:
    """The open file; every failure inside becomes a PlateError that names file and frame."""
    try:
        if os.stat(path).st_size == 0:
            raise PlateError("is empty (0 bytes). Render or copy it again.", path=path, frame=number)
        with open(path, "rb"):
            pass
    except OSError as error:
        raise PlateError(f"cannot be read: {error.strerror}.", path=path, frame=number) from error
    hints = oiio.ImageSpec()
    hints.attribute("oiio:UnassociatedAlpha", 1)  # else PNG and TIFF colour would be multiplied by alpha
    picture = oiio.ImageInput.open(path, hints)
    if picture is None:
        raise PlateError(f"cannot be read as a picture: {_sentence(oiio.geterror)}", path=path, frame=number)
    try:
        _check_size(picture, path)
        yield picture
    except _ReadFailed as error:
        raise PlateError(f"is cut off or damaged: {error} Render or copy it again.", path=path, frame=number) from error
    except UnicodeDecodeError as error:
        raise PlateError(
            "has a damaged header: a name in it is no text. Render it again.", path=path, frame=number
        ) from error
    except PlateError as error:
        error.frame = number if error.frame is None else error.frame
        raise
    finally:
        picture.close()


def _check_size(picture: oiio.ImageInput, path: str) -> None:
    """Refuse a picture of which any part claims more than can be worked on."""
    if picture.has_error:  # opened all the same
        raise _ReadFailed(_sentence(picture.geterror))
    part = 0
    while picture.seek_subimage(part, 0):
        spec = picture.spec()
        check_picture_size(spec.width, spec.height, spec.nchannels, path)
        part += 1
        if part > MOST_PARTS:
            raise PlateError(f"has more than {MOST_PARTS} parts. Check the file.", path=path)
    _sentence(picture.geterror)  # that there are no more parts is no failure
    picture.seek_subimage(0, 0)


class _ReadFailed(Exception):
    """OpenImageIO could not decode the pixels; carries its words."""


def _select(
    path: str, picture: oiio.ImageInput, layer: str, stereo_view: str
) -> tuple[ChannelChoice, tuple[ExrPart, ...]]:
    """The channels to read, and the raw headers of all parts; no headers where the file is no EXR."""
    parts, headers = _parts_of(path, picture)
    choice = choose_channels(parts, layer, stereo_view, path)
    picture.seek_subimage(choice.part, 0)
    return choice, headers


def _parts_of(path: str, picture: oiio.ImageInput) -> tuple[list[PartChannels], tuple[ExrPart, ...]]:
    """What every part holds, and the raw headers of all parts; no headers where the file is no EXR."""
    is_exr = picture.format_name() == "openexr"
    headers = read_exr_headers(path) if is_exr else ()
    parts: list[PartChannels] = []
    while picture.seek_subimage(len(parts), 0):
        names = tuple(picture.spec().channelnames)
        if not is_exr:  # the pages of a TIFF and the frames of a GIF are no layers
            parts.append(PartChannels(names))
            break
        part = headers[len(parts)]
        views = part.value_of("multiView")
        parts.append(
            PartChannels(
                channels=names,
                part_name=str(part.value_of("name") or "") if len(headers) > 1 else "",
                stereo_view=str(part.value_of("view") or ""),
                views=views if isinstance(views, tuple) else (),
            )
        )
    return parts, headers


def _info(path: str, picture: oiio.ImageInput, choice: ChannelChoice, parts: tuple[ExrPart, ...]) -> PictureInfo:
    spec = picture.spec()
    header = PictureHeader(
        data_window=ImageWindow(spec.x, spec.y, spec.x + spec.width, spec.y + spec.height),
        display_window=ImageWindow(
            spec.full_x, spec.full_y, spec.full_x + spec.full_width, spec.full_y + spec.full_height
        ),
        pixel_aspect=float(spec.get_float_attribute("PixelAspectRatio", 1.0)) or 1.0,
        attributes=parts[choice.part].kept_attributes if parts else attributes_of_spec(spec),
    )
    if not parts and spec.get_int_attribute("Orientation", 1) >= 5:
        size = ImageWindow.of_size(spec.height, spec.width)
        header = PictureHeader(size, size, 1.0 / header.pixel_aspect, header.attributes)
    kinds = {str(spec.channelformat(index)) for index in choice.rgb}
    kind = kinds.pop() if len(kinds) == 1 else "float"
    return PictureInfo(
        picture.format_name(),
        kind if kind in _NATIVE_TYPES else "float",
        spec.get_string_attribute("oiio:ColorSpace"),
        header,
    )


def read_channels(picture: oiio.ImageInput, part: int, channels: tuple[int, ...]) -> NDArray[Any]:
    """(H, W, len(channels)) of the given channel indices, in their stored type."""
    spec = picture.spec()
    kinds = {str(spec.channelformat(index)) for index in channels}
    kind = _NATIVE_TYPES.get(kinds.pop(), oiio.FLOAT) if len(kinds) == 1 else oiio.FLOAT
    first, end = min(channels), max(channels) + 1
    pixels = picture.read_image(part, 0, first, end, kind)
    if pixels is None or picture.has_error:
        raise _ReadFailed(_sentence(picture.geterror))
    pixels = pixels.reshape(spec.height, spec.width, end - first)
    if channels == tuple(range(first, end)):
        return pixels
    return np.ascontiguousarray(pixels[..., [index - first for index in channels]])


def _upright(pixels: NDArray[Any], orientation: int) -> NDArray[Any]:
    """`pixels` turned as the Exif orientation (1 to 8) asks."""
    turned = {
        2: lambda: pixels[:, ::-1],
        3: lambda: pixels[::-1, ::-1],
        4: lambda: pixels[::-1],
        5: lambda: pixels.swapaxes(0, 1),
        6: lambda: pixels[::-1].swapaxes(0, 1),
        7: lambda: pixels[::-1, ::-1].swapaxes(0, 1),
        8: lambda: pixels[:, ::-1].swapaxes(0, 1),
    }.get(orientation)
    return pixels if turned is None else np.ascontiguousarray(turned())


def _sentence(last_error: Callable[[], str]) -> str:
    """OpenImageIO's words as one line with a full stop; it may quote bytes of a damaged file, which are no text."""
    try:
        words = last_error()
    except UnicodeDecodeError as error:
        words = error.object.decode("utf-8", "replace")
    line = " ".join(words.split()).rstrip(".")
    return f"{line or 'unknown reason'}."
