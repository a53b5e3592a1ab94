"""Which pixels of a crop are face and which are hair, how that is kept small over a shot, and steadied over time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from torch import nn

from fsgan_core.face.network_input import network_input
from fsgan_core.networks.inference import infer

BACKGROUND, FACE, HAIR = 0, 1, 2


def segment_face(crop: np.ndarray, network: nn.Module) -> np.ndarray:
    """The segmentation of a crop.

    Args:
        crop: (S, S, 3) scene-linear; NaN and Inf allowed.
        network: The pack's segmentation network.

    Returns:
        (3, S, S) float32 probabilities of background, face and hair, summing to 1.
    """
    logits = infer(network, network_input(crop, network))[0]
    return logits.softmax(0).cpu().numpy().astype(np.float32)


def compress_segmentation(segmentation: np.ndarray) -> bytes:
    """A segmentation as PNG, 8 bits a class: 5 to 20 kB instead of 786.

    Args:
        segmentation: (3, S, S) probabilities.
    """
    eight_bit = np.round(segmentation.transpose(1, 2, 0) * 255).clip(0, 255).astype(np.uint8)
    # Background is what remains, so that the classes sum to 1 exactly when decoded.
    eight_bit[..., BACKGROUND] = 255 - np.minimum(eight_bit[..., FACE].astype(np.int16) + eight_bit[..., HAIR], 255)
    done, encoded = cv2.imencode(".png", eight_bit, [cv2.IMWRITE_PNG_COMPRESSION, 4])
    assert done
    return encoded.tobytes()


def decompress_segmentation(compressed: bytes) -> np.ndarray:
    """The segmentation that `compress_segmentation` stored: (3, S, S) float32 probabilities summing to 1."""
    decoded = cv2.imdecode(np.frombuffer(compressed, np.uint8), cv2.IMREAD_UNCHANGED)
    assert decoded is not None
    eight_bit = decoded.astype(np.float32)
    return np.ascontiguousarray((eight_bit / eight_bit.sum(-1, keepdims=True)).transpose(2, 0, 1))


def smooth_segmentation(compressed: Sequence[bytes], weight: np.ndarray, frames: int) -> list[bytes]:
    """Segmentations averaged over time where the head hardly moves in its crop.

    Only `frames` of them are unpacked at a time. At the ends the window is cut.

    Args:
        compressed: One of each successive frame of one uninterrupted run.
        weight: (N,) in [0, 1], how much of each frame's own segmentation is kept (`smoothing.landmark_weight`).
        frames: Window of the average; an even one counts as one frame more.

    Returns:
        N compressed segmentations.
    """
    smoothed = []
    for index, (own, mean) in enumerate(_windows(compressed, frames // 2)):
        smoothed.append(compress_segmentation(weight[index] * own + (1 - weight[index]) * mean))
    return smoothed


def _windows(compressed: Sequence[bytes], reach: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Each frame's own segmentation and the mean over its window."""
    unpacked: deque[tuple[int, np.ndarray]] = deque()
    ahead = 0
    for index in range(len(compressed)):
        while ahead < len(compressed) and ahead <= index + reach:
            unpacked.append((ahead, decompress_segmentation(compressed[ahead])))
            ahead += 1
        while unpacked[0][0] < index - reach:
            unpacked.popleft()
        own = next(segmentation for at, segmentation in unpacked if at == index)
        yield own, np.mean([segmentation for _, segmentation in unpacked], axis=0)
