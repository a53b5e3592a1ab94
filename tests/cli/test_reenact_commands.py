"""Arguments of the reenactment commands become jobs, and every setting is an option."""

from __future__ import annotations

from typing import Any

import pytest

from fsgan_core.job.matte_settings import MatteSettings
from fsgan_core.job.reenact_settings import ExpressionSettings, PoseSettings, ReenactSettings
from fsgan_core.job.settings import describe_settings
from fsgan_core.job.spec import ExpressionJob, Pictures, PoseJob, ReenactJob

WHO, MOVER, OUT = ("--source", "s.mov"), ("--driver", "d.%04d.exr"), ("--out", "o/m.%04d.exr")
COMMANDS: dict[str, tuple[tuple[str, ...], type]] = {
    "reenact": ((*WHO, *MOVER, *OUT), ReenactSettings),
    "pose": ((*WHO, *OUT), PoseSettings),
    "expression": ((*WHO, *MOVER, *OUT), ExpressionSettings),
}


def another_value(info: Any) -> Any:
    if info.type is bool:
        return not info.default
    if info.choices:
        return next(choice for choice in info.choices if choice != info.default)
    if info.name in ("neutral_frame", "poses"):
        return {"neutral_frame": "12", "poses": "1:0,0,0"}[info.name]
    if info.type is str:
        return "1-3" if "frames" in info.name else "other"
    return info.type(info.maximum if info.default != info.maximum else info.minimum)


def as_option(name: str, value: Any) -> list[str]:
    flag = name.replace("_", "-")
    return [f"--{flag}" if value else f"--no-{flag}"] if isinstance(value, bool) else [f"--{flag}", str(value)]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_setting_is_an_option(fsgan: Any, engine: Any, command: str) -> None:
    arguments, settings_type = COMMANDS[command]
    values = {info.name: another_value(info) for info in describe_settings(settings_type)}
    if command == "expression":
        values["mouth"] = True
    options = [word for name, value in values.items() for word in as_option(name, value)]
    outcome = fsgan(command, *arguments, *options)
    assert outcome.exit_code == 0, outcome
    assert engine.jobs[0].settings == settings_type(**values)


def test_drivers_are_mixed(fsgan: Any, engine: Any) -> None:
    mixed = ("--pose-from", "source", "--expression-from", "talk.mov", "--driver-layer", "l")
    fsgan("reenact", *WHO, *MOVER, *OUT, *mixed)
    who = Pictures("s.mov")
    assert engine.jobs == [
        ReenactJob(who, Pictures("d.%04d.exr", "l"), "o/m.%04d.exr", who, Pictures("talk.mov"))
    ]


def test_files_reach_the_jobs(fsgan: Any, engine: Any) -> None:
    fsgan("pose", *WHO, *OUT, "--curve", "turn.chan", "--source-analysis", "s.npz", "--corrections", "fix.json")
    fsgan("expression", *WHO, *MOVER, *OUT, "--driver-analysis", "d.npz", "--driver-corrections", "c.json")
    who, mover, out = Pictures("s.mov"), Pictures("d.%04d.exr"), "o/m.%04d.exr"
    assert engine.jobs == [
        PoseJob(who, out, "turn.chan", source_analysis="s.npz", corrections="fix.json"),
        ExpressionJob(who, mover, out, driver_analysis="d.npz", driver_corrections="c.json"),
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("pose", *WHO, *OUT), "give one of the two"),
        (("expression", *WHO, *MOVER, *OUT, "--no-mouth"), "choose at least one part"),
        (("reenact", *WHO, *MOVER, *OUT, "--driver-frames", "1-"), "frame list"),
        (("reenact", *WHO, *MOVER, "--out", "moved.mov"), "must be an EXR"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_code_2(fsgan: Any, arguments: tuple[str, ...], words: str) -> None:
    outcome = fsgan(*arguments)
    assert outcome.exit_code == 2
    assert words in outcome.out + outcome.err


@pytest.mark.parametrize("command", COMMANDS)
def test_mattes_of_the_artist_are_options(fsgan: Any, engine: Any, command: str) -> None:
    options = ("--holdout-matte", "hand.exr", "--artist-matte-use", "face", "--on-missing-matte", "hold")
    needed = {"expression": ("--mouth",), "pose": ("--curve", "turn.chan")}.get(command, ())
    outcome = fsgan(command, *COMMANDS[command][0], *options, *needed)
    assert outcome.exit_code == 0, outcome
    assert engine.jobs[0].mattes == MatteSettings(
        holdout_matte="hand.exr", artist_matte_use="face", on_missing_matte="hold"
    )
