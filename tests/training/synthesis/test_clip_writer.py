from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("numba", reason="drawing needs numba (extra: train)")

from fsgan_core.errors import JobError, OutputError, PlateError
from fsgan_core.job.progress import Progress, ProgressEvent
from fsgan_core.training.synthesis.clip_writer import (
    RENDERER_VERSION,
    ClipTask,
    choose_people,
    person_generator,
    write_people,
)
from fsgan_core.training.synthesis.prepared_clip import read_clip
from fsgan_core.training.synthesis.settings import DataFolder
from fsgan_core.training.synthesis.subject_pack import SubjectPack, SubjectRecord


class Said(Progress):
    """Keeps what was told."""

    def __init__(self) -> None:
        super().__init__()
        self.statuses: list[str] = []

    def show(self, event: ProgressEvent) -> None:
        if event.event == "frame":
            self.statuses.append(str(event.status))


@pytest.fixture
def records(tiny_data: Path) -> dict[str, SubjectRecord]:
    return SubjectPack(tiny_data / "subjects").records


def task(data: Path, folder: Path, **changed: object) -> ClipTask:
    folder.mkdir(exist_ok=True)
    return ClipTask(DataFolder(data), folder, **{"kind": "clips", "seed": 1, "views": 4} | changed)


def test_everybody_who_fits_is_drawn_and_nobody_of_the_demo(records: dict[str, SubjectRecord]) -> None:
    assert choose_people(records, ()) == ("tiny_0000", "tiny_0001")
    assert choose_people(records, ("tiny_0003",)) == ("tiny_0003",)


@pytest.mark.parametrize(("name", "message"), [("tiny_0002", "demo"), ("tiny_0009", "tiny_000"), ("bert", "index.csv")])
def test_a_wrong_name_is_refused_with_a_hint(records: dict[str, SubjectRecord], name: str, message: str) -> None:
    with pytest.raises(JobError, match=message):
        choose_people(records, ("tiny_0000", name))


def test_random_numbers_depend_on_seed_kind_and_name_alone() -> None:
    draws = {
        key: person_generator(*key).random()
        for key in ((1, "clips", "anna"), (2, "clips", "anna"), (1, "takes", "anna"), (1, "clips", "bert"))
    }
    assert len(set(draws.values())) == 4
    assert person_generator(1, "clips", "anna").random() == draws[1, "clips", "anna"]


def test_the_split_goes_into_the_clip(tmp_path: Path, tiny_data: Path) -> None:
    write_people(task(tiny_data, tmp_path), ("tiny_0000", "tiny_0001"), 1, Progress())
    train, val = (read_clip(tmp_path / f"tiny_000{k}.npz") for k in (0, 1))
    assert (train.meta.split, val.meta.split) == ("train", "val")
    assert (val.meta.name, val.meta.source, val.meta.licence) == ("tiny_0001", "tiny", "CC0-1.0")
    assert val.meta.origin == {"kind": "clips", "renderer": RENDERER_VERSION, "seed": 1, "views": 4}
    assert len(val) == 5
    np.testing.assert_allclose(val.identity, [0.3, -0.2], atol=1e-3)  # stored in half precision


def test_a_person_has_the_same_bytes_alone_and_in_a_pool(tmp_path: Path, tiny_data: Path) -> None:
    names = ("tiny_0000", "tiny_0001", "tiny_0003")
    write_people(task(tiny_data, tmp_path / "pool", kind="takes"), names, 2, Progress())
    write_people(task(tiny_data, tmp_path / "alone", kind="takes"), names[1:2], 1, Progress())
    assert len(list((tmp_path / "pool").iterdir())) == 3
    alone, pool = (tmp_path / folder / "tiny_0001.npz" for folder in ("alone", "pool"))
    assert alone.read_bytes() == pool.read_bytes()


def test_a_second_run_keeps_what_is_there(tmp_path: Path, tiny_data: Path) -> None:
    said = Said()
    write_people(task(tiny_data, tmp_path), ("tiny_0000",), 1, said)
    before = (tmp_path / "tiny_0000.npz").stat().st_mtime_ns
    write_people(task(tiny_data, tmp_path), ("tiny_0000", "tiny_0001"), 1, said)
    assert said.statuses == ["tiny_0000 drawn", "tiny_0000 kept", "tiny_0001 drawn"]
    assert (tmp_path / "tiny_0000.npz").stat().st_mtime_ns == before


def test_clips_made_in_another_way_are_not_taken_for_ours(tmp_path: Path, tiny_data: Path) -> None:
    write_people(task(tiny_data, tmp_path), ("tiny_0000",), 1, Progress())
    with pytest.raises(OutputError, match="seed 1, views 4"):
        write_people(task(tiny_data, tmp_path, seed=2), ("tiny_0000",), 1, Progress())


def test_a_workers_failure_reaches_the_caller(tmp_path: Path, tiny_data: Path) -> None:
    (tmp_path / "clips").mkdir()
    (tmp_path / "clips" / "tiny_0000.npz").write_bytes(b"damaged")
    with pytest.raises(PlateError, match="tiny_0000.npz"):
        write_people(task(tiny_data, tmp_path / "clips"), ("tiny_0000", "tiny_0001"), 2, Progress())
