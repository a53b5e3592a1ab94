"""Errors that the engine shows to an artist; every one is a sentence and an exit code.

FsganError                     1  internal
 +-- JobError                  2  usage or job file wrong
 +-- PlateError                3  input missing or unreadable
 +-- WeightsError              3  weights missing, damaged or not fitting
 +-- StageMissingError         4  an earlier stage has not run
 +-- FaceError                 5  no face found
 +-- EngineError               6  GPU or memory
 +-- OutputError               7  disk full, folder not writable
 +-- CancelledError          130  stopped by the user (130 SIGINT, 143 SIGTERM)

A message says what is wrong, where (file, frame) and what to do.
"""

from __future__ import annotations

from typing import Optional


class FsganError(Exception):
    """Any failure that the engine reports to the artist.

    Args:
        message: One sentence: what is wrong, and what to do.
        path: The file concerned, if any.
        frame: The frame number concerned, if any.
    """

    exit_code: int = 1

    def __init__(self, message: str, *, path: Optional[str] = None, frame: Optional[int] = None) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.frame = frame

    def __str__(self) -> str:
        """The sentence, opened by file and frame where they are known and not already said."""
        place = []
        if self.path is not None and str(self.path) not in self.message:
            place.append(str(self.path))
        if self.frame is not None and "frame" not in self.message:
            place.append(f"frame {self.frame}")
        return f"{', '.join(place)}: {self.message}" if place else self.message


class JobError(FsganError):
    """The command line or the job file asks for something that cannot be."""

    exit_code = 2


class PlateError(FsganError):
    """A picture, sequence or movie is missing or cannot be read."""

    exit_code = 3


class WeightsError(FsganError):
    """A weight file is missing, damaged, or does not fit its manifest."""

    exit_code = 3


class StageMissingError(FsganError):
    """A result of an earlier stage is needed and does not exist."""

    exit_code = 4


class FaceError(FsganError):
    """No face, or not the one asked for, was found."""

    exit_code = 5


class EngineError(FsganError):
    """The device failed: no GPU, or out of memory."""

    exit_code = 6


class OutputError(FsganError):
    """The output cannot be written."""

    exit_code = 7


class CancelledError(FsganError):
    """The user stopped the work; `exit_code` is 130 for SIGINT and 143 for SIGTERM."""

    exit_code = 130

    def __init__(self, message: str, *, signal_number: int = 2) -> None:
        super().__init__(message)
        self.exit_code = 128 + signal_number
