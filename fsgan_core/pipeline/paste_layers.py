"""The stages of one frame, decoded to the plate's light and pasted to its pixels: the last step before writing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fsgan_core.color.network_encoding import network_to_linear
from fsgan_core.face.face_analysis import FaceAtFrame
from fsgan_core.face.segment import FACE as FACE_CLASS
from fsgan_core.face.segment import HAIR as HAIR_CLASS
from fsgan_core.geometry.resample import crop_to_plate
from fsgan_core.media.layer_names import BLEND, FACE, HAIR, INPAINT, INVENTED, MATTE, REENACT, ST_MAP
from fsgan_core.pipeline.layered_frame import FrameStatus, LayeredFrame, Patch
from fsgan_core.pipeline.linear_frame import LinearFrame, light_beyond_visible
from fsgan_core.stages.inpaint import CompletedFace
from fsgan_core.stages.paste import paste, place_matte, plate_to_crop_map, round_to


@dataclass(frozen=True, eq=False)
class SwapStages:
    """What the stages made of one crop; pictures in network encoding.

    Args:
        reenacted: (S, S, 3).
        completed: The inpainted face, and where it was invented.
        blended: (S, S, 3).
        matte: (S, S) in [0, 1].
    """

    reenacted: np.ndarray
    completed: CompletedFace
    blended: np.ndarray
    matte: np.ndarray


def paste_layers(linear: LinearFrame, face: FaceAtFrame, stages: SwapStages, bit_depth: str) -> LayeredFrame:
    """The frame of the result: everything decoded, resampled to the window of the crop, and laid over the plate.

    Args:
        linear: The plate's frame; it is not resampled, and outside the window not even looked at.
        face: Where its crop lies, and its segmentation.
        stages: What is pasted.
        bit_depth: "half" or "float": how everything will be stored, and is rounded here, so that the file's layers give
            the file's result.
    """
    stored = np.float16 if bit_depth == "half" else np.float32
    size = linear.pixels.shape[:2]
    window = face.crop.covered_window(size)
    x0, y0, x1, y1 = window

    def place(crop: np.ndarray, kernel: str) -> np.ndarray:
        return crop_to_plate(crop, face.crop, size, window, kernel)[0]

    def decode(encoded: np.ndarray, kernel: str) -> np.ndarray:
        return place(network_to_linear(encoded), kernel)

    def as_layer(light: np.ndarray) -> Patch:
        return Patch(window, round_to(linear.color.to_result(light), stored))

    def as_matte(probability: np.ndarray) -> Patch:
        return Patch(window, round_to(place(probability[..., None], "linear"), stored))

    matte = place_matte(stages.matte, face.crop, size, stored)
    blended = as_layer(decode(stages.blended, "cubic") + light_beyond_visible(linear, window))
    result = paste(linear.pixels[y0:y1, x0:x1], blended.values, matte, stored)
    layers = {
        MATTE: Patch(window, matte[..., None]),
        FACE: as_matte(face.segmentation[FACE_CLASS]),
        HAIR: as_matte(face.segmentation[HAIR_CLASS]),
        REENACT: as_layer(decode(stages.reenacted, "cubic")),
        # The inpainted face ends hard, on black: a cubic kernel would ring there.
        INPAINT: as_layer(decode(stages.completed.picture, "linear")),
        BLEND: blended,
        INVENTED: as_matte(stages.completed.invented),
        ST_MAP: Patch(window, plate_to_crop_map(face.crop, window)),
    }
    status: FrameStatus = "swapped" if face.score > 0 else "held"
    return LayeredFrame(linear, status, Patch(window, result), layers)
