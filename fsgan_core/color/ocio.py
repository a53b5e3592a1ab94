"""Colorspace names to scene-linear Rec.709, the engine's working space, and back."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import OpenImageIO as oiio  # noqa: N813
from numpy.typing import NDArray

from fsgan_core.color.cineon import CINEON, cineon_to_linear, linear_to_cineon
from fsgan_core.color.colorspaces import (
    ACES2065,
    ACESCG,
    BUILT_IN_CONFIG,
    LINEAR_REC709,
    config_name,
    find_colorspace,
    has_colorspace,
    is_data,
    is_linear,
)
from fsgan_core.errors import JobError

Matrix = tuple[tuple[float, ...], ...]
_IDENTITY: Matrix = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


def to_working(stored: NDArray[Any], colorspace: str) -> NDArray[np.float32]:
    """The light of a picture: scene-linear with Rec.709 primaries, unbounded.

    The same number gives the same light wherever it stands in a picture, so that chunks and crops agree bit for bit
    in matrix and table conversions; NaN stays NaN.

    Args:
        stored: (H, W, 3) in `colorspace`: float16 or float32, or uint8 / uint16 whose largest number stands for 1.
        colorspace: Name, alias or role in $OCIO or the built-in ACES configuration, or `Cineon`.

    Returns:
        (H, W, 3) float32; `stored` itself where it is float32 in the working space already.

    Raises:
        JobError: There is no such colorspace, or the configuration has none to get to the working space by.
    """
    name = _resolved(colorspace)
    if stored.dtype.kind == "u":
        table = _table(config_name(), name, stored.dtype.itemsize)
        if table is not None:
            return np.take(table, stored)
        stored = stored / np.float32(np.iinfo(stored.dtype).max)
    rgb = stored.astype(np.float32, copy=False)
    if name == CINEON:
        return cineon_to_linear(rgb)
    return _convert(rgb, name, to_working_space=True)


def from_working(rgb: NDArray[np.float32], colorspace: str) -> NDArray[np.float32]:
    """The inverse of `to_working`: (H, W, 3) float32 light in the numbers of `colorspace`, not clipped.

    Raises:
        JobError: As `to_working`.
    """
    name = _resolved(colorspace)
    light = rgb.astype(np.float32, copy=False)
    if name == CINEON:
        return linear_to_cineon(light)
    return _convert(light, name, to_working_space=False)


def check_colorspace(colorspace: str) -> None:
    """Refuse a colorspace that `to_working` could not convert, before any work is done.

    Raises:
        JobError: There is none of that name; the message has those that are spelled alike.
    """
    name = _resolved(colorspace)
    if name != CINEON:
        _anchor(config_name())


def is_scene_linear(colorspace: str) -> bool:
    """Whether the numbers of `colorspace` are proportional to light.

    Raises:
        JobError: There is no such colorspace.
    """
    name = _resolved(colorspace)
    return name != CINEON and is_linear(name)


def _resolved(colorspace: str) -> str:
    """The configuration's own name; `Cineon`, which ACES lacks, is built in where the configuration has none."""
    if colorspace.lower() == CINEON.lower() and not has_colorspace(colorspace):
        return CINEON
    return find_colorspace(colorspace)


def _convert(rgb: NDArray[np.float32], name: str, *, to_working_space: bool) -> NDArray[np.float32]:
    config = config_name()
    matrix = _matrix(config, name)
    if matrix is not None:
        if matrix == _IDENTITY:
            return rgb
        return _multiplied(rgb, matrix if to_working_space else _inverse(matrix))
    anchor, to_rec709 = _anchor(config)
    if to_working_space:
        return _multiplied(_by_ocio(rgb, name, anchor, config), to_rec709)
    return _by_ocio(_multiplied(rgb, _inverse(to_rec709)), anchor, name, config)


@lru_cache(maxsize=8)
def _anchor(config: str) -> tuple[str, Matrix]:
    """A linear colorspace that the configuration has, and the matrix from it to linear Rec.709."""
    for wanted in (LINEAR_REC709, ACESCG, ACES2065):
        if has_colorspace(wanted, config):
            return find_colorspace(wanted, config), _built_in_matrix(wanted)
    raise JobError(
        f"the OCIO configuration {config} has neither a linear Rec.709 nor an ACES colorspace to work in. "
        f"Give one of its colorspaces the alias {LINEAR_REC709}, or the role aces_interchange."
    )


@lru_cache(maxsize=8)
def _built_in_matrix(name: str) -> Matrix:
    """From a well-known linear space to linear Rec.709."""
    source = find_colorspace(name, BUILT_IN_CONFIG)
    target = find_colorspace(LINEAR_REC709, BUILT_IN_CONFIG)
    return _IDENTITY if source == target else _sampled_matrix(source, target, BUILT_IN_CONFIG)


@lru_cache(maxsize=64)
def _matrix(config: str, name: str) -> Matrix | None:
    """The matrix from colorspace `name` to linear Rec.709, None where it is more than a matrix."""
    anchor, to_rec709 = _anchor(config)
    if name == anchor:
        return to_rec709
    if is_data(name):
        return _IDENTITY
    if not is_linear(name, config) or not is_linear(anchor, config):
        return None
    to_anchor = np.array(_sampled_matrix(name, anchor, config))
    probe = np.random.default_rng(0).uniform(-0.5, 8.0, (1, 64, 3)).astype(np.float32)
    error = np.abs(_multiplied(probe, _as_matrix(to_anchor)) - _by_ocio(probe, name, anchor, config))
    return _as_matrix(np.array(to_rec709) @ to_anchor) if error.max() < 1e-4 else None


def _sampled_matrix(source: str, target: str, config: str) -> Matrix:
    """The matrix of a linear conversion: its columns are what pure red, green and blue become."""
    axes = np.eye(3, dtype=np.float32)[None]
    return _as_matrix(_by_ocio(axes, source, target, config)[0].T)


@lru_cache(maxsize=16)
def _table(config: str, name: str, bytes_per_number: int) -> NDArray[np.float32] | None:
    """The light of every 8- or 16-bit number, None where the light of red depends on green or blue."""
    count = 256**bytes_per_number
    ramp = np.linspace(0.0, 1.0, count, dtype=np.float32)
    mixed = np.stack([ramp, ramp[::-1], np.roll(ramp, count // 3)], axis=-1)[None]
    grey = np.repeat(ramp[None, :, None], 3, axis=2)
    if name == CINEON:
        return cineon_to_linear(ramp)
    table = _convert(grey, name, to_working_space=True)[0, :, 0]
    light = _convert(mixed, name, to_working_space=True)[0]
    expected = np.stack([table, table[::-1], np.roll(table, count // 3)], axis=-1)
    same = np.allclose(light, expected, rtol=1e-5, atol=1e-7)
    return np.ascontiguousarray(table) if same else None


def _by_ocio(rgb: NDArray[np.float32], source: str, target: str, config: str) -> NDArray[np.float32]:
    """`rgb` converted by OCIO, through OpenImageIO."""
    picture = oiio.ImageBuf(np.ascontiguousarray(rgb))
    converted = oiio.ImageBufAlgo.colorconvert(picture, source, target, unpremult=False, colorconfig=config)
    if converted.has_error:
        words = " ".join(converted.geterror().split())
        raise JobError(f"colorspace {source!r} cannot be converted to {target!r}: {words}.")
    return np.asarray(converted.get_pixels(oiio.FLOAT), np.float32)


def _multiplied(rgb: NDArray[np.float32], matrix: Matrix) -> NDArray[np.float32]:
    """Each pixel times the matrix, in an order of operations that does not depend on where it stands."""
    if matrix == _IDENTITY:
        return rgb
    out = np.empty_like(rgb)
    red, green, blue = (rgb[..., index] for index in range(3))
    with np.errstate(invalid="ignore", over="ignore"):
        for index, row in enumerate(np.array(matrix, np.float32)):
            out[..., index] = row[0] * red + row[1] * green + row[2] * blue
    return out


def _inverse(matrix: Matrix) -> Matrix:
    return _as_matrix(np.linalg.inv(np.array(matrix)))


def _as_matrix(numbers: NDArray[Any]) -> Matrix:
    return tuple(tuple(float(number) for number in row) for row in numbers)
