"""Upper lids: a photograph with open eyes hardly shows them, so their skin is made from the skin above."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from scipy.ndimage import median_filter, uniform_filter

from fsgan_core.training.synthesis.head_camera import FloatArray
from fsgan_core.training.synthesis.hole_filling import fill_holes
from fsgan_core.training.synthesis.mesh_lookup import lay_flat, look_up
from fsgan_core.training.synthesis.morphable_head import MorphableHead
from fsgan_core.training.synthesis.rasteriser import empty_fragments, rasterise

LID_EXPRESSIONS = ("eyeBlink_L", "eyeBlink_R")
# Skin that a blink moves down by more than this is lid.
LID_CM = 0.2
# Lashes and their shadow darken the lid's edge: fully so near to it (atlas px), and fading so much further.
LASH_PX, LASH_FADE_PX = 1.6, 3.2
LASH_LOSS = 0.85
# The shut lid's edge is looked for at this share of a blink, on a drawing with so many px a cm.
SHUT, EDGE_PX_PER_CM, EDGE_COLUMNS = 0.85, 40.0, 15
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
        return _lid_map(moved_cm, _seen_edge(head, texel, (displacement, falling)))

    left, right = LID_EXPRESSIONS
    return map_lid(left), map_lid(right)


def _seen_edge(head: MorphableHead, texel: FloatArray, blink: tuple[FloatArray, FloatArray]) -> FloatArray:
    """(n, 2) atlas px: the lower edge of a shut lid as seen from the front, where lashes grow.

    It is not the rim of the opening: shut, that lies behind the lower lid.

    Args:
        head: The head.
        texel: (N, 2) float32 atlas px of each drawn vertex.
        blink: (N, 3) cm by which a blink moves the drawn vertices, and (N,) how far it moves those that fall.
    """
    displacement, falling = blink
    shut = head.neutral[: head.drawn] + displacement * SHUT
    lid = falling > LID_CM
    low, high = shut[lid].min(0) - 0.5, shut[lid].max(0) + 0.5
    across, down = (shut[:, 0] - low[0]) * EDGE_PX_PER_CM, (high[1] - shut[:, 1]) * EDGE_PX_PER_CM
    width, height = (np.ceil((high - low) * EDGE_PX_PER_CM).astype(int) + 1)[:2]
    fragments = empty_fragments(int(height), int(width))
    skin = head.triangles[: head.skin_triangles]
    rasterise(np.stack([across, down, -shut[:, 2]], 1).astype(np.float64), skin, fragments, True)
    seen = look_up(fragments, skin)
    moved_cm, place = np.zeros(seen.drawn.shape), np.zeros((*seen.drawn.shape, 2))
    moved_cm[seen.drawn], place[seen.drawn] = seen.read(falling), seen.read(texel)
    on_lid = moved_cm > LID_CM
    columns = np.flatnonzero(on_lid.any(0))
    lowest = height - 1 - on_lid[::-1, columns].argmax(0)
    # Where a triangle's border is seen edge on, single columns are far off.
    edge = median_filter(place[lowest, columns], (EDGE_COLUMNS, 1), mode="nearest")
    return np.asarray(uniform_filter(edge, (EDGE_COLUMNS, 1), mode="nearest"))


def _lid_map(moved_cm: FloatArray, edge: FloatArray) -> LidMap:
    """The lid of one eye, from how far (side, side) a blink moves each texel and the edge of the shut lid (n, 2) px."""
    weight = np.clip((moved_cm - 0.12) / 0.38, 0, 1)
    ys, xs = np.where(weight > 0.01)
    rows = slice(max(0, int(ys.min()) - 14), int(ys.max()) + 10)
    columns = slice(max(0, int(xs.min()) - 14), int(xs.max()) + 14)
    away = np.ones(moved_cm.shape, np.uint8)
    cv2.polylines(away, [np.round(edge * 16).astype(np.int32)], False, 0, 1, cv2.LINE_8, 4)
    from_edge_px = cv2.distanceTransform(away, cv2.DIST_L2, 5)
    line = np.clip(1 - (from_edge_px - LASH_PX) / LASH_FADE_PX, 0, 1) * np.clip((moved_cm - 0.15) / 0.2, 0, 1)
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
    shadow = (0.80 + 0.20 * np.clip(weight * 1.4 - 0.4, 0, 1)) * (1 - LASH_LOSS * lid.lash_line[..., None])
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
