"""Who says who a face is: our own embedding, or dlib's CC0 network where the extra `evaluate` is installed."""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from fsgan_core.errors import JobError
from fsgan_core.evaluation.face_judge import Embed
from fsgan_core.face.aligned_face import embed_aligned, similarity
from fsgan_core.weights.load import MeasureNetworks

PROVIDERS = ("bundled", "dlib")
_MODEL = Path("models") / "dlib_face_recognition_resnet_model_v1.dat"
_CHIP_PX, _PADDING = 150, 0.25
_CHIP_LANDMARKS = (72, 68, 60, 64, 57)
"""Corners of the eyes and base of the nose, of our 98, in the order of dlib's five."""
_CHIP_PLACES = np.array([(0.8596, 0.2135), (0.6461, 0.2290), (0.1206, 0.2137), (0.3341, 0.2291), (0.4901, 0.6278)])


def identity_embedder(provider: str, measures: MeasureNetworks) -> Embed:
    """What embeds faces.

    Args:
        provider: "bundled", or "dlib": its network is CC0 and was trained on photographs of real people by others.
        measures: Ours.

    Raises:
        JobError: There is no such provider, or it is not installed.
    """
    if provider == "bundled":
        return lambda picture, landmarks: embed_aligned(picture, landmarks, measures.identity)
    if provider != "dlib":
        raise JobError(f"identity is {provider!r}. Choose one of {', '.join(PROVIDERS)}.")
    network = _dlib_network()

    def embed(picture: np.ndarray, landmarks: np.ndarray) -> np.ndarray:
        chip = face_chip(picture, landmarks)
        vector = np.array(network.compute_face_descriptor(chip), np.float32)
        return vector / max(float(np.linalg.norm(vector)), 1e-9)

    return embed


def face_chip(picture: np.ndarray, landmarks: np.ndarray) -> np.ndarray:
    """(150, 150, 3) uint8: the face as dlib's network was trained to see it.

    Args:
        picture: (S, S, 3) in [-1, 1].
        landmarks: (98, 2) px of it.
    """
    places = (_CHIP_PLACES + _PADDING) / (1 + 2 * _PADDING) * _CHIP_PX
    matrix = similarity(np.asarray(landmarks, np.float64)[list(_CHIP_LANDMARKS)] - 0.5, places - 0.5)
    eight_bit = np.round((np.clip(picture, -1, 1) + 1) * 127.5).astype(np.uint8)
    return np.asarray(cv2.warpAffine(eight_bit, matrix, (_CHIP_PX, _CHIP_PX), borderMode=cv2.BORDER_REPLICATE))


def _dlib_network() -> Any:
    """dlib's face recognition network.

    Raises:
        JobError: dlib or the package with its weights is not installed.
    """
    found = importlib.util.find_spec("face_recognition_models")
    if importlib.util.find_spec("dlib") is None or found is None or not found.submodule_search_locations:
        raise JobError("identity dlib needs the extra: pip install 'fsgan[evaluate]'. Or use the bundled embedding.")
    path = Path(found.submodule_search_locations[0]) / _MODEL
    return importlib.import_module("dlib").face_recognition_model_v1(str(path))
