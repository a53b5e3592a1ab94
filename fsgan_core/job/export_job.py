"""The job that writes tracks, corner pins, ST maps, poses and shapes of one face for a compositing script."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Optional, Tuple

from fsgan_core.errors import JobError
from fsgan_core.job.export_settings import ExportSettings
from fsgan_core.job.pictures import Pictures, check_analysis_path, file_path
from fsgan_core.job.settings import AnalyzeSettings
from fsgan_core.shot.frame_range import FrameRange
from fsgan_core.shot.plate import Plate


@dataclass(frozen=True)
class ExportJob:
    """One face of a plate, as files that a compositing script takes in.

    Args:
        plate: The shot.
        out: The folder to write to.
        settings: Which face, which frames, which files.
        analyze: How faces are found, where the analysis has to be made.
        analysis: Where pass 1 is kept; "" means in the folder of the result.
        corrections: What an artist set right in the analysis; "" means nothing.
        host: Who wrote the job, such as `nuke 16.0`; for the log only.
    """

    plate: Pictures
    out: str = field(metadata={"is_path": True})
    settings: ExportSettings = field(default_factory=ExportSettings)
    analyze: AnalyzeSettings = field(default_factory=AnalyzeSettings)
    analysis: str = file_path()
    corrections: str = file_path()
    host: str = ""

    def __post_init__(self) -> None:
        """Refuse what nothing can be exported from.

        Raises:
            JobError: The output is no folder's name, a frame range is wrong, or pass 1 names a colorspace.
        """
        if not self.out or os.path.splitext(self.out)[1].lower() in (".nk", ".exr", ".json", ".npz", ".chan"):
            raise JobError(f"The output {self.out!r} must be a folder; the files in it have names of their own.")
        if self.analyze.colorspace:
            raise JobError("analyze.colorspace is set: in an export job it is settings.colorspace.")
        if self.analysis:
            check_analysis_path(self.analysis)
        self.plate_to_analyze()
        self.frames_to_export()

    def plate_to_analyze(self) -> Plate:
        """The plate as pass 1 sees it: all frames, or those of `analyze.frames`."""
        return self.plate.with_frames(self.analyze.frames, self.settings.colorspace)

    def frames_to_export(self) -> Optional[FrameRange]:
        """The frames wanted; None means all in which the face is."""
        return FrameRange.parse(self.settings.frames) if self.settings.frames else None

    def analysis_path(self) -> str:
        """Where pass 1 is kept."""
        return self.analysis or os.path.join(self.out, "plate.npz")

    def analyses(self) -> Tuple[Tuple[str, Plate], ...]:
        """What pass 1 has to look at, and where it is kept."""
        return ((self.analysis_path(), self.plate_to_analyze()),)
