"""What a network does on people of split val, as one picture for the report of a run."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from fsgan_core.networks.landmark_hrnet import LandmarkHRNet
from fsgan_core.networks.landmark_transformer import LandmarkTransformer
from fsgan_core.training.tasks import Task

MOST_ROWS = 6
POINTS_PX = 192
_INPUTS = {"reenactment": ("view", "warped"), "inpainting": ("face",), "blending": ("transfer", "target")}
_LABEL, _FOUND = (60, 200, 60), (230, 60, 40)
_CLASSES = np.array([(30, 30, 30), (230, 180, 150), (120, 70, 30)], np.uint8)


def validation_sheet(role: str, task: Task, net: nn.Module, batch: dict[str, Tensor], stage: str) -> np.ndarray | None:
    """The picture of a batch: a row a sample, labels green, findings red.

    Args:
        role: Of the network.
        task: Its step.
        net: Its averaged weights, in eval mode.
        batch: Of split val.
        stage: "base" or "full".

    Returns:
        (H, W, 3) uint8; None for networks that say nothing to look at.
    """
    batch = {name: value[:MOST_ROWS] if value.dim() else value for name, value in batch.items()}
    with torch.no_grad():
        if role in _INPUTS:
            return _generator_sheet(role, task, net, batch, stage)
        if isinstance(net, LandmarkTransformer):
            return _points_sheet(net, batch)
        draw = {"landmarks": _landmarks, "pose": _pose, "segmentation": _segmentation, "detector": _detector}.get(role)
        return draw(net, batch) if draw is not None else None


def _generator_sheet(role: str, task: Task, net: nn.Module, batch: dict[str, Tensor], stage: str) -> np.ndarray:
    """What went in, what came out, what was wanted."""
    assert task.pictures is not None and task.context is not None
    made = task.pictures(net, batch, task.context, stage, 0.0)[0]
    return _columns([_shown(picture) for picture in (*(batch[n] for n in _INPUTS[role]), made.fake, made.wanted)])


def _landmarks(net: nn.Module, batch: dict[str, Tensor]) -> np.ndarray:
    assert isinstance(net, LandmarkHRNet)
    points = net.points(batch["picture"], net(batch["picture"]))
    pictures = _shown(batch["picture"])
    for picture, label, found in zip(pictures, batch["points"], points, strict=True):
        for colour, places in ((_LABEL, label), (_FOUND, found)):
            _dots(picture, places.float().cpu().numpy() * picture.shape[0], colour)
    return _columns([pictures])


def _points_sheet(net: nn.Module, batch: dict[str, Tensor]) -> np.ndarray:
    """T: the landmarks that went in (grey), those wanted, those found."""
    found = net(batch["points"], batch["pose"])
    pictures = np.full((len(found), POINTS_PX, POINTS_PX, 3), 255, np.uint8)
    for colour, places in (((170, 170, 170), batch["points"]), (_LABEL, batch["goal"]), (_FOUND, found)):
        for picture, one in zip(pictures, places, strict=True):
            _dots(picture, one.float().cpu().numpy() * POINTS_PX, colour)
    return _columns([pictures])


def _pose(net: nn.Module, batch: dict[str, Tensor]) -> np.ndarray:
    """A line from the middle to where the nose points."""
    pictures, poses = _shown(batch["picture"]), net(batch["picture"])
    for picture, label, found in zip(pictures, batch["pose"], poses, strict=True):
        for colour, pose in ((_LABEL, label), (_FOUND, found)):
            yaw, pitch, _ = np.radians(np.nan_to_num(pose.float().cpu().numpy()))
            half = picture.shape[0] / 2
            tip = (round(half + half * np.sin(yaw)), round(half - half * np.sin(pitch)))
            cv2.line(picture, (round(half), round(half)), tip, colour, 2, cv2.LINE_AA)
    return _columns([pictures])


def _segmentation(net: nn.Module, batch: dict[str, Tensor]) -> np.ndarray:
    maps = (batch["labels"], net(batch["picture"]))
    return _columns([_shown(batch["picture"]), *(_CLASSES[one.argmax(1).cpu().numpy()] for one in maps)])


def _detector(net: nn.Module, batch: dict[str, Tensor]) -> np.ndarray:
    logits, boxes = net(batch["picture"])
    pictures = _shown(batch["picture"])
    for k, picture in enumerate(pictures):
        sure = boxes[k].flatten(1)[:, logits[k].flatten() > 0].T.float().cpu().numpy()
        known = batch["boxes"][k].cpu().numpy()
        for colour, group in ((_FOUND, sure), (_LABEL, known[known[:, 2] > known[:, 0]])):
            for x0, y0, x1, y1 in np.round(np.clip(group, -1e4, 1e4)).astype(int).tolist():
                cv2.rectangle(picture, (x0, y0), (x1, y1), colour, 1)
    return _columns([pictures])


def _shown(pictures: Tensor) -> np.ndarray:
    """(B, 3, S, S) in [-1, 1] as (B, S, S, 3) uint8."""
    scaled = ((pictures.float().clamp(-1, 1) + 1) * 127.5).round().byte()
    return np.ascontiguousarray(scaled.permute(0, 2, 3, 1).cpu().numpy())


def _dots(picture: np.ndarray, points: np.ndarray, colour: tuple[int, int, int]) -> None:
    known = points[~np.isnan(points).any(-1)]
    for x, y in np.round(np.clip(known, -99, 9999)).astype(int).tolist():
        cv2.circle(picture, (x, y), 1, colour, -1)


def _columns(columns: list[np.ndarray]) -> np.ndarray:
    """Arrays (B, S, S, 3) side by side, samples below each other; one column becomes one row."""
    if len(columns) == 1:
        return np.hstack(list(columns[0]))
    return np.vstack([np.hstack(row) for row in zip(*columns, strict=True)])
