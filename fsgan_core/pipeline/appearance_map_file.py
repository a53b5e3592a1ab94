"""The appearance map of a source as a file: what the viewer draws, number for number what pass 2 uses.

    {"fsgan_appearance_map": 1, "weights": "compact 1f0c...", "sheet": "swap.map.png", "boundary_deg": 75.0,
     "views": [{"frame": 1001, "pose": [3.1, -2.0, 0.4], "origin": "photographed", "tile": [0, 0, 96, 96]}, ...],
     "mesh": {"points": [[yaw, pitch], ...], "owners": [0, 1, ..., -1], "triangles": [[0, 4, 7], ...]},
     "queries": [{"frame": 1001, "pose": [...], "triangle": 12, "shares": [a, b, c], "views": [4, 0], "weights": [...],
                  "inside": true}, ...]}

`owners` gives the view that a corner of the mesh stands for, -1 for the four boundary points; `shares` are the
barycentric coordinates in the triangle, `views` and `weights` what becomes of them without boundary points.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable
from typing import Any

import numpy as np

from fsgan_core.color.colorspaces import SRGB
from fsgan_core.color.network_encoding import network_to_linear
from fsgan_core.color.ocio import from_working
from fsgan_core.face.face_analysis import FaceAnalysis
from fsgan_core.geometry.resample import resize_picture
from fsgan_core.job.appearance_map_job import AppearanceMapJob
from fsgan_core.job.progress import Progress
from fsgan_core.media.atomic import complete_or_absent
from fsgan_core.media.read import open_plate
from fsgan_core.media.still import write_png
from fsgan_core.pipeline.analysis_file import load_analysis, load_or_analyze
from fsgan_core.pipeline.corrected_face import choose_corrected_face, open_corrections
from fsgan_core.pipeline.engine import frame_workers, open_engine
from fsgan_core.pipeline.source_views import build_source_map
from fsgan_core.stages.appearance_map import AppearanceMap
from fsgan_core.stages.face_view import FaceView
from fsgan_core.stages.pose_mesh import BOUNDARY_DEG
from fsgan_core.stages.reenact import Reenactor
from fsgan_core.weights.load import Pack

SCHEMA = 1
TILE_PX = 96
"""Side of a thumbnail."""
_DECIMALS = 6


def write_appearance_map(job: AppearanceMapJob, progress: Progress | None = None) -> str:
    """Write the map of a job; gives a sentence that says what it holds.

    Args:
        job: Source, output and settings.
        progress: Hears about every frame that becomes a view.

    Raises:
        PlateError: A frame of the source cannot be read.
        FaceError: The source, or the plate's analysis, shows no such face.
        StageMissingError: The plate's analysis was named and is not there.
        JobError: A face or a colorspace makes no sense, or corrections do not fit.
        WeightsError, EngineError: As of `pipeline.engine.open_engine`.
        OutputError: The file cannot be written.
        CancelledError: The user stopped the work.
    """
    progress = progress or Progress()
    settings = job.settings
    plate_face = None
    if job.plate_analysis:
        plate_face = choose_corrected_face(
            load_analysis(job.plate_analysis), settings.face, open_corrections(job.corrections)
        )
    pack = open_engine(settings.weights, settings.device, job.analyze)
    source = job.source_to_analyze()
    shot = load_or_analyze(job.source_analysis_path(), source, pack, job.analyze, progress)
    face = choose_corrected_face(shot, settings.source_face, open_corrections(job.source_corrections))
    reenactor = Reenactor(pack.reenactment, pack.transformer, settings.step_deg)
    with open_plate(source) as reader, frame_workers(pack.device):
        source_map = build_source_map(reader, face, reenactor, settings, progress)
    queries = plate_queries(source_map, plate_face, settings.max_views) if plate_face is not None else []
    save_appearance_map(job.out, source_map, queries, pack)
    progress.wrote(job.out)
    return f"{len(source_map.views)} views, {len(source_map.mesh.triangles)} triangles, {len(queries)} frames asked for"


def plate_queries(source_map: AppearanceMap, face: FaceAnalysis, max_views: int) -> list[dict[str, Any]]:
    """What the map takes for every frame of a plate's face, in order."""
    return [
        {"frame": int(frame), **query_entry(source_map, pose, max_views)}
        for frame, pose in zip(face.frames, face.poses, strict=True)
    ]


def query_entry(source_map: AppearanceMap, pose: np.ndarray, max_views: int) -> dict[str, Any]:
    """One query as it stands in the file: pose, triangle, barycentric shares, and the views that are mixed.

    Args:
        source_map: The map.
        pose: (3,) degrees.
        max_views: 1 to 3.
    """
    mix = source_map.query(pose, max_views)
    triangle, shares = source_map.triangle_of(pose)
    return {
        "pose": _numbers(pose),
        "triangle": triangle,
        "shares": _numbers(shares),
        "views": [int(index) for index in mix.indices],
        "weights": _numbers(mix.weights),
        "inside": mix.inside,
    }


def save_appearance_map(
    path: str, source_map: AppearanceMap, queries: Iterable[dict[str, Any]], pack: Pack
) -> None:
    """Write the JSON and, before it, the sheet of thumbnails beside it; each is complete or absent.

    Raises:
        OutputError: The folder cannot be written to or the disk is full.
    """
    sheet = f"{os.path.splitext(path)[0]}.png"
    columns = max(1, math.isqrt(len(source_map.views)))
    write_png(sheet, thumbnail_sheet(source_map.views, columns))
    mesh = source_map.mesh
    content = {
        "fsgan_appearance_map": SCHEMA,
        "weights": f"{pack.name} {pack.sha256[:16]}",
        "sheet": os.path.basename(sheet),
        "boundary_deg": BOUNDARY_DEG,
        "views": [_view_entry(view, index, columns) for index, view in enumerate(source_map.views)],
        "mesh": {
            "points": [_numbers(point) for point in mesh.points],
            "owners": [int(owner) for owner in mesh.owners],
            "triangles": [[int(corner) for corner in corners] for corners in mesh.triangles],
        },
        "queries": list(queries),
    }
    with complete_or_absent(path) as unfinished, open(unfinished, "w", encoding="utf-8") as file:
        json.dump(content, file, separators=(",", ":"))
        file.write("\n")


def thumbnail_sheet(views: Iterable[FaceView], columns: int) -> np.ndarray:
    """All views as small pictures, row after row.

    Args:
        views: M >= 1 views.
        columns: Thumbnails in a row.

    Returns:
        (rows * TILE_PX, columns * TILE_PX, 3) uint8 sRGB; places without a view are black.
    """
    pictures = [view.picture for view in views]
    rows = math.ceil(len(pictures) / columns)
    sheet = np.zeros((rows * TILE_PX, columns * TILE_PX, 3), np.uint8)
    for index, picture in enumerate(pictures):
        small = resize_picture(np.clip(network_to_linear(picture), 0, 1), (TILE_PX, TILE_PX))
        shown = np.clip(from_working(np.clip(small, 0, 1), SRGB), 0, 1)
        x0, y0, x1, y1 = _tile(index, columns)
        sheet[y0:y1, x0:x1] = (shown * 255 + 0.5).astype(np.uint8)
    return sheet


def _view_entry(view: FaceView, index: int, columns: int) -> dict[str, Any]:
    return {
        "frame": view.frame,
        "pose": _numbers(view.pose),
        "origin": view.origin,
        "tile": list(_tile(index, columns)),
    }


def _tile(index: int, columns: int) -> tuple[int, int, int, int]:
    """Where a thumbnail stands: x0, y0, x1, y1 px of the sheet."""
    x, y = index % columns * TILE_PX, index // columns * TILE_PX
    return x, y, x + TILE_PX, y + TILE_PX


def _numbers(values: np.ndarray) -> list[float]:
    return [round(float(value), _DECIMALS) for value in values]
