"""A folder of shots is read as one expects, and an empty one is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from fsgan_core.errors import JobError
from fsgan_core.evaluation.table_methods import without_ellipses
from fsgan_core.evaluation.triples import find_triples, pattern_of


def touch(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"")


def test_movies_sequences_and_children_are_found(tmp_path: Path) -> None:
    touch(tmp_path / "b" / "source.mov")
    for number in (1001, 1002):
        touch(tmp_path / "b" / "plate" / f"p.{number}.exr")
        touch(tmp_path / "b" / "result" / f"r_{number:06d}.png")
    touch(tmp_path / "b" / "child" / "manifest.json")
    touch(tmp_path / "a" / "source.png")
    touch(tmp_path / "a" / "plate" / "only.exr")
    touch(tmp_path / "nothing" / "notes.txt")
    first, second = find_triples(tmp_path, tmp_path / "cache")
    assert (first.name, first.result, first.child) == ("a", "", "")
    assert first.plate.endswith("only.exr")
    assert second.source.endswith("source.mov")
    assert second.plate.endswith("plate/p.%04d.exr")
    assert second.result.endswith("result/r_%06d.png")
    assert second.child.endswith("child")
    assert second.swap_job("compact").analysis_paths()[0].endswith("cache/b/compact.plate.npz")


def test_folder_without_shots_is_refused(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(JobError, match="no shot"):
            find_triples(folder, tmp_path)
    assert pattern_of(tmp_path, "source") == ""


def test_ellipses_take_some_of_the_face_and_are_the_same_every_time() -> None:
    import numpy as np

    face = np.zeros((64, 64), bool)
    face[10:55, 12:50] = True
    shown = [without_ellipses(face, number) for number in (1, 1, 2)]
    assert np.array_equal(shown[0], shown[1])
    assert not np.array_equal(shown[0], shown[2])
    assert shown[0].sum() < face.sum() and not (shown[0] & ~face).any()
    assert not without_ellipses(np.zeros((8, 8), bool), 1).any()
