"""The kinds of job: which pictures, where the result goes, and with what settings."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Dict, Optional, Tuple, Type, Union

from fsgan_core.errors import JobError
from fsgan_core.job.appearance_map_job import AppearanceMapJob
from fsgan_core.job.export_job import ExportJob
from fsgan_core.job.finetune_settings import FinetuneSettings
from fsgan_core.job.import_tracks_job import ImportTracksJob
from fsgan_core.job.matte_settings import MatteSettings
from fsgan_core.job.pictures import (
    Pictures,
    check_analysis_path,
    check_result_path,
    file_path,
    output_stem,
)
from fsgan_core.job.reenact_jobs import ExpressionJob, PoseJob, ReenactJob
from fsgan_core.job.settings import AnalyzeSettings, SwapSettings
from fsgan_core.shot.frame_range import FrameRange
from fsgan_core.shot.plate import Plate

__all__ = [
    "JOB_KINDS", "AnalyzeJob", "AppearanceMapJob", "ExpressionJob", "FinetuneJob", "Job", "Pictures", "PoseJob",
    "ReenactJob", "SwapJob", "output_stem",
]  # fmt: skip


@dataclass(frozen=True)
class AnalyzeJob:
    """Pass 1 alone: the faces of a shot, written to one file.

    Args:
        plate: The shot.
        out: The analysis file to write, `.npz`.
        settings: How faces are found and smoothed.
        weights: Name of a bundled pack, or the folder of another.
        device: `auto`, `cuda` or `cpu`.
        host: Who wrote the job, such as `nuke 16.0`; for the log only.
        corrections: Corrections that are checked against the shot; the analysis keeps what was measured.
    """

    plate: Pictures
    out: str = field(metadata={"is_path": True})
    settings: AnalyzeSettings = field(default_factory=AnalyzeSettings)
    weights: str = SwapSettings.weights
    device: str = SwapSettings.device
    host: str = ""
    corrections: str = file_path()

    def __post_init__(self) -> None:
        """Refuse what no analysis can be made of.

        Raises:
            JobError: A path is missing, or a frame range or the device is wrong.
        """
        check_analysis_path(self.out or " ")
        SwapSettings(weights=self.weights, device=self.device)
        self.plate_to_analyze()

    def plate_to_analyze(self) -> Plate:
        """The shot with its frames and colorspace."""
        return self.plate.with_frames(self.settings.frames, self.settings.colorspace)


@dataclass(frozen=True)
class SwapJob:
    """A source face put on a plate, written as one layered EXR a frame.

    Args:
        plate: Pictures that receive the face.
        source: Pictures of who is put in.
        out: Pattern of the EXR files to write, such as `swap.%04d.exr`.
        settings: How the face is put on the plate.
        analyze: How the faces of both are found; its `frames` limit pass 1 on the plate, never the frames written.
        mattes: The artist's own mattes of the plate.
        plate_analysis: Where pass 1 on the plate is kept; "" means beside the result.
        source_analysis: Where pass 1 on the source is kept; "" means beside the result.
        host: Who wrote the job, such as `nuke 16.0`; for the log only.
        corrections: What an artist set right in the analysis of the plate; "" means nothing.
        source_corrections: The same for the source.
    """

    plate: Pictures
    source: Pictures
    out: str = field(metadata={"is_path": True})
    settings: SwapSettings = field(default_factory=SwapSettings)
    analyze: AnalyzeSettings = field(default_factory=AnalyzeSettings)
    mattes: MatteSettings = field(default_factory=MatteSettings)
    plate_analysis: str = file_path()
    source_analysis: str = file_path()
    host: str = ""
    corrections: str = file_path()
    source_corrections: str = file_path()

    def __post_init__(self) -> None:
        """Refuse what no swap can be made of.

        Raises:
            JobError: The output is no EXR, a path is missing, a frame range is wrong, or pass 1 names a colorspace.
        """
        check_result_path(self.out)
        if self.analyze.colorspace:
            raise JobError("analyze.colorspace is set: in a swap job the plate's colorspace is settings.colorspace.")
        for path in (self.plate_analysis, self.source_analysis):
            check_analysis_path(path)
        self.plate_to_analyze()
        self.source_to_analyze()
        self.frames_to_write()

    def plate_to_analyze(self) -> Plate:
        """The plate as pass 1 sees it: all frames, or those of `analyze.frames`."""
        return self.plate.with_frames(self.analyze.frames, self.settings.colorspace)

    def source_to_analyze(self) -> Plate:
        """The source with its frames and colorspace."""
        return self.source.with_frames(self.settings.source_frames, self.settings.source_colorspace)

    def frames_to_write(self) -> Optional[FrameRange]:
        """The frames to write; None means all that pass 1 saw."""
        return FrameRange.parse(self.settings.frames) if self.settings.frames else None

    def for_frames(self, frames: str) -> SwapJob:
        """This job for some of its frames: what a farm task is."""
        return replace(self, settings=replace(self.settings, frames=frames))

    def analysis_paths(self) -> Tuple[str, str]:
        """Where pass 1 on the plate and on the source are kept."""
        stem = output_stem(self.out)
        return self.plate_analysis or f"{stem}.plate.npz", self.source_analysis or f"{stem}.source.npz"

    def analyses(self) -> Tuple[Tuple[str, Plate], ...]:
        """What pass 1 has to look at, and where it is kept."""
        plate_file, source_file = self.analysis_paths()
        return (plate_file, self.plate_to_analyze()), (source_file, self.source_to_analyze())


@dataclass(frozen=True)
class FinetuneJob:
    """Weights made better for one person: a child pack, which `weights` of a swap then names.

    Args:
        sources: The clips of the person: sequences, movies, stills; at least one.
        out: Folder of the child pack. What the run leaves beside it (state, previews, log) lies in its folder `run`.
        settings: What is trained, for how long, and from which weights.
        analyze: How faces are found in the clips.
        host: Who wrote the job, such as `nuke 16.0`; for the log only.
    """

    sources: Tuple[Pictures, ...]
    out: str = field(metadata={"is_path": True})
    settings: FinetuneSettings = field(default_factory=FinetuneSettings)
    analyze: AnalyzeSettings = field(default_factory=AnalyzeSettings)
    host: str = ""

    def __post_init__(self) -> None:
        """Refuse what nothing can be learned from.

        Raises:
            JobError: There is no source, the output is no folder's name, a frame range is wrong, or pass 1 names frames
                or a colorspace of its own.
        """
        if not self.sources:
            raise JobError("sources is empty. Name at least one clip of the person.")
        if not self.out or self.out.lower().endswith((".exr", ".npz", ".safetensors", ".json")):
            raise JobError(f"The output {self.out!r} must be a folder, which becomes the new weight pack.")
        if self.analyze.frames or self.analyze.colorspace:
            raise JobError("analyze.frames and analyze.colorspace: in a finetune job they are settings.source_frames "
                           "and settings.source_colorspace.")
        for source in self.sources:
            source.with_frames(self.settings.source_frames, self.settings.source_colorspace)


Job = Union[
    AnalyzeJob, SwapJob, FinetuneJob, ReenactJob, PoseJob, ExpressionJob, AppearanceMapJob, ExportJob, ImportTracksJob
]

JOB_KINDS: Dict[str, Type[Job]] = {
    "analyze": AnalyzeJob,
    "swap": SwapJob,
    "finetune": FinetuneJob,
    "reenact": ReenactJob,
    "pose": PoseJob,
    "expression": ExpressionJob,
    "appearance_map": AppearanceMapJob,
    "export": ExportJob,
    "import_tracks": ImportTracksJob,
}
"""The word in a job file's `kind`, and what it makes."""
