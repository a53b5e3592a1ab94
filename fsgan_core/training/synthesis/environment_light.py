"""Surroundings: panoramas of real places, as light on a head and as backgrounds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import OpenImageIO as oiio  # noqa: N813

from fsgan_core.errors import PlateError
from fsgan_core.training.synthesis.head_camera import FloatArray
from fsgan_core.training.synthesis.shading import harmonics

SUFFIXES = (".exr", ".hdr")
# Light is measured on a panorama of this size; a sun brighter than the limit would only make noise at nine harmonics.
LIGHT_HEIGHT, LIGHT_WIDTH = 64, 128
SUN_PERCENTILE, SUN_LIMIT = 99.7, 4.0
TURNS = 8
# Radiance to irradiance: a cosine lobe's own harmonics (Ramamoorthi and Hanrahan 2001, Eq. 8).
COSINE_LOBE = np.array([np.pi] + [2 * np.pi / 3] * 3 + [np.pi / 4] * 5)


@dataclass(frozen=True)
class Environment:
    """A place.

    Attributes:
        name: Of its file.
        panorama: (H, 2H, 3) float32 linear, equirectangular, row 0 straight up.
        lights: (8, 9, 3) float32 irradiance harmonics: the place turned by eighths, each with mean irradiance 1.
    """

    name: str
    panorama: FloatArray
    lights: FloatArray


def load_environments(folder: Path) -> list[Environment]:
    """Every panorama of a folder, by name.

    Raises:
        PlateError: The folder has none, or one of them cannot be read.
    """
    paths = sorted(path for path in folder.glob("*") if path.suffix.lower() in SUFFIXES)
    if not paths:
        raise PlateError("no panoramas here; --data needs hdri/*.exr or *.hdr", path=str(folder))
    return [_load(path) for path in paths]


def _load(path: Path) -> Environment:
    """One panorama and its light."""
    picture = oiio.ImageBuf(str(path))
    pixels = picture.get_pixels(oiio.FLOAT)
    if picture.has_error or pixels is None or pixels.ndim != 3 or pixels.shape[2] < 3:
        raise PlateError(f"not a readable colour panorama ({picture.geterror()})", path=str(path))
    panorama = np.ascontiguousarray(pixels[..., :3])
    turn_px = panorama.shape[1] // TURNS
    lights = np.stack([panorama_to_light(np.roll(panorama, turn * turn_px, 1)) for turn in range(TURNS)])
    return Environment(path.name, panorama, lights)


def panorama_to_light(panorama: FloatArray) -> FloatArray:
    """(9, 3) float32 irradiance harmonics of a panorama, in the camera's frame, scaled to mean irradiance 1.

    The middle of the panorama lies ahead of the camera, behind the head; its ends meet behind the camera.

    Args:
        panorama: (H, 2H, 3) float32 linear.
    """
    small = cv2.resize(panorama, (LIGHT_WIDTH, LIGHT_HEIGHT), interpolation=cv2.INTER_AREA)
    small = np.minimum(small, np.percentile(small, SUN_PERCENTILE) * SUN_LIMIT)
    polar = (np.arange(LIGHT_HEIGHT) + 0.5) / LIGHT_HEIGHT * np.pi
    azimuth = (np.arange(LIGHT_WIDTH) + 0.5) / LIGHT_WIDTH * 2 * np.pi
    polar, azimuth = np.meshgrid(polar, azimuth, indexing="ij")
    direction = np.stack([np.sin(polar) * np.sin(azimuth), np.cos(polar), -np.sin(polar) * np.cos(azimuth)], -1)
    solid_angle = np.sin(polar) * np.pi / LIGHT_HEIGHT * 2 * np.pi / LIGHT_WIDTH
    radiance = np.einsum("hwk,hwc,hw->kc", harmonics(direction), small, solid_angle)
    light = radiance * COSINE_LOBE[:, None]
    return np.asarray((light / (light[0].mean() * 0.282095)).astype(np.float32))
