"""Detectors and landmarks of other projects behind our two functions: what their packages leave to the caller.

Each is built without weights (`providers` names where those lie), its own network in `net`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from fsgan_core.face.provided import PictureDetector, PointNetwork
from fsgan_core.geometry.box import suppress_overlaps
from fsgan_core.geometry.landmark_sets import to_98
from fsgan_core.networks.landmark_heatmap import heatmaps_to_points

if TYPE_CHECKING:
    import cv2

LOWEST_SCORE = 0.05
NMS_IOU = 0.3
MOST_CANDIDATES = 5000
FAN_PX = 256
FAN_SHARE = 0.61
"""FAN was trained on crops twice as large as a face, ours are a quarter larger: the crop is shown at this share."""
BLAZEFACE_PX = 256
BLAZEFACE_STEP_PX = 128
"""From one look to the next: a face of at most this size lies whole in one of them."""
BLAZEFACE_LOWEST_SCORE = 0.5
"""As in its package: BlazeFace averages the scores of all boxes on a face, and faint ones would pull them down."""
ONNX = "net.onnx"
"""The tensor that holds a network as the bytes of an ONNX file."""


class Sfd(PictureDetector):
    """S3FD of face-alignment."""

    def __init__(self) -> None:
        super().__init__()
        from face_alignment.detection.sfd.net_s3fd import s3fd

        self.net = s3fd()

    def find(self, picture: np.ndarray) -> np.ndarray:
        """See `PictureDetector.find`."""
        from face_alignment.detection.sfd.bbox import nms
        from face_alignment.detection.sfd.detect import detect

        device = str(next(self.net.parameters()).device)
        found = np.asarray(detect(self.net, picture, device=device)[0], np.float32).reshape(-1, 5)
        found = found[found[:, 4] >= LOWEST_SCORE]
        return found[nms(found, NMS_IOU)] if len(found) else found


class Dsfd(PictureDetector):
    """DSFD with a ResNet-152, the paper's detector, of face-detection."""

    def __init__(self) -> None:
        super().__init__()
        from face_detection.dsfd.config import resnet152_model_config
        from face_detection.dsfd.face_ssd import SSD

        self.net = SSD(resnet152_model_config)

    def find(self, picture: np.ndarray) -> np.ndarray:
        """See `PictureDetector.find`; the release subtracts (104, 117, 123) from BGR."""
        device = next(self.net.parameters()).device
        height, width = picture.shape[:2]
        bgr = torch.from_numpy(np.ascontiguousarray(picture[..., ::-1].transpose(2, 0, 1))).float()[None]
        mean = torch.tensor([104.0, 117.0, 123.0])[:, None, None]
        with torch.no_grad():
            found = self.net((bgr - mean).to(device), LOWEST_SCORE, NMS_IOU)[0].float().cpu().numpy()
        found = found[found[:, 4] >= LOWEST_SCORE]
        found = found[np.argsort(-found[:, 4], kind="stable")[:MOST_CANDIDATES]]
        found = found * np.array([width, height, width, height, 1], np.float32)
        return found[suppress_overlaps(found[:, :4], found[:, 4], NMS_IOU)]


class BlazeFace(PictureDetector):
    """BlazeFace of face-alignment, the model of a phone's back camera, which finds the smaller faces of the two.

    Its network sees squares of 256 px: the picture is looked at square by square, half over each other, so that the
    whole of a wide plate is seen (the package cuts out the middle).
    """

    smallest_px = 56.0
    largest_px = float(BLAZEFACE_STEP_PX)

    def __init__(self) -> None:
        super().__init__()
        from face_alignment.detection.blazeface.net_blazeface import BlazeFace as Network

        self.net = Network(back_model=True)
        self.net.min_score_thresh = BLAZEFACE_LOWEST_SCORE
        self.net.min_suppression_threshold = NMS_IOU
        self.net.register_buffer("anchors", torch.from_numpy(blazeface_anchors()), persistent=False)

    def find(self, picture: np.ndarray) -> np.ndarray:
        """See `PictureDetector.find`."""
        height, width = picture.shape[:2]
        corners = [(x, y) for y in _window_starts(height) for x in _window_starts(width)]
        missing = [(0, max(0, BLAZEFACE_PX - side)) for side in (height, width)]
        padded = np.pad(picture, (*missing, (0, 0)))
        squares = np.stack([padded[y : y + BLAZEFACE_PX, x : x + BLAZEFACE_PX] for x, y in corners])
        rows = [np.zeros((0, 5), np.float32)]
        for (x, y), faces in zip(corners, self.net.predict_on_batch(squares), strict=True):
            top, left, bottom, right, score = faces[:, [0, 1, 2, 3, 16]].float().cpu().numpy().T
            box = np.stack([left, top, right, bottom], 1) * BLAZEFACE_PX + [x, y, x, y]
            rows.append(np.concatenate([box, score[:, None]], 1).astype(np.float32))
        found = np.concatenate(rows)
        return found[suppress_overlaps(found[:, :4], found[:, 4], NMS_IOU)]


def blazeface_anchors() -> np.ndarray:
    """(896, 4) x, y, width and height of the boxes that the back model starts from, in shares of the square.

    Two in every cell of a grid of 16, six in one of 8, all as large as the square (MediaPipe's strides 16 and thrice
    32 with two anchors each, `fixed_anchor_size`); what the package reads from a second file.
    """
    return np.concatenate([_grid_anchors(16, 2), _grid_anchors(8, 6)]).astype(np.float32)


def _grid_anchors(side: int, each: int) -> np.ndarray:
    y, x = np.mgrid[:side, :side].reshape(2, -1)
    cells = np.stack([(x + 0.5) / side, (y + 0.5) / side, np.ones(side**2), np.ones(side**2)], 1)
    return np.repeat(cells, each, 0)


def _window_starts(side: int) -> Iterator[int]:
    """Where the squares along one side begin; the last one ends with the picture."""
    last = max(0, side - BLAZEFACE_PX)
    yield from range(0, last, BLAZEFACE_STEP_PX)
    yield last


class OnnxFile(nn.Module):
    """A network that is not torch's, kept as the bytes of its file so that a pack can hold and hash it."""

    onnx: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("onnx", torch.zeros(0, dtype=torch.uint8))
        self.register_load_state_dict_pre_hook(_take_size)

    def content(self) -> np.ndarray:
        """(N,) uint8."""
        return np.asarray(self.onnx.cpu().numpy())


def _take_size(module: nn.Module, state: dict[str, Any], prefix: str, *_: Any) -> None:
    """Make room for a file of another length."""
    if f"{prefix}onnx" in state:
        module.onnx = torch.empty_like(state[f"{prefix}onnx"])


class YuNet(PictureDetector):
    """YuNet as face-alignment runs it: by OpenCV, on the CPU. No package besides OpenCV is needed."""

    smallest_px = 20.0
    largest_px = 320.0

    def __init__(self) -> None:
        super().__init__()
        self.net = OnnxFile()
        self._running: cv2.FaceDetectorYN | None = None

    def find(self, picture: np.ndarray) -> np.ndarray:
        """See `PictureDetector.find`."""
        running = self.open()
        running.setInputSize((picture.shape[1], picture.shape[0]))
        faces = running.detect(np.ascontiguousarray(picture[..., ::-1]))[1]
        found = np.zeros((0, 15), np.float32) if faces is None else np.asarray(faces, np.float32)
        return np.concatenate([found[:, :2], found[:, :2] + found[:, 2:4], found[:, 14:15]], 1)

    def open(self) -> cv2.FaceDetectorYN:
        """OpenCV's detector, given the file once.

        Raises:
            cv2.error: It is no network that OpenCV can run.
        """
        if self._running is None:
            import cv2  # Nuke's own environment has none, and reads packs with this module

            content, none = self.net.content(), np.zeros(0, np.uint8)
            level = cv2.utils.logging.getLogLevel()
            cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)  # it warns of options that nobody set
            try:
                self._running = cv2.FaceDetectorYN.create("onnx", content, none, (32, 32), LOWEST_SCORE, NMS_IOU)
            finally:
                cv2.utils.logging.setLogLevel(level)
        return self._running


class Fan(PointNetwork):
    """2D-FAN of face-alignment; its 68 landmarks as 98."""

    def __init__(self) -> None:
        super().__init__()
        from face_alignment.models import FAN

        self.net = FAN(4)

    def find(self, crop: Tensor) -> tuple[Tensor, Tensor]:
        """See `PointNetwork.find`."""
        inner = round(FAN_PX * FAN_SHARE / 2) * 2
        margin = (FAN_PX - inner) // 2
        small = F.interpolate(crop, size=(inner, inner), mode="bilinear", antialias=True)
        heat = self.net(F.pad((small + 1) / 2, (margin,) * 4, mode="replicate"))[-1].float()
        points = (heatmaps_to_points(heat) * FAN_PX - margin) / inner
        weights = torch.from_numpy(to_98()).to(points)
        return weights @ points, heat.amax((2, 3)).clamp(0, 1).mean(1)
