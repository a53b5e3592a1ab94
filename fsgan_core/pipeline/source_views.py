"""The source as an appearance map: its frames pruned, read, cropped, and completed by flips and artificial views."""

from __future__ import annotations

import numpy as np

from fsgan_core.color.network_encoding import linear_to_network
from fsgan_core.face.face_analysis import FaceAnalysis
from fsgan_core.job.progress import Progress
from fsgan_core.job.reenact_settings import MovedFaceSettings
from fsgan_core.job.settings import SwapSettings
from fsgan_core.media.plate_reader import PlateReader
from fsgan_core.pipeline.engine import device_errors
from fsgan_core.pipeline.frame_stream import stream_frames
from fsgan_core.pipeline.linear_frame import LinearFrame, crop_visible, read_linear
from fsgan_core.stages.appearance_map import AppearanceMap, build_appearance_map, fill_in_flips
from fsgan_core.stages.artificial_views import add_artificial_views
from fsgan_core.stages.face_view import FaceView
from fsgan_core.stages.reenact import Reenactor
from fsgan_core.stages.view_pruning import eye_openness, prune_views


def build_source_map(
    reader: PlateReader,
    face: FaceAnalysis,
    reenactor: Reenactor,
    settings: SwapSettings | MovedFaceSettings,
    progress: Progress,
) -> AppearanceMap:
    """The appearance map of a source (section 3.6); it depends on the source and the weights alone, never on the plate.

    Args:
        reader: The open source.
        face: Who of it is put in.
        reenactor: Makes views where the source is too sparse.
        settings: View spacing, and whether views are made up.
        progress: Hears about every frame that becomes a view.

    Raises:
        PlateError: A frame cannot be read.
        EngineError: The device failed.
        CancelledError: The user stopped the work.
    """
    # Bridged frames do not show the face.
    seen = np.flatnonzero(face.scores > 0)
    openness = eye_openness(face.landmarks[seen])
    kept = seen[prune_views(face.poses[seen], face.sharpness[seen], openness, settings.min_view_distance_deg)]
    views = read_views(reader, face, kept, progress)
    views = fill_in_flips(views, settings.min_view_distance_deg)
    if settings.artificial_views:
        with device_errors():
            views = add_artificial_views(views, reenactor)
    origins = [view.origin for view in views]
    progress.note(
        f"appearance map: photographed views {origins.count('photographed')}, "
        f"mirror images {origins.count('flipped')}, artificial views {origins.count('artificial')}"
    )
    return build_appearance_map(views)


def read_views(reader: PlateReader, face: FaceAnalysis, kept: np.ndarray, progress: Progress) -> list[FaceView]:
    """The views of the given positions of a face's frames, read in order, each frame let go once it is cropped."""
    numbers = [int(face.frames[index]) for index in kept]
    progress.begin(f"read views of {reader.plate.path}", len(numbers))

    def view_of(linear: LinearFrame) -> FaceView:
        number = linear.frame.number
        at = face.at(number)
        assert at is not None
        picture = np.clip(linear_to_network(crop_visible(linear, at.crop)), -1, 1)
        return FaceView(picture, at.landmarks, at.pose, number)

    views = []
    for view in stream_frames(numbers, lambda number: read_linear(reader, number), view_of, lambda view: view):
        views.append(view)
        progress.frame_done(view.frame)
    return views
