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

    def place(crops: list[np.ndarray], kernel: str) -> list[np.ndarray]:
        """Several crops (S, S, C) resampled at once."""
        stacked = np.concatenate(crops, axis=2)
        placed, _ = crop_to_plate(stacked, face.crop, size, window, kernel)
        return np.split(placed, np.cumsum([crop.shape[2] for crop in crops])[:-1], axis=2)

    def as_layer(light: np.ndarray) -> Patch:
        return Patch(window, round_to(linear.color.to_result(light), stored).astype(stored))

    blended_light, reenacted_light = place(
        [network_to_linear(stages.blended), network_to_linear(stages.reenacted)], "cubic"
    )
    # The inpainted face ends hard, on black: a cubic kernel would ring there, and in a matte leave [0, 1].
    completed_light, mattes = place(
        [
            network_to_linear(stages.completed.picture),
            np.stack([face.segmentation[FACE_CLASS], face.segmentation[HAIR_CLASS], stages.completed.invented], 2),
        ],
        "linear",
    )
    mattes = mattes.astype(stored)
    matte = linear.mattes.final_matte(place_matte(stages.matte, face.crop, size, stored), face.crop, window, stored)
    blended = as_layer(blended_light + light_beyond_visible(linear, window))
    result = paste(linear.pixels[y0:y1, x0:x1], blended.values.astype(np.float32), matte, stored)
    layers = {
        MATTE: Patch(window, matte[..., None].astype(stored)),
        FACE: Patch(window, mattes[..., 0:1]),
        HAIR: Patch(window, mattes[..., 1:2]),
        REENACT: as_layer(reenacted_light),
        INPAINT: as_layer(completed_light),
        BLEND: blended,
        INVENTED: Patch(window, mattes[..., 2:3]),
        ST_MAP: Patch(window, plate_to_crop_map(face.crop, window)),
    }
    status: FrameStatus = "swapped" if face.score > 0 else "held"
    return LayeredFrame(linear, status, Patch(window, result), layers)
