"""A plate frame shows its pixels as numbers without changing what is stored."""

from __future__ import annotations

import numpy as np
import pytest

from fsgan_core.media.plate_frame import PictureHeader, PlateFrame, as_unit_float
from fsgan_core.shot.image_window import ImageWindow


@pytest.mark.parametrize(("dtype", "largest"), [("uint8", 255), ("uint16", 65535)])
def test_whole_numbers_are_divided_by_their_largest(dtype: str, largest: int) -> None:
    stored = np.array([0, 1, largest], dtype)
    np.testing.assert_array_equal(as_unit_float(stored), np.float32([0, 1 / largest, 1]))
    assert stored.tolist() == [0, 1, largest]


def test_floats_keep_their_values() -> None:
    stored = np.float16([30.0, -0.1, np.inf, np.nan])
    np.testing.assert_array_equal(as_unit_float(stored), stored.astype(np.float32))
    floats = stored.astype(np.float32)
    assert as_unit_float(floats) is floats


def test_frame_tells_what_its_header_says() -> None:
    header = PictureHeader(ImageWindow(-2, -1, 6, 3), ImageWindow(0, 0, 4, 2), 2.0, {"owner": "us"})
    frame = PlateFrame(1001, "a.exr", np.zeros((4, 8, 3), np.float16), None, header)
    assert (frame.height, frame.width) == (frame.data_window.height, frame.data_window.width) == (4, 8)
    assert frame.display_window == ImageWindow(0, 0, 4, 2)
    assert frame.pixel_aspect == 2.0
    assert frame.attributes == {"owner": "us"}
