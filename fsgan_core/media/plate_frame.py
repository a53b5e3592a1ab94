"""One frame of a plate: its pixels untouched, and everything its file says about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fsgan_core.media.exr_attribute import AttributeValue
from fsgan_core.shot.image_window import ImageWindow


@dataclass(frozen=True)
class PictureHeader:
    """What travels with a picture from plate to result.

    Args:
        data_window: Where the pixels are; larger than the display window where there is overscan.
        display_window: Where the format is.
        pixel_aspect: Width of a pixel over its height; 2 for anamorphic.
        attributes: Timecode, camera, production names: name to value, as an EXR stores them.
    """

    data_window: ImageWindow
    display_window: ImageWindow
    pixel_aspect: float = 1.0
    attributes: Mapping[str, AttributeValue] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class PlateFrame:
    """One frame of a plate, row 0 on top.

    Args:
        number: Frame number.
        path: The file it came from.
        native: (H, W, 3) exactly as stored, in the file's colorspace: float16, float32, uint8 or uint16. Read-only.
        alpha: (H, W) as stored, or None where the file has none. Read-only.
        header: Windows, pixel aspect, attributes. H and W are those of the data window.
    """

    number: int
    path: str
    native: NDArray[Any]
    alpha: NDArray[Any] | None
    header: PictureHeader

    @property
    def rgb(self) -> NDArray[np.float32]:
        """(H, W, 3) float32, still in the file's colorspace; whole numbers are scaled so that the largest is 1."""
        return as_unit_float(self.native)

    @property
    def height(self) -> int:
        """Rows of the data window."""
        return int(self.native.shape[0])

    @property
    def width(self) -> int:
        """Columns of the data window."""
        return int(self.native.shape[1])

    @property
    def data_window(self) -> ImageWindow:
        """Where the pixels are."""
        return self.header.data_window

    @property
    def display_window(self) -> ImageWindow:
        """Where the format is."""
        return self.header.display_window

    @property
    def pixel_aspect(self) -> float:
        """Width of a pixel over its height."""
        return self.header.pixel_aspect

    @property
    def attributes(self) -> Mapping[str, AttributeValue]:
        """The header attributes that pass to the result."""
        return self.header.attributes


def as_unit_float(stored: NDArray[Any]) -> NDArray[np.float32]:
    """`stored` as float32: half and float keep their values, uint8 and uint16 are divided by 255 and 65535.

    Args:
        stored: Any shape; float16, float32, uint8 or uint16. A float32 array is returned as it is, not copied.
    """
    values: NDArray[np.float32] = stored.astype(np.float32, copy=False)
    if stored.dtype.kind == "u":
        values /= np.float32(np.iinfo(stored.dtype).max)
    return values
