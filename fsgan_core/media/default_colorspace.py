"""What the numbers of a file mean when nobody says: by file type and by the file's own colour metadata.

The names are those of the Color Interop Forum, which the built-in ACES configuration knows; `color.ocio` finds the same
spaces in other configurations.
"""

from __future__ import annotations

from fsgan_core.errors import PlateError
from fsgan_core.media.exr_attribute import ExrAttribute
from fsgan_core.media.picture import PictureInfo

LINEAR_REC709 = "lin_rec709_scene"
SRGB = "srgb_rec709_scene"
CINEON = "Cineon"

# Red, green, blue and white x y of the linear spaces that EXR files come in.
_LINEAR_SPACES = {
    LINEAR_REC709: (0.64, 0.33, 0.30, 0.60, 0.15, 0.06, 0.3127, 0.3290),
    "lin_ap1_scene": (0.713, 0.293, 0.165, 0.830, 0.128, 0.044, 0.32168, 0.33767),
    "lin_ap0_scene": (0.7347, 0.2653, 0.0, 1.0, 0.0001, -0.077, 0.32168, 0.33767),
    "lin_p3d65_scene": (0.680, 0.320, 0.265, 0.690, 0.150, 0.060, 0.3127, 0.3290),
    "lin_rec2020_scene": (0.708, 0.292, 0.170, 0.797, 0.131, 0.046, 0.3127, 0.3290),
    "lin_awg3": (0.6840, 0.3130, 0.2210, 0.8480, 0.0861, -0.1020, 0.3127, 0.3290),
    "lin_awg4": (0.7347, 0.2653, 0.1424, 0.8576, 0.0991, -0.0308, 0.3127, 0.3290),
}
_SAME_XY = 2e-3


def colorspace_of_picture(info: PictureInfo, path: str) -> str:
    """The colorspace of a picture whose plate names none.

    EXR: the `colorInteropID` or the chromaticities of the file, else linear Rec.709. DPX and Cineon: what the file
    says, else Cineon log. Other files of whole numbers: sRGB; of floats: linear Rec.709.

    Raises:
        PlateError: The EXR has chromaticities of a space that is not among the known ones.
    """
    if info.file_format == "openexr":
        return _colorspace_of_exr(info, path)
    if info.file_format in ("dpx", "cineon"):
        words = info.transfer.lower()
        if "lin" in words:
            return LINEAR_REC709
        return SRGB if "709" in words or "srgb" in words else CINEON
    return SRGB if info.pixel_type in ("uint8", "uint16") else LINEAR_REC709


def _colorspace_of_exr(info: PictureInfo, path: str) -> str:
    named = info.header.attributes.get("colorInteropID")
    if isinstance(named, ExrAttribute) and isinstance(named.value, str) and named.value not in ("", "unknown"):
        return named.value
    stored = info.header.attributes.get("chromaticities")
    if not isinstance(stored, ExrAttribute) or not isinstance(stored.value, tuple):
        return LINEAR_REC709
    xy = [float(number) for number in stored.value]
    for name, known in _LINEAR_SPACES.items():
        if all(abs(a - b) <= _SAME_XY for a, b in zip(xy, known, strict=True)):
            return name
    numbers = ", ".join(f"{number:.4g}" for number in xy)
    raise PlateError(
        f"has chromaticities of a colorspace that is not built in ({numbers}). Name it with colorspace.", path=path
    )


# AVColorTransferCharacteristic (ISO 23001-8) of the movies that are not plain video.
_MOVIE_TRANSFERS = {16: "Rec.2100-PQ - Display", 18: "Rec.2100-HLG - Display", 8: LINEAR_REC709}
_VIDEO_TRANSFERS = frozenset([0, 1, 2, 4, 5, 6, 7, 13, 14, 15])


def colorspace_of_movie(transfer: int, path: str) -> str:
    """The colorspace of a movie whose plate names none: HDR curves by their name, all plain video as sRGB.

    Args:
        transfer: The movie's transfer characteristic, by its ISO 23001-8 number; 0 or 2 where it says nothing.
        path: The movie, for messages.

    Raises:
        PlateError: The movie has a curve that is not among the known ones.
    """
    if transfer in _VIDEO_TRANSFERS:
        return SRGB
    if transfer in _MOVIE_TRANSFERS:
        return _MOVIE_TRANSFERS[transfer]
    raise PlateError(f"has a transfer curve (number {transfer}) that is not known. Name it with colorspace.", path=path)
