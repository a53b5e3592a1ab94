"""The crop as corner pins: one lays a picture of the crop on the plate, one steadies the plate's face in the crop."""

from __future__ import annotations

from fsgan_core.exports.face_motion import FaceMotion
from fsgan_core.exports.nuke_text import curves, node, number, to_nuke


def corner_pin_text(motion: FaceMotion) -> str:
    """Two CornerPin2D nodes with the same corners.

    `FSGAN_CropToPlate` takes a square picture of the crop's size and puts it where the face is. `FSGAN_PlateToCrop`
    is its inverse, with a Crop behind it: the plate in, the steady face out.

    Args:
        motion: The face.
    """
    corners = to_nuke(motion.crop_corners, motion.picture_size[0])
    side = str(motion.crop_size)
    at_rest = [(0, 0), (motion.crop_size, 0), (motion.crop_size, motion.crop_size), (0, motion.crop_size)]
    pins = []
    for index, (x, y) in enumerate(at_rest):
        keys = (motion.keys(corners[:, index, 0]), motion.keys(corners[:, index, 1]))
        pins.append((f"to{index + 1}", curves(*keys)))
        pins.append((f"from{index + 1}", f"{{{number(x)} {number(y)}}}"))
    label = ("label", '"crop of FSGAN"')
    box = ("box", f"{{0 0 {side} {side}}}")
    return (
        node("CornerPin2D", "FSGAN_CropToPlate", [*pins, label])
        + node("CornerPin2D", "FSGAN_PlateToCrop", [*pins, ("invert", "true"), label])
        + node("Crop", "FSGAN_CropFormat", [box, ("reformat", "true"), ("crop", "false")])
    )
