"""Random people of MakeHuman: a grown-up's face and body, skin, hair, brows, lashes, eyes, a hat at times, clothes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from fsgan_core.errors import PlateError
from fsgan_core.training.synthesis.head_camera import FloatArray
from fsgan_core.training.synthesis.makehuman_body import MakeHumanBody
from fsgan_core.training.synthesis.occluder_shapes import sample_colour
from fsgan_core.training.synthesis.shading import bytes_to_linear

ANCESTRIES, GENDERS = ("african", "asian", "caucasian"), ("female", "male")
# Share of the shape "old" in that of "young", which stands for 25 years, and of the target that ages a face: with less
# of either, or with round cheeks, some looked younger than they are.
AGE = (0.55, 1.0)
AGED_FACE, AGED_FACE_TARGET = (0.5, 1.0), "head/head-age-incr"
MIXED_SHARE, HAT_SHARE, BALD_SHARE = 0.3, 0.2, 0.1
# Parts of the face that differ from person to person, how many targets move at once, and how far.
DETAILS = ("cheek", "chin", "ears", "eyebrows", "eyes", "forehead", "head", "mouth", "neck", "nose")
DETAILS_PER_PERSON, LARGEST_DETAIL = (8, 22), 0.55
# Targets that make a face younger, or change what a landmark means.
NEVER = (
    "head-age", "head-round", "head-fat", "volume-incr", "eye-scale-incr", "trans-in", "trans-out", "head-trans",
    "neck-trans", "ear-trans",
)  # fmt: skip
HATS = ("hat_fedora",)
SHORT_HAIR = ("hair_short01", "hair_short02", "hair_short03", "hair_short04")
LONG_HAIR = ("hair_bob01", "hair_bob02", "hair_long01", "hair_ponytail01", "hair_braid01")
AFRO = "hair_afro01"
UNDER_HAT = ("hair_short01", "hair_short02", "hair_short04", "hair_bob01", "hair_long01")
# Natural hair from black to blond, linear, relative to the textures' own brown; grey comes with age.
HAIR_TINTS = ((0.35, 0.33, 0.32), (0.7, 0.6, 0.55), (1.0, 1.0, 1.0), (1.9, 1.5, 1.1), (3.2, 2.7, 1.9), (1.7, 0.8, 0.5))


@dataclass(frozen=True)
class MakeHumanPerson:
    """Who is drawn.

    Attributes:
        shape_weights: Target to weight, without expression.
        ancestry: Whose expressions the face has.
        pieces: What is worn: eyes, teeth, tongue, brows, lashes, hair, hat, clothes, those there are.
        textures: Piece, or "skin", to the file of its texture; a piece without one has a colour alone.
        tints: Piece, or "skin", to (3,) float64 factor on its texture's linear colour.
        grey: 0..1: how grey the hair is.
    """

    shape_weights: Mapping[str, float]
    ancestry: str
    pieces: tuple[str, ...]
    textures: Mapping[str, str]
    tints: Mapping[str, FloatArray]
    grey: float


def sample_person(rng: np.random.Generator, body: MakeHumanBody, textures: tuple[str, ...]) -> MakeHumanPerson:
    """A random grown-up.

    Args:
        rng: Advanced.
        body: What there is to wear and to shape.
        textures: Names of the texture files.
    """
    gender, age = str(rng.choice(GENDERS)), float(rng.uniform(*AGE))
    first, second = (str(name) for name in rng.choice(ANCESTRIES, 2, replace=False))
    share = float(rng.uniform(0.15, 0.5)) if rng.random() < MIXED_SHARE else 0.0
    weights: dict[str, float] = {}
    for ancestry, part in ((first, 1 - share), (second, share)):
        for stage, amount in (("young", 1 - age), ("old", age)):
            weights[f"macrodetails/{ancestry}-{gender}-{stage}"] = part * amount
    weights = {name: weight for name, weight in weights.items() if weight > 0} | _sample_details(rng, body)
    if AGED_FACE_TARGET in body.targets:
        weights[AGED_FACE_TARGET] = float(rng.uniform(*AGED_FACE))
    grey = float(np.clip(rng.normal(1.5 * age - 0.7, 0.35), 0, 1))
    files: dict[str, str] = {}
    tints: dict[str, FloatArray] = {}
    files["skin"], tints["skin"] = _sample_skin(rng, textures, first, gender, age)
    hair, hat = _sample_head_wear(rng, body, gender, first)
    clothes = [name for name in body.worn if name.startswith(f"clothes_{gender}")]
    kinds = (
        "eyes", _one(rng, body, "teeth_"), "tongue", _one(rng, body, "eyebrow"), _one(rng, body, "eyelashes"), hair,
        str(rng.choice(clothes)), hat,
    )  # fmt: skip
    pieces = tuple(name for name in kinds if name in body.worn)
    tone = _sample_hair_tint(rng, first)
    for name in pieces:
        choice = [file for file in textures if file.startswith("eye_" if name == "eyes" else name.split("_teeth")[0])]
        if name == "eyes" and first != "caucasian":
            choice = [file for file in choice if "brown" in file] or choice
        if choice:
            files[name] = str(rng.choice(choice))
        tints[name] = np.ones(3)
        if name == hair or name.startswith("eyebrow"):
            tints[name] = tone
        elif name.startswith("clothes"):
            tints[name] = np.clip(sample_colour(rng) * 2.5, 0.1, 2.0) if rng.random() < 0.6 else np.ones(3)
        elif name in HATS:
            tints[name] = sample_colour(rng)
    return MakeHumanPerson(weights, first, pieces, files, tints, grey)


def piece_texture(folder: Path, person: MakeHumanPerson, piece: str, region: FloatArray | None) -> FloatArray:
    """(h, w, 5) float32: linear colour, opacity and face region of a piece, or of the skin, of a person.

    Args:
        folder: Where the texture files lie.
        person: The person.
        piece: The piece, or "skin".
        region: (r, r) float32 of the skin; None is 1 everywhere.

    Raises:
        PlateError: The file is missing or damaged.
    """
    tint = np.asarray(person.tints[piece], np.float32)
    if piece not in person.textures:
        return np.concatenate([np.tile(tint, (4, 4, 1)), np.ones((4, 4, 2))], 2).astype(np.float32)
    stored = read_texture(folder / person.textures[piece])
    colour = stored[..., :3]
    if piece.startswith(("hair", "eyebrow")):
        grey = colour.mean(2, keepdims=True)
        white = np.clip(grey * 2.4 + 0.06, 0, 0.75)
        colour = np.asarray(colour * tint * (1 - person.grey) + white * person.grey)
    else:
        colour = np.asarray(colour * tint)
    face: FloatArray = np.ones(colour.shape[:2], np.float32)
    if region is not None:
        face = cv2.resize(region, colour.shape[1::-1], interpolation=cv2.INTER_AREA)
    return np.dstack([np.clip(colour, 0, 0.9), stored[..., 3], face]).astype(np.float32)


@lru_cache(maxsize=80)
def read_texture(path: Path) -> FloatArray:
    """(h, w, 4) float32: linear colour, and opacity in [0, 1].

    Raises:
        PlateError: The file is missing or damaged.
    """
    picture = cv2.imread(str(path), cv2.IMREAD_UNCHANGED) if path.exists() else None
    if picture is None or picture.ndim != 3:
        raise PlateError("no readable texture; copy the data folder again", path=str(path))
    texture = np.ones((*picture.shape[:2], 4), np.float32)
    texture[..., :3] = bytes_to_linear(picture[..., 2::-1])
    if picture.shape[2] == 4:
        texture[..., 3] = picture[..., 3] / np.float32(255)
    return texture


def _sample_details(rng: np.random.Generator, body: MakeHumanBody) -> dict[str, float]:
    """Targets of the face, mostly the same on both sides."""
    names = [
        name for name in body.targets
        if name.split("/")[0] in DETAILS and not any(word in name for word in NEVER) and "/r-" not in name
    ]  # fmt: skip
    if not names:
        return {}
    chosen = rng.choice(names, min(len(names), int(rng.integers(*DETAILS_PER_PERSON))), replace=False)
    weights: dict[str, float] = {}
    for name in (str(word) for word in chosen):
        weight = float(rng.beta(1.3, 2.5)) * LARGEST_DETAIL
        weights[name] = weight
        other = name.replace("/l-", "/r-")
        if other in body.targets:
            weights[other] = weight * float(rng.uniform(0.85, 1.15))
    return weights


def _sample_skin(
    rng: np.random.Generator, textures: tuple[str, ...], ancestry: str, gender: str, age: float
) -> tuple[str, FloatArray]:
    """The file of a skin that fits, and its tint."""
    stage = "middleage" if age < 0.75 else "old"
    shade = "darkskinned" if ancestry == "african" else "lightskinned"
    fitting = [name for name in textures if name.startswith(f"skin_{stage}_{shade}_{gender}")]
    fitting = fitting or [name for name in textures if name.startswith("skin_")]
    tint = np.exp(rng.normal(0, 0.05, 3)) * np.exp(rng.normal(0, 0.15))
    if ancestry == "african":
        tint = tint * rng.uniform(0.8, 1.8)
    if ancestry == "asian":
        tint = tint * np.array([0.95, 0.9, 0.8])
    return str(rng.choice(fitting)), tint


def _sample_head_wear(rng: np.random.Generator, body: MakeHumanBody, gender: str, ancestry: str) -> tuple[str, str]:
    """Hair and hat by name, "" where there is none."""
    hat = str(rng.choice(HATS)) if rng.random() < HAT_SHARE else ""
    likely: tuple[str, ...] = LONG_HAIR * 2 + SHORT_HAIR
    if gender == "male":
        likely = SHORT_HAIR * 4 + ("hair_long01", "hair_ponytail01")
    if ancestry == "african":
        likely += (AFRO,) * (len(likely) // 2)
    if hat:
        likely = tuple(name for name in likely if name in UNDER_HAT)
    likely = tuple(name for name in likely if name in body.worn)
    bald = gender == "male" and rng.random() < BALD_SHARE
    return "" if bald or not likely else str(rng.choice(likely)), hat


def _sample_hair_tint(rng: np.random.Generator, ancestry: str) -> FloatArray:
    """(3,) factor on a hair texture's colour."""
    darkest = 2 if ancestry != "caucasian" else len(HAIR_TINTS)
    return np.array(HAIR_TINTS[int(rng.integers(darkest))]) * np.exp(rng.normal(0, 0.12, 3))


def _one(rng: np.random.Generator, body: MakeHumanBody, start: str) -> str:
    """One of the pieces whose name starts so, or ""."""
    names = [name for name in body.worn if name.startswith(start)]
    return str(rng.choice(names)) if names else ""
