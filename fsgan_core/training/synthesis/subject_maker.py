"""A subject from one labelled portrait: fit the head, unwrap skin and eyes, redraw, judge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from fsgan_core.errors import PlateError
from fsgan_core.geometry.head_rotation import rotation_to_pose
from fsgan_core.training.synthesis.atlas_completion import complete_skin
from fsgan_core.training.synthesis.eye_maps import PortraitEyes, unwrap_eyes
from fsgan_core.training.synthesis.eyelids import LID_EXPRESSIONS
from fsgan_core.training.synthesis.head_camera import FloatArray
from fsgan_core.training.synthesis.head_fit import HeadFit, expected_expression, fit_head, fit_model
from fsgan_core.training.synthesis.head_maps import ATLAS_PX, EYE_MAP_PX, map_head
from fsgan_core.training.synthesis.ict_fit_points import FACE_POINTS
from fsgan_core.training.synthesis.labelled_portraits import LabelledPortrait, PortraitFolder
from fsgan_core.training.synthesis.morphable_head import load_ict_head
from fsgan_core.training.synthesis.portrait_atlas import Unwrapper, place_head
from fsgan_core.training.synthesis.portrait_light import fit_light
from fsgan_core.training.synthesis.subject import prepare_subject
from fsgan_core.training.synthesis.subject_pack import PORTRAIT_PX, SubjectRecord, unpack_subject
from fsgan_core.training.synthesis.subject_quality import (
    HARD_FLAGS,
    FitFigures,
    RedrawnFigures,
    compare_redrawn,
    find_flags,
    find_obstacle,
)

ATLAS_QUALITY, PORTRAIT_QUALITY, MASK_QUALITY = 90, 84, 70

Line = dict[str, str | int | float]


@dataclass(frozen=True)
class MadeSubject:
    """A person: `arrays` as a shard holds them, `line` of the index, without its shard."""

    arrays: Mapping[str, FloatArray]
    line: Line


@dataclass(frozen=True)
class LeftOut:
    """A portrait that nobody can be made of, and why."""

    name: str
    reason: str


class SubjectMaker:
    """Makes one subject after another; holds what all of them share.

    Args:
        head: The morphable head's file.
        portraits: The folder of labelled portraits.

    Raises:
        PlateError: Head or labels are missing or damaged.
    """

    def __init__(self, head: Path, portraits: Path) -> None:
        self._maps = map_head(load_ict_head(head))
        try:
            self._model = fit_model(self._maps.head)
        except ValueError as error:
            raise PlateError(f"no head to fit ({error}); copy the data folder again", path=str(head)) from error
        self._unwrapper = Unwrapper(self._maps, self._model)
        self._portraits = PortraitFolder(portraits)

    def make(self, name: str) -> MadeSubject | LeftOut:
        """The person of a portrait; the same portrait gives the same person.

        Raises:
            KeyError: There is no such portrait.
            PlateError: Its picture is missing or damaged.
        """
        portrait = self._portraits.load(name)
        for kind, mask in (("person", portrait.person), ("hair", portrait.hair)):
            if mask is None:
                return LeftOut(name, f"there is no {kind}/{name}.jpg")
        expected = expected_expression(portrait.blendshapes, self._maps.head.expression_names)
        fit = fit_head(self._model, portrait.points[:FACE_POINTS] - 0.5, expected)
        placed = place_head(self._maps, fit)
        unwrapped = self._unwrapper.unwrap(portrait, fit, placed)
        skin, seen, known = complete_skin(unwrapped)
        eyes = unwrap_eyes(self._maps, portrait, fit, placed)
        arrays = _pack(portrait, fit, (skin, eyes), fit_light(unwrapped))

        region = self._maps.face_region > 0
        lids = [self._maps.head.expression_names.index(lid) for lid in LID_EXPRESSIONS]
        figures = FitFigures(
            residual=fit.relative_residual,
            face_px=fit.face_px / portrait.crop_scale,
            pose=rotation_to_pose(fit.rotation),
            seen=float(seen[region].mean()),
            known=float(known[region].mean()),
            eye_texels=eyes.seen_texels,
            blink=float(fit.expression[lids].max()),
        )
        row = portrait.row
        record = SubjectRecord(name, 0, row["source"], row["licence"], row["split"], True)
        redrawn = compare_redrawn(prepare_subject(self._maps, unpack_subject(record, arrays)), portrait.picture)
        obstacle = find_obstacle(figures, redrawn)
        if obstacle is not None or redrawn is None:
            return LeftOut(name, str(obstacle))
        return MadeSubject(arrays, _line(portrait, fit, figures, redrawn))


def _pack(
    portrait: LabelledPortrait, fit: HeadFit, textures: tuple[FloatArray, PortraitEyes], light: FloatArray
) -> dict[str, FloatArray]:
    """The arrays of a person as `subject_pack` reads them."""
    skin, eyes = textures
    atlas = np.zeros((ATLAS_PX + EYE_MAP_PX, ATLAS_PX, 3), np.float32)
    atlas[:ATLAS_PX] = skin
    atlas[ATLAS_PX:, : 2 * EYE_MAP_PX] = np.concatenate(list(eyes.maps), 1)
    size = (PORTRAIT_PX, PORTRAIT_PX)
    assert portrait.person is not None and portrait.hair is not None, "portraits without masks are left out before"
    masks = [cv2.resize(mask, size, interpolation=cv2.INTER_AREA) for mask in (portrait.person, portrait.hair)]
    texts = {key: np.array(portrait.row.get(key) or "") for key in ("source", "licence", "origin")}
    return texts | {
        "atlas": _jpeg(atlas, ATLAS_QUALITY),
        "crop": _jpeg(cv2.resize(portrait.picture, size, interpolation=cv2.INTER_AREA), PORTRAIT_QUALITY),
        "masks": _jpeg(np.concatenate(masks) * 255, MASK_QUALITY),
        "wid": fit.identity.astype(np.float16),
        "wex": fit.expression.astype(np.float16),
        "R": fit.rotation.astype(np.float32),
        "cam": fit.camera.astype(np.float32),
        "gaze": eyes.gaze,
        "src_sh": light,
        "valid": np.array(portrait.valid_box, np.float32),
    }


def _jpeg(picture: FloatArray, quality: int) -> FloatArray:
    """A picture 0..255, RGB or grey, as the bytes of a JPEG file."""
    values = np.clip(picture + 0.5, 0, 255).astype(np.uint8)
    options = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_OPTIMIZE, 1]
    done, encoded = cv2.imencode(".jpg", values[..., ::-1] if values.ndim == 3 else values, options)
    assert done, "a uint8 picture can be encoded"
    return encoded.ravel()


def _line(portrait: LabelledPortrait, fit: HeadFit, figures: FitFigures, redrawn: RedrawnFigures) -> Line:
    """The person's line of the index. What the owner of the portraits noted against them stays."""
    row, found = portrait.row, find_flags(figures, redrawn)
    good = not HARD_FLAGS & set(found) and not portrait.flags and row.get("ok") != "0"
    yaw, pitch, roll = figures.pose
    return {
        "name": row["name"],
        "source": row["source"],
        "licence": row["licence"],
        "origin": row.get("origin") or "",
        "ok": int(good),
        "flags": "|".join(dict.fromkeys((*found, *portrait.flags))),
        "rms": round(figures.residual, 4),
        "residual_px": round(fit.mean_residual_px, 2),
        "face_px": round(figures.face_px),
        "yaw": round(yaw, 1),
        "pitch": round(pitch, 1),
        "roll": round(roll, 1),
        "seen": round(figures.seen, 3),
        "known": round(figures.known, 3),
        "eye_texels": round(figures.eye_texels),
        "rerender_mae": round(redrawn.difference, 2),
        "contrast": round(redrawn.contrast, 1),
        "saturation": round(redrawn.saturation, 1),
        "mean_level": round(redrawn.mean_level, 1),
        "eye_level": round(redrawn.eye_level, 1),
        "eye_p90": round(redrawn.eye_p90, 1),
        "hair_over_face": round(redrawn.hair_over_face, 3),
        "split": row["split"],
    }
