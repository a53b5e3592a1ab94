"""Smoothing over time that leaves motion alone (section 3.1): steady what stands still, do not delay what moves.

The released code weighs by the mean motion over a few frames, in which there and back cancel out: its windows leave a
third of a blink. So a frame that departs from the average by more than noise can, keeps its own value. And what moves
trembles there as much as before smoothing: landmarks that move are laid on the parabola through their neighbours here.

All functions take one uninterrupted run of frames; `by_segment` applies them to a shot with cuts. Whole arrays, after
inference: nothing here remembers an earlier call.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.ndimage import uniform_filter1d
from scipy.signal import savgol_filter

from fsgan_core.geometry.box import box_centres, box_sizes, boxes_from_centres
from fsgan_core.geometry.eye_opening import eye_openings

FULL_MOTION = 0.01
"""Motion per frame, in sides of the box or crop, from which a frame is not averaged at all (released code)."""
LANDMARK_MOTION_FRAMES = 5
"""Window over which the motion of landmarks is measured (released code)."""
LANDMARK_DEPARTURE = (0.002, 0.006)
"""Distance from the average, in sides of the crop: up to the first it is noise, from the second an expression."""
NOISE_DEPARTURE = (1.5, 4.0)
"""The same in units of the landmarks' noise, where that is more: a shaky shot is not taken for a lively face."""
OPENING_DEPARTURE = (0.012, 0.03)
"""The same for how far an eye is open, in its widths; wide open it is 0.3."""
BOX_DEPARTURE = (0.03, 0.08)
"""The same for a box's centre and size, in sizes of the box: a nod must not leave the crop."""

FACE_PARTS: dict[str, tuple[int, ...]] = {
    "jaw": tuple(range(0, 33)),
    "image-left brow": tuple(range(33, 42)),
    "image-right brow": tuple(range(42, 51)),
    "nose": tuple(range(51, 60)),
    "image-left eye": tuple(range(60, 68)),
    "image-right eye": tuple(range(68, 76)),
    "upper lip": (*range(77, 82), *range(89, 92)),
    "lower lip": (76, *range(82, 89), *range(92, 96)),
    "image-left iris": (96,),
    "image-right iris": (97,),
}
"""Indices of the 98 landmarks that move together and are smoothed together."""
EYE_PARTS = ("image-left eye", "image-right eye")
"""Those of `eye_opening.EYES`."""


def by_segment(
    smooth: Callable[[np.ndarray], np.ndarray], values: np.ndarray, segment_ids: np.ndarray
) -> np.ndarray:
    """The values smoothed inside each uninterrupted run, never across a cut or a long gap.

    Args:
        smooth: Takes and gives (n, ...) values of one run.
        values: (N, ...).
        segment_ids: (N,) int, the run that each frame belongs to.

    Returns:
        (N, ...) of the dtype that `smooth` gives.
    """
    smoothed: np.ndarray | None = None
    for segment in np.unique(segment_ids):
        inside = segment_ids == segment
        part = smooth(values[inside])
        if smoothed is None:
            smoothed = np.empty(values.shape, part.dtype)
        smoothed[inside] = part
    return values.copy() if smoothed is None else smoothed


def smooth_boxes(boxes: np.ndarray, centre_frames: int, size_frames: int) -> np.ndarray:
    """Boxes whose size and centre are averaged where they hardly change.

    Centre and size are smoothed separately (section 3.1); motion is measured in box sizes.

    Args:
        boxes: (N, 4) px, successive frames.
        centre_frames: Window for the centre and its motion.
        size_frames: Window for the size.

    Returns:
        (N, 4) float32 px.
    """
    boxes = np.asarray(boxes, np.float64)
    centres, sizes = box_centres(boxes), box_sizes(boxes)
    mean_centres, mean_sizes = running_mean(centres, centre_frames), running_mean(sizes, size_frames)
    sizes = _mixed(sizes, mean_sizes, departure_weight(sizes / mean_sizes, np.ones_like(sizes), BOX_DEPARTURE))
    motion = np.linalg.norm(running_mean(frame_steps(centres) / sizes, centre_frames), axis=1)
    departure = departure_weight(centres / sizes, mean_centres / sizes, BOX_DEPARTURE)
    return boxes_from_centres(_mixed(centres, mean_centres, np.maximum(motion_weight(motion), departure)), sizes)


def smooth_landmarks(landmarks: np.ndarray, frames: int, side: float) -> np.ndarray:
    """Landmarks steadied over time, each part of the face by its own motion.

    What stands still is averaged; what moves is laid on a parabola through its neighbours, which keeps speed and
    acceleration; what leaves that parabola too stays as it was found, and so does an eye that is open otherwise than
    there (a blink is two frames, and less than a pixel at its edges). On talking heads that turn, 2 degrees a
    frame, the parabola takes the trembling away (second differences 1.79 to 1.0 px of 256, of the true landmarks 1.25)
    and the error does not grow (1.98 to 1.93 px).

    Args:
        landmarks: (N, 98, 2) px, successive frames.
        frames: Window of the average.
        side: Side of the crop, px: the unit of motion.

    Returns:
        (N, 98, 2) float32 px.
    """
    points = np.asarray(landmarks, np.float64)
    smoothed = np.empty_like(points)
    limits = departure_limits(points, side)
    openings = eye_openings(points)
    for name, part in FACE_PARTS.items():
        members = points[:, list(part)]
        moving = landmark_weight(points, name, frames, side)
        curve = running_parabola(members, frames)
        steady = _mixed(curve, running_mean(members, frames), moving)
        leaves = departure_weight(members / side, curve / side, limits)
        smoothed[:, list(part)] = _mixed(members, steady, leaves)
    limits, after = beyond_noise(OPENING_DEPARTURE, trembling(openings)), eye_openings(smoothed)
    for eye, name in enumerate(EYE_PARTS):
        around = list(FACE_PARTS[name])
        leaves = departure_weight(openings[:, [eye]], after[:, [eye]], limits)
        smoothed[:, around] = _mixed(points[:, around], smoothed[:, around], leaves)
    return smoothed.astype(np.float32)


def landmark_weight(landmarks: np.ndarray, part: str, frames: int, side: float) -> np.ndarray:
    """How little of an average each frame bears, by how one part of the face moves.

    Args:
        landmarks: (N, 98, 2) px, successive frames.
        part: One of `FACE_PARTS`.
        frames: Window of the average.
        side: Side of the crop, px.

    Returns:
        (N,) in [0, 1]; 1 bears none.
    """
    points = np.asarray(landmarks, np.float64)[:, list(FACE_PARTS[part])] / side
    motion = np.linalg.norm(running_mean(frame_steps(points), LANDMARK_MOTION_FRAMES), axis=-1).mean(-1)
    departure = departure_weight(points, running_mean(points, frames), departure_limits(landmarks, side))
    return np.maximum(motion_weight(motion), departure)


def departure_limits(landmarks: np.ndarray, side: float) -> tuple[float, float]:
    """Up to which distance from an average landmarks only tremble, and from which they move, in sides of the crop.

    Args:
        landmarks: (N, 98, 2) px, successive frames.
        side: Side of the crop, px.
    """
    return beyond_noise(LANDMARK_DEPARTURE, landmark_noise(landmarks) / side)


def beyond_noise(departure: tuple[float, float], noise: float) -> tuple[float, float]:
    """The two limits of a departure, raised to `NOISE_DEPARTURE` where values tremble more."""
    still, full = (max(a, b * noise) for a, b in zip(departure, NOISE_DEPARTURE, strict=True))
    return still, full


def landmark_noise(landmarks: np.ndarray) -> float:
    """How much landmarks tremble: the standard deviation of one coordinate, px.

    Read off the nose, which has no expression of its own: a head moves smoothly, so its second differences are noise.

    Args:
        landmarks: (N, 98, 2) px, successive frames; fewer than three have none.
    """
    return trembling(np.asarray(landmarks)[:, list(FACE_PARTS["nose"])])


def trembling(values: np.ndarray) -> float:
    """The standard deviation of noise in (N, ...) successive values that change smoothly but for some frames."""
    if len(values) < 3:
        return 0.0
    bends = np.diff(np.asarray(values, np.float64), n=2, axis=0)
    # A second difference of independent samples has 6 times their variance; 0.6745 turns a median into a deviation.
    return float(np.median(np.abs(bends)) / (0.6745 * np.sqrt(6)))


def motion_weight(motion: np.ndarray) -> np.ndarray:
    """(N,) in [0, 1]: the weight of the unsmoothed value, for (N,) motion per frame in sides."""
    return np.minimum(np.asarray(motion) / FULL_MOTION, 1.0)


def departure_weight(values: np.ndarray, average: np.ndarray, limits: tuple[float, float]) -> np.ndarray:
    """The weight of the unsmoothed value, by its distance from the average.

    Args:
        values: (N, ..., C) points, or other measures (N, 1).
        average: Of the same shape.
        limits: Root mean square distance of a frame's points that is still noise, and from which nothing is averaged.

    Returns:
        (N,) in [0, 1].
    """
    squared = ((values - average) ** 2).sum(-1).reshape(len(values), -1)
    noise, full = limits
    return np.clip((np.sqrt(squared.mean(1)) - noise) / (full - noise), 0.0, 1.0)


def frame_steps(values: np.ndarray) -> np.ndarray:
    """How far values move from frame to frame.

    Args:
        values: (N, ...) successive frames.

    Returns:
        (N, ...); the first frame has the step of the second, a single frame has 0.
    """
    if len(values) < 2:
        return np.zeros_like(values)
    steps = np.diff(values, axis=0)
    return np.concatenate([steps[:1], steps])


def running_mean(values: np.ndarray, frames: int) -> np.ndarray:
    """The mean over a window centred on each frame.

    Near the ends, where the window is cut, it is the value at that frame of the straight line through the window. The
    released code mirrors the values instead, which pulls the first and last frames of a moving head back to the middle.

    Args:
        values: (N, ...) successive frames.
        frames: Window; an even one counts as one frame more.

    Returns:
        (N, ...) float64.
    """
    values = np.asarray(values, np.float64)
    count, reach = len(values), frames // 2
    if count < 2 or reach == 0:
        return values.copy()
    mean = uniform_filter1d(values, 2 * reach + 1, axis=0, mode="nearest")
    for index in range(count):
        if reach <= index < count - reach:
            continue
        first, last = max(index - reach, 0), min(index + reach, count - 1)
        mean[index] = np.tensordot(_line_weights(last - first + 1, index - first), values[first : last + 1], 1)
    return mean


def running_parabola(values: np.ndarray, frames: int) -> np.ndarray:
    """At each frame, the value of the parabola fitted to a window centred on it (Savitzky and Golay).

    Near the ends it is the parabola of the last whole window.

    Args:
        values: (N, ...) successive frames.
        frames: Window; an even one counts as one frame more, and no more than there are frames.

    Returns:
        (N, ...) float64; the values themselves where there are fewer than five in the window.
    """
    values = np.asarray(values, np.float64)
    window = min(2 * (frames // 2) + 1, len(values) - (len(values) + 1) % 2)
    if window < 5:
        return values.copy()
    return np.asarray(savgol_filter(values, window, 2, axis=0, mode="interp"), np.float64)


def _mixed(values: np.ndarray, average: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Each frame's own (N, ...) values with weight (N,), the average for the rest."""
    weight = weight.reshape(-1, *[1] * (values.ndim - 1))
    return weight * values + (1 - weight) * average


def _line_weights(count: int, at: int) -> np.ndarray:
    """(count,) weights that give the value at sample `at` of the straight line fitted to `count` samples."""
    offsets = np.arange(count) - (count - 1) / 2
    spread = float((offsets**2).sum())
    return np.full(count, 1 / count) + (offsets[at] / spread * offsets if spread > 0 else 0.0)
