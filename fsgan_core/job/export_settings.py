"""Every setting of an export: which face, which frames, which files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Tuple

from fsgan_core.errors import JobError
from fsgan_core.job.settings import SwapSettings, check_settings, describe_settings, setting

EXPORT_FORMATS = ("tracker", "cornerpin", "stmap", "axis", "chan", "roto")
"""What can be exported."""

_SHARED = {info.name: info for info in describe_settings(SwapSettings)}


@dataclass(frozen=True)
class ExportSettings:
    """What of an analysis is written for a compositing script."""

    formats: str = setting(
        "all", label="Formats",
        help="all, or a list of tracker, cornerpin, stmap, axis, chan and roto.",
    )
    frames: str = setting(
        "", label="Frames", help="Frames to export, such as 1001-1040. Empty: all in which the face is."
    )
    face: str = setting(
        "largest", label="Face", help="Which face: largest, a track number, or X,Y (a plate pixel inside it).",
    )
    landmarks: str = setting(
        "main", label="Landmarks",
        help="Tracks of the Tracker: main (eyes, nose, mouth, chin), all, or numbers 0 to 97 such as 54,60-67.",
    )
    focal_mm: float = setting(
        50.0, label="Focal length", unit="mm", minimum=1.0, maximum=5000.0,
        help="Lens of the camera that the head is placed in front of.",
    )
    haperture_mm: float = setting(
        36.0, label="Film width", unit="mm", minimum=1.0, maximum=200.0, help="Horizontal aperture of that camera."
    )
    contour_tolerance_px: float = setting(
        0.5, label="Contour tolerance", unit="px", minimum=0.0, maximum=100.0,
        help="The face's shape is keyed where a line between two keys would stray further than this. 0 keys every "
        "frame.",
    )
    colorspace: str = setting(
        "", label="Colorspace", help="OCIO colorspace of the plate. Empty: by file type (EXR is scene-linear)."
    )
    weights: str = setting(SwapSettings.weights, label=_SHARED["weights"].label, help=_SHARED["weights"].help)
    device: str = setting(
        SwapSettings.device, label=_SHARED["device"].label, choices=_SHARED["device"].choices,
        help=_SHARED["device"].help,
    )

    def __post_init__(self) -> None:
        """Refuse values of the wrong type or outside their limits.

        Raises:
            JobError: Names the setting, its value and what is allowed.
        """
        check_settings(self)
        self.chosen_formats()

    def chosen_formats(self) -> Tuple[str, ...]:
        """The formats to write, in the order of EXPORT_FORMATS.

        Raises:
            JobError: A word is no format, or there is none.
        """
        words = {word.strip() for word in self.formats.split(",") if word.strip()}
        if words == {"all"}:
            return EXPORT_FORMATS
        unknown = sorted(words - set(EXPORT_FORMATS))
        if unknown or not words:
            named = ", ".join(unknown) or "nothing"
            raise JobError(f"formats names {named}: choose all, or some of {', '.join(EXPORT_FORMATS)}.")
        return tuple(name for name in EXPORT_FORMATS if name in words)
