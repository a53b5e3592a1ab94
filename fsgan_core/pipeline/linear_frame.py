"""A plate frame in the numbers of the result, to be cropped from and pasted into. Between the reader and pass 2."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from fsgan_core.color.non_finite import without_non_finite
from fsgan_core.color.ocio import to_working
from fsgan_core.color.plate_color import PlateColor
from fsgan_core.face.network_input import visible_range
from fsgan_core.geometry.crop_transform import CropTransform
from fsgan_core.geometry.resample import Window, crop_picture
from fsgan_core.media.plate_frame import PlateFrame
from fsgan_core.media.plate_reader import PlateReader
from fsgan_core.pipeline.artist_mattes import ArtistMattes, FrameMattes


@dataclass(frozen=True, eq=False)
class LinearFrame:
    """One frame of a plate.

    Args:
        frame: As read.
        pixels: (H, W, 3) float16 or float32, what the result shows where nothing is swapped: the file's own numbers
            where they are floats, else scene-linear Rec.709.
        color: What the numbers mean.
        mattes: The artist's own mattes of this frame.
    """

    frame: PlateFrame
    pixels: np.ndarray
    color: PlateColor
    mattes: FrameMattes = field(default_factory=FrameMattes)

    @property
    def is_converted(self) -> bool:
        """Whether the result is in another colorspace than the file."""
        return self.color.result != self.color.plate


def read_linear(reader: PlateReader, number: int, mattes: ArtistMattes | None = None) -> LinearFrame:
    """Frame `number` of an open plate, with the artist's mattes of it.

    Raises:
        PlateError: The frame or its matte cannot be read.
        JobError: The plate's colorspace is not known.
    """
    frame = reader.read(number)
    color = PlateColor.of(reader.colorspace, frame.native.dtype)
    own = mattes.read(frame) if mattes is not None else FrameMattes()
    return LinearFrame(frame, color.plate_in_result(frame.native), color, own)


def crop_visible(linear: LinearFrame, transform: CropTransform) -> np.ndarray:
    """A crop as networks can see it, in the working space; black outside the frame.

    Args:
        linear: The frame. NaN counts as black, infinity as white; the frame itself stays as it is.
        transform: Where the crop lies in the frame's array.

    Returns:
        (S, S, 3) float32 scene-linear Rec.709 in [0, 1].
    """
    height, width = linear.pixels.shape[:2]
    # What the resampling reads, and a little more.
    x0, y0, x1, y1 = transform.box
    left, top = min(max(int(x0) - 8, 0), width), min(max(int(y0) - 8, 0), height)
    light = to_working(linear.pixels[top : max(int(y1) + 8, 0), left : max(int(x1) + 8, 0)], linear.color.result)
    # Cut before it is resampled: a highlight of 30 would leave a dark ring around itself.
    return np.clip(crop_picture(visible_range(light), transform.shifted((left, top))), 0, 1)


def light_beyond_visible(linear: LinearFrame, window: Window) -> np.ndarray:
    """The light of a window that no network sees: what is above 1 and below 0, at its own pixels.

    Added to what the networks make of the rest, it keeps highlights and negative values of the plate.

    Args:
        linear: The frame. Infinity counts as the largest half; NaN has none.
        window: x0 y0 x1 y1 px of the frame's array.

    Returns:
        (h, w, 3) float32 scene-linear Rec.709; 0 where the light is in [0, 1].
    """
    x0, y0, x1, y1 = window
    light = without_non_finite(to_working(linear.pixels[y0:y1, x0:x1], linear.color.result))
    return light - np.clip(light, 0, 1)
