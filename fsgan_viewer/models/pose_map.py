"""The appearance map as the engine wrote it (`fsgan appearance-map`): views, triangles, queries.

Nothing is computed here that the engine computes: triangle, weights and views of a frame are the engine's own numbers.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from fsgan_core.errors import StageMissingError

SCHEMA = 1


@dataclass(frozen=True)
class MapView:
    """One view of the source.

    Args:
        frame: The source frame that it comes from.
        pose: yaw, pitch, roll in degrees.
        origin: photographed, flipped or artificial.
        tile: x0, y0, x1, y1 px of the sheet of thumbnails.
    """

    frame: int
    pose: tuple[float, float, float]
    origin: str
    tile: tuple[int, int, int, int]


@dataclass(frozen=True)
class MapQuery:
    """What the engine takes for one pose.

    Args:
        pose: yaw, pitch, roll in degrees.
        triangle: Index of the triangle around it.
        shares: Barycentric coordinates in that triangle, in the order of its corners.
        views: Indices of the views that are mixed, heaviest first.
        weights: Their weights, summing to 1.
        inside: Whether the pose lies between views.
    """

    pose: tuple[float, float, float]
    triangle: int
    shares: tuple[float, float, float]
    views: tuple[int, ...]
    weights: tuple[float, ...]
    inside: bool


@dataclass(frozen=True, eq=False)
class PoseMap:
    """The map of one source.

    Args:
        views: By index.
        points: (P, 2) yaw and pitch of the mesh's corners: views, copies of views, boundary points.
        owners: (P,) the view of each corner, -1 for boundary points.
        triangles: (T, 3) indices of corners.
        boundary_deg: Yaw and pitch of the boundary points.
        queries: Plate frame to what is taken for it; empty where no plate was named.
        sheet: Path of the picture that holds the thumbnails.
        path: Where all this was read.
    """

    views: tuple[MapView, ...]
    points: np.ndarray
    owners: np.ndarray
    triangles: np.ndarray
    boundary_deg: float
    queries: Mapping[int, MapQuery]
    sheet: str
    path: str = ""


def read_pose_map(path: str) -> PoseMap:
    """The map in a file.

    Raises:
        StageMissingError: There is no such file, or it is no appearance map of a version that is understood.
    """
    if not os.path.isfile(path):
        raise StageMissingError("there is no appearance map here yet. Press Build map.", path=path)
    try:
        with open(path, encoding="utf-8") as stream:
            content = json.load(stream)
        if content["fsgan_appearance_map"] != SCHEMA:
            raise ValueError(f"schema {content['fsgan_appearance_map']}")
        return _map_from(content, path)
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        said = f"is no appearance map that can be used ({error}). Build it again."
        raise StageMissingError(said, path=path) from error


def query_from(entry: Mapping[str, Any]) -> MapQuery:
    """A query as it stands in the file, and as the puppet engine answers.

    Raises:
        KeyError, ValueError, TypeError: It is none.
    """
    yaw, pitch, roll = (float(angle) for angle in entry["pose"])
    a, b, c = (float(share) for share in entry["shares"])
    return MapQuery(
        (yaw, pitch, roll),
        int(entry["triangle"]),
        (a, b, c),
        tuple(int(view) for view in entry["views"]),
        tuple(float(weight) for weight in entry["weights"]),
        bool(entry["inside"]),
    )


def _map_from(content: Mapping[str, Any], path: str) -> PoseMap:
    mesh = content["mesh"]
    views = tuple(
        MapView(int(view["frame"]), tuple(view["pose"]), str(view["origin"]), tuple(view["tile"]))
        for view in content["views"]
    )
    points = np.array(mesh["points"], float).reshape(-1, 2)
    triangles = np.array(mesh["triangles"], int).reshape(-1, 3)
    owners = np.array(mesh["owners"], int)
    if len(owners) != len(points) or (len(triangles) and triangles.max() >= len(points)):
        raise ValueError("its mesh does not fit")
    queries = {int(entry["frame"]): query_from(entry) for entry in content["queries"]}
    sheet = os.path.join(os.path.dirname(path), str(content["sheet"]))
    return PoseMap(views, points, owners, triangles, float(content["boundary_deg"]), queries, sheet, path)
