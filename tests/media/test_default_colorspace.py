"""A plate without a named colorspace means what its file says, and an unknown one is asked for."""

from __future__ import annotations

import struct

import pytest

from fsgan_core.color.colorspaces import find_colorspace
from fsgan_core.errors import PlateError
from fsgan_core.media.default_colorspace import colorspace_of_movie, colorspace_of_picture
from fsgan_core.media.exr_attribute import ExrAttribute
from fsgan_core.media.picture import PictureInfo
from fsgan_core.media.plate_frame import PictureHeader
from fsgan_core.shot.image_window import ImageWindow

_ACESCG = (0.713, 0.293, 0.165, 0.830, 0.128, 0.044, 0.32168, 0.33767)
_ACES = (0.7347, 0.2653, 0.0, 1.0, 0.0001, -0.077, 0.32168, 0.33767)
_REC709 = (0.64, 0.33, 0.30, 0.60, 0.15, 0.06, 0.3127, 0.3290)


def _info(file_format: str, pixel_type: str = "half", transfer: str = "", **attributes: ExrAttribute) -> PictureInfo:
    window = ImageWindow.of_size(8, 8)
    return PictureInfo(file_format, pixel_type, transfer, PictureHeader(window, window, 1.0, attributes))


def _chromaticities(*xy: float) -> ExrAttribute:
    return ExrAttribute("chromaticities", struct.pack("<8f", *xy))


@pytest.mark.parametrize(
    ("info", "name"),
    [
        (_info("openexr"), "lin_rec709_scene"),
        (_info("openexr", chromaticities=_chromaticities(*_REC709)), "lin_rec709_scene"),
        (_info("openexr", chromaticities=_chromaticities(*_ACESCG)), "ACEScg"),
        (_info("openexr", chromaticities=_chromaticities(*_ACES)), "ACES2065-1"),
        (_info("openexr", colorInteropID=ExrAttribute("string", b"lin_rec2020_scene")), "Linear Rec.2020"),
        (_info("png", "uint8"), "srgb_rec709_scene"),
        (_info("tiff", "uint16"), "srgb_rec709_scene"),
        (_info("tiff", "float"), "lin_rec709_scene"),
        (_info("dpx", "uint16", "Rec709"), "srgb_rec709_scene"),
        (_info("dpx", "uint16", "lin_rec709_scene"), "lin_rec709_scene"),
    ],
)
def test_file_type_and_metadata_decide(info: PictureInfo, name: str) -> None:
    assert find_colorspace(colorspace_of_picture(info, "a")) == find_colorspace(name)


@pytest.mark.parametrize("transfer", ["", "KodakLog", "Cineon"])
def test_dpx_is_cineon_log_where_it_says_nothing_else(transfer: str) -> None:
    assert colorspace_of_picture(_info("dpx", "uint16", transfer), "a.dpx") == "Cineon"


def test_unknown_chromaticities_ask_for_a_colorspace() -> None:
    info = _info("openexr", chromaticities=_chromaticities(0.9, 0.1, 0.1, 0.9, 0.1, 0.1, 0.3, 0.3))
    with pytest.raises(PlateError, match=r"a\.exr.*Name it with colorspace"):
        colorspace_of_picture(info, "a.exr")


@pytest.mark.parametrize(("transfer", "name"), [(0, "srgb_rec709_scene"), (1, "srgb_rec709_scene"),
    (2, "srgb_rec709_scene"), (13, "srgb_rec709_scene"), (16, "Rec.2100-PQ - Display"),
    (18, "Rec.2100-HLG - Display")])  # fmt: skip
def test_movie_curve_decides(transfer: int, name: str) -> None:
    assert find_colorspace(colorspace_of_movie(transfer, "a.mov")) == find_colorspace(name)


def test_unknown_movie_curve_asks_for_a_colorspace() -> None:
    with pytest.raises(PlateError, match="Name it with colorspace"):
        colorspace_of_movie(12, "a.mov")
