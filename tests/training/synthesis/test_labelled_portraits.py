import csv
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("numba", reason="drawing needs numba (extra: train)")

from fsgan_core.errors import PlateError
from fsgan_core.training.synthesis.labelled_portraits import PortraitFolder, read_portrait


@pytest.fixture
def folder(tmp_path: Path, tiny_data: Path) -> Path:
    """A copy to break."""
    return Path(shutil.copytree(tiny_data / "face_pack", tmp_path / "face_pack"))


def rewrite(folder: Path, **changes: str) -> None:
    """The index with these columns set for everybody."""
    with (folder / "index.csv").open(newline="") as lines:
        rows = [row | changes for row in csv.DictReader(lines)]
    with (folder / "index.csv").open("w", newline="") as stream:
        table = csv.DictWriter(stream, list(rows[0]))
        table.writeheader()
        table.writerows(rows)


def test_only_what_is_needed_must_be_there(folder: Path) -> None:
    """No blendshapes, no person masks, no columns for the crop: as the tiny folder is."""
    portrait = PortraitFolder(folder).load("tiny_0001")
    assert portrait.picture.shape == (384, 384, 3)
    assert portrait.large is portrait.picture
    np.testing.assert_allclose(portrait.points[0], [192 + 80 + 1, 192 + 1], atol=0.2)  # stored in half precision
    assert portrait.blendshapes == {}
    assert portrait.person is None
    assert portrait.hair is not None
    assert portrait.hair[80, 192] > 0.9 > 0.1 > portrait.hair[300, 192]
    assert (portrait.valid_box, portrait.crop_scale, portrait.flags) == ((0, 0, 384, 384), 1, ())


def test_what_the_index_adds_is_read(folder: Path) -> None:
    rewrite(folder, flags="blurred|hat", crop_scale="0.5", valid_y0="30")
    portrait = PortraitFolder(folder).load("tiny_0000")
    assert portrait.flags == ("blurred", "hat")
    assert portrait.crop_scale == 0.5
    assert portrait.valid_box == (0, 30, 384, 384)


def test_a_word_where_a_number_belongs_is_named(folder: Path) -> None:
    rewrite(folder, crop_scale="half")
    with pytest.raises(PlateError, match="tiny_0000.*half"):
        PortraitFolder(folder).load("tiny_0000")


def test_the_same_crop_with_more_pixels_is_used_if_it_is_there(folder: Path) -> None:
    (folder / "large").mkdir()
    cv2.imwrite(str(folder / "large" / "tiny_0000.png"), np.full((600, 600, 3), 90, np.uint8))
    assert PortraitFolder(folder).load("tiny_0000").large.shape == (600, 600, 3)
    cv2.imwrite(str(folder / "large" / "tiny_0000.png"), np.full((600, 500, 3), 90, np.uint8))
    with pytest.raises(PlateError, match="square"):
        PortraitFolder(folder).load("tiny_0000")


def test_an_index_without_a_column_or_landmarks_of_others_are_refused(folder: Path) -> None:
    labels = dict(np.load(folder / "landmarks.npz"))
    np.savez(folder / "landmarks.npz", **labels | {"names": np.array(["a", "b", "c", "d"])})
    with pytest.raises(PlateError, match="tiny_0000"):
        PortraitFolder(folder)
    (folder / "index.csv").write_text("name,source,split\ntiny_0000,tiny,train\n")
    with pytest.raises(PlateError, match="licence"):
        PortraitFolder(folder)


@pytest.mark.parametrize("content", [None, b"no picture"])
def test_a_missing_or_damaged_portrait_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "anna.jpg"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(PlateError, match="anna.jpg"):
        read_portrait(path)
