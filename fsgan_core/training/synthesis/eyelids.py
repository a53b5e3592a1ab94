"""Upper lids: a photograph with open eyes hardly shows them, so their skin is made from the skin above."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from fsgan_core.training.synthesis.head_camera import FloatArray
from fsgan_core.training.synthesis.hole_filling import fill_holes
from fsgan_core.training.synthesis.mesh_lookup import lay_flat
from fsgan_core.training.synthesis.morphable_head import MorphableHead

LID_EXPRESSIONS = ("eyeBlink_L", "eyeBlink_R")
# Where the eyes are in the ICT face atlas, px: their row, their distance from the mid-line, and how far each reaches.
EYE_ROW, EYE_COLUMN_OFFSET, EYE_HALF_HEIGHT, EYE_HALF_WIDTH = 144, 85, 25, 60
# Rows of the atlas with plain skin of the cheek, below the eyes.
CHEEK_ROWS = (200, 230)
# A lid is refilled completely at this share of a full blink more than the photograph's.
BLINK_GAIN = 1.3
BLINK_THRESHOLD = 0.05


@dataclass(frozen=True)
class LidMap:
    """One upper lid in the atlas.

    Attributes:
        rows: First and last row (half-open) of the box around the lid; `columns` likewise.
        weight: (h, w) float32 in the box: 1 where a blink moves the skin much.
        lash_line: (h, w) float32 in the box: 1 along the lid's margin.
    """

    rows: slice
    columns: slice
    weight: FloatArray
    lash_line: FloatArray


def map_lids(head: MorphableHead, texel: FloatArray, side: int) -> tuple[LidMap, LidMap]:
    """The upper lids of the subject's left and right eye.

    Args:
        head: The head; its blink displacements say what is lid.
        texel: (N, 2) float32 atlas px of each drawn vertex.
        side: Of the atlas, px.
    """
    skin = lay_flat(texel, head.triangles[: head.skin_triangles], side)

    def map_lid(expression: str) -> LidMap:
        displacement = head.expression[head.expression_names.index(expression), : head.drawn]
        falling = np.where(displacement[:, 1] < 0, np.linalg.norm(displacement, axis=1), 0)
        moved_cm = np.zeros((side, side), np.float32)
        moved_cm[skin.drawn] = skin.read(falling)
        return _lid_map(moved_cm, ~skin.drawn)

    left, right = LID_EXPRESSIONS
    return map_lid(left), map_lid(right)


def _lid_map(moved_cm: FloatArray, undrawn: FloatArray) -> LidMap:
    """The lid of one eye, from how far (side, side) a blink moves each texel and from the texels without skin."""
    side = len(moved_cm)
    weight = np.clip((moved_cm - 0.12) / 0.38, 0, 1)
    ys, xs = np.where(weight > 0.01)
    rows = slice(max(0, int(ys.min()) - 14), int(ys.max()) + 10)
    columns = slice(max(0, int(xs.min()) - 14), int(xs.max()) + 14)
    row, column = np.arange(side)[:, None], np.arange(side)[None]
    near_eye = (np.abs(row - EYE_ROW) < EYE_HALF_HEIGHT) & (
        np.abs(np.abs(column - (side / 2 - 0.5)) - EYE_COLUMN_OFFSET) < EYE_HALF_WIDTH
    )
    opening = undrawn & near_eye
    from_opening_px = cv2.distanceTransform((~opening).astype(np.uint8), cv2.DIST_L2, 5)
    line = np.clip(1 - (from_opening_px - 2.5) / 3.5, 0, 1) * np.clip((moved_cm - 0.15) / 0.2, 0, 1)
    line = cv2.GaussianBlur(line.astype(np.float32), (0, 0), 0.6)
    return LidMap(rows, columns, weight[rows, columns], line[rows, columns])


def closed_lid_texture(skin: FloatArray, lid: LidMap) -> FloatArray:
    """(h, w, 3) float32 linear: the lid's box of the atlas as it looks when the eye is shut.

    Args:
        skin: (512, 512, 3) float32 linear atlas.
        lid: The lid's place.
    """
    patch = skin[lid.rows, lid.columns]
    luminance = patch.mean(2)
    middle = np.percentile(luminance, 50)
    # Lashes and the eye's shadow are darker than skin; neither they nor the lid itself say how the lid looks.
    believed = (1 - lid.weight) * np.clip((luminance / max(float(middle), 1e-4) - 0.45) / 0.25, 0, 1)
    filled = fill_holes(patch, believed.astype(np.float32))
    below = skin[lid.rows.stop : lid.rows.stop + 28, lid.columns.start + 10 : lid.columns.stop - 10].reshape(-1, 3)
    cheek = skin[slice(*CHEEK_ROWS), lid.columns].reshape(-1, 3)
    tone = 0.5 * np.median(below, 0) + 0.5 * np.median(cheek, 0)
    relative = filled.mean(2, keepdims=True) / max(float(tone.mean()), 1e-3)
    filled = tone * cv2.GaussianBlur(np.clip(relative, 0.72, 1.0), (0, 0), 2.5)[..., None]
    weight = lid.weight[..., None]
    shadow = (0.80 + 0.20 * np.clip(weight * 1.4 - 0.4, 0, 1)) * (1 - 0.8 * lid.lash_line[..., None])
    return np.asarray((patch * (1 - weight) + filled * weight * shadow).astype(np.float32))


def shut_lids(
    skin: FloatArray, lids: Sequence[LidMap], closed: Sequence[FloatArray], blinks: Sequence[float]
) -> FloatArray:
    """The atlas with each lid refilled as far as it is shut; the atlas itself where the eyes stay open.

    Args:
        skin: (512, 512, 3) float32 linear atlas.
        lids: The lids' places.
        closed: Their `closed_lid_texture`.
        blinks: How much more each eye is shut than in the photograph.
    """
    if max(blinks) <= BLINK_THRESHOLD:
        return skin
    shut = skin.copy()
    for lid, texture, blink in zip(lids, closed, blinks, strict=True):
        amount = min(1.0, max(0.0, blink) * BLINK_GAIN)
        shut[lid.rows, lid.columns] = shut[lid.rows, lid.columns] * (1 - amount) + texture * amount
    return shut
