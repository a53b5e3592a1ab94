"""The landmarks of prepared clips as the landmark network sees them, beside the true ones that renders come with.

In use G_r is asked for landmarks that were found, and these have habits: half-shut eyes are seen too open, say. Trained
on true ones alone it takes the habits for expressions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from torch import nn

from fsgan_core.face.landmarks import find_landmarks_twice
from fsgan_core.geometry.crop_transform import CropTransform
from fsgan_core.geometry.face_box import CROP_SIZE, landmarks_to_box
from fsgan_core.geometry.resample import crop_picture
from fsgan_core.job.progress import Progress
from fsgan_core.media.atomic import complete_or_absent
from fsgan_core.training.datasets import Clip, view_picture
from fsgan_core.weights.load import load_network


def add_found_landmarks(clips: Sequence[Clip], folder: Path, networks: Path, progress: Progress) -> None:
    """Set `found` of each clip; what was found once is kept in the folder and read the next time.

    Args:
        clips: With true landmarks.
        folder: One file a clip, in a folder named after the network's hash.
        networks: Folder with landmarks.safetensors.
        progress: Told of each clip.

    Raises:
        WeightsError: The landmark network does not fit.
        CancelledError: The user stopped the run.
    """
    kept = folder / hashlib.sha256((networks / "landmarks.safetensors").read_bytes()).hexdigest()[:12]
    network: nn.Module | None = None
    progress.begin("find landmarks", len(clips))
    for number, clip in enumerate(clips, 1):
        path = kept / f"{clip.meta.name}-{clip.digest()}.npy"
        if not path.exists():
            network = network or load_network(networks, "landmarks").eval().requires_grad_(False)
            found = np.stack([found_landmarks(clip, index, network) for index in range(len(clip))])
            with complete_or_absent(str(path)) as temporary, open(temporary, "wb") as file:
                np.save(file, found)
        clip.found = np.load(path)
        progress.frame_done(number)


def found_landmarks(clip: Clip, index: int, network: nn.Module) -> np.ndarray:
    """(98, 2) float32 px of picture `index`, found in the crop that a tracked face would have."""
    view = clip.view(index, masks=False)
    picture = view_picture(view)
    transform = CropTransform.from_face_box(landmarks_to_box(view.landmarks).astype(np.float64), CROP_SIZE, 1.0)
    found = find_landmarks_twice(picture, transform, crop_picture(picture, transform), network)
    return np.asarray(transform.to_plate(found.points), np.float32)
