"""Reader threads: the frame that is looked at first, then the frames that will be looked at next.

Two caches: decoded layers, so that a change of exposure reads nothing again, and pictures ready for the screen.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fsgan_core.errors import FsganError
from fsgan_core.media.picture_layers import LayerPicture
from fsgan_viewer.models.display_transform import DisplaySettings, to_screen
from fsgan_viewer.models.frame_cache import FrameCache
from fsgan_viewer.models.frame_source import FrameSource

DECODED_BYTES = 1 << 30
SCREEN_BYTES = 1 << 29
THREADS = 2


@dataclass(frozen=True)
class FrameRequest:
    """One picture to show.

    Args:
        source: Key of one of the loader's sources, such as `plate` or `result`.
        frame: Frame number.
        layer: Layer name; "" is the main one.
        settings: How to show it.
    """

    source: str
    frame: int
    layer: str
    settings: DisplaySettings


@dataclass(frozen=True, eq=False)
class LoadedFrame:
    """What became of a request.

    Args:
        request: The request.
        screen: (H, W, 4) uint8 as of `to_screen`; None where it failed.
        picture: What was decoded; None where it failed.
        problem: The sentence for the artist where it failed; "" else.
    """

    request: FrameRequest
    screen: NDArray[np.uint8] | None = None
    picture: LayerPicture | None = None
    problem: str = ""


class FrameLoader:
    """Reads and converts frames in threads of its own.

    Args:
        sources: Key to source.
        on_loaded: Called from a reader thread for every wanted frame that is done; not for frames read ahead.
        threads: How many.
    """

    def __init__(
        self, sources: dict[str, FrameSource], on_loaded: Callable[[LoadedFrame], None], threads: int = THREADS
    ) -> None:
        self.sources = sources
        self._on_loaded = on_loaded
        self._decoded: FrameCache[LayerPicture] = FrameCache(DECODED_BYTES)
        self._screens: FrameCache[LoadedFrame] = FrameCache(SCREEN_BYTES)
        self._wanted: list[FrameRequest] = []
        self._ahead: list[FrameRequest] = []
        self._running: set[FrameRequest] = set()
        self._changed = threading.Condition()
        self._closed = False
        self._threads = [threading.Thread(target=self._work, name=f"reader {n}", daemon=True) for n in range(threads)]
        for thread in self._threads:
            thread.start()

    def ask(self, wanted: Sequence[FrameRequest], ahead: Sequence[FrameRequest] = ()) -> list[LoadedFrame]:
        """Load these now and those afterwards; earlier requests that have not begun are forgotten.

        Returns:
            The wanted frames that are there already; the others are told to `on_loaded`.
        """
        there = [self._screens.get(request) for request in wanted]
        with self._changed:
            self._wanted = [request for request, found in zip(wanted, there, strict=True) if found is None]
            self._ahead = [request for request in ahead if request not in self._screens]
            self._changed.notify_all()
        return [found for found in there if found is not None]

    def forget(self, source: str, frame: int) -> None:
        """Read a frame of a source anew when it is asked for next: its file has changed."""
        self._decoded.drop_where(lambda key: key[:2] == (source, frame))
        self._screens.drop_where(lambda key: (key.source, key.frame) == (source, frame))

    def forget_all(self) -> None:
        """Read everything anew when it is asked for next."""
        self._decoded.clear()
        self._screens.clear()

    def is_ready(self, request: FrameRequest) -> bool:
        """Whether a picture could be shown at once."""
        return request in self._screens

    def close(self) -> None:
        """End the threads; a frame that is being read is waited for."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def load(self, request: FrameRequest) -> LoadedFrame:
        """Read and convert one frame, now and in this thread; a failure becomes its problem."""
        try:
            picture = self._decode(request)
            screen = to_screen(picture, self.sources[request.source].colorspace, request.settings)
        except FsganError as error:
            return LoadedFrame(request, problem=str(error))
        except (MemoryError, ValueError, RuntimeError) as error:  # a damaged file that its reader did not expect
            said = str(error) or type(error).__name__
            return LoadedFrame(request, problem=f"frame {request.frame} cannot be shown: {said}.")
        loaded = LoadedFrame(request, screen, picture)
        self._screens.put(request, loaded, screen.nbytes)
        return loaded

    def _decode(self, request: FrameRequest) -> LayerPicture:
        key = (request.source, request.frame, request.layer)
        picture = self._decoded.get(key)
        if picture is None:
            picture = self.sources[request.source].read(request.frame, request.layer)
            self._decoded.put(key, picture, picture.pixels.nbytes)
        return picture

    def _work(self) -> None:
        while True:
            taken = self._next()
            if taken is None:
                return
            request, is_wanted = taken
            loaded = self._screens.get(request) or self.load(request)
            with self._changed:
                self._running.discard(request)
                is_wanted = is_wanted or request in self._wanted
                if request in self._wanted:
                    self._wanted.remove(request)
            if is_wanted:
                self._on_loaded(loaded)

    def _next(self) -> tuple[FrameRequest, bool] | None:
        """The most urgent request that nobody works on, and whether somebody waits for it; None at the end."""
        with self._changed:
            while True:
                if self._closed:
                    return None
                for request in itertools.chain(self._wanted, self._ahead):
                    if request in self._running:
                        continue
                    is_wanted = request in self._wanted
                    (self._wanted if is_wanted else self._ahead).remove(request)
                    self._running.add(request)
                    return request, is_wanted
                self._changed.wait()
