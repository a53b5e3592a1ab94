"""Deadline 10 and Tractor get the same command lines, in files that those programs can read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fsgan_core.errors import JobError
from fsgan_core.farm.deadline10 import write_deadline10
from fsgan_core.farm.task_plan import TaskPlan
from fsgan_core.farm.tractor import braced, script_text, write_tractor


def info(path: Path) -> dict[str, str]:
    """A Deadline info file: one `Key=Value` a line."""
    return dict(line.split("=", 1) for line in path.read_text("utf-8").splitlines())


def tcl_words(text: str) -> list[str]:
    """The words of one Tcl command in which braces group and nothing is substituted."""
    words, depth, word, started = [], 0, "", False
    for letter in text:
        if letter == "{":
            depth += 1
            started = True
            if depth == 1:
                continue
        elif letter == "}":
            depth -= 1
            if depth == 0:
                continue
        elif letter.isspace() and depth == 0:
            words += [word] if started else []
            word, started = "", False
            continue
        word, started = word + letter, True
    assert depth == 0
    return [*words, word] if started else words


def test_deadline_jobs_follow_one_another(plan: TaskPlan, tmp_path: Path) -> None:
    write_deadline10(plan, str(tmp_path))
    frames = info(tmp_path / "3_Frames.job")
    assert (frames["Plugin"], frames["Frames"], frames["ChunkSize"]) == ("CommandLine", "1001-1010", "4")
    assert frames["OutputDirectory0"] == "/show/sh 010"
    plugin = info(tmp_path / "3_Frames.plugin")
    assert plugin["Executable"] == "fsgan"
    assert plugin["Arguments"] == f"run {tmp_path}/job.json --frames <STARTFRAME>-<ENDFRAME> --log plain"
    submit = (tmp_path / "submit.txt").read_text("utf-8")
    assert submit.startswith("deadlinecommand -SubmitMultipleJobs -dependent -job")
    assert submit.index("1_Finetune.job") < submit.index("2_Analyze.job") < submit.index("4_Verify.job")


def test_deadline_quotes_spaces_and_refuses_quotes(plan: TaskPlan, tmp_path: Path) -> None:
    write_deadline10(plan, str(tmp_path / "sh 010"))
    arguments = info(tmp_path / "sh 010" / "2_Analyze.plugin")["Arguments"]
    assert arguments == f"run <QUOTE>{tmp_path}/sh 010/job.json<QUOTE> --only-analyze --log plain"
    with pytest.raises(JobError, match="quote"):
        write_deadline10(plan, str(tmp_path / 'a"b'))


def test_deadline_makes_frames_with_holes_one_by_one(scattered_plan: TaskPlan, tmp_path: Path) -> None:
    write_deadline10(scattered_plan, str(tmp_path))
    assert info(tmp_path / "3_Frames.job")["ChunkSize"] == "1"


def test_a_line_break_in_a_name_cannot_add_a_key(plan_of: Callable[..., TaskPlan], tmp_path: Path) -> None:
    with pytest.raises(JobError, match="line break"):
        write_deadline10(plan_of(out="/show/a\nPlugin=Evil/swap.%04d.exr"), str(tmp_path))


def test_tractor_script_nests_steps_and_names_every_chunk(plan: TaskPlan) -> None:
    words = tcl_words(script_text(plan, "/show/sh 010"))
    assert words[:6] == ["Job", "-title", "sh 010", "-serialsubtasks", "1", "-subtasks"]
    steps = tcl_words(words[6])
    assert [steps[index + 1] for index, word in enumerate(steps) if word == "Task"] == [
        "Finetune", "Analyze", "Frames", "Verify",
    ]  # fmt: skip
    chunks = tcl_words(steps[steps.index("Frames") + 2])
    assert [word for word in chunks if word.startswith("Frames")] == [
        "Frames 1001-1004", "Frames 1005-1007", "Frames 1008-1010",
    ]  # fmt: skip
    command = tcl_words(chunks[chunks.index("-cmds") + 1])
    assert tcl_words(command[1]) == [
        "fsgan", "run", "/show/sh 010/job.json", "--frames", "1001-1004", "--log", "plain",
    ]  # fmt: skip


def test_tractor_refuses_what_braces_cannot_hold(plan: TaskPlan, tmp_path: Path) -> None:
    assert braced("a b$c[d]") == "{a b$c[d]}"
    for word in ("a}b", "{", "a\\"):
        with pytest.raises(JobError, match="Tractor"):
            braced(word)
    assert [Path(path).name for path in write_tractor(plan, str(tmp_path))][0] == "fsgan.alf"
