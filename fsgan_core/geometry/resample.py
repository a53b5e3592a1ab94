"""Crops out of the plate and back into it, exact to a fraction of a pixel.

Crops lie along the plate's axes, so each direction is resampled for itself: out = rows @ picture @ columns. OpenCV's
warps round coordinates to 1/32 px and do not average when they shrink; both show as jitter in a moving shot.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from fsgan_core.geometry.crop_transform import CropTransform

Window = tuple[int, int, int, int]


def crop_picture(picture: np.ndarray, transform: CropTransform, kernel: str = "cubic") -> np.ndarray:
    """The crop that a transform describes: averaged where it shrinks, interpolated where it enlarges.

    Args:
        picture: (H, W, C) float, any range; finite where the crop lies.
        transform: Where the crop lies.
        kernel: "cubic" (sharp, may overshoot a little) or "linear" (never leaves the range of the picture).

    Returns:
        (S, S, C) float32; beyond the picture its border is repeated. On faces cut by the edge of the picture that costs
        the landmarks half as much as black does. A picture without pixels gives 0.
    """
    height, width = picture.shape[:2]
    if height == 0 or width == 0:
        return np.zeros((transform.size, transform.size, picture.shape[2]), np.float32)
    x0, y0, x1, y1 = transform.box
    rows = axis_weights((y0, y1), transform.size, height, kernel)
    columns = axis_weights((x0, x1), transform.size, width, kernel)
    return _apply_weights(picture, rows, columns)


def crop_to_plate(
    crop: np.ndarray,
    transform: CropTransform,
    plate_size: tuple[int, int],
    window: Window | None = None,
    kernel: str = "cubic",
) -> tuple[np.ndarray, Window]:
    """A crop resampled to the plate's pixels, and the window of the plate where it belongs.

    Args:
        crop: (S, S, C) float, S the size of the transform.
        transform: Where the crop lies.
        plate_size: height, width of the plate's array, px.
        window: x0 y0 x1 y1 half-open, the plate pixels wanted; None for those whose centres lie in the crop.
        kernel: "cubic" or "linear"; take "linear" for mattes, which must stay in [0, 1].

    Returns:
        (y1 - y0, x1 - x0, C) float32, and the window, cut to the plate. Beyond the crop its border is repeated.
    """
    height, width = plate_size
    if window is None:
        window = transform.covered_window(plate_size)
    x0, y0 = max(window[0], 0), max(window[1], 0)
    x1, y1 = max(min(window[2], width), x0), max(min(window[3], height), y0)
    corners = transform.to_crop(np.array([[x0, y0], [x1, y1]], np.float64))
    if x1 == x0 or y1 == y0:
        return np.zeros((y1 - y0, x1 - x0, crop.shape[2]), np.float32), (x0, y0, x1, y1)
    rows = axis_weights((corners[0, 1], corners[1, 1]), y1 - y0, transform.size, kernel)
    columns = axis_weights((corners[0, 0], corners[1, 0]), x1 - x0, transform.size, kernel)
    return _apply_weights(crop, rows, columns), (x0, y0, x1, y1)


def resize_picture(picture: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The whole picture at another size, averaged where it shrinks.

    Args:
        picture: (H, W, C) float, finite.
        size: height, width wanted, px.

    Returns:
        (height, width, C) float32, inside the range of the picture.
    """
    height, width = picture.shape[:2]
    rows = axis_weights((0.0, float(height)), size[0], height, "linear")
    columns = axis_weights((0.0, float(width)), size[1], width, "linear")
    return _apply_weights(picture, rows, columns)


def axis_weights(span: tuple[float, float], count: int, length: int, kernel: str) -> sparse.csr_array:
    """The weights with which the samples of one axis make `count` new ones, spread evenly over a span.

    Args:
        span: Start and end on the axis, px, sample centres at +0.5; may reach beyond it, where the end is repeated.
        count: New samples.
        length: Old samples.
        kernel: "cubic" or "linear"; stretched over `span / count` old samples where that is more than one.

    Returns:
        (count, length) float32, rows summing to 1.
    """
    shape, radius = _KERNELS[kernel]
    step = (span[1] - span[0]) / count
    stretch = max(step, 1.0)
    centres = span[0] + (np.arange(count) + 0.5) * step
    reach = int(np.ceil(radius * stretch)) + 1
    taps = np.floor(centres)[:, None].astype(np.int64) + np.arange(-reach, reach + 1)
    weights = shape((taps + 0.5 - centres[:, None]) / stretch)
    weights /= weights.sum(1, keepdims=True)
    used = weights != 0
    taps = np.clip(taps, 0, length - 1)
    new = np.broadcast_to(np.arange(count)[:, None], taps.shape)
    return sparse.csr_array(
        (weights[used].astype(np.float32), (new[used], taps[used])), shape=(count, length)
    )


def _apply_weights(picture: np.ndarray, rows: sparse.csr_array, columns: sparse.csr_array) -> np.ndarray:
    """rows @ picture @ columns^T for each channel; reads only the part of the picture that has weight."""
    channels = picture.shape[2]
    y0, y1 = _used_span(rows)
    x0, x1 = _used_span(columns)
    part = np.asarray(picture[y0:y1, x0:x1], np.float32)
    tall = rows[:, y0:y1] @ part.reshape(y1 - y0, -1)
    tall = tall.reshape(rows.shape[0], x1 - x0, channels).transpose(1, 0, 2).reshape(x1 - x0, -1)
    wide = columns[:, x0:x1] @ np.ascontiguousarray(tall)
    return np.ascontiguousarray(wide.reshape(columns.shape[0], rows.shape[0], channels).transpose(1, 0, 2))


def _used_span(weights: sparse.csr_array) -> tuple[int, int]:
    """First and one past the last old sample that has weight."""
    return int(weights.indices.min()), int(weights.indices.max()) + 1


def _cubic(distance: np.ndarray) -> np.ndarray:
    """Catmull-Rom (Keys, a = -0.5)."""
    x = np.abs(distance)
    near = 1.5 * x**3 - 2.5 * x**2 + 1
    far = -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
    return np.where(x < 1, near, np.where(x < 2, far, 0.0))


def _linear(distance: np.ndarray) -> np.ndarray:
    """Tent."""
    return np.clip(1 - np.abs(distance), 0, None)


_KERNELS = {"cubic": (_cubic, 2.0), "linear": (_linear, 1.0)}
