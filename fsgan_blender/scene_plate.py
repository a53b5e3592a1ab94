"""The plate that is selected in Blender: a file pattern, its frames, and where they lie in the scene's time."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Any

import bpy

from fsgan_core.errors import PlateError

_DIGITS = re.compile(r"(\d+)(?=\.[^.]+\Z)")


@dataclass(frozen=True)
class ScenePlate:
    """A plate in a scene.

    Args:
        path: Pattern, movie or still.
        offset_frames: Frame of the scene minus number of the file.
        frames: The frames in use, such as `1001-1040`; "" for all.
    """

    path: str
    offset_frames: int = 0
    frames: str = ""


def plate_of_node(tree: Any) -> ScenePlate | None:
    """The plate of the active Image node of a compositing tree; None where another node, or none, is active."""
    node = tree.nodes.active if tree is not None else None
    if node is None or node.bl_idname != "CompositorNodeImage" or node.image is None:
        return None
    path = bpy.path.abspath(node.image.filepath)
    offset = node.frame_start - node.frame_offset - 1 if node.image.source == "SEQUENCE" else 0
    return ScenePlate(as_sequence(path) if node.image.source == "SEQUENCE" else path, offset)


def plate_of_strip(strip: Any) -> ScenePlate:
    """The plate of a picture or movie strip, cut to what shows.

    Raises:
        PlateError: There is no strip, or it is of another kind.
    """
    if strip is None or strip.type not in ("IMAGE", "MOVIE"):
        raise PlateError("No plate is selected. Make a picture or movie strip active, or set Plate.")
    first, last = strip.frame_final_start, strip.frame_final_end - 1
    if strip.type == "MOVIE":
        offset = int(strip.frame_start) - strip.animation_offset_start - 1  # the engine counts a movie from 1
        return ScenePlate(bpy.path.abspath(strip.filepath), offset, f"{first - offset}-{last - offset}")
    name = strip.elements[0].filename
    path = os.path.join(bpy.path.abspath(strip.directory), name)
    digits = _DIGITS.search(name)
    if digits is None or len(strip.elements) == 1:
        return ScenePlate(path)
    offset = int(strip.frame_start) - int(digits.group())
    return ScenePlate(as_sequence(path), offset, f"{first - offset}-{last - offset}")


def as_sequence(path: str) -> str:
    """The pattern of the sequence that a file is one of: `p.1001.exr` gives `p.%04d.exr`; without digits, the path."""
    folder, name = os.path.split(path)
    digits = _DIGITS.search(name)
    if digits is None:
        return path
    return os.path.join(folder, f"{name[: digits.start()]}%0{len(digits.group())}d{name[digits.end() :]}")


def as_pictures(path: str) -> str:
    """A path as the artist chose it in a file dialog: one file of a sequence with neighbours stands for all of it."""
    folder, name = os.path.split(path)
    digits = _DIGITS.search(name)
    if digits is None:
        return path
    number, width = int(digits.group()), len(digits.group())
    neighbours = [f"{name[: digits.start()]}{number + step:0{width}d}{name[digits.end() :]}" for step in (1, -1)]
    return as_sequence(path) if any(os.path.isfile(os.path.join(folder, one)) for one in neighbours) else path
