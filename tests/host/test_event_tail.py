"""An events file is read while it is written: whole lines, in order, each once."""

from __future__ import annotations

from pathlib import Path

from fsgan_core.errors import CancelledError, FaceError, FsganError, OutputError
from fsgan_core.host.event_tail import EventTail, has_ended
from fsgan_core.host.run_outcome import RunOutcome, RunState
from fsgan_core.job.progress import ProgressEvent


def test_file_that_is_not_there_yet_says_nothing(tmp_path: Path) -> None:
    assert EventTail(str(tmp_path / "none")).read() == []


def test_half_a_line_waits_for_its_end(tmp_path: Path) -> None:
    path = tmp_path / "events"
    tail = EventTail(str(path))
    path.write_bytes('{"event": "note", "message": "größe"}\n{"event": "fra'.encode())
    assert [event.message for event in tail.read()] == ["größe"]
    assert tail.read() == []
    with path.open("ab") as stream:
        stream.write(b'me", "frame": 7}\n')
    assert [event.frame for event in tail.read()] == [7]


def test_foreign_lines_and_fields_of_newer_engines_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "events"
    path.write_bytes(b'warning: x\n[1]\n{"event": 3}\n\xff\xfe\n{"event": "note", "message": "m", "eta_s": 3}\n')
    assert EventTail(str(path)).read() == [ProgressEvent("note", message="m")]


def test_the_end_of_a_long_run_is_found_behind_the_first_mebibyte(tmp_path: Path) -> None:
    path = tmp_path / "events"
    assert not has_ended(str(path))
    frame = b'{"event": "frame", "frame": 1001}\n'
    path.write_bytes(frame * ((1 << 20) // len(frame) + 100))
    assert not has_ended(str(path))
    with path.open("ab") as stream:
        stream.write(b'{"event": "finished", "message": "Done."}\n')
    assert has_ended(str(path))


def test_state_follows_the_events() -> None:
    state = RunState()
    assert state.percent == 0
    for event in (
        ProgressEvent("step", step="swap", done=0, total=3),
        ProgressEvent("frame", step="swap", done=2, total=3, frame=1002, status="swapped"),
        ProgressEvent("warning", message="the plate has no colorspace"),
        ProgressEvent("wrote", path="/o/swap.%04d.exr"),
    ):
        state = state.after(event)
    assert (state.percent, state.frame, state.sentence()) == (66, 1002, "swap: 2 of 3")
    assert state.warnings == ("the plate has no colorspace",)
    assert state.wrote == ("/o/swap.%04d.exr",)
    assert state.after(ProgressEvent("finished", message="all done")).sentence() == "all done"


def test_exit_codes_become_the_engines_errors() -> None:
    assert RunOutcome(0, "ok").error() is None
    assert isinstance(RunOutcome(5, "no face").error(), FaceError)
    assert isinstance(RunOutcome(7, "full").error(), OutputError)
    assert isinstance(RunOutcome(143, "stop").error(), CancelledError)
    assert type(RunOutcome(1, "?").error()) is FsganError
    assert type(RunOutcome(-9, "?").error()) is FsganError
