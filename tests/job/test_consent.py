"""A studio that requires consent gets no picture without a record that permits it."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest

from fsgan_core.errors import JobError
from fsgan_core.job.consent import check_consent, person_in, read_consent
from fsgan_core.job.spec import AnalyzeJob, FinetuneJob, Pictures, ReenactJob, SwapJob

TODAY = datetime.date(2026, 6, 1)
RECORD: dict[str, Any] = {
    "fsgan_consent": 1, "reference": "SHOW-0041", "person": "Jane Doe", "projects": ["SHOW"],
    "scope": ["swap", "finetune"], "permitted_uses": ["feature film"], "valid_from": "2026-01-01",
    "valid_until": "2026-12-31", "sources": ["assets/jane/*"],
}  # fmt: skip
JANE, JOE = "/show/assets/jane/take.mov", "/show/assets/joe/take.mov"


def swap_of(source: str) -> SwapJob:
    return SwapJob(Pictures("/show/p.%04d.exr"), Pictures(source), "/show/o.%04d.exr")


@pytest.fixture
def studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Writes the studio's file and one record, each with some entries changed."""

    def write(rules: dict[str, Any] | None = None, **record: Any) -> None:
        (tmp_path / "consent").mkdir(exist_ok=True)
        (tmp_path / "consent" / "jane.json").write_text(json.dumps({**RECORD, **record}), "utf-8")
        content = {
            "fsgan_studio": 1, "require_consent": True, "project": "SHOW", "use": "feature film",
            "consent_folder": "consent", **(rules or {}),
        }  # fmt: skip
        (tmp_path / "studio.json").write_text(json.dumps(content), "utf-8")
        monkeypatch.setenv("FSGAN_STUDIO", str(tmp_path / "studio.json"))

    return write


def test_without_a_studio_file_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FSGAN_STUDIO", raising=False)
    assert check_consent(swap_of(JANE)) is None


def test_a_record_that_permits_is_found_by_the_source(studio: Any) -> None:
    studio()
    record = check_consent(swap_of(JANE), TODAY)
    assert record is not None
    assert record.reference == "SHOW-0041"
    assert check_consent(FinetuneJob((Pictures(JANE),), "/w/jane"), TODAY) == record
    assert check_consent(AnalyzeJob(Pictures(JOE), "/f.npz"), TODAY) is None
    assert (person_in(JANE), person_in(JOE)) == ("Jane Doe", "")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"scope": ["finetune"]}, "not swap"),
        ({"projects": ["OTHER"]}, "not for project 'SHOW'"),
        ({"permitted_uses": ["trailer"]}, "not 'feature film'"),
        ({"valid_from": "2026-06-02"}, "valid from 2026-06-02"),
        ({"valid_until": "2026-05-31"}, "ended on 2026-05-31"),
    ],
)
def test_scope_project_use_and_dates_are_held_to(studio: Any, change: dict[str, Any], said: str) -> None:
    studio(**change)
    with pytest.raises(JobError, match=said) as caught:
        check_consent(swap_of(JANE), TODAY)
    assert caught.value.exit_code == 2
    assert "Jane Doe" in str(caught.value)


def test_another_person_is_refused(studio: Any) -> None:
    studio()
    with pytest.raises(JobError, match="no record in .* covers the source /show/assets/joe"):
        check_consent(swap_of(JOE), TODAY)
    with pytest.raises(JobError, match="not reenact"):
        check_consent(ReenactJob(Pictures(JANE), Pictures("/d.mov"), "/o.%04d.exr"), TODAY)
    with pytest.raises(JobError, match="covers the source"):
        check_consent(FinetuneJob((Pictures(JANE), Pictures(JOE)), "/w/jane"), TODAY)


def test_first_and_last_day_count(studio: Any) -> None:
    studio()
    for day in ((2026, 1, 1), (2026, 12, 31)):
        assert check_consent(swap_of(JANE), datetime.date(*day)) is not None


def test_any_project_may_be_permitted(studio: Any) -> None:
    studio({"project": "SEQUEL"}, projects=["*"])
    assert check_consent(swap_of(JANE), TODAY) is not None


def test_records_are_noted_where_none_is_required(studio: Any) -> None:
    studio({"require_consent": False}, valid_until="2026-02-01")
    assert check_consent(swap_of(JANE), TODAY) is None
    assert check_consent(swap_of(JANE), datetime.date(2026, 1, 5)) is not None


def test_a_path_cannot_climb_into_somebody_elses_folder(studio: Any) -> None:
    studio()
    with pytest.raises(JobError, match="covers the source"):
        check_consent(swap_of("/show/assets/jane/../joe/take.mov"), TODAY)


def test_rules_that_are_named_must_be_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FSGAN_STUDIO", str(tmp_path / "none.json"))
    with pytest.raises(JobError, match="cannot be read"):
        check_consent(swap_of(JANE), TODAY)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"valid_until": "soon"}, "must be a date"), ({"scope": ["everything"]}, "scope names"),
        ({"sources": "x"}, "list of texts"), ({"persn": "x"}, "unknown entry"), ({"fsgan_consent": 2}, "schema 2"),
        ({"person": 3}, "must be str"),
    ],
)  # fmt: skip
def test_a_broken_record_permits_nothing(studio: Any, tmp_path: Path, change: dict[str, Any], said: str) -> None:
    studio(**change)
    with pytest.raises(JobError, match=said):
        check_consent(swap_of(JANE), TODAY)
    with pytest.raises(JobError, match=said):
        read_consent(str(tmp_path / "consent" / "jane.json"))


@pytest.mark.parametrize("rules", [{"require_consent": "yes"}, {"require_consnt": True}, {"fsgan_studio": 9}])
def test_broken_rules_are_no_rules_but_an_error(studio: Any, rules: dict[str, Any]) -> None:
    studio(rules)
    with pytest.raises(JobError):
        check_consent(swap_of(JANE), TODAY)


def test_swap_and_finetune_leave_with_2_and_one_sentence(
    fsgan_program: Any, studio: Any, tmp_path: Path
) -> None:
    studio()
    for words in (
        ["swap", "--source", JOE, "--plate", "/p.exr", "--out", str(tmp_path / "o" / "o.exr")],
        ["finetune", "--source", JOE, "--out", str(tmp_path / "weights")],
        ["reenact", "--source", JANE, "--driver", "/d.mov", "--out", str(tmp_path / "o" / "o.exr")],
    ):
        exit_code, said = fsgan_program(*words)
        assert exit_code == 2
        assert said.count("ERROR:") == 1
        assert "onsent" in said
    assert not (tmp_path / "o").exists()
    assert not (tmp_path / "weights").exists()
