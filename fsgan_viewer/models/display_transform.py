"""Stored pixels to the 8 bits of a screen: exposure, the OCIO view, gamma, one channel or all.

Where a view treats red, green and blue alike and each by itself, as an sRGB screen does, it becomes one table over all
half floats: some milliseconds a frame. Every other view goes through OCIO itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import OpenImageIO as oiio  # noqa: N813
from numpy.typing import NDArray

from fsgan_core.color.colorspaces import LINEAR_REC709, config_name, find_colorspace
from fsgan_core.color.ocio import to_working
from fsgan_core.errors import JobError
from fsgan_core.media.picture_layers import LayerPicture

CHANNELS = ("rgb", "r", "g", "b", "a")
"""What can be shown of a picture: its colour, or one channel as grey."""
NO_CONVERSION = "none"
"""The view that shows numbers as they are."""
_PLAIN_VIEW = "Un-tone-mapped"


@dataclass(frozen=True)
class DisplayView:
    """A display of the OCIO configuration and one of its views; both "" show the numbers as they are."""

    display: str = ""
    view: str = ""

    @property
    def label(self) -> str:
        """For a menu."""
        return f"{self.view} ({self.display.removesuffix(' - Display')})" if self.view else NO_CONVERSION


@dataclass(frozen=True)
class DisplaySettings:
    """How a picture is shown.

    Args:
        exposure_stops: Light is multiplied by 2 to the power of this before the view.
        gamma: What the screen's numbers are raised to 1 / of, after the view; 1 changes nothing.
        view: The OCIO view.
        channel: One of CHANNELS.
    """

    exposure_stops: float = 0.0
    gamma: float = 1.0
    view: DisplayView = DisplayView()
    channel: str = "rgb"


def display_views() -> tuple[DisplayView, ...]:
    """The views of the OCIO configuration in use, the one to begin with first, and no conversion last.

    A configuration of $OCIO begins with its own default; the built-in one with plain sRGB, which is what the bundled
    plates, and most plates without a configuration, were made for.

    Raises:
        JobError: $OCIO cannot be read.
    """
    config = oiio.ColorConfig(config_name())
    if config.geterror():
        raise JobError(f"the OCIO configuration {config_name()} cannot be read. Correct $OCIO.")
    displays = list(config.getDisplayNames())
    default = config.getDefaultDisplayName()
    displays.sort(key=lambda name: name != default)
    views = [DisplayView(name, view) for name in displays for view in config.getViewNames(name)]
    first = DisplayView(default, config.getDefaultViewName(default))
    if config_name().startswith("ocio://") and DisplayView(default, _PLAIN_VIEW) in views:
        first = DisplayView(default, _PLAIN_VIEW)
    return (first, *[view for view in views if view != first], DisplayView())


def to_screen(picture: LayerPicture, colorspace: str, settings: DisplaySettings) -> NDArray[np.uint8]:
    """A picture as a screen shows it.

    Mattes, ST maps and single channels of alpha are numbers, not colours: exposure and gamma apply to them, the view
    does not. A channel that the picture lacks is black.

    Args:
        picture: One layer of a frame.
        colorspace: What the numbers of its colours mean.
        settings: How to show it.

    Returns:
        (H, W, 4) uint8 blue, green, red, 255: the order of Qt's RGB32. NaN is black.

    Raises:
        JobError: There is no such colorspace or view.
    """
    planes = _chosen(picture, settings.channel)
    is_colour = set(picture.layer.channels) >= {"R", "G", "B"} and settings.channel != "a"
    if not is_colour:
        return _packed(_by_table(planes, "", settings))
    if _is_per_channel(config_name(), colorspace, settings.view):
        return _packed(_by_table(planes, colorspace, settings))
    return _packed(_by_ocio(planes, colorspace, settings))


def _chosen(picture: LayerPicture, channel: str) -> NDArray[np.float16]:
    """(H, W, 3) half floats of the channels to show."""
    pixels, names = picture.pixels, picture.layer.channels
    if pixels.dtype.kind == "u":
        pixels = pixels / np.float32(np.iinfo(pixels.dtype).max)
    with np.errstate(over="ignore"):
        halves = pixels.astype(np.float16, copy=False)
    if channel == "rgb":
        wanted = ("R", "G", "B") if set(names) >= {"R", "G", "B"} else names[:3]
        if len(names) == 1:
            wanted = names * 3
    else:
        wanted = (channel.upper() if channel.upper() in names else names[0] if len(names) == 1 else "",) * 3
    if wanted == names[:3] and halves.shape[2] >= 3:
        return halves[..., :3]
    black = np.zeros(halves.shape[:2], np.float16)
    planes = [halves[..., names.index(name)] if name in names else black for name in wanted]
    return np.stack(planes + [black] * (3 - len(planes)), axis=-1)


def _by_table(planes: NDArray[np.float16], colorspace: str, settings: DisplaySettings) -> NDArray[np.uint8]:
    table = _half_table(config_name(), colorspace, settings.view, settings.exposure_stops, settings.gamma)
    return np.take(table, np.ascontiguousarray(planes).view(np.uint16))


def _by_ocio(planes: NDArray[np.float16], colorspace: str, settings: DisplaySettings) -> NDArray[np.uint8]:
    light = np.nan_to_num(planes.astype(np.float32)) * np.float32(2.0**settings.exposure_stops)
    return _as_bytes(_viewed(light, colorspace, settings.view), settings.gamma)


@lru_cache(maxsize=64)
def _half_table(
    config: str, colorspace: str, view: DisplayView, exposure_stops: float, gamma: float
) -> NDArray[np.uint8]:
    """(65536,) the screen's number for every half float."""
    with np.errstate(invalid="ignore", over="ignore"):
        halves = np.nan_to_num(np.arange(65536, dtype=np.uint16).view(np.float16).astype(np.float32))
        light = halves * np.float32(2.0**exposure_stops)
    if not colorspace:
        return _as_bytes(light, gamma)
    return _as_bytes(_viewed(np.repeat(light[None, :, None], 3, 2), colorspace, view)[0, :, 1], gamma)


@lru_cache(maxsize=64)
def _is_per_channel(config: str, colorspace: str, view: DisplayView) -> bool:
    """Whether a view of a colorspace treats red, green and blue alike and each by itself."""
    random = np.random.default_rng(0).uniform(-0.1, 4.0, (1, 64, 3)).astype(np.float32)
    by_itself = [_viewed(np.repeat(random[..., [index]], 3, 2), colorspace, view)[..., index] for index in range(3)]
    return bool(np.allclose(_viewed(random, colorspace, view), np.stack(by_itself, -1), atol=1e-3))


def _viewed(light: NDArray[np.float32], colorspace: str, view: DisplayView) -> NDArray[np.float32]:
    """(H, W, 3) as an OCIO view shows it, not clipped.

    Raises:
        JobError: There is no such colorspace or view.
    """
    if not view.view:
        return light
    working = np.ascontiguousarray(to_working(light, colorspace))
    config = config_name()
    shown = oiio.ImageBufAlgo.ociodisplay(
        oiio.ImageBuf(working), view.display, view.view, _working_name(config), unpremult=False, colorconfig=config
    )
    if shown.has_error:
        raise JobError(f"the view {view.label} cannot be shown: {' '.join(shown.geterror().split())}.")
    return np.asarray(shown.get_pixels(oiio.FLOAT), np.float32)


@lru_cache(maxsize=8)
def _working_name(config: str) -> str:
    return find_colorspace(LINEAR_REC709, config)


def _as_bytes(code: NDArray[np.float32], gamma: float) -> NDArray[np.uint8]:
    clipped = np.clip(np.nan_to_num(code), 0.0, 1.0)
    if gamma != 1.0:
        clipped = clipped ** np.float32(1.0 / gamma)
    return (clipped * np.float32(255.0) + np.float32(0.5)).astype(np.uint8)


def _packed(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(H, W, 4) blue, green, red, 255 of (H, W, 3) red, green, blue."""
    out = np.empty((*rgb.shape[:2], 4), np.uint8)
    out[..., 0], out[..., 1], out[..., 2], out[..., 3] = rgb[..., 2], rgb[..., 1], rgb[..., 0], 255
    return out
