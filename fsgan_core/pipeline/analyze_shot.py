"""Pass 1: the faces of a shot, tracked, measured and smoothed. Two looks at the frames, few of them in memory.

    first look    detect > landmarks > face boxes > tracks, cuts, identity
    second look   steady crops > landmarks, pose, segmentation > smoothing

Plates, sources and drivers, shots and single stills all go through here.
"""

from __future__ import annotations

from fsgan_core.errors import FaceError
from fsgan_core.face.choose_face import choose_face
from fsgan_core.face.face_analysis import FaceAnalysis, FaceAtFrame, ShotAnalysis
from fsgan_core.job.progress import Progress
from fsgan_core.job.settings import AnalyzeSettings
from fsgan_core.media.plate_reader import PlateReader
from fsgan_core.media.read import open_plate
from fsgan_core.pipeline.engine import device_errors
from fsgan_core.pipeline.find_faces import find_faces
from fsgan_core.pipeline.measure_faces import frames_with_faces, measure_faces
from fsgan_core.pipeline.shot_picture import stream_pictures
from fsgan_core.shot.plate import Plate
from fsgan_core.weights.load import Pack

__all__ = ["FaceAnalysis", "FaceAtFrame", "ShotAnalysis", "analyze_shot", "choose_face"]


def analyze_shot(
    plate: Plate, pack: Pack, settings: AnalyzeSettings, progress: Progress | None = None
) -> ShotAnalysis:
    """The faces of a plate, source or driver.

    Args:
        plate: What to look at: its frames and colorspace count, not those named in the settings.
        pack: The networks.
        settings: How faces are found, followed and smoothed.
        progress: Hears about every frame of both looks, and can cancel between two of them.

    Raises:
        PlateError: The plate or one of its frames cannot be read.
        JobError: The colorspace is not known.
        FaceError: There is no face in any frame.
        EngineError: The device failed or has too little memory.
        CancelledError: The user stopped the work.
    """
    with open_plate(plate) as reader:
        return analyze_frames(reader, pack, settings, progress or Progress())


def analyze_frames(
    reader: PlateReader, pack: Pack, settings: AnalyzeSettings, progress: Progress
) -> ShotAnalysis:
    """The faces of an open plate; arguments and errors as of `analyze_shot`."""
    frames = reader.frames
    with device_errors():
        progress.begin(f"find faces in {reader.plate.path}", len(frames))
        look = find_faces(stream_pictures(reader, frames), pack, settings, progress)
        if not look.tracks:
            raise _no_face(reader, settings)
        present = frames_with_faces(look)
        progress.begin(f"measure faces in {reader.plate.path}", len(present))
        faces = measure_faces(stream_pictures(reader, present), look, pack, settings, progress)
    return ShotAnalysis(frames=frames, faces=faces)


def _no_face(reader: PlateReader, settings: AnalyzeSettings) -> FaceError:
    frames = reader.frames
    where = f"frame {frames[0]}" if len(frames) == 1 else f"frames {frames[0]}-{frames[-1]}"
    return FaceError(
        f"no face was found in {where} that is at least {settings.min_face_px} px high, scores "
        f"{settings.score_threshold:g} or more and stays for {settings.min_track_frames} frames or more. "
        "Lower min_face_px or score_threshold, or give pictures that show a face.",
        path=reader.plate.path,
    )
