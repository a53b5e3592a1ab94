"""Segmentation: probabilities, small storage, smoothing over time."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from fsgan_core.face.segment import (
    FACE,
    compress_segmentation,
    decompress_segmentation,
    segment_face,
    smooth_segmentation,
)


def half_face(columns: int, size: int = 64) -> np.ndarray:
    """(3, size, size): face in the first columns, background elsewhere."""
    segmentation = np.zeros((3, size, size), np.float32)
    segmentation[0, :, columns:] = 1
    segmentation[FACE, :, :columns] = 1
    return segmentation


def test_face_pixels_are_face(painted_faces: ModuleType) -> None:
    crop = painted_faces.paint_face(np.zeros((256, 256, 3), np.float32), (128, 128), 150)
    segmentation = segment_face(crop, painted_faces.PaintedSegmentation())
    assert segmentation.shape == (3, 256, 256)
    assert segmentation[FACE, 128, 128] > 0.99
    assert segmentation[FACE, 5, 5] < 0.01
    np.testing.assert_allclose(segmentation.sum(0), 1, atol=1e-5)


def test_storage_keeps_eight_bits_and_sums_to_one() -> None:
    random = np.random.default_rng(0).random((3, 64, 64)).astype(np.float32)
    random /= random.sum(0)
    back = decompress_segmentation(compress_segmentation(random))
    np.testing.assert_allclose(back.sum(0), 1, atol=1e-6)
    # Face and hair are rounded to 1/255, background takes what is left over.
    assert np.abs(back - random).max() <= 1.01 / 255
    assert back.dtype == np.float32


def test_storage_of_a_plain_matte_is_exact_and_small() -> None:
    stored = compress_segmentation(half_face(100, 256))
    np.testing.assert_array_equal(decompress_segmentation(stored), half_face(100, 256))
    assert len(stored) < 5000


def test_storing_twice_changes_nothing() -> None:
    random = np.random.default_rng(1).random((3, 32, 32)).astype(np.float32)
    once = compress_segmentation(random / random.sum(0))
    assert compress_segmentation(decompress_segmentation(once)) == once


def test_a_flickering_matte_is_averaged_where_the_head_is_still() -> None:
    mattes = [half_face(30 + 4 * (i % 2)) for i in range(12)]
    smoothed = [
        decompress_segmentation(s)
        for s in smooth_segmentation([compress_segmentation(m) for m in mattes], np.zeros(12), 5)
    ]
    flicker = [s[FACE, 0, 32] for s in smoothed]
    assert min(flicker[2:-2]) >= 0.39
    assert max(flicker[2:-2]) <= 0.61
    np.testing.assert_allclose([s.sum(0).max() for s in smoothed], 1, atol=1e-6)


def test_a_moving_head_keeps_its_own_matte() -> None:
    mattes = [compress_segmentation(half_face(10 + 3 * i)) for i in range(9)]
    assert smooth_segmentation(mattes, np.ones(9), 5) == mattes


@pytest.mark.parametrize("count", [1, 2, 4])
def test_short_runs_and_single_stills_work(count: int) -> None:
    mattes = [compress_segmentation(half_face(20)) for _ in range(count)]
    assert smooth_segmentation(mattes, np.zeros(count), 5) == mattes
