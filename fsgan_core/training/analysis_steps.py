"""One step function for each network that looks at faces: batch in, loss and figures out."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from fsgan_core.geometry.eye_opening import LIDS
from fsgan_core.networks.eye_refiner import LOWER_LID, UPPER_LID
from fsgan_core.networks.face_features import FaceFeatures
from fsgan_core.networks.landmark_heatmap import heatmaps_to_points
from fsgan_core.networks.landmark_hrnet import LandmarkHRNet
from fsgan_core.networks.pose_net import BIN_DEG, BINS, PoseNet
from fsgan_core.training.losses import margin_softmax, soft_cross_entropy

Figures = dict[str, Tensor]
HEAT_SIGMA = 1.6
"""Heatmap target for training, cells of the 64 x 64 map."""


LIDS_AND_LIPS = (*LIDS, (89, 95), (90, 94), (91, 93))
"""WFLW points above and below: of both eyes and of the inner lips."""
OPENING_WEIGHT = 4.0


def landmark_step(net: nn.Module, batch: dict[str, Tensor]) -> tuple[Tensor, Figures]:
    """Heatmaps against Gaussians, and the points of eq. 12 against the labels. Figure: error in share of the side.

    Where no face is (points are NaN) the heatmaps shall be 0.
    """
    heat = net(batch["picture"])
    no_face = batch["points"].isnan().any(-1)
    points = batch["points"].masked_fill(no_face[..., None], -1.0)
    size = heat.shape[-1]
    grid = (torch.arange(size, device=heat.device) + 0.5) / size
    column = torch.exp(-0.5 * ((grid - points[..., 0:1]) * size / HEAT_SIGMA) ** 2)
    row = torch.exp(-0.5 * ((grid - points[..., 1:2]) * size / HEAT_SIGMA) ** 2)
    wanted = row[..., None] * column[:, :, None, :]
    inside = ((points > 0) & (points < 1)).all(-1).float()
    difference = heat - wanted
    square = torch.einsum("blhw,blhw->bl", difference, difference * (1 + 8 * wanted)) / size**2
    expected = _soft_points(heat, grid)
    distance = (expected - points).abs().sum(-1)
    with torch.no_grad():
        error = (heatmaps_to_points(heat[:2]) - points[:2]).norm(dim=-1)
    eyes, figures = eye_loss(net, batch)
    loss = eyes + (
        30 * (square * (inside + no_face)).mean()
        + 2 * (F.smooth_l1_loss(distance, torch.zeros_like(distance), beta=0.005, reduction="none") * inside).mean()
        + OPENING_WEIGHT * _opening_error(expected, points, inside)
    )
    return loss, {"error": (error * inside[:2]).sum() / inside[:2].sum().clamp_min(1), **figures}


def eye_loss(net: nn.Module, batch: dict[str, Tensor]) -> tuple[Tensor, Figures]:
    """The second look at the eyes: points, and the gaps between the lids, in eye widths. 0 for a network without it.

    Figure: mean distance of the points.
    """
    if not isinstance(net, LandmarkHRNet) or net.eyes is None or "eye" not in batch:
        return torch.zeros(()), {}
    made, wanted = net.eyes.correct(batch["eye"], batch["eye_found"]).float(), batch["eye_points"]
    place = F.smooth_l1_loss(made, wanted, beta=0.03)
    gap, wanted_gap = ((eyes[:, list(LOWER_LID), 1] - eyes[:, list(UPPER_LID), 1]) for eyes in (made, wanted))
    opening = F.smooth_l1_loss(gap, wanted_gap, beta=0.03)
    return place + opening, {"eye_error": (made - wanted).norm(dim=-1).mean()}


def _soft_points(heat: Tensor, grid: Tensor) -> Tensor:
    """(B, L, 2): the expectation of the heat's fourth power, a smooth stand-in for the threshold of eq. 12."""
    weight = heat.clamp_min(0) ** 4
    total = weight.sum((2, 3)).clamp_min(1e-6)
    return torch.stack([(weight.sum(2) * grid).sum(-1) / total, (weight.sum(3) * grid).sum(-1) / total], -1)


def _opening_error(found: Tensor, points: Tensor, inside: Tensor) -> Tensor:
    """How far eyes and mouth are too open or too shut, in shares of the side.

    Both lids a little off cost little by themselves, so a network left to that says half open, always.
    """
    upper, lower = (list(side) for side in zip(*LIDS_AND_LIPS, strict=True))
    difference = (found[:, lower] - found[:, upper]) - (points[:, lower] - points[:, upper])
    known = (inside[:, upper] * inside[:, lower])[..., None]
    return (F.smooth_l1_loss(difference, torch.zeros_like(difference), beta=0.002, reduction="none") * known).mean()


def pose_step(net: nn.Module, batch: dict[str, Tensor]) -> tuple[Tensor, Figures]:
    """Bins by cross-entropy and their expectation by absolute error. Samples without a pose are left out."""
    assert isinstance(net, PoseNet)
    known = ~batch["pose"].isnan().any(1)
    if not known.any():
        nothing = 0 * net.bin_logits(batch["picture"]).mean()
        return nothing, {"error_deg": nothing.detach()}
    pose = batch["pose"][known]
    logits = net.bin_logits(batch["picture"])[known]
    position = (pose + BINS * BIN_DEG / 2) / BIN_DEG - 0.5
    low = position.floor().clamp(0, BINS - 2)
    share = (position - low).clamp(0, 1)
    wanted = torch.zeros_like(logits).scatter(2, low.long()[..., None], (1 - share)[..., None])
    wanted = wanted.scatter(2, low.long()[..., None] + 1, share[..., None])
    entropy = -(wanted * F.log_softmax(logits, -1)).sum(-1).mean()
    centres = (torch.arange(BINS, device=logits.device) + 0.5) * BIN_DEG - BINS * BIN_DEG / 2
    error = ((logits.softmax(-1) * centres).sum(-1) - pose).abs().mean()
    return entropy + 0.2 * error, {"error_deg": error}


def segmentation_step(net: nn.Module, batch: dict[str, Tensor]) -> tuple[Tensor, Figures]:
    """Cross-entropy of three classes (section 3.4). Figures: intersection over union of face and of hair."""
    logits = net(batch["picture"])
    labels = batch["labels"]
    found, truth = logits.argmax(1), labels.argmax(1)
    figures = {}
    for number, name in ((1, "iou_face"), (2, "iou_hair")):
        both = ((found == number) & (truth == number)).sum()
        figures[name] = both / ((found == number) | (truth == number)).sum().clamp_min(1)
    return soft_cross_entropy(logits, labels), figures


def feature_step(net: nn.Module, batch: dict[str, Tensor]) -> tuple[Tensor, Figures]:
    """Identity by a margin softmax, attributes (landmarks, pose, expression) by squared error."""
    assert isinstance(net, FeatureTrainer)
    pooled = net.features.pooled(batch["picture"])
    embedding = F.normalize(net.features.embedding(pooled).float(), dim=1)
    identity = margin_softmax(embedding, net.centres.float(), batch["person"])
    guess = net.features.attributes(pooled).float()
    attributes = F.smooth_l1_loss(guess, batch["attributes"], beta=0.1)
    right = ((embedding @ F.normalize(net.centres.float(), dim=1).t()).argmax(1) == batch["person"]).float().mean()
    return identity + 8 * attributes, {"identity": right, "attributes": attributes}


class FeatureTrainer(nn.Module):
    """The feature network with one centre a person, which only training needs."""

    def __init__(self, features: FaceFeatures, people: int) -> None:
        super().__init__()
        self.features = features
        self.centres = nn.Parameter(torch.randn(people, features.embedding.out_features) * 0.05)


def attribute_validation(net: nn.Module, batch: dict[str, Tensor]) -> Figures:
    """Mean error of the attributes alone: identity numbers of validation people mean nothing to the centres."""
    assert isinstance(net, FeatureTrainer)
    guess = net.features.attributes(net.features.pooled(batch["picture"])).float()
    return {"attributes": (guess - batch["attributes"]).abs().mean()}


def detector_step(net: nn.Module, batch: dict[str, Tensor]) -> tuple[Tensor, Figures]:
    """Focal loss of the cell scores, and size-relative box error at the cells near a face's centre."""
    logits, boxes = net(batch["picture"])
    wanted, ignore, goal = detector_targets(batch["boxes"], logits.shape[1], logits.shape[2])
    probability = torch.sigmoid(logits)
    entropy = F.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
    focal = entropy * (wanted - probability).abs() ** 2 * torch.where(wanted > 0.5, 3.0, 1.0)
    positives = (wanted > 0.5) & ~ignore
    score = (focal * ~ignore).sum() / positives.sum().clamp_min(1)
    side = (goal[:, 2] - goal[:, 0])[:, None].clamp_min(1)
    relative = ((boxes - goal).abs() / side).sum(1)
    box = (relative * positives).sum() / positives.sum().clamp_min(1)
    found = ((logits > 0) & positives).sum() / positives.sum().clamp_min(1)
    wrong = ((logits > 0) & ~positives & ~ignore).sum() / logits.shape[0]
    return score + box, {"box": box / 4, "recall": found, "false": wrong}


def detector_targets(boxes: Tensor, height: int, width: int, stride: int = 8) -> tuple[Tensor, Tensor, Tensor]:
    """What each cell should say.

    Args:
        boxes: (B, K, 4) px, x0 < 0 and x1 < 0 for padding.
        height: Cells down.
        width: Cells across.
        stride: Px a cell.

    Returns:
        wanted (B, h, w) 0 or 1; ignore (B, h, w) bool: cells of faces just outside the known sizes and cells between
        centre and edge; goal (B, 4, h, w): the box of the face at the cell. What is in the middle of a face far larger
        than the known sizes is no face: another level of the pyramid finds it, and an eye or a mouth is none.
    """
    batch = boxes.shape[0]
    x = (torch.arange(width, device=boxes.device) + 0.5) * stride
    y = (torch.arange(height, device=boxes.device) + 0.5)[:, None] * stride
    wanted = torch.zeros(batch, height, width, device=boxes.device)
    ignore = torch.zeros(batch, height, width, dtype=torch.bool, device=boxes.device)
    goal = torch.zeros(batch, 4, height, width, device=boxes.device)
    for face in boxes.unbind(1):
        side = face[:, 2] - face[:, 0]
        valid = (side > 1)[:, None, None]
        centre = (face[:, :2] + face[:, 2:]) / 2
        distance = torch.maximum((x - centre[:, 0, None, None]).abs(), (y - centre[:, 1, None, None]).abs())
        near = distance <= torch.maximum(side * 0.15, torch.full_like(side, stride * 0.55))[:, None, None]
        around = distance <= (side * 0.35).clamp_min(stride * 1.1)[:, None, None]
        known = ((side >= 15) & (side <= 52))[:, None, None]
        wanted = torch.where(valid & near & known, 1.0, wanted)
        # The next level shows a face of 76 px at 38; the parts of a larger one must not pass for faces here.
        ignore |= valid & around & (side <= 76)[:, None, None] & ~(near & known)
        goal = torch.where((valid & near)[:, None], face[:, :, None, None], goal)
    return wanted, ignore & (wanted < 0.5), goal


def transformer_step(net: nn.Module, batch: dict[str, Tensor]) -> tuple[Tensor, Figures]:
    """Squared error of the turned landmarks (Nirkin et al. 2022, eq. 11)."""
    guess = net(batch["points"], batch["pose"])
    distance = (guess - batch["goal"]).norm(dim=-1)
    return 1000 * (distance**2).mean(), {"error": distance.mean()}
