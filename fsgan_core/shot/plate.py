"""A plate, as a reference: which pictures, which frames, what their numbers mean. No pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from fsgan_core.shot.frame_range import FrameRange
from fsgan_core.shot.sequence_path import SequencePath


@dataclass(frozen=True)
class Plate:
    """Pictures on disk: a sequence, a single still, or a movie.

    Args:
        path: File name pattern (`plate.%04d.exr`, `plate.####.exr`, `plate.@@@@.exr`), still or movie.
        frames: The frames to use; None means all there are.
        colorspace: OCIO name of what the numbers mean; "" means the file type's own.
        layer: EXR layer or part to read; "" means the main R G B.
        stereo_view: The host's eye, such as `left`; "" means the default one. Replaces `%V` and `%v` in the path.
    """

    path: str
    frames: Optional[FrameRange] = None
    colorspace: str = ""
    layer: str = ""
    stereo_view: str = ""

    @property
    def sequence(self) -> SequencePath:
        """The path with the stereo view filled in."""
        return SequencePath(self.path).for_view(self.stereo_view)
