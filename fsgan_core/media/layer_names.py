"""The names of the layers and channels that a result carries: the contract with every compositing script."""

from __future__ import annotations

import os
import re

RESULT_CHANNELS = ("R", "G", "B", "A")
MATTE = "fsgan_matte"
FACE = "fsgan_face"
HAIR = "fsgan_hair"
REENACT = "fsgan_reenact"
INPAINT = "fsgan_inpaint"
BLEND = "fsgan_blend"
INVENTED = "fsgan_invented"
ST_MAP = "fsgan_st"
CRYPTOMATTE = "fsgan_crypto"
"""Its channels are those of `media.cryptomatte`, as many as a shot needs."""

# Layer to its channels, in the order of the method.
LAYER_CHANNELS: dict[str, tuple[str, ...]] = {
    MATTE: ("A",),
    FACE: ("A",),
    HAIR: ("A",),
    REENACT: ("R", "G", "B"),
    INPAINT: ("R", "G", "B"),
    BLEND: ("R", "G", "B"),
    INVENTED: ("A",),
    ST_MAP: ("U", "V"),
}
# Positions need more than the 11 bits of a half, and ids all 32.
_FLOAT_LAYERS = (ST_MAP, CRYPTOMATTE)
_FRAME_AND_EXTENSION = re.compile(r"([._](\d+|%\d*d|#+|@+))?\.[^.]+\Z")


def channel_names(layer: str) -> tuple[str, ...]:
    """The full channel names of a layer: `fsgan_blend` gives `fsgan_blend.R`, `.G` and `.B`.

    Raises:
        KeyError: There is no such layer.
    """
    return tuple(f"{layer}.{channel}" for channel in LAYER_CHANNELS[layer])


def pixel_type(channel: str, bit_depth: str) -> str:
    """`half` or `float`: how a result of `bit_depth` stores a channel; ST map and Cryptomatte are always float."""
    is_float = bit_depth == "float" or channel.rpartition(".")[0].rstrip("0123456789") in _FLOAT_LAYERS
    return "float" if is_float else "half"


def layer_path(result_path: str, layer: str) -> str:
    """The file of one layer beside a result: `out.1001.exr` gives `out_fsgan_matte.1001.exr`.

    Works on a pattern (`out.%04d.exr`) as on a frame's file.
    """
    folder, name = os.path.split(result_path)
    tail = _FRAME_AND_EXTENSION.search(name)
    start = tail.start() if tail else len(name)
    return os.path.join(folder, f"{name[:start]}_{layer}{name[start:]}")
