"""`fsgan tables` over a folder of shots: the rows of each table, and a result that is the plate itself."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

FRAMES = (1001, 1002, 1003)
COLUMNS = ["Frechet down", "id up", "L1 down", "euler down", "landmarks down", "FEC down", "flicker down", "seam down"]


@pytest.fixture(scope="module")
def shots(tmp_path_factory: pytest.TempPathFactory, sample_plates: Path) -> Path:
    """One shot of three frames: a on b, with b's own frames as somebody's result."""
    folder = tmp_path_factory.mktemp("shots")
    for kind, plate in (("source", "a"), ("plate", "b"), ("result", "b")):
        (folder / "one" / kind).mkdir(parents=True)
        for number in FRAMES:
            shutil.copy(sample_plates / plate / f"plate.{number}.exr", folder / "one" / kind)
    return folder


def table(program: Callable[..., tuple[int, str]], number: int, shots: Path) -> dict[str, dict[str, float]]:
    """Row to column to mean, as the written Markdown has them."""
    out = shots.parent / f"table_{number}.md"
    code, said = program("tables", str(number), "--shots", str(shots), "--out", str(out), "--device", "cpu")
    assert code == 0, said
    lines = out.read_text(encoding="utf-8").splitlines()
    assert all(line in said for line in lines)
    head, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    assert head == ["method", *COLUMNS]
    means = [[float(re.split("±", cell)[0]) for cell in row[1:]] for row in rows]
    return {row[0]: dict(zip(COLUMNS, mean, strict=True)) for row, mean in zip(rows, means, strict=True)}


def test_table_2_compares_ours_to_peers_and_to_what_lies_there(
    fsgan_program: Callable[..., tuple[int, str]], shots: Path
) -> None:
    rows = table(fsgan_program, 2, shots)
    assert list(rows) == ["plain paste", "classical warp", "ours", "result files"]
    plate = rows["result files"]  # another person, without a fault
    assert [plate[column] for column in COLUMNS[2:6] + COLUMNS[7:]] == [0, 0, 0, 0, 0]
    assert rows["ours"]["id up"] > plate["id up"] + 0.3
    assert rows["ours"]["L1 down"] > 0
    assert rows["ours"]["seam down"] < rows["plain paste"]["seam down"]


def test_table_1_compares_a_filled_face_to_itself(fsgan_program: Callable[..., tuple[int, str]], shots: Path) -> None:
    rows = table(fsgan_program, 1, shots)
    assert "result files" not in rows
    assert len(rows) >= 2
    assert all(row["id up"] > 0.5 and row["L1 down"] < 0.1 for row in rows.values())


def test_table_3_takes_our_stages_one_by_one(fsgan_program: Callable[..., tuple[int, str]], shots: Path) -> None:
    rows = table(fsgan_program, 3, shots)
    assert list(rows) == ["G_r", "G_r + G_c", "G_r + G_b", "G_r + G_c + G_b", "result files"]
    assert rows["G_r + G_c + G_b"]["seam down"] < rows["G_r"]["seam down"]


def test_a_folder_without_shots_is_one_sentence(
    fsgan_program: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    code, said = fsgan_program("tables", "2", "--shots", str(tmp_path), "--out", str(tmp_path / "t.md"))
    assert code == 2, said
    assert "holds no shots" in said
    assert not (tmp_path / "t.md").exists()
