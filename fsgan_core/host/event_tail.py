"""Reads what an engine has said since the last look, from a file that it is still writing."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import List, Optional

from fsgan_core.job.progress import LAST_EVENTS, ProgressEvent

_MOST_BYTES = 1 << 20
_FIELDS = frozenset(item.name for item in fields(ProgressEvent))


class EventTail:
    """Follows an events file.

    Args:
        path: The file; it may not exist yet.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._offset = 0

    def read(self) -> List[ProgressEvent]:
        """The events written since the last call, oldest first; at most a MiB of them at a time.

        A line that is not finished is left for the next call. A line that is no event, and fields that a newer engine
        has added, are passed over.
        """
        try:
            with open(self.path, "rb") as stream:
                stream.seek(self._offset)
                raw = stream.read(_MOST_BYTES)
        except OSError:
            return []
        complete = raw[: raw.rfind(b"\n") + 1]
        self._offset += len(complete)
        events = []
        for line in complete.splitlines():
            event = _event(line)
            if event is not None:
                events.append(event)
        return events


def has_ended(path: str) -> bool:
    """Whether the events of a run tell its end, however many they are.

    Args:
        path: The events file; it may not exist yet.
    """
    tail = EventTail(path)
    events = tail.read()
    while events:
        if any(event.event in LAST_EVENTS for event in events):
            return True
        events = tail.read()
    return False


def _event(line: bytes) -> Optional[ProgressEvent]:
    try:
        content = json.loads(line.decode("utf-8"))
    except ValueError:
        return None
    if not isinstance(content, dict) or not isinstance(content.get("event"), str):
        return None
    return ProgressEvent(**{name: value for name, value in content.items() if name in _FIELDS})
