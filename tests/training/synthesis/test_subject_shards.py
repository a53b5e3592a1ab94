import csv
import shutil
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

pytest.importorskip("numba", reason="drawing needs numba (extra: train)")

from fsgan_core.errors import JobError, OutputError
from fsgan_core.job.progress import Progress
from fsgan_core.training.synthesis import subject_shards
from fsgan_core.training.synthesis.labelled_portraits import PortraitFolder
from fsgan_core.training.synthesis.prepared_clip import read_clip
from fsgan_core.training.synthesis.settings import DataFolder, SynthesisSettings
from fsgan_core.training.synthesis.subject import Subject
from fsgan_core.training.synthesis.subject_pack import SubjectPack
from fsgan_core.training.synthesis.subject_shards import choose_portraits, write_subjects
from fsgan_core.training.synthesis.synthesize import synthesize

NAMES = ("anna", "bert", "carl", "dora")


@pytest.fixture(scope="module")
def data(
    tmp_path_factory: pytest.TempPathFactory, tiny_data: Path, tiny_subject: Subject, drawn_portraits: ModuleType
) -> DataFolder:
    """The tiny head, places, and four portraits: two good ones, one turned too far, one without a face."""
    root = tmp_path_factory.mktemp("portraits")
    for name in ("ict_facekit", "hdri"):
        shutil.copytree(tiny_data / name, root / name)
    anna = drawn_portraits.draw_portrait(tiny_subject, (8, 0, 0), {})
    people = {
        "anna": anna,
        "bert": drawn_portraits.draw_portrait(tiny_subject, (-10, 4, 0), {"mouthSmile": 0.4}),
        "carl": drawn_portraits.draw_portrait(tiny_subject, (42, 0, 0), {}),
        "dora": replace(anna, points=np.random.default_rng(2).uniform(120, 260, anna.points.shape)),
    }
    rows = {"bert": {"split": "val", "source": "other"}}
    drawn_portraits.write_folder(root / "face_pack", people, rows)
    return DataFolder(root)


@pytest.fixture(scope="module")
def written(data: DataFolder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("subjects")
    write_subjects(data, folder, NAMES, 1, Progress())
    return folder


def read_table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as lines:
        return list(csv.DictReader(lines))


def test_index_and_shards_are_what_the_reader_wants(written: Path) -> None:
    pack = SubjectPack(written)
    assert list(pack.records) == ["anna", "bert", "carl"]
    assert [(record.split, record.good) for record in pack.records.values()] == [
        ("train", True), ("val", True), ("train", False),
    ]  # fmt: skip
    assert pack.load("bert").atlas.shape == (512, 512, 3)
    assert [row["name"] for row in read_table(written / "index.csv") if "yaw" in row["flags"]] == ["carl"]


def test_who_was_left_out_is_listed_with_the_reason(written: Path) -> None:
    (row,) = read_table(written / "left_out.csv")
    assert row["name"] == "dora"
    assert "misses the labelled points" in row["reason"]


def test_any_number_of_workers_and_shards_makes_the_same_people(
    data: DataFolder, written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "b").mkdir()
    write_subjects(data, tmp_path / "b", NAMES, 2, Progress())
    for name in ("shard_00.tar", "index.csv", "left_out.csv"):
        assert (tmp_path / "b" / name).read_bytes() == (written / name).read_bytes()
    monkeypatch.setattr(subject_shards, "PEOPLE_PER_SHARD", 2)
    (tmp_path / "c").mkdir()
    write_subjects(data, tmp_path / "c", NAMES, 1, Progress())
    split, whole = SubjectPack(tmp_path / "c"), SubjectPack(written)
    assert [record.shard for record in split.records.values()] == [0, 0, 1]
    np.testing.assert_array_equal(split.load("carl").atlas, whole.load("carl").atlas)


def test_a_shard_that_is_there_is_kept_and_one_of_others_refused(
    data: DataFolder, written: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(written, tmp_path / "again"))
    (folder / "index.csv").unlink()
    before = (folder / "shard_00.tar").stat().st_mtime_ns
    write_subjects(data, folder, NAMES, 1, Progress())
    assert (folder / "shard_00.tar").stat().st_mtime_ns == before
    assert (folder / "index.csv").read_bytes() == (written / "index.csv").read_bytes()
    with pytest.raises(OutputError, match="other portraits"):
        write_subjects(data, folder, NAMES[:2], 1, Progress())
    (folder / "shard_01.tar").write_bytes(b"")
    with pytest.raises(OutputError, match="shard_01.tar"):
        write_subjects(data, folder, NAMES, 1, Progress())


def test_subjects_of_another_program_are_refused(data: DataFolder, tiny_data: Path, tmp_path: Path) -> None:
    shutil.copy(tiny_data / "subjects" / "shard_00.tar", tmp_path)
    with pytest.raises(OutputError, match="not made by this command"):
        write_subjects(data, tmp_path, NAMES, 1, Progress())


def test_portraits_are_chosen_by_name_and_source(data: DataFolder) -> None:
    folder = PortraitFolder(data.portraits)
    assert choose_portraits(folder, (), ()) == NAMES
    assert choose_portraits(folder, ("carl", "anna"), ()) == ("anna", "carl")
    assert choose_portraits(folder, (), ("other",)) == ("bert",)
    for names, sources, word in ((("ann",), (), "anna"), ((), ("othr",), "other")):
        with pytest.raises(JobError, match=word):
            choose_portraits(folder, names, sources)


def test_no_portrait_is_a_job_error(data: DataFolder, tmp_path: Path) -> None:
    with pytest.raises(JobError, match="no portrait"):
        write_subjects(data, tmp_path, (), 1, Progress())


def test_clips_of_the_same_run_are_drawn_of_the_new_subjects(data: DataFolder, tmp_path: Path) -> None:
    """The data folder has none of its own."""
    settings = SynthesisSettings(make="subjects,clips", views=4, sources="tiny", people="anna")
    synthesize(data.root, tmp_path, settings, Progress())
    assert list(SubjectPack(tmp_path / "subjects").records) == ["anna"]
    clip = read_clip(tmp_path / "clips" / "anna.npz")
    assert len(clip) == 5
    assert clip.meta.split == "train"
    np.testing.assert_allclose(clip.poses[0], (8, 0, 0), atol=1)
