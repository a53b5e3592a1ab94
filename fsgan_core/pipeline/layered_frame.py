"""One frame of the result: the plate, what was pasted into it, every stage as a layer, and how it went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from fsgan_core.errors import JobError
from fsgan_core.geometry.resample import Window
from fsgan_core.media.exr_attribute import AttributeValue
from fsgan_core.media.layer_names import LAYER_CHANNELS
from fsgan_core.media.plate_frame import PlateFrame
from fsgan_core.pipeline.linear_frame import LinearFrame

FrameStatus = Literal["swapped", "reenacted", "no_face", "held"]
"""`held`: the face was not detected here; it is bridged from the frames around, and swapped or reenacted."""


@dataclass(frozen=True, eq=False)
class Patch:
    """Part of a picture; everything outside it is black, or the plate.

    Args:
        window: x0 y0 x1 y1 px of the plate's array, half-open.
        values: (h, w, C) float16 or float32.
    """

    window: Window
    values: np.ndarray


@dataclass(frozen=True, eq=False)
class IdLayer:
    """Who is where: a Cryptomatte.

    Args:
        names: Its channels.
        patch: (h, w, len(names)) float32; None where nobody is.
        attributes: What the file's header says about it.
    """

    names: tuple[str, ...]
    patch: Patch | None
    attributes: Mapping[str, str]


@dataclass(frozen=True, eq=False)
class LayeredFrame:
    """One frame of the result, held as patches until it is written.

    Args:
        linear: The plate's frame.
        status: What became of it.
        result: (h, w, 3) that replaces the plate, in the colorspace of `linear`; None where the plate stays.
        layers: Layer name to patch; a layer without one is black.
        ids: Who is where, if that is asked for.
        attributes: What this frame's file has to say besides what all of the job say.
    """

    linear: LinearFrame
    status: FrameStatus
    result: Patch | None = None
    layers: Mapping[str, Patch] = field(default_factory=dict)
    ids: IdLayer | None = None
    attributes: Mapping[str, AttributeValue] = field(default_factory=dict)

    @property
    def plate(self) -> PlateFrame:
        """The frame as read."""
        return self.linear.frame

    def channels(self, wanted: tuple[str, ...]) -> dict[str, np.ndarray]:
        """Every channel of the result file, in order.

        Args:
            wanted: Names of the layers to hold beside R G B A.

        Returns:
            Channel name to (H, W) array; R G B are of the plate's own type where the layers are, so that its bits stay.
        """
        picture = self.linear.pixels
        if self.result is not None:
            picture = picture.astype(np.result_type(picture, self.result.values))
            x0, y0, x1, y1 = self.result.window
            picture[y0:y1, x0:x1] = self.result.values
        channels = {name: picture[..., index] for index, name in enumerate("RGB")}
        if self.plate.alpha is not None:
            channels["A"] = self.plate.alpha
        for layer in wanted:
            channels |= self.layer_channels(layer)
        return channels | self.id_channels()

    def layer_channels(self, layer: str) -> dict[str, np.ndarray]:
        """The channels of one layer: full channel name to (H, W) float16 or float32."""
        names = [f"{layer}.{channel}" for channel in LAYER_CHANNELS[layer]]
        return self._planes(names, self.layers.get(layer))

    def id_channels(self) -> dict[str, np.ndarray]:
        """The channels of the Cryptomatte: full channel name to (H, W) float32; none where it is not asked for."""
        return {} if self.ids is None else self._planes(self.ids.names, self.ids.patch)

    def _planes(self, names: Sequence[str], patch: Patch | None) -> dict[str, np.ndarray]:
        """A patch laid on black, channel by channel."""
        size = self.linear.pixels.shape[:2]
        if patch is None:
            return dict.fromkeys(names, np.zeros(size, np.float16))
        planes = np.zeros((len(names), *size), patch.values.dtype)
        x0, y0, x1, y1 = patch.window
        planes[:, y0:y1, x0:x1] = patch.values.transpose(2, 0, 1)
        return dict(zip(names, planes, strict=True))


def wanted_layers(setting: str) -> tuple[str, ...]:
    """The layers that a setting names, in the order of the method.

    Args:
        setting: "all", "none", or names with commas, with or without `fsgan_`.

    Raises:
        JobError: A name is no layer.
    """
    if setting.strip() in ("", "none"):
        return ()
    if setting.strip() == "all":
        return tuple(LAYER_CHANNELS)
    names = [name.strip() for name in setting.split(",") if name.strip()]
    full = {name if name.startswith("fsgan_") else f"fsgan_{name}" for name in names}
    unknown = sorted(full - set(LAYER_CHANNELS))
    if unknown:
        raise JobError(f"there is no layer {', '.join(unknown)}; the layers are {', '.join(LAYER_CHANNELS)}.")
    return tuple(layer for layer in LAYER_CHANNELS if layer in full)
