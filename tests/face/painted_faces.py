"""Painted faces, and hand-written networks that read them: the analysis can be tested without weights.

A face is a disc that fills its face box. Its colours, in the networks' encoding: red says "face", green says who it
is, blue says which way it looks. Each fake network has the signature of the real one and reads its answer there.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import torch
from scipy import ndimage
from torch import Tensor, nn

from fsgan_core.color.network_encoding import network_to_linear
from fsgan_core.geometry.face_box import landmarks_to_box
from fsgan_core.geometry.landmark_warp import MEAN_FACE
from fsgan_core.networks.landmark_heatmap import points_to_heatmaps

FULL_YAW_DEG = 60.0
"""Yaw that blue = 1 stands for."""


def paint_face(
    picture: np.ndarray,
    centre: tuple[float, float],
    side: float,
    person: float = 0.0,
    yaw_deg: float = 0.0,
    pixel_aspect: float = 1.0,
) -> np.ndarray:
    """A copy of the picture with a face.

    Args:
        picture: (H, W, 3) scene-linear.
        centre: x, y px.
        side: Side of the face box in rows.
        person: -1..1, who it is; 0.5 apart is nobody alike.
        yaw_deg: -60..60.
        pixel_aspect: Width over height of a pixel.
    """
    y, x = np.mgrid[0 : picture.shape[0], 0 : picture.shape[1]] + 0.5
    distance = np.hypot((x - centre[0]) * pixel_aspect, y - centre[1])
    inside = np.clip(side / 2 - distance + 0.5, 0, 1)[..., None]
    colour = network_to_linear(np.array([0.9, person, yaw_deg / FULL_YAW_DEG], np.float32))
    return (picture * (1 - inside) + colour * inside).astype(np.float32)


def backdrop(height: int, width: int, seed: int = 0) -> np.ndarray:
    """(H, W, 3) float32 scene-linear: dim, faceless, different for every seed."""
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(0.0, 0.5, (6, 8, 3))
    coarse[..., 0] = rng.uniform(0.0, 0.05, (6, 8))
    return ndimage.zoom(coarse, (height / 6, width / 8, 1), order=1, grid_mode=True, mode="nearest").astype(np.float32)


def fake_pack() -> SimpleNamespace:
    """What `weights.load.load_pack` gives, as far as the analysis uses it."""
    return SimpleNamespace(
        detector=PaintedDetector(), landmarks=PaintedLandmarks(), pose=PaintedPose(),
        segmentation=PaintedSegmentation(), features=PaintedFeatures(), name="painted", sha256="0" * 64,
        networks_sha256="0" * 64, provided=(),
    )  # fmt: skip


class PaintedDetector(nn.Module):
    """Finds discs of 14 to 52 px, one cell each."""

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """As `FaceDetector`."""
        height, width = x.shape[2] // 8, x.shape[3] // 8
        logits = torch.full((1, height, width), -6.0)
        boxes = torch.zeros(1, 4, height, width)
        for x0, y0, x1, y1 in _discs(x[0].numpy()):
            if 14 <= x1 - x0 <= 52:
                row, column = int((y0 + y1) / 16), int((x0 + x1) / 16)
                logits[0, row, column] = 4.0
                boxes[0, :, row, column] = torch.tensor([x0, y0, x1, y1])
        return logits, boxes


class PaintedLandmarks(nn.Module):
    """The mean face, fitted to the disc nearest to the middle; flat heatmaps where there is none."""

    def forward(self, x: Tensor) -> Tensor:
        """As `LandmarkHRNet`."""
        size = x.shape[-1]
        discs = _discs(x[0].numpy())
        if not discs:
            return torch.zeros(1, 98, 64, 64)
        x0, y0, x1, y1 = min(discs, key=lambda d: np.hypot((d[0] + d[2]) / 2 - size / 2, (d[1] + d[3]) / 2 - size / 2))
        mean_box = landmarks_to_box(MEAN_FACE)
        scale = (x1 - x0) / (mean_box[2] - mean_box[0])
        middle = (mean_box[:2] + mean_box[2:]) / 2
        points = (MEAN_FACE - middle) * scale + [(x0 + x1) / 2, (y0 + y1) / 2]
        return points_to_heatmaps(torch.from_numpy(points.astype(np.float32))[None] / size, (64, 64))


class PaintedPose(nn.Module):
    """Yaw by the disc's blue."""

    def forward(self, x: Tensor) -> Tensor:
        """As `PoseNet`."""
        mask = _mask(x[0].numpy())
        yaw_deg = float(x[0, 2].numpy()[mask].mean()) * FULL_YAW_DEG if mask.any() else 0.0
        return torch.tensor([[yaw_deg, 0.0, 0.0]])


class PaintedSegmentation(nn.Module):
    """Face where red says so, no hair."""

    def forward(self, x: Tensor) -> Tensor:
        """As `SegmentationUNet`."""
        face = torch.from_numpy(_mask(x[0].numpy()).astype(np.float32)) * 16 - 8
        return torch.stack([-face, face, torch.full_like(face, -12)])[None]


class PaintedFeatures(nn.Module):
    """A direction in the plane by the disc's green."""

    def embed(self, x: Tensor) -> Tensor:
        """As `FaceFeatures.embed`."""
        mask = _mask(x[0].numpy())
        angle = torch.tensor(float(np.median(x[0, 1].numpy()[mask])) * np.pi if mask.any() else 0.0)
        return torch.stack([angle.cos(), angle.sin(), torch.tensor(0.0)])[None]


def _mask(x: np.ndarray) -> np.ndarray:
    return x[0] > 0.4


def _discs(x: np.ndarray) -> list[tuple[float, float, float, float]]:
    """Square boxes x0 y0 x1 y1 of the connected red areas; a repeated border draws them long."""
    labels, _ = ndimage.label(_mask(x))
    boxes = []
    for rows, columns in ndimage.find_objects(labels):
        half = min(rows.stop - rows.start, columns.stop - columns.start) / 2
        middle_x, middle_y = (columns.start + columns.stop) / 2, (rows.start + rows.stop) / 2
        boxes.append((middle_x - half, middle_y - half, middle_x + half, middle_y + half))
    return boxes
