"""The job that turns tracks an artist moved in a host into corrections."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Dict

from fsgan_core.errors import JobError
from fsgan_core.job.corrections import LANDMARK_COUNT, OUTSIDE, Corrections
from fsgan_core.job.pictures import Pictures, check_analysis_path, file_path
from fsgan_core.job.settings import check_settings, setting

LARGEST_BYTES = 256 << 20
"""A text larger than this is not read: 98 tracks of 100,000 frames fit in."""


@dataclass(frozen=True)
class ImportTracksSettings:
    """How tracks are understood."""

    face: str = setting(
        "largest", label="Face",
        help="Whose tracks these are: largest, a track number, or X,Y (a plate pixel inside it).",
    )
    track_names: str = setting(
        "", label="Track names",
        help="Landmarks of tracks whose names do not say them, such as nose=54,chin=16. Exported tracks say them.",
    )
    outside: str = setting(
        Corrections.outside, label="Outside the keys", choices=OUTSIDE,
        help="What a correction does before the first moved key and after the last one: fade away, or hold.",
    )
    fade_frames: int = setting(
        Corrections.fade_frames, label="Fade over", unit="frames", minimum=0, maximum=100000,
        help="Over how many frames it fades. 0 ends it at its key.",
    )

    def __post_init__(self) -> None:
        """Refuse values of the wrong type or outside their limits.

        Raises:
            JobError: Names the setting, its value and what is allowed.
        """
        check_settings(self)
        self.named_tracks()

    def named_tracks(self) -> Dict[str, int]:
        """Landmark by name of a track.

        Raises:
            JobError: An entry is no name=number.
        """
        named = {}
        for entry in self.track_names.split(","):
            name, sign, number = entry.rpartition("=")
            if not entry.strip():
                continue
            if not sign or not name.strip() or not number.strip().isdecimal() or int(number) >= LANDMARK_COUNT:
                raise JobError(f"track_names: {entry.strip()!r} is not NAME=NUMBER with a number from 0 to 97.")
            named[name.strip()] = int(number)
        return named


@dataclass(frozen=True)
class ImportTracksJob:
    """Tracks of a Tracker node made corrections of one face of a plate.

    Args:
        plate: The shot that was analyzed.
        tracks: The node's text: a .nk file, or what Nuke put on the clipboard, saved.
        analysis: Pass 1 of the plate.
        out: The corrections file to write.
        settings: Which face, and what happens outside the keys.
        onto: Corrections to add to; "" begins new ones.
        host: Who wrote the job, such as `nuke 16.0`; for the log only.
    """

    plate: Pictures
    tracks: str = field(metadata={"is_path": True})
    analysis: str = field(metadata={"is_path": True})
    out: str = field(metadata={"is_path": True})
    settings: ImportTracksSettings = field(default_factory=ImportTracksSettings)
    onto: str = file_path()
    host: str = ""

    def __post_init__(self) -> None:
        """Refuse what nothing can be made of.

        Raises:
            JobError: A path is missing or has the wrong ending.
        """
        if not self.tracks:
            raise JobError("tracks is empty. Name the text file with the Tracker node.")
        check_analysis_path(self.analysis or " ")
        if not self.out.endswith(".json"):
            raise JobError(f"The corrections file {self.out!r} must end in .json.")
