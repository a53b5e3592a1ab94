"""The artist's own mattes in a swap: the artist matte says where the face may be, the hold-out matte what stays plate.

Both are applied on the plate's own pixels, never resampled, so that an edge stays where it was drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import numpy as np

from fsgan_core.geometry.crop_transform import CropTransform
from fsgan_core.geometry.resample import Window, crop_picture
from fsgan_core.job.matte_settings import MatteSettings
from fsgan_core.media.matte_reader import MatteReader, MatteSource
from fsgan_core.media.plate_frame import PlateFrame
from fsgan_core.stages.paste import border_for, place_matte, round_to

_SEEN_FROM = 1 / 32
"""From this value of a matte that is taken as it was drawn, a face must be there to be seen."""
_CROP_EDGE_PX = 8
"""A matte taken as it was drawn runs out over this much of the crop, where it reaches the crop's border."""


@dataclass(frozen=True, eq=False)
class FrameMattes:
    """The artist's mattes of one frame, on the pixels of its array.

    Args:
        artist: (H, W) float32 in [0, 1], or None.
        use: What it does: "limit", "replace" or "face" (`job.matte_settings.MatteSettings.artist_matte_use`).
        holdout: (H, W) float32 in [0, 1], 1 where the plate stays; or None.
    """

    artist: np.ndarray | None = None
    use: str = MatteSettings.artist_matte_use
    holdout: np.ndarray | None = None

    def face_in_crop(self, found: np.ndarray, crop: CropTransform) -> np.ndarray:
        """The face that the stages shall fill: the one found, or the one drawn.

        A hold-out takes nothing away here: behind a soft edge of it the new face must still be complete.

        Args:
            found: (S, S) probability of face, of the segmentation.
            crop: Where the crop lies in the frame.

        Returns:
            (S, S) float32 in [0, 1].
        """
        if self.artist is None or self.use == "limit":
            return found
        drawn = np.clip(crop_picture(self.artist[..., None], crop, "linear")[..., 0], 0, 1)
        return (drawn > _SEEN_FROM).astype(np.float32) if self.use == "replace" else drawn

    def final_matte(self, matte: np.ndarray, crop: CropTransform, window: Window, stored: type) -> np.ndarray:
        """The matte that the face is pasted with.

        Args:
            matte: (h, w) float32 in [0, 1], the engine's own in the window of the crop.
            crop: Where the crop lies in the frame.
            window: x0 y0 x1 y1 px of the frame's array.
            stored: Precision in which it will be written; it is rounded to it.

        Returns:
            (h, w) float32 in [0, 1].
        """
        if self.artist is None and self.holdout is None:
            return matte
        x0, y0, x1, y1 = window
        final = matte
        if self.artist is not None and self.use != "face":
            drawn = self.artist[y0:y1, x0:x1]
            if self.use == "limit":
                final = matte * drawn
            else:
                final = drawn * place_matte(_crop_inside(crop), crop, self.artist.shape[:2], np.float32)
        if self.holdout is not None:
            final = final * (1 - self.holdout[y0:y1, x0:x1])
        return round_to(final, stored)


class ArtistMattes:
    """The open mattes of a job.

    Args:
        artist: Reader of the artist matte, or None.
        holdout: Reader of the hold-out matte, or None.
        use: What the artist matte does.
    """

    def __init__(self, artist: MatteReader | None, holdout: MatteReader | None, use: str) -> None:
        self._artist = artist
        self._holdout = holdout
        self._use = use

    def check(self, numbers: Iterable[int]) -> None:
        """Refuse, before any work is done, frames that lack a matte which may not be missing.

        Raises:
            PlateError: Names the first such frame.
        """
        for number in numbers:
            for reader in (self._artist, self._holdout):
                if reader is not None:
                    reader.frame_for(number)

    def read(self, frame: PlateFrame) -> FrameMattes:
        """The mattes of a frame of the plate.

        Raises:
            PlateError: A matte cannot be read, or is not of the plate's format.
        """
        return FrameMattes(_on_plate(self._artist, frame), self._use, _on_plate(self._holdout, frame))


@contextmanager
def open_mattes(settings: MatteSettings, stereo_view: str = "") -> Iterator[ArtistMattes]:
    """The mattes that the settings name, open for the block.

    Raises:
        PlateError: Nothing lies at a path.
        JobError: A path names a stereo view, and the plate has none.
    """
    with ExitStack() as stack:

        def opened(path: str, channel: str, invert: bool, word: str) -> MatteReader | None:
            if not path:
                return None
            offset, on_missing = settings.matte_offset_frames, settings.on_missing_matte
            source = MatteSource(path, channel, invert, offset, on_missing, stereo_view, word)
            return stack.enter_context(MatteReader(source))

        artist, holdout = settings.artist_matte, settings.holdout_matte
        yield ArtistMattes(
            opened(artist, settings.artist_matte_channel, settings.artist_matte_invert, "artist matte"),
            opened(holdout, settings.holdout_matte_channel, settings.holdout_matte_invert, "hold-out matte"),
            settings.artist_matte_use,
        )


def _on_plate(reader: MatteReader | None, frame: PlateFrame) -> np.ndarray | None:
    return None if reader is None else reader.read(frame.number, frame.display_window, frame.data_window)


def _crop_inside(crop: CropTransform) -> np.ndarray:
    """(S, S): 0 along the crop's border, 1 inside."""
    index = np.arange(crop.size)
    from_edge = np.minimum(index, crop.size - 1 - index) + 1.0
    ramp = np.clip((from_edge - border_for(crop)) / _CROP_EDGE_PX, 0, 1).astype(np.float32)
    return np.minimum(ramp, ramp[:, None])
