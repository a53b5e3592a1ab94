"""The artist's own mattes of a plate: where they lie, which channel of them, and what they do to the face's matte."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Tuple

from fsgan_core.job.settings import check_settings, setting


@dataclass(frozen=True)
class MatteSettings:
    """Mattes that an artist made for the plate; an empty path means that there is none.

    A matte has the plate's format. One still serves every frame.
    """

    artist_matte: str = setting(
        "", label="Artist matte",
        help="Sequence, still or movie of a matte for the face. Empty: the engine's own matte alone.",
    )
    artist_matte_use: str = setting(
        "limit", label="Use it to", choices=("limit", "replace", "face"),
        help="limit: the engine's matte only inside it. replace: it is the matte, as it was drawn. face: it says where "
        "the face is, and the engine makes the soft edge.",
    )
    artist_matte_channel: str = setting(
        "", label="Artist matte channel",
        help="A channel of the file, such as A, R or mask.a. Empty: alpha if the file has one, else its first channel.",
    )
    artist_matte_invert: bool = setting(
        False, label="Invert artist matte", help="Take black for white."
    )
    holdout_matte: str = setting(
        "", label="Hold-out matte",
        help="Sequence, still or movie of what stays plate, such as a hand or a microphone in front of the face.",
    )
    holdout_matte_channel: str = setting(
        "", label="Hold-out channel",
        help="A channel of the file, such as A, R or mask.a. Empty: alpha if the file has one, else its first channel.",
    )
    holdout_matte_invert: bool = setting(
        False, label="Invert hold-out", help="Take black for white."
    )
    matte_offset_frames: int = setting(
        0, label="Matte offset", unit="frames", minimum=-1000000, maximum=1000000,
        help="Frame number of the plate minus that of the mattes: 1000 where frame 1 of a movie belongs to plate frame "
        "1001.",
    )
    on_missing_matte: str = setting(
        "error", label="Without a matte", choices=("error", "ignore", "hold"),
        help="A frame that a matte lacks: stop with an error, do without the matte, or hold its nearest frame.",
    )

    def __post_init__(self) -> None:
        """Refuse values of the wrong type or outside their limits.

        Raises:
            JobError: Names the setting, its value and what is allowed.
        """
        check_settings(self)

    @property
    def paths(self) -> Tuple[str, ...]:
        """The paths that are set."""
        return tuple(path for path in (self.artist_matte, self.holdout_matte) if path)
