import io
from pathlib import Path

import numpy as np
import pytest

from fsgan_core.training.synthesis.array_archive import read_arrays


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    np.savez_compressed(tmp_path / "a.npz", one=np.arange(3), two=np.zeros((200, 200)))
    return tmp_path / "a.npz"


def test_all_or_some_arrays_are_read(stored: Path) -> None:
    assert sorted(read_arrays(stored)) == ["one", "two"]
    assert read_arrays(io.BytesIO(stored.read_bytes()), ("one",))["one"].tolist() == [0, 1, 2]


def test_a_missing_file_stays_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_arrays(tmp_path / "none.npz")


@pytest.mark.parametrize("content", [b"", b"text", b"PK\x03\x04 cut off", b"\x93NUMPY"])
def test_no_archive_is_a_value_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "b.npz").write_bytes(content)
    with pytest.raises(ValueError, match=r".+"):
        read_arrays(tmp_path / "b.npz")


def test_a_plain_array_is_no_archive(tmp_path: Path) -> None:
    np.save(tmp_path / "c.npy", np.zeros(3))
    with pytest.raises(ValueError, match="archive"):
        read_arrays(tmp_path / "c.npy")


def test_damage_inside_and_a_missing_name_are_value_errors(stored: Path) -> None:
    with pytest.raises(ValueError, match="three"):
        read_arrays(stored, ("three",))
    content = bytearray(stored.read_bytes())
    middle = content.index(b"two.npy") + 60
    content[middle : middle + 20] = bytes(20)
    stored.write_bytes(content)
    with pytest.raises(ValueError, match=r".+"):
        read_arrays(stored)


def test_objects_are_never_unpickled(tmp_path: Path) -> None:
    np.savez(tmp_path / "d.npz", one=np.array([{"a": 1}], object))
    with pytest.raises(ValueError, match="allow_pickle"):
        read_arrays(tmp_path / "d.npz")
