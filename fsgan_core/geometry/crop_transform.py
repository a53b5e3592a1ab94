"""Where a square crop lies in the plate, to a fraction of a pixel. Between a face box and everything a network sees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fsgan_core.geometry.box import box_centres, box_sizes, boxes_from_centres
from fsgan_core.geometry.face_box import CROP_SCALE


@dataclass(frozen=True, eq=False)
class CropTransform:
    """The affine map from plate pixels to crop pixels.

    Both spaces have their origin at the top-left corner of the top-left pixel, y down, so pixel centres lie at +0.5.
    Plate pixels are those of the picture array itself (row 0, column 0 of its data window).

    Attributes:
        plate_to_crop: (3, 3) float64, homogeneous, px to px.
        size: Side of the crop, px.
    """

    plate_to_crop: np.ndarray
    size: int

    @classmethod
    def from_box(cls, box: np.ndarray, size: int, pixel_aspect: float = 1.0) -> CropTransform:
        """The transform that shows a box as a crop with square pixels.

        The box keeps its centre. On pictures with non-square pixels the crop covers as many rows as the box's larger
        side has on a screen, and `pixel_aspect` times fewer columns than rows, so that a face is not stretched.

        Args:
            box: (4,) plate px x0 y0 x1 y1; what shall fill the crop (`face_box.box_to_crop_box` of a face box).
            size: Side of the crop, px.
            pixel_aspect: Width over height of one plate pixel on a screen.

        Raises:
            ValueError: The box is empty or not finite.
        """
        x0, y0, x1, y1 = (float(v) for v in box)
        side = max((x1 - x0) * pixel_aspect, y1 - y0)
        if not np.isfinite(side) or side <= 0:
            raise ValueError(f"a crop needs a box with an area, not {x0:g},{y0:g},{x1:g},{y1:g}")
        scale_y = size / side
        scale_x = scale_y * pixel_aspect
        centre_x, centre_y = (x0 + x1) / 2, (y0 + y1) / 2
        matrix = np.array(
            [
                [scale_x, 0.0, size / 2 - scale_x * centre_x],
                [0.0, scale_y, size / 2 - scale_y * centre_y],
                [0.0, 0.0, 1.0],
            ]
        )
        return cls(matrix, size)

    @classmethod
    def from_face_box(cls, box: np.ndarray, size: int, pixel_aspect: float = 1.0) -> CropTransform:
        """The transform of the crop around a face box: `CROP_SCALE` times its side, same centre.

        Args:
            box: (4,) plate px, a face box, square on a screen.
            size: Side of the crop, px.
            pixel_aspect: Width over height of one plate pixel on a screen.

        Raises:
            ValueError: The box is empty or not finite.
        """
        around = boxes_from_centres(box_centres(box), box_sizes(box) * CROP_SCALE)
        return cls.from_box(around, size, pixel_aspect)

    @property
    def inverse(self) -> np.ndarray:
        """(3, 3) float64: crop px to plate px."""
        return np.linalg.inv(self.plate_to_crop)

    @property
    def scale(self) -> np.ndarray:
        """(2,) float64: crop pixels per plate pixel along x and y; above 1 the crop enlarges.

        Raises:
            ValueError: The transform turns or shears; crops lie along the plate's axes.
        """
        matrix = self.plate_to_crop
        off_axis = (matrix[0, 1], matrix[1, 0], matrix[2, 0], matrix[2, 1])
        if any(abs(value) > 1e-9 for value in off_axis) or matrix[0, 0] <= 0 or matrix[1, 1] <= 0:
            raise ValueError("a crop lies along the plate's axes: its transform may only scale and shift")
        return np.array([matrix[0, 0], matrix[1, 1]])

    @property
    def box(self) -> np.ndarray:
        """(4,) float64 plate px x0 y0 x1 y1: what the crop shows."""
        return self.to_plate(np.array([[0.0, 0.0], [self.size, self.size]])).reshape(4)

    def to_crop(self, points: np.ndarray) -> np.ndarray:
        """Points of the plate in the crop: (..., 2) px to (..., 2) float64 px."""
        return _apply(self.plate_to_crop, points)

    def to_plate(self, points: np.ndarray) -> np.ndarray:
        """Points of the crop in the plate: (..., 2) px to (..., 2) float64 px."""
        return _apply(self.inverse, points)

    def zoomed(self, share: float) -> CropTransform:
        """The crop of the same size that shows the middle `share` of this one; above 1 it shows more of the plate."""
        zoom = np.diag([1 / share, 1 / share, 1.0])
        zoom[:2, 2] = self.size / 2 * (1 - 1 / share)
        return CropTransform(zoom @ self.plate_to_crop, self.size)

    def shifted(self, offset: tuple[float, float]) -> CropTransform:
        """The same crop of a picture whose origin lies at `offset` (x, y) px of this one's."""
        shift = np.eye(3)
        shift[:2, 2] = offset
        return CropTransform(self.plate_to_crop @ shift, self.size)

    def covered_window(self, plate_size: tuple[int, int]) -> tuple[int, int, int, int]:
        """The plate pixels whose centres lie in the crop.

        Args:
            plate_size: height, width of the plate's array, px.

        Returns:
            x0, y0, x1, y1 half-open, inside the plate; x0 == x1 or y0 == y1 where the crop lies outside it.
        """
        height, width = plate_size
        x0, y0, x1, y1 = np.ceil(self.box - 0.5 - 1e-9).astype(int)
        x0, x1 = (int(np.clip(v, 0, width)) for v in (x0, x1))
        y0, y1 = (int(np.clip(v, 0, height)) for v in (y0, y1))
        return x0, y0, x1, y1


def _apply(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    points = np.asarray(points, np.float64)
    return points @ matrix[:2, :2].T + matrix[:2, 2]
