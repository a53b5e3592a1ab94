"""The job that shows how the engine sees a source: its appearance map as a file, for people and for the viewer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Tuple

from fsgan_core.errors import JobError
from fsgan_core.job.pictures import Pictures, check_analysis_path, file_path, output_stem
from fsgan_core.job.settings import AnalyzeSettings, SwapSettings
from fsgan_core.shot.plate import Plate

_MAP = ".map.json"


@dataclass(frozen=True)
class AppearanceMapJob:
    """The appearance map of a source, and what it takes for every frame of a plate.

    Args:
        source: Pictures of who is put in.
        out: The JSON file to write; the thumbnails stand beside it, in a PNG of the same name.
        settings: Those of the swap that the map is for; what concerns the source and its views counts.
        analyze: How the source's faces are found.
        source_analysis: Where pass 1 on the source is kept; "" means beside the map.
        plate_analysis: Pass 1 of a plate, which must exist; "" leaves out what is taken for its frames.
        corrections: What an artist set right in the analysis of the plate; "" means nothing.
        source_corrections: The same for the source.
        host: Who wrote the job, such as `viewer`; for the log only.
    """

    source: Pictures
    out: str = field(metadata={"is_path": True})
    settings: SwapSettings = field(default_factory=SwapSettings)
    analyze: AnalyzeSettings = field(default_factory=AnalyzeSettings)
    source_analysis: str = file_path()
    plate_analysis: str = file_path()
    corrections: str = file_path()
    source_corrections: str = file_path()
    host: str = ""

    def __post_init__(self) -> None:
        """Refuse what no map can be made of.

        Raises:
            JobError: The output is no JSON file, or a path or frame range is wrong.
        """
        if not self.out.lower().endswith(".json"):
            raise JobError(f"The output {self.out!r} must be a JSON file, such as swap.map.json.")
        for path in (self.plate_analysis, self.source_analysis):
            check_analysis_path(path)
        self.source_to_analyze()

    def source_to_analyze(self) -> Plate:
        """The source with its frames and colorspace."""
        return self.source.with_frames(self.settings.source_frames, self.settings.source_colorspace)

    def source_analysis_path(self) -> str:
        """Where pass 1 on the source is kept: for `swap.map.json` where a swap to `swap.%04d.exr` keeps it."""
        stem = self.out[: -len(_MAP)] if self.out.endswith(_MAP) else output_stem(self.out)
        return self.source_analysis or f"{stem}.source.npz"

    def analyses(self) -> Tuple[Tuple[str, Plate], ...]:
        """What pass 1 has to look at, and where it is kept."""
        return ((self.source_analysis_path(), self.source_to_analyze()),)
