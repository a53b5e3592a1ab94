from pathlib import Path

import numpy as np
import pytest

from fsgan_core.errors import PlateError
from fsgan_core.training.synthesis.occluder_pictures import HAND, Occluder, read_occluders, write_occluders


def painted(kind: str, grey: int) -> Occluder:
    picture, opacity = np.full((32, 32, 3), grey, np.uint8), np.zeros((32, 32), np.uint8)
    opacity[8:, 8:24] = 255
    return Occluder(picture, opacity, kind, (16.0, 12.0), 20.0)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    write_occluders(tmp_path / "occluders.npz", [painted(HAND, 90), painted("cup", 200)], {"seed": 1})
    library = read_occluders(tmp_path / "occluders.npz")
    assert len(library) == 2 and library.kinds == (HAND, "cup")
    second = library.occluder(1)
    assert (second.kind, second.tip, second.length) == ("cup", (16.0, 12.0), 20.0)
    assert np.abs(second.picture.astype(int) - 200).max() <= 2
    assert second.opacity[20, 16] > 250 and second.opacity[4, 4] < 5


def test_the_same_occluders_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.npz", "b.npz"):
        write_occluders(tmp_path / name, [painted(HAND, 90)], {"seed": 1})
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "occluders.npz").write_bytes(b"PK no archive")
    with pytest.raises(PlateError, match="occluders.npz"):
        read_occluders(tmp_path / "occluders.npz")
    write_occluders(tmp_path / "whole.npz", [painted(HAND, 90)], {})
    with np.load(tmp_path / "whole.npz") as whole:
        arrays = {name: whole[name] for name in whole.files}
    np.savez(tmp_path / "short.npz", **(arrays | {"tip": arrays["tip"][:0]}))
    with pytest.raises(PlateError, match="fit each other"):
        read_occluders(tmp_path / "short.npz")
