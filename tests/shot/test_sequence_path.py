"""File name patterns name the frames that lie on disk, and no others."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from fsgan_core.errors import JobError
from fsgan_core.shot.plate import Plate
from fsgan_core.shot.sequence_path import SequencePath, sequences_in


def _touch(folder: Path, *names: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_bytes(b"")


@pytest.mark.parametrize(
    ("pattern", "number", "name"),
    [
        ("a.%04d.exr", 7, "a.0007.exr"),
        ("a.%d.exr", 7, "a.7.exr"),
        ("a.####.exr", 10012, "a.10012.exr"),
        ("a.@@@.exr", -5, "a.-05.exr"),
        ("a#1.%04d.exr", 7, "a#1.0007.exr"),
        ("a.exr", 7, "a.exr"),
    ],
)
def test_frame_number_fills_the_field(pattern: str, number: int, name: str) -> None:
    assert SequencePath(pattern).at(number) == name


@pytest.mark.parametrize("pattern", ["a.%04d.exr", "a.####.exr", "a.@@@@.exr"])
def test_frames_on_disk_are_found_in_order(tmp_path: Path, pattern: str) -> None:
    _touch(tmp_path, "a.1002.exr", "a.1001.exr", "a.10000.exr", "a.999.exr", "a.01003.exr", "b.1001.exr", "a.x.exr")
    found = SequencePath(str(tmp_path / pattern)).find_frames()
    assert list(found) == [1001, 1002, 10000]
    assert found[1001] == str(tmp_path / "a.1001.exr")


def test_folder_with_spaces_accents_and_number_signs(tmp_path: Path) -> None:
    folder = tmp_path / "Größe #2 café 東京"
    _touch(folder, "größe 東.0001.exr")
    pattern = SequencePath(str(folder / "größe 東.%04d.exr"))
    assert pattern.find_frames() == {1: str(folder / "größe 東.0001.exr")}


def test_decomposed_accents_on_disk_are_the_same_name(tmp_path: Path) -> None:
    _touch(tmp_path, unicodedata.normalize("NFD", "café.0001.exr"))
    found = SequencePath(str(tmp_path / unicodedata.normalize("NFC", "café.%04d.exr"))).find_frames()
    assert list(found) == [1]
    assert Path(found[1]).exists()


def test_single_still_is_the_frame_in_its_name_or_frame_1(tmp_path: Path) -> None:
    _touch(tmp_path, "a.1001.exr", "portrait.png", "take#3.png", "v2.tif")
    assert list(SequencePath(str(tmp_path / "a.1001.exr")).find_frames()) == [1001]
    for name in ("portrait.png", "take#3.png", "v2.tif"):
        assert SequencePath(str(tmp_path / name)).find_frames() == {1: str(tmp_path / name)}


def test_nothing_on_disk_is_an_empty_sequence(tmp_path: Path) -> None:
    assert SequencePath(str(tmp_path / "no" / "a.%04d.exr")).find_frames() == {}
    assert SequencePath(str(tmp_path / "a.exr")).find_frames() == {}


def test_movie_is_told_by_its_extension() -> None:
    assert SequencePath("a.MOV").is_movie
    assert SequencePath("b c.mp4").is_movie
    assert not SequencePath("a.exr").is_movie


def test_stereo_view_fills_the_path() -> None:
    assert Plate("%V/a_%v.%04d.exr", stereo_view="left").sequence.text == "left/a_l.%04d.exr"
    with pytest.raises(JobError, match="stereo_view"):
        _ = Plate("%V/a.%04d.exr").sequence


def test_sequences_of_a_folder_are_listed_for_messages(tmp_path: Path) -> None:
    _touch(tmp_path, "a.1001.exr", "a.1002.exr", "b_07.png", "note.txt")
    assert sequences_in(str(tmp_path), frozenset([".exr"])) == [str(tmp_path / "a.%04d.exr")]
    assert len(sequences_in(str(tmp_path))) == 2
    assert sequences_in(str(tmp_path / "no")) == []
