"""What a network makes of frames that it never learned from, in numbers and for the preview sheet."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from fsgan_core.evaluation.contact_sheet import contact_sheet
from fsgan_core.face.aligned_face import embed_aligned
from fsgan_core.geometry.landmark_warp import warp_to_landmarks
from fsgan_core.stages.face_view import FaceView, flip_view, roll_view
from fsgan_core.stages.network_arrays import pictures_to_tensor
from fsgan_core.stages.reenact import Reenactor, reenact
from fsgan_core.training.generator_steps import Generated
from fsgan_core.training.losses import perceptual_loss
from fsgan_core.training.subject_footage import SubjectFrame
from fsgan_core.training.subject_samples import FURTHEST_TURN_DEG, as_view
from fsgan_core.weights.load import MeasureNetworks, Pack

Figures = Mapping[str, float]
LOWER_IS_BETTER = ("l1", "perceptual")


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Held-out frames and the views that they are made from: for each the one turned furthest away from it.

    From a view beside it every frame is easy, finetuned or not. Finetuning is for what the source shows too little of.

    Attributes:
        views: Those of the frames that are learned from.
        frames: The frames to make.
        pack: T and the face features of the parent.
        judge: The networks that measure; no part of the training.
    """

    views: Sequence[FaceView]
    frames: Sequence[SubjectFrame]
    pack: Pack
    judge: MeasureNetworks

    def reenacted(self, network: nn.Module) -> list[np.ndarray]:
        """What G_r makes of each frame: (S, S, 3) float32 in [-1, 1]."""
        reenactor = Reenactor(network, self.pack.transformer)
        made = []
        for frame in self.frames:
            view = self.far_view(frame)
            made.append(np.clip(reenact([view], np.ones(1), frame.landmarks, frame.pose, reenactor), -1, 1))
        return made

    def far_view(self, frame: SubjectFrame) -> FaceView:
        """The view that is turned furthest from the frame, as far as one step of G_r reaches."""
        turns = [float(np.linalg.norm(view.pose[:2] - frame.pose[:2])) for view in self.views]
        within = [turn if turn <= FURTHEST_TURN_DEG else -turn for turn in turns]
        return self.views[int(np.argmax(within))]

    def figures(self, network: nn.Module) -> dict[str, float]:
        """identity (cosine to the true frame), l1 (share of the display range, on the face), perceptual (eq. 3)."""
        return self.figures_of(self.reenacted(network))

    def figures_of(self, pictures: Sequence[np.ndarray]) -> dict[str, float]:
        """The same of any picture (S, S, 3) in [-1, 1] for each frame."""
        rows = [self._compare(frame, picture) for frame, picture in zip(self.frames, pictures, strict=True)]
        return {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}

    def _compare(self, frame: SubjectFrame, made: np.ndarray) -> dict[str, float]:
        truth, mask = frame.encoded, (frame.face > 127).astype(np.float32)[..., None]
        embeddings = [embed_aligned(picture, frame.landmarks, self.judge.identity) for picture in (made, truth)]
        inside = [picture * mask - (1 - mask) for picture in (made, truth)]
        device = next(self.pack.features.parameters()).device
        with torch.inference_mode():
            a, b = (pictures_to_tensor([picture], device) for picture in inside)
            perceptual = float(perceptual_loss(self.pack.features, a, b))
        return {
            "identity": float(embeddings[0] @ embeddings[1]),
            "l1": float((np.abs(made - truth) * mask).sum() / max(float(mask.sum()) * 3, 1) / 2),
            "perceptual": perceptual,
        }


def prepare_held_out(
    learned: Sequence[SubjectFrame], held: Sequence[SubjectFrame], pack: Pack, judge: MeasureNetworks
) -> HeldOut:
    """Held-out frames with the views of the others; where both are the same frame, with its mirror image."""
    views = [as_view(frame) for frame in learned]
    if len(learned) == 1 and held[0] is learned[0]:
        views = [flip_view(view) for view in views]
    return HeldOut(views, held, pack, judge)


def true_picture_figures(held_out: HeldOut, shot: Sequence[SubjectFrame]) -> dict[str, dict[str, float]]:
    """What true pictures of the person come to, for a scale beside the figures of a network.

    Args:
        held_out: The frames to come near to.
        shot: All frames of their clips.

    Returns:
        Figures of the view that a frame is made from, warped to its landmarks; and of the true frame nearest in time,
        likewise warped, which may be another held-out one: nobody can ask more of a network that saw neither.
    """
    warped: list[np.ndarray] = []
    beside: list[np.ndarray] = []
    for frame in held_out.frames:
        others = [other for other in shot if other.clip == frame.clip and other.number != frame.number]
        nearest = as_view(min(others or [frame], key=lambda other: abs(other.number - frame.number)))
        for view, pictures in ((held_out.far_view(frame), warped), (nearest, beside)):
            upright = roll_view(view, float(frame.pose[2]))
            pictures.append(warp_to_landmarks(upright.picture, upright.landmarks, frame.landmarks))
    return {"view, only warped": held_out.figures_of(warped), "true frame beside it": held_out.figures_of(beside)}


def sample_figures(
    network: nn.Module,
    samples: Sequence[dict[str, Tensor]],
    pictures: Callable[..., list[Generated]],
    features: nn.Module,
) -> dict[str, float]:
    """l1 and perceptual of G_b or G_c on fixed samples of held-out frames."""
    rows = []
    with torch.no_grad():
        for sample in samples:
            made = pictures(network, sample, None, "full", 0.0)[0]
            l1 = (made.fake.clamp(-1, 1) - made.wanted).abs().mean() / 2
            rows.append((float(l1), float(perceptual_loss(features, made.fake, made.wanted))))
    l1, perceptual = np.mean(rows, axis=0)
    return {"l1": float(l1), "perceptual": float(perceptual)}


def gain(now: Figures, before: Figures) -> float:
    """How much better than the parent, 0 for as good; minus infinity where any figure is worse.

    Identity counts in cosine, the others as the share by which they fell, at half.
    """
    better = now.get("identity", 0.0) - before.get("identity", 0.0)
    shares = [1 - now[name] / max(before[name], 1e-9) for name in LOWER_IS_BETTER]
    if better < 0 or min(shares) < 0:
        return -float("inf")
    return better + 0.5 * sum(shares)


def preview_sheet(rows: Sequence[Sequence[np.ndarray]], names: Sequence[str], columns: Sequence[str]) -> np.ndarray:
    """(H, W, 3) uint8: a row for each held-out frame.

    Args:
        rows: Pictures (S, S, 3) in [-1, 1], one a column.
        names: Of the rows.
        columns: Of the columns.
    """
    tiles = [[_tile(picture) for picture in row] for row in rows]
    return contact_sheet(tiles, columns, names)


def _tile(picture: np.ndarray) -> np.ndarray:
    eight_bit = np.round((np.clip(picture, -1, 1) + 1) * 127.5).astype(np.uint8)
    return np.asarray(cv2.resize(eight_bit, (192, 192), interpolation=cv2.INTER_AREA))
