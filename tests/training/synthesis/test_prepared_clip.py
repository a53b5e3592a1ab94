import json
from pathlib import Path

import numpy as np
import pytest

from fsgan_core.errors import OutputError, PlateError
from fsgan_core.training.synthesis.prepared_clip import (
    ClipFrame,
    ClipMeta,
    PreparedClip,
    prepare_clip,
    read_clip,
    read_meta,
    write_clip,
)

SIDE = 48
META = ClipMeta("anna", "tiny", "CC0-1.0", "val", {"kind": "clips", "seed": 3})


def frame(k: int) -> ClipFrame:
    y, x = np.mgrid[:SIDE, :SIDE]
    picture = np.stack([x * 5, y * 5, np.full_like(x, 40 * k)], -1).astype(np.uint8)
    face = ((np.hypot(x - 24, y - 24) < 15) * 255).astype(np.uint8)
    hair = ((y < 8) * 255).astype(np.uint8)
    landmarks = np.stack([np.arange(98) / 4 + k, np.arange(98) / 5], 1).astype(np.float32)
    expression = np.full(53, k / 10, np.float32)
    return ClipFrame(picture, face, hair, landmarks, (k, -k, 0.5), expression, photo=k == 0, take=k // 2)


@pytest.fixture
def clip() -> PreparedClip:
    return prepare_clip(META, np.arange(100), [frame(k) for k in range(3)])


def test_labels_come_back_exactly_and_pictures_closely(tmp_path: Path, clip: PreparedClip) -> None:
    write_clip(tmp_path / "anna.npz", clip)
    back = read_clip(tmp_path / "anna.npz")
    assert len(back) == 3
    assert back.meta == META
    np.testing.assert_array_equal(back.identity, np.arange(100))
    for k in range(3):
        stored, original = back.frame(k), frame(k)
        assert (stored.pose, stored.photo, stored.take) == (original.pose, original.photo, original.take)
        np.testing.assert_array_equal(stored.landmarks, original.landmarks)
        np.testing.assert_array_equal(stored.expression, original.expression)
        # JPEG at quality 93 halves the resolution of colour; a swap of red and blue would be off by 100.
        assert np.abs(stored.picture.astype(int) - original.picture).mean() < 4
        assert np.abs(stored.face.astype(int) - original.face).mean() < 4
        assert np.abs(stored.hair.astype(int) - original.hair).mean() < 4


def test_the_file_is_what_the_docstring_says(tmp_path: Path, clip: PreparedClip) -> None:
    path = tmp_path / "anna.npz"
    write_clip(path, clip)
    with np.load(path, allow_pickle=False) as stored:
        shapes = {key: (stored[key].shape, stored[key].dtype.name) for key in stored.files}
        meta = json.loads(str(stored["meta"]))
    size, masks = shapes.pop("jpeg")[0], shapes.pop("mask_jpeg")[0]
    assert len(size) == len(masks) == 1
    shapes.pop("meta")
    assert shapes == {
        "offsets": ((4,), "int64"), "mask_offsets": ((4,), "int64"), "landmarks": ((3, 98, 2), "float32"),
        "poses": ((3, 3), "float32"), "expression": ((3, 53), "float32"), "photo": ((3,), "bool"),
        "take": ((3,), "int16"), "identity": ((100,), "float32"),
    }  # fmt: skip
    assert meta == {"name": "anna", "source": "tiny", "licence": "CC0-1.0", "split": "val", "kind": "clips", "seed": 3}


def test_the_same_clip_gives_the_same_bytes(tmp_path: Path, clip: PreparedClip) -> None:
    write_clip(tmp_path / "a.npz", clip)
    write_clip(tmp_path / "b.npz", prepare_clip(META, np.arange(100), [frame(k) for k in range(3)]))
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_a_failed_write_leaves_what_was_there(
    tmp_path: Path, clip: PreparedClip, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "anna.npz"
    write_clip(path, clip)
    before = path.read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OutputError, match="anna.npz"):
        write_clip(path, clip)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_meta_is_read_alone(tmp_path: Path, clip: PreparedClip) -> None:
    write_clip(tmp_path / "anna.npz", clip)
    assert read_meta(tmp_path / "anna.npz") == META


def test_a_missing_clip_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(PlateError, match="fsgan synthesize"):
        read_clip(tmp_path / "none.npz")


def damaged(tmp_path: Path, clip: PreparedClip, **changed: np.ndarray) -> Path:
    path = tmp_path / "anna.npz"
    write_clip(path, clip)
    with np.load(path) as stored:
        arrays = {key: stored[key] for key in stored.files} | changed
    np.savez(path, **{key: array for key, array in arrays.items() if array is not None})
    return path


@pytest.mark.parametrize("changed", [
    {"poses": None}, {"poses": np.zeros((2, 3), np.float32)}, {"take": np.zeros(4, np.int16)}, {"meta": np.array("{")},
    {"meta": np.array("{}")}, {"landmarks": np.array([None])},
])  # fmt: skip
def test_a_damaged_clip_is_refused(tmp_path: Path, clip: PreparedClip, changed: dict[str, np.ndarray]) -> None:
    with pytest.raises(PlateError, match="anna.npz"):
        read_clip(damaged(tmp_path, clip, **changed))


def test_a_truncated_file_is_refused(tmp_path: Path, clip: PreparedClip) -> None:
    path = damaged(tmp_path, clip)
    path.write_bytes(path.read_bytes()[:-300])
    for read in (read_clip, read_meta):
        with pytest.raises(PlateError):
            read(path)


def test_a_damaged_picture_and_a_wrong_number_are_told_apart(tmp_path: Path, clip: PreparedClip) -> None:
    broken = read_clip(damaged(tmp_path, clip, jpeg=np.zeros_like(clip.jpeg)))
    with pytest.raises(PlateError, match="picture 1"):
        broken.picture(1)
    with pytest.raises(IndexError):
        clip.picture(3)
    np.testing.assert_array_equal(clip.picture(-1), clip.picture(2))
