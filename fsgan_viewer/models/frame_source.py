"""Where frames come from: a sequence of files, which several threads may read, or a movie, which one reads at a time.

Unlike the engine, which refuses a plate with holes, the viewer shows what is there and names what is missing.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod

from fsgan_core.errors import FsganError, PlateError
from fsgan_core.media.default_colorspace import colorspace_of_picture
from fsgan_core.media.picture import read_info
from fsgan_core.media.picture_layers import LayerPicture, PictureLayer, layers_of, read_layer, read_status
from fsgan_core.media.read import open_plate
from fsgan_core.shot.plate import Plate
from fsgan_core.shot.sequence_path import SequencePath

_MOVIE_LAYER = PictureLayer("", ("R", "G", "B"))


class FrameSource(ABC):
    """Pictures on disk, one layer of one frame at a time.

    Args:
        path: Sequence pattern, still or movie.
        frames: The frames that exist, ascending; may have holes, may be empty.
        colorspace: What the numbers of its colours mean.
    """

    def __init__(self, path: str, frames: tuple[int, ...], colorspace: str) -> None:
        self.path = path
        self.frames = frames
        self.colorspace = colorspace

    @abstractmethod
    def read(self, frame: int, layer: str = "") -> LayerPicture:
        """One layer of a frame.

        Raises:
            PlateError: The frame is missing or damaged, or has no such layer.
        """

    @abstractmethod
    def layers(self) -> tuple[str, ...]:
        """The layers of the first frame that can be read; the main one is ""."""

    def status(self, frame: int) -> str:
        """What the engine says of the frame; "" where nobody says."""
        return ""

    def refresh(self) -> bool:
        """Look again which frames exist; whether that has changed."""
        return False

    @property
    def missing(self) -> tuple[int, ...]:
        """Frames between the first and the last that do not exist; a sequence on twos is complete."""
        if len(self.frames) < 2:
            return ()
        step = min(b - a for a, b in zip(self.frames, self.frames[1:], strict=False))
        return tuple(sorted(set(range(self.frames[0], self.frames[-1] + 1, step)) - set(self.frames)))


class SequenceSource(FrameSource):
    """Picture files, one a frame, or a still.

    Args:
        path: The pattern; that no frame exists yet is no error.
        colorspace: "" means what the first readable file says of itself.
    """

    def __init__(self, path: str, colorspace: str = "") -> None:
        self._files = SequencePath(path).find_frames()
        self._named_colorspace = colorspace
        super().__init__(path, tuple(self._files), colorspace or self._colorspace_of_files())

    def read(self, frame: int, layer: str = "") -> LayerPicture:
        """One layer of a frame, decoded from its file."""
        return read_layer(self._file_of(frame), frame, layer)

    def layers(self) -> tuple[str, ...]:
        """The layers of the first frame that can be read."""
        for file in list(self._files.values())[:8]:
            try:
                return tuple(layer.name for layer in layers_of(file))
            except FsganError:
                continue
        return ("",)

    def status(self, frame: int) -> str:
        """What the engine wrote into the header of the frame."""
        if SequencePath(self.path).extension != ".exr":
            return ""
        return read_status(self._file_of(frame))

    def refresh(self) -> bool:
        """Look into the folder again."""
        before = self.frames
        self._files = SequencePath(self.path).find_frames()
        self.frames = tuple(self._files)
        if not before:
            self.colorspace = self._named_colorspace or self._colorspace_of_files()
        return self.frames != before

    def _file_of(self, frame: int) -> str:
        file = self._files.get(frame)
        if file is None:
            raise PlateError("this frame does not exist.", path=self.path, frame=frame)
        return file

    def _colorspace_of_files(self) -> str:
        for file in list(self._files.values())[:8]:
            try:
                return colorspace_of_picture(read_info(file), file)
            except FsganError:
                continue
        return "lin_rec709_scene"


class MovieSource(FrameSource):
    """A movie.

    Args:
        path: The movie.
        colorspace: "" means what the movie says of itself.

    Raises:
        PlateError: It cannot be opened.
    """

    def __init__(self, path: str, colorspace: str = "") -> None:
        self._reader = open_plate(Plate(path, colorspace=colorspace))
        self._lock = threading.Lock()
        super().__init__(path, self._reader.frames, self._reader.colorspace)

    def read(self, frame: int, layer: str = "") -> LayerPicture:
        """A frame of the movie."""
        if layer:
            raise PlateError(f"a movie has no layer {layer}. It has: R G B.", path=self.path, frame=frame)
        with self._lock:
            picture = self._reader.read(frame)
        return LayerPicture(
            _MOVIE_LAYER, ("",), picture.native, picture.data_window, picture.display_window, picture.pixel_aspect
        )

    def layers(self) -> tuple[str, ...]:
        """The main one alone."""
        return ("",)


def open_source(path: str, colorspace: str = "") -> FrameSource:
    """The pictures at a path.

    Raises:
        PlateError: A movie cannot be opened, or a folder cannot be looked into.
    """
    if SequencePath(path).is_movie:
        return MovieSource(path, colorspace)
    try:
        return SequenceSource(path, colorspace)
    except OSError as error:
        raise PlateError(f"cannot be looked into: {error.strerror}.", path=path) from error
