"""How one plate's numbers become light, and how results go back to numbers without touching what was not changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fsgan_core.color.colorspaces import LINEAR_REC709
from fsgan_core.color.ocio import check_colorspace, from_working, to_working


@dataclass(frozen=True)
class PlateColor:
    """The two colorspaces of a shot.

    A plate of floats (EXR) is written back in its own colorspace, so that untouched pixels keep their bits. A plate of
    whole numbers (PNG, JPEG, DPX, movie) becomes a scene-linear result: its untouched pixels are `to_working` of the
    stored numbers, always computed the same way.

    Args:
        plate: Colorspace of the stored numbers.
        result: Colorspace of the result's R G B and of its stage layers.
    """

    plate: str
    result: str

    @classmethod
    def of(cls, colorspace: str, stored: np.dtype[Any]) -> PlateColor:
        """The colours of a plate whose numbers are in `colorspace` and of type `stored`.

        Raises:
            JobError: There is no such colorspace.
        """
        check_colorspace(colorspace)
        return cls(colorspace, colorspace if stored.kind == "f" else LINEAR_REC709)

    def to_working(self, native: NDArray[Any]) -> NDArray[np.float32]:
        """(H, W, 3) scene-linear light of the stored numbers `native`, for everything that looks at the picture."""
        return to_working(native, self.plate)

    def to_result(self, rgb: NDArray[np.float32]) -> NDArray[np.float32]:
        """(H, W, 3) scene-linear light in the numbers of the result, for what the stages made."""
        return from_working(rgb, self.result)

    def plate_in_result(self, native: NDArray[Any]) -> NDArray[Any]:
        """The plate's own pixels in the numbers of the result: what stands outside the matte.

        Args:
            native: (H, W, 3) as stored.

        Returns:
            (H, W, 3): `native` itself, float16 or float32, where the plate is floats; else float32 light. As halves
            (`media.bit_depth.to_half`) they are the plate's bits.
        """
        return native if self.plate == self.result else self.to_working(native)
