"""A job file round-trips, says what is wrong with it, and never half-exists."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fsgan_core.errors import JobError, OutputError
from fsgan_core.job import job_file
from fsgan_core.job.finetune_settings import FinetuneSettings
from fsgan_core.job.job_file import LARGEST_BYTES, job_text, parse_job, read_job, write_job
from fsgan_core.job.matte_settings import MatteSettings
from fsgan_core.job.settings import AnalyzeSettings, SwapSettings
from fsgan_core.job.spec import AnalyzeJob, FinetuneJob, Job, Pictures, SwapJob

SWAP = SwapJob(
    plate=Pictures("/plates/Straße 7/p.%04d.exr", layer="beauty", stereo_view="left"),
    source=Pictures("/src/who.mov"),
    out="/out/swap.%04d.exr",
    settings=SwapSettings(frames="1001-1010x2", max_views=2, matte_soft_px=4.5),
    analyze=AnalyzeSettings(min_face_px=64, smooth=False),
    mattes=MatteSettings(holdout_matte="/plates/Straße 7/hand.%04d.exr", on_missing_matte="ignore"),
    host="nuke 16.0",
)


def minimal(**changes: Any) -> dict[str, Any]:
    content = {"fsgan_job": 1, "kind": "swap", "plate": {"path": "p.exr"}, "source": {"path": "s.exr"}, "out": "o.exr"}
    content.update(changes)
    return content


FINETUNE = FinetuneJob(
    (Pictures("/src/who.mov"), Pictures("/src/still.exr", layer="beauty")),
    "/packs/who",
    FinetuneSettings(iterations=200),
)


@pytest.mark.parametrize("job", [SWAP, AnalyzeJob(Pictures("p.exr"), "f.npz", AnalyzeSettings(frames="5")), FINETUNE])
def test_written_job_reads_back_equal(tmp_path: Path, job: Job) -> None:
    path = tmp_path / "größe 1" / "job.json"
    path.parent.mkdir()
    write_job(job, str(path))
    assert read_job(str(path)) == job
    assert os.listdir(path.parent) == ["job.json"]


@given(
    path=st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1),
    views=st.integers(1, 3),
    softness=st.floats(0, 64),
    smooth=st.booleans(),
)
def test_any_job_round_trips(path: str, views: int, softness: float, smooth: bool) -> None:
    job = SwapJob(
        Pictures(path),
        Pictures("s.exr"),
        "o.exr",
        SwapSettings(max_views=views, matte_soft_px=softness, weights=path),
        AnalyzeSettings(smooth=smooth),
    )
    assert parse_job(job_text(job)) == job


def test_left_out_entries_have_their_defaults() -> None:
    job = parse_job(json.dumps(minimal()))
    assert job == SwapJob(Pictures("p.exr"), Pictures("s.exr"), "o.exr")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (minimal(fsgan_job=2), "job schema 2, and this fsgan reads up to 1. Update"),
        (minimal(fsgan_job=0), "schema number"),
        (minimal(fsgan_job=True), "schema number"),
        (minimal(fsgan_job="1"), "schema number"),
        (minimal(kind="reface"), "kind is 'reface'. Choose one of analyze, swap"),
        (minimal(kind=["swap"]), "kind is"),
        (minimal(plat={}), "unknown entry 'plat'. Did you mean 'plate'"),
        (minimal(settings={"max_veiws": 2}), "swap.settings has an unknown entry .* mean 'max_views'"),
        (minimal(settings={"max_views": 9}), "swap.settings: max_views is 9"),
        (minimal(settings={"max_views": "3"}), "whole number"),
        (minimal(settings=[1]), "swap.settings is .* must be an object"),
        (minimal(mattes={"artist_matte": 5}), "swap.mattes.artist_matte is 5; it must be text"),
        (minimal(mattes={"artist_matte_use": "add"}), "swap.mattes: artist_matte_use is 'add': choose one of limit"),
        (minimal(mattes={"matte_offset_frames": 0.5}), "whole number"),
        (minimal(mattes={"holdout": "h.exr"}), "swap.mattes has an unknown entry"),
        (minimal(plate="p.exr"), "swap.plate is 'p.exr'; it must be an object"),
        (minimal(plate={}), "swap.plate lacks path"),
        (minimal(plate={"path": 5}), "swap.plate.path is 5; it must be text"),
        (minimal(plate={"path": "a\0b"}), "no path or name can have"),
        (minimal(plate={"path": "\ud800"}), "no path or name can have"),
        ({"fsgan_job": 1, "kind": "swap", "plate": {"path": "p.exr"}}, "swap lacks source, out"),
        ([], '"fsgan_job" with the schema number is missing'),
        ({"kind": "swap"}, "schema number is missing"),
    ],
)
def test_wrong_job_is_refused_with_the_place(content: Any, words: str) -> None:
    with pytest.raises(JobError, match=words) as caught:
        parse_job(json.dumps(content), "shot.json")
    assert "shot.json" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not a job file"),
        ("{", "not a job file"),
        ('{"fsgan_job": 1, "fsgan_job": 1}', "'fsgan_job' stands in it twice"),
        ('{"fsgan_job": NaN}', "NaN is not a number"),
        ("[" * 100_000, "not a job file"),
        ('{"fsgan_job": ' + "1" * 5000 + "}", "not a job file"),
    ],
)
def test_text_that_is_no_job_is_refused(text: str, words: str) -> None:
    with pytest.raises(JobError, match=words):
        parse_job(text)


ENTRY_NAMES = ["plate", "source", "out", "settings", "analyze", "path", "layer", "frames", "max_views", "host"]
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(ENTRY_NAMES), inner),
    max_leaves=12,
)


@given(ANY_JSON)
def test_any_json_is_a_job_or_a_job_error(entry: Any) -> None:
    for place in ("plate", "settings", "analyze", "out", "kind", "fsgan_job"):
        with contextlib.suppress(JobError):
            parse_job(json.dumps(minimal(**{place: entry})))


def test_missing_huge_and_binary_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(JobError, match="No such file"):
        read_job(str(tmp_path / "none.json"))
    huge = tmp_path / "huge.json"
    huge.write_bytes(b" " * (LARGEST_BYTES + 1))
    with pytest.raises(JobError, match="larger than 1 MiB"):
        read_job(str(huge))
    binary = tmp_path / "binary.json"
    binary.write_bytes(b"\x76\x2f\x31\x01\xff")
    with pytest.raises(JobError, match="not UTF-8"):
        read_job(str(binary))


def test_byte_order_mark_of_windows_editors_is_read(tmp_path: Path) -> None:
    path = tmp_path / "job.json"
    path.write_text(job_text(SWAP), encoding="utf-8-sig")
    assert read_job(str(path)) == SWAP


def test_failed_write_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "job.json"
    write_job(SWAP, str(path))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OutputError, match="No space left"):
        write_job(AnalyzeJob(Pictures("p.exr"), "f.npz"), str(path))
    assert read_job(str(path)) == SWAP
    assert os.listdir(tmp_path) == ["job.json"]


def test_folder_that_is_not_there_is_an_output_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="No such file or directory"):
        write_job(SWAP, str(tmp_path / "none" / "job.json"))


def test_job_file_is_golden() -> None:
    golden = Path(__file__).with_name("swap_job.golden.json")
    assert job_text(SWAP) == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("sources", "words"),
    [
        ({"path": "a.mov"}, "must be a list"),
        (["a.mov"], r"sources\[0\] is 'a.mov'; it must be an object"),
        ([{"path": "a.mov"}, {"pth": "b.mov"}], r"sources\[1\] has an unknown entry 'pth'"),
        ([], "at least one clip"),
    ],
)
def test_sources_of_a_finetune_job_are_a_list_of_pictures(sources: object, words: str) -> None:
    content = {"fsgan_job": 1, "kind": "finetune", "sources": sources, "out": "packs/who"}
    with pytest.raises(JobError, match=words):
        parse_job(json.dumps(content))


def test_a_job_of_an_older_schema_is_migrated_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is one schema so far; two later ones are made up: `input` became `clip`, and `clip` became `plate`."""

    def rename(old: str, new: str) -> Any:
        return lambda content: {new if name == old else name: value for name, value in content.items()}

    monkeypatch.setattr(job_file, "SCHEMA", 3)
    monkeypatch.setattr(job_file, "MIGRATIONS", {1: rename("input", "clip"), 2: rename("clip", "plate")})
    for schema, word in ((1, "input"), (2, "clip"), (3, "plate")):
        text = json.dumps({"fsgan_job": schema, "kind": "analyze", word: {"path": "p.exr"}, "out": "f.npz"})
        assert parse_job(text).plate.path == "p.exr"
    with pytest.raises(JobError, match="schema 4, and this fsgan reads up to 3"):
        parse_job(json.dumps({"fsgan_job": 4, "kind": "analyze"}))


def test_every_older_schema_has_a_migration() -> None:
    assert set(job_file.MIGRATIONS) == set(range(1, job_file.SCHEMA))
