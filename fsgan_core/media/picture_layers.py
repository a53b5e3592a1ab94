"""The layers of a picture file, as a viewer lists them, and one of them exactly as stored.

Passes 1 and 2 read R G B through `picture`; here are mattes, ST maps and every other layer as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import OpenImageIO as oiio  # noqa: N813
from numpy.typing import NDArray

from fsgan_core.errors import PlateError
from fsgan_core.media.exr_header import ExrPart, read_exr_headers
from fsgan_core.media.exr_scanlines import read_few_channels
from fsgan_core.media.layer_names import LAYER_CHANNELS
from fsgan_core.media.picture import opened_picture, read_channels
from fsgan_core.shot.image_window import ImageWindow

MAIN_LAYER = ""
"""The name of the layer that holds the main R G B A."""
_ORDER = {name: place for place, name in enumerate(("R", "G", "B", "A", "X", "Y", "Z", "U", "V"))}
_COLOUR_WORDS = {"red": "R", "green": "G", "blue": "B", "alpha": "A", "r": "R", "g": "G", "b": "B", "a": "A"}


@dataclass(frozen=True)
class PictureLayer:
    """One layer of a file.

    Args:
        name: Such as `fsgan_blend`, or the name of a part; MAIN_LAYER for the main R G B A.
        channels: Its channels without the layer's name, colours first: `("R", "G", "B")`.
        part: The part of the file that holds it.
        indices: Where the channels stand in that part.
    """

    name: str
    channels: tuple[str, ...]
    part: int = 0
    indices: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class LayerPicture:
    """One layer of one frame.

    Args:
        layer: Which.
        layers: Names of all layers of the file, in the order of `layers_of`.
        pixels: (H, W, C) as stored, float16, float32, uint8 or uint16, row 0 on top. Read-only.
        data_window: Where the pixels are.
        display_window: Where the format is.
        pixel_aspect: Width of a pixel over its height.
        status: What the engine says of the frame (`swapped`, `held`, `no_face`); "" where the file says nothing.
    """

    layer: PictureLayer
    layers: tuple[str, ...]
    pixels: NDArray[Any]
    data_window: ImageWindow
    display_window: ImageWindow
    pixel_aspect: float = 1.0
    status: str = ""


def read_layer(path: str, number: int, name: str = MAIN_LAYER) -> LayerPicture:
    """One layer of a picture file.

    Args:
        path: The file.
        number: Its frame number, for messages.
        name: One of `layers_of`.

    Raises:
        PlateError: The file is missing, empty, cut off or damaged, or has no such layer; the message lists what it has.
    """
    with opened_picture(path, number) as picture:
        headers = read_exr_headers(path) if picture.format_name() == "openexr" else ()
        layers = _layers(picture, headers)
        layer = next((layer for layer in layers if layer.name == name), None)
        if layer is None:
            raise PlateError(f"has no layer {name or 'R G B'}. It has: {_listed(layers)}.", path=path, frame=number)
        picture.seek_subimage(layer.part, 0)
        spec = picture.spec()
        names = [spec.channelnames[index] for index in layer.indices]
        quick = read_few_channels(path, headers[0], names) if len(headers) == 1 else None
        pixels = quick if quick is not None else read_channels(picture, layer.part, layer.indices)
        display = (spec.full_x, spec.full_y, spec.full_x + spec.full_width, spec.full_y + spec.full_height)
        status = headers[layer.part].value_of("fsgan/status") if headers else None
        aspect = float(spec.get_float_attribute("PixelAspectRatio", 1.0)) or 1.0
        data = ImageWindow(spec.x, spec.y, spec.x + spec.width, spec.y + spec.height)
    pixels.flags.writeable = False
    listed = tuple(layer.name for layer in layers)
    return LayerPicture(layer, listed, pixels, data, ImageWindow(*display), aspect, str(status or ""))


def layers_of(path: str) -> tuple[PictureLayer, ...]:
    """The layers of a picture file: the main one, those of the engine in the order of the method, then all others.

    Raises:
        PlateError: The file is missing or its header damaged.
    """
    with opened_picture(path) as picture:
        headers = read_exr_headers(path) if picture.format_name() == "openexr" else ()
        return _layers(picture, headers)


def read_status(path: str) -> str:
    """What the engine says of a frame that it wrote, from the header alone; "" where the file says nothing.

    Raises:
        PlateError: The file is no EXR, or its header is damaged.
    """
    return str(read_exr_headers(path)[0].value_of("fsgan/status") or "")


def _layers(picture: oiio.ImageInput, headers: Sequence[ExrPart]) -> tuple[PictureLayer, ...]:
    found: list[PictureLayer] = []
    for part in range(max(len(headers), 1)):
        picture.seek_subimage(part, 0)
        part_name = str(headers[part].value_of("name") or "") if len(headers) > 1 else ""
        found.extend(_layers_of_part(part, part_name, tuple(picture.spec().channelnames)))
    engine_order = {name: place for place, name in enumerate((MAIN_LAYER, *LAYER_CHANNELS))}
    return tuple(sorted(found, key=lambda layer: engine_order.get(layer.name, len(engine_order))))


def _layers_of_part(part: int, part_name: str, names: tuple[str, ...]) -> Iterator[PictureLayer]:
    """The layers of one part; its bare channels are the main layer, or the part itself where it is not the first."""
    groups: dict[str, list[tuple[str, int]]] = {}
    for index, full_name in enumerate(names):
        layer, _, channel = full_name.rpartition(".")
        if not layer and channel.lower() not in _COLOUR_WORDS and channel.upper() != "Y":
            layer = channel  # Z, or the lone channel of an id pass: a layer of its own
        if part > 0 and part_name and not layer.startswith(part_name):
            layer = f"{part_name}.{layer}" if layer and layer != channel else part_name
        groups.setdefault(layer, []).append((_COLOUR_WORDS.get(channel.lower(), channel), index))
    for layer, members in groups.items():
        ordered = sorted(members, key=lambda member: (_ORDER.get(member[0], len(_ORDER)), member[1]))
        channels, indices = zip(*ordered, strict=True)
        yield PictureLayer(layer, tuple(channels), part, tuple(indices))


def _listed(layers: Sequence[PictureLayer]) -> str:
    return ", ".join(layer.name or "R G B" for layer in layers)
