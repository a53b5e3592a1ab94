"""Paths of the job's writer become paths of this machine, or are refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fsgan_core.errors import JobError
from fsgan_core.job.finetune_settings import FinetuneSettings
from fsgan_core.job.matte_settings import MatteSettings
from fsgan_core.job.path_mapping import (
    POSIX,
    WINDOWS,
    PathRule,
    is_foreign_path,
    map_job_paths,
    map_path,
    read_path_rules,
)
from fsgan_core.job.settings import SwapSettings
from fsgan_core.job.spec import AnalyzeJob, FinetuneJob, Pictures, SwapJob

RULES = (
    PathRule(WINDOWS, "P:\\show", "/mnt/show"),
    PathRule(WINDOWS, "P:\\show\\fast", "/ssd"),
    PathRule(WINDOWS, "\\\\server\\share", "/mnt/share"),
    PathRule(POSIX, "/Volumes/show", "/mnt/show"),
)


@pytest.mark.parametrize(
    ("path", "mapped"),
    [
        ("P:\\show\\a\\p.%04d.exr", "/mnt/show/a/p.%04d.exr"),
        ("p:/SHOW/a/p.exr", "/mnt/show/a/p.exr"),
        ("P:/show/fast/x.exr", "/ssd/x.exr"),
        ("P:/show", "/mnt/show"),
        ("//Server/share/ä b.exr", "/mnt/share/ä b.exr"),
        ("\\\\server\\share\\x.exr", "/mnt/share/x.exr"),
        ("/Volumes/show/x.exr", "/mnt/show/x.exr"),
        ("/Volumes/showreel/x.exr", "/Volumes/showreel/x.exr"),
        ("/volumes/show/x.exr", "/volumes/show/x.exr"),
        ("relative/x.exr", "relative/x.exr"),
    ],
)
def test_longest_fitting_rule_wins_at_folder_borders(path: str, mapped: str) -> None:
    assert map_path(path, RULES, system=POSIX) == mapped


@pytest.mark.parametrize("path", ["Q:\\x\\y.exr", "Q:/x/y.exr", "\\\\other\\share\\x.exr", "//other/share/x.exr"])
def test_unmapped_windows_path_is_refused_on_posix(path: str) -> None:
    with pytest.raises(JobError, match="another operating system"):
        map_path(path, RULES, system=POSIX)


def test_unmapped_posix_path_is_refused_on_windows() -> None:
    assert is_foreign_path("/mnt/x.exr", system=WINDOWS)
    assert not is_foreign_path("//server/share/x.exr", system=WINDOWS)
    assert not is_foreign_path("C:/x.exr", system=WINDOWS)


def test_a_colon_or_a_backslash_in_a_posix_name_is_no_drive() -> None:
    assert not is_foreign_path("a:b.exr", system=POSIX)
    assert not is_foreign_path("/x/a\\b.exr", system=POSIX)


NAMES = st.text(st.characters(blacklist_characters="/\\\0", blacklist_categories=["Cs"]), min_size=1)


@given(st.lists(NAMES, min_size=1))
def test_mapping_there_and_back_gives_the_path(parts: list[str]) -> None:
    path = "/render/" + "/".join(parts)
    there = map_path(path, [PathRule(POSIX, "/render", "/local")], system=POSIX)
    assert there == "/local" + path[len("/render") :]
    assert map_path(there, [PathRule(POSIX, "/local/", "/render/")], system=POSIX) == path


def test_every_path_of_a_job_is_mapped_and_no_name_is() -> None:
    job = SwapJob(Pictures("p"), Pictures("s"), "o.exr", SwapSettings(weights="w/pack"), source_analysis="f.npz")
    mapped = map_job_paths(job, lambda path: f"/m/{path}")
    assert mapped == SwapJob(
        Pictures("/m/p"), Pictures("/m/s"), "/m/o.exr", SwapSettings(weights="/m/w/pack"), source_analysis="/m/f.npz"
    )
    matted = SwapJob(Pictures("p"), Pictures("s"), "o.exr", mattes=MatteSettings(holdout_matte="hand.exr"))
    mattes = map_job_paths(matted, lambda path: f"/m/{path}").mattes  # type: ignore[union-attr]
    assert mattes == MatteSettings(holdout_matte="/m/hand.exr")
    analyze = AnalyzeJob(Pictures("p"), "f.npz", weights="compact")
    assert map_job_paths(analyze, lambda path: f"/m/{path}") == AnalyzeJob(Pictures("/m/p"), "/m/f.npz")
    finetune = FinetuneJob((Pictures("a"), Pictures("b")), "packs/c", FinetuneSettings(weights="w/pack"))
    assert map_job_paths(finetune, lambda path: f"/m/{path}") == FinetuneJob(
        (Pictures("/m/a"), Pictures("/m/b")), "/m/packs/c", FinetuneSettings(weights="/m/w/pack")
    )


def write_rules(folder: Path, content: object) -> str:
    path = folder / "rules.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return str(path)


def test_open_job_description_rules_are_read(tmp_path: Path) -> None:
    rule = {"source_path_format": "WINDOWS", "source_path": "P:\\show", "destination_path": "/mnt/show"}
    path = write_rules(tmp_path, {"version": "pathmapping-1.0", "path_mapping_rules": [rule]})
    assert read_path_rules(path) == RULES[:1]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ([], "pathmapping-1.0"),
        ({"version": "pathmapping-2.0"}, "pathmapping-1.0"),
        ({"version": "pathmapping-1.0", "path_mapping_rules": {}}, "must be a list"),
        ({"version": "pathmapping-1.0", "path_mapping_rules": [{"source_path": "x"}]}, "Rule 1 needs"),
        (
            {
                "version": "pathmapping-1.0",
                "path_mapping_rules": [{"source_path_format": "MAC", "source_path": "x", "destination_path": "y"}],
            },
            "POSIX or WINDOWS",
        ),
    ],
)
def test_rules_of_another_form_are_refused(tmp_path: Path, content: object, words: str) -> None:
    with pytest.raises(JobError, match=words):
        read_path_rules(write_rules(tmp_path, content))


def test_missing_rules_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(JobError, match="cannot be read"):
        read_path_rules(str(tmp_path / "none.json"))
