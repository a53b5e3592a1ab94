"""Loss functions of the networks that measure: who a face is, and which expressions are alike (section 5.1)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from fsgan_core.networks.face_embedding import FaceEmbedding
from fsgan_core.training.losses import margin_softmax

Figures = dict[str, Tensor]
TRIPLET_MARGIN = 0.2
USUAL_DISTANCE = 1.1
"""Mean distance of two embeddings that is asked for; the largest possible is 2."""
CLEARLY_NEARER = 0.2
"""Of three expressions, two are a pair when both are this much nearer to each other than to the third."""

EXPRESSION_WEIGHTS = (
    0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.2, 0.2, 0.7, 0.7, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.3, 0.3,
    0.4, 0.4, 0.3, 0.4, 1.0, 0.4, 0.8, 0.3, 0.3, 0.5, 0.5, 0.6, 0.7, 0.4, 0.4, 0.3, 0.3, 0.6, 0.7, 0.4, 0.4, 0.3, 0.3,
    0.7, 0.7, 0.4, 0.4, 0.5, 0.5, 0.4, 0.4,
)  # fmt: skip
"""How much each of the head's 53 expressions counts, in their order: brows, cheeks, lids, gaze (not at all: it is no
expression), jaw, mouth, nose. By how far a full one moves the face; lids and brows, which viewers watch, more."""


class IdentityTrainer(nn.Module):
    """The identity embedding with one centre a person, which only training needs."""

    def __init__(self, features: FaceEmbedding, people: int) -> None:
        super().__init__()
        self.features = features
        self.centres = nn.Parameter(torch.randn(people, features.embedding.out_features) * 0.05)


def identity_step(net: nn.Module, batch: dict[str, Tensor]) -> tuple[Tensor, Figures]:
    """Margin softmax over the people of the training split. Figures: see `verification`; right is the share found."""
    assert isinstance(net, IdentityTrainer)
    embedding = net.features(torch.cat([batch["picture"], batch["other"]]))
    person = batch["person"].repeat(2)
    centres = net.centres.float()
    loss = margin_softmax(embedding, centres, person, scale=32.0, margin=0.25)
    right = ((embedding @ F.normalize(centres, dim=1).t()).argmax(1) == person).float().mean()
    return loss, {"right": right, **_verification(embedding, batch["person"])}


def identity_validation(net: nn.Module, batch: dict[str, Tensor]) -> Figures:
    """Likeness of pairs of people that training never saw, whose numbers mean nothing to the centres."""
    assert isinstance(net, IdentityTrainer)
    return _verification(net.features(torch.cat([batch["picture"], batch["other"]])), batch["person"])


def expression_step(net: nn.Module, batch: dict[str, Tensor]) -> tuple[Tensor, Figures]:
    """Triplet loss over all clear triplets of the batch (Vemulapalli et al.), helped by coefficients and distances.

    Triplets alone end at one point for all faces, where the loss is the margin and its gradient 0; distances that
    shall grow with those of the coefficients keep the embedding spread out.

    Figures: share of the clear triplets that the embedding orders rightly, and the squared error of the coefficients.
    """
    assert isinstance(net, FaceEmbedding) and net.attributes is not None
    pooled = net.pooled(batch["picture"])
    embedding = F.normalize(net.embedding(pooled).float(), dim=1)
    wanted = batch["expression"] * batch["expression"].new_tensor(EXPRESSION_WEIGHTS)
    error = (net.attributes(pooled).float() - wanted).square().sum(1).mean()
    found = (2 - 2 * embedding @ embedding.t()).clamp_min(0)
    true = torch.cdist(wanted, wanted)
    spread = ((found + 1e-6).sqrt() - true * (USUAL_DISTANCE / true.mean().clamp_min(1e-6))).abs().mean()
    # [i, j, k]: i and j are the pair, k the third.
    third = torch.minimum(true[:, None, :], true[None, :, :])
    same = torch.eye(len(true), dtype=torch.bool, device=true.device)[:, :, None]
    clear = (third - true[:, :, None] > CLEARLY_NEARER) & ~same
    gap = found[:, :, None] - found[:, None, :]
    losses = F.relu(gap + TRIPLET_MARGIN)[clear]
    triplet = losses.mean() if len(losses) else found.sum() * 0
    ordered = (gap[clear] < 0).float().mean() if len(losses) else torch.ones(())
    return triplet + spread + 5 * error, {"triplet": triplet, "ordered": ordered, "coefficients": error}


def _verification(embedding: Tensor, person: Tensor) -> Figures:
    """Mean cosine of two views of one person (same), of two people (other), and how often same beats other (auc)."""
    first, second = embedding.detach().chunk(2)
    cosine = first @ second.t()
    alike = person[:, None] == person[None, :]
    same, other = cosine.diagonal(), cosine[~alike]
    auc = (same[:, None] > other[None, :]).float().mean()
    return {"same": same.mean(), "other": other.mean(), "auc": auc}
