from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("numba", reason="drawing needs numba (extra: train)")

from fsgan_core.errors import JobError, OutputError
from fsgan_core.job.progress import Progress
from fsgan_core.training.synthesis.prepared_clip import read_clip
from fsgan_core.training.synthesis.settings import SynthesisSettings
from fsgan_core.training.synthesis.synthesize import synthesize


def test_everything_that_training_reads_is_made(tmp_path: Path, tiny_data: Path) -> None:
    few = SynthesisSettings(views=4, heads=20, occluders=3, drawn_people=1)
    synthesize(tiny_data, tmp_path / "new" / "out", few, Progress())
    out = tmp_path / "new" / "out"
    made = sorted(str(path.relative_to(out)) for path in out.rglob("*") if path.is_file())
    assert made == [
        "clips/makehuman_0000.npz", "clips/tiny_0000.npz", "clips/tiny_0001.npz", "heads.npz", "occluders.npz",
        "photos/tiny_0000.npz", "photos/tiny_0001.npz", "photos/tiny_0003.npz",
        "takes/tiny_0000.npz", "takes/tiny_0001.npz",
    ]  # fmt: skip
    assert "demo" not in {read_clip(path).meta.split for path in out.glob("*/*.npz")}
    assert np.load(out / "heads.npz")["points"].shape == (20, 6, 98, 2)


def test_only_what_was_asked_for_is_made(tmp_path: Path, tiny_data: Path) -> None:
    synthesize(tiny_data, tmp_path, SynthesisSettings(make="clips", views=4, people="tiny_0003"), Progress())
    assert [path.name for path in tmp_path.rglob("*.npz")] == ["tiny_0003.npz"]


def test_a_person_of_the_demo_is_refused_before_anything_is_drawn(tmp_path: Path, tiny_data: Path) -> None:
    with pytest.raises(JobError, match="demo"):
        synthesize(tiny_data, tmp_path, SynthesisSettings(make="clips", people="tiny_0000,tiny_0002"), Progress())
    assert not list(tmp_path.rglob("*.npz"))


def test_an_output_that_is_a_file_is_refused(tmp_path: Path, tiny_data: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(OutputError, match="out"):
        synthesize(tiny_data, tmp_path / "out", SynthesisSettings(make="photos"), Progress())
