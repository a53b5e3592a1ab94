"""Stills for a look are lossless PNGs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fsgan_core.errors import JobError
from fsgan_core.media.picture import read_picture
from fsgan_core.media.still import write_png


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
@pytest.mark.parametrize("channels", [3, 4])
def test_png_reads_back_exactly(tmp_path: Path, dtype: str, channels: int) -> None:
    picture = np.random.default_rng(0).integers(0, np.iinfo(dtype).max, (65, 97, channels)).astype(dtype)
    path = tmp_path / "neu" / "ü.png"
    write_png(str(path), picture)
    frame = read_picture(str(path), 1)
    np.testing.assert_array_equal(frame.native, picture[..., :3])
    if channels == 4:
        np.testing.assert_array_equal(frame.alpha, picture[..., 3])


def test_other_kinds_are_refused(tmp_path: Path) -> None:
    with pytest.raises(JobError, match=r"\.png"):
        write_png(str(tmp_path / "a.jpg"), np.zeros((4, 4, 3), np.uint8))
    with pytest.raises(ValueError, match="uint8 or uint16"):
        write_png(str(tmp_path / "a.png"), np.zeros((4, 4, 3), np.float32))
