"""`fsgan synthesize` hands its options on, and says what is missing."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from fsgan_core.job.progress import Progress
from fsgan_core.training.synthesis.settings import SynthesisSettings

MODULE = "fsgan_core.training.synthesis.synthesize"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Path, Path, SynthesisSettings]]:
    """What the command asked for; nothing is drawn."""
    calls: list[tuple[Path, Path, SynthesisSettings]] = []

    def synthesize(data: Path, out: Path, settings: SynthesisSettings, progress: Progress) -> None:
        calls.append((data, out, settings))

    module = ModuleType(MODULE)
    module.synthesize = synthesize  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, MODULE, module)
    return calls


def test_options_become_settings(fsgan: Any, asked: list[Any], tmp_path: Path) -> None:
    amounts = ("--views", "8", "--heads", "100", "--seed", "3", "--workers", "2")
    words = ("--people", "anna,bert", "--make", "clips,heads")
    assert fsgan("synthesize", "--data", str(tmp_path), "--out", "o", *amounts, *words).exit_code == 0
    settings = SynthesisSettings("clips,heads", views=8, heads=100, seed=3, workers=2, people="anna,bert")
    assert asked == [(tmp_path, Path("o"), settings)]


def test_the_defaults_are_those_of_the_settings(fsgan: Any, asked: list[Any]) -> None:
    assert fsgan("synthesize", "--data", "d", "--out", "o").exit_code == 0
    assert asked == [(Path("d"), Path("o"), SynthesisSettings())]


def test_data_and_out_are_needed(fsgan: Any, asked: list[Any]) -> None:
    assert fsgan("synthesize", "--data", "d").exit_code == 2
    assert not asked


def test_a_missing_data_folder_is_an_input_error(fsgan: Any, tmp_path: Path) -> None:
    pytest.importorskip("numba", reason="drawing needs numba (extra: train)")
    outcome = fsgan("synthesize", "--data", str(tmp_path / "none"), "--out", str(tmp_path / "out"))
    assert outcome.exit_code == 3
    assert "does not exist" in outcome.out
    assert not (tmp_path / "out").exists()


def test_without_numba_one_sentence_says_what_to_install(
    fsgan: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in [name for name in sys.modules if name.startswith(("fsgan_core.training.synthesis", "numba"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "numba", None)
    outcome = fsgan("synthesize", "--data", str(tmp_path), "--out", str(tmp_path / "out"))
    assert outcome.exit_code == 2
    assert "pip install 'fsgan[train]'" in outcome.out
