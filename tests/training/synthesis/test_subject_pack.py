from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("numba", reason="drawing needs numba (extra: train)")

from fsgan_core.errors import PlateError
from fsgan_core.training.synthesis.subject_pack import SubjectPack


def test_the_index_is_read_in_order(tiny_data: Path) -> None:
    records = SubjectPack(tiny_data / "subjects").records
    assert list(records) == ["tiny_0000", "tiny_0001", "tiny_0002", "tiny_0003"]
    assert [record.split for record in records.values()] == ["train", "val", "demo", "train"]
    assert [record.good for record in records.values()] == [True, True, True, False]


def test_a_person_is_unpacked_from_its_shard(tiny_data: Path) -> None:
    person = SubjectPack(tiny_data / "subjects").load("tiny_0001")
    assert person.record.name == "tiny_0001"
    assert person.atlas.shape == (512, 512, 3)
    assert person.portrait.shape == (320, 320, 3)
    assert person.valid_box == (0, 30, 384, 384)
    # The wall is green and the face red-brown: the order of the channels is RGB.
    assert np.argmax(person.portrait[20, 20]) == 1
    assert np.argmax(person.portrait[180, 160]) == 0
    assert person.hair[60, 160] > 0.9 > 0.1 > person.hair[180, 160]
    assert person.person[180, 160] > 0.9 > 0.1 > person.person[20, 20]


def test_the_left_eye_comes_first_with_its_pupil_in_the_middle(tiny_data: Path) -> None:
    eyes = SubjectPack(tiny_data / "subjects").load("tiny_0000").eyes
    assert eyes.shape == (2, 96, 96, 3)
    assert np.all(eyes[:, 44:52, 44:52] < 60)
    assert np.all(eyes[:, :8] > 180)


def test_identity_alone_is_the_same(tiny_data: Path) -> None:
    pack = SubjectPack(tiny_data / "subjects")
    np.testing.assert_array_equal(pack.load_identity("tiny_0003"), pack.load("tiny_0003").identity)


def test_a_missing_or_foreign_index_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlateError, match="subjects/index.csv"):
        SubjectPack(tmp_path)
    (tmp_path / "index.csv").write_text("name,shard\nanna,0\n")
    with pytest.raises(PlateError, match="not an index"):
        SubjectPack(tmp_path)


@pytest.mark.parametrize("content", [None, b"not a tar"])
def test_a_missing_or_damaged_shard_is_named(tmp_path: Path, tiny_data: Path, content: bytes | None) -> None:
    (tmp_path / "index.csv").write_bytes((tiny_data / "subjects" / "index.csv").read_bytes())
    if content is not None:
        (tmp_path / "shard_01.tar").write_bytes(content)
    with pytest.raises(PlateError, match="cannot read tiny_0001.*shard_01.tar|shard_01.tar.*tiny_0001"):
        SubjectPack(tmp_path).load("tiny_0001")


def test_a_person_missing_from_the_shard_is_named(tmp_path: Path, tiny_data: Path) -> None:
    (tmp_path / "index.csv").write_text("name,shard,source,licence,split,ok\nanna,0,tiny,CC0-1.0,train,1\n")
    (tmp_path / "shard_00.tar").write_bytes((tiny_data / "subjects" / "shard_00.tar").read_bytes())
    with pytest.raises(PlateError, match="anna"):
        SubjectPack(tmp_path).load("anna")
