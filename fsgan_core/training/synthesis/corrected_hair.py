"""Hair labels of the bundled portraits that were corrected by hand: hats and scarves are no hair, a forehead is none.

The masks of the data folder come from a network (MediaPipe's hair segmenter). Those here were drawn on the portraits by
eye, without looking at what our own segmentation says of them.
"""

from __future__ import annotations

import cv2
import numpy as np

from fsgan_core.training.synthesis.head_camera import FloatArray

_UNITS = 192
_NO_HAIR = """
faker_0008 faker_0036 faker_0041 faker_0077 faker_0081 faker_0089 faker_0094 faker_0158 t2i_0087 t2i_0093 t2i_0094
t2i_0095 t2i_0201 t2i_0554 t2i_0566 t2i_0569 t2i_0620 t2i_0621 t2i_0629 t2i_0652 t2i_0665 t2i_0667 t2i_0668 t2i_0670
t2i_0975 t2i_1000 t2i_1254 t2i_1256 t2i_1260 t2i_1264 t2i_1268 t2i_1272 t2i_1280 t2i_1299 t2i_1305 cong_0016 cong_0332
"""
_OUTLINES: dict[str, tuple[tuple[int, ...], ...]] = {
    "t2i_0052": ((
        36, 92, 36, 85, 42, 72, 50, 60, 56, 48, 66, 37, 80, 31, 94, 31, 108, 35, 120, 44, 130, 50, 137, 60, 140, 72,
        148, 84, 154, 97, 150, 108, 147, 120, 143, 130, 138, 122, 134, 112, 131, 100, 127, 88, 124, 76, 122, 64,
        116, 54, 104, 47, 90, 45, 78, 47, 70, 54, 64, 64, 60, 74, 57, 84, 54, 94, 53, 106, 55, 118, 58, 127, 60, 134,
        54, 140, 49, 135, 48, 118, 46, 106, 40, 98,
    ),),
    "t2i_0659": ((
        57, 60, 59, 47, 61, 36, 62, 22, 68, 17, 74, 13, 84, 12, 92, 15, 100, 18, 108, 25, 114, 36, 122, 40, 129, 50,
        135, 62, 138, 76, 138, 86, 133, 90, 131, 78, 127, 64, 120, 54, 110, 48, 98, 44, 84, 45, 72, 47, 64, 52,
        59, 62, 57, 74, 55, 72,
    ),),
    "t2i_0821": (
        (84, 53, 112, 53, 110, 60, 102, 64, 98, 58, 90, 60),
        (52, 72, 60, 66, 60, 80, 57, 88, 54, 78),
        (134, 66, 138, 70, 136, 78, 133, 80),
    ),
    "t2i_0995": ((59, 80, 64, 82, 63, 98, 60, 105, 58, 98),),
    "t2i_1045": (
        (51, 66, 60, 64, 84, 64, 80, 68, 74, 76, 70, 74, 64, 72, 62, 82, 58, 76, 52, 80),
        (126, 64, 141, 64, 141, 72, 138, 76, 133, 72, 128, 68),
    ),
    "t2i_1283": (
        (62, 64, 56, 70, 52, 80, 48, 86, 50, 96, 52, 110, 50, 130, 48, 142, 56, 147, 64, 146, 66, 136, 62, 124,
         58, 108, 58, 94, 60, 80, 64, 70),
        (134, 74, 146, 82, 146, 96, 142, 108, 140, 118, 134, 124, 136, 140, 144, 150, 136, 153, 124, 152, 118, 146,
         124, 136, 128, 126, 132, 112, 134, 96, 134, 84),
    ),
    "t2i_1300": (
        (132, 64, 142, 72, 149, 80, 146, 84, 143, 92, 140, 98, 137, 90, 136, 80, 131, 72),
        (138, 114, 146, 116, 151, 124, 149, 132, 141, 136, 137, 130, 135, 120),
    ),
    **dict.fromkeys(_NO_HAIR.split(), ()),
}  # fmt: skip
"""Outlines x, y, x, y, ... in 192 units of the portrait's side."""

BARE_HEADED = frozenset({"t2i_0052", "t2i_0659", "t2i_1045"})
"""Of those corrected, people without a hat: what their mask has too much is skin."""


def corrected_hair(name: str, side: int) -> FloatArray | None:
    """The hair of a portrait as drawn by hand, (side, side) float32 in [0, 1]; None where its mask was not corrected.

    Args:
        name: Of the portrait in the bundled data folder.
        side: Px.
    """
    outlines = _OUTLINES.get(name)
    if outlines is None:
        return None
    mask = np.zeros((side, side), np.uint8)
    for outline in outlines:
        points = np.array(outline, np.float64).reshape(-1, 2) * (side / _UNITS)
        cv2.fillPoly(mask, [np.round(points * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    return np.asarray(mask.astype(np.float32) / 255)
