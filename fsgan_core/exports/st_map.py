"""ST maps between the plate and the steady crop: for every pixel of the one, where it lies in the other.

U and V are positions of pixel centres from 0 to 1, V counted from the bottom, as STMap nodes have them.
"""

from __future__ import annotations

import numpy as np

from fsgan_core.exports.nuke_text import node, quoted, read_node
from fsgan_core.geometry.crop_transform import CropTransform
from fsgan_core.geometry.resample import Window
from fsgan_core.stages.paste import plate_to_crop_map


def crop_from_plate(crop: CropTransform, picture_size: tuple[int, int]) -> np.ndarray:
    """The map that makes the crop out of the plate.

    Args:
        crop: Where the crop lies, in picture px (from the corner of the display window).
        picture_size: height, width of the display window, px.

    Returns:
        (S, S, 3) float32: U, V in the plate, and 1 where that lies inside the plate, else 0.
    """
    height, width = picture_size
    x, y = np.meshgrid(np.arange(crop.size) + 0.5, np.arange(crop.size) + 0.5)
    places = crop.to_plate(np.stack([x, y], -1)) / (width, height)
    inside = ((places >= 0) & (places <= 1)).all(-1)
    return np.stack([places[..., 0], 1 - places[..., 1], inside], -1).astype(np.float32)


def plate_from_crop(crop: CropTransform, window: Window) -> np.ndarray:
    """The map that lays the crop on the plate, for a window of the plate that the crop covers.

    Args:
        crop: Where the crop lies.
        window: x0 y0 x1 y1 px, in the same px.

    Returns:
        (h, w, 3) float32: U, V in the crop, and 1 for inside.
    """
    places = plate_to_crop_map(crop, window)
    return np.concatenate([places, np.ones((*places.shape[:2], 1), np.float32)], 2)


def st_map_text(crop_pattern: str, plate_pattern: str, frames: tuple[int, int]) -> str:
    """Two STMap nodes with their Reads.

    Args:
        crop_pattern: The EXRs of `crop_from_plate`.
        plate_pattern: The EXRs of `plate_from_crop`.
        frames: First and last.
    """
    parts = []
    for name, pattern, word in (
        ("FSGAN_MakeCrop", crop_pattern, "plate in, steady crop out"),
        ("FSGAN_MakePlate", plate_pattern, "crop in, laid on the plate"),
    ):
        # The last one pushed is input 0, the picture, still to be connected; the Read below it is input 1, the map.
        parts += [read_node(f"{name}_UV", pattern, frames), "push 0\n"]
        parts.append(node("STMap", name, [("inputs", "2"), ("uv", "rgb"), ("label", quoted(word))]))
    return "".join(parts)
