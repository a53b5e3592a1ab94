"""Every setting an artist can change, written once: default, unit, limits, label and help.

The command line, the host panels, the job file and the manual are derived from the fields here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from typing import Any, Optional, Tuple, Type, Union, cast, get_type_hints

from fsgan_core.errors import JobError

SettingValue = Union[str, int, float, bool]

PACKS_OWN = "pack"
"""The word for the weight pack's own detector or landmarks."""


def setting(
    default: SettingValue,
    *,
    label: str,
    help: str,
    unit: str = "",
    minimum: Optional[float] = None,
    maximum: Optional[float] = None,
    choices: Tuple[str, ...] = (),
) -> Any:
    """A dataclass field that carries what a panel or a command line needs to show it.

    Args:
        default: The value, whose type is the type of the setting.
        label: Two or three words for a panel.
        help: One or two sentences for a tooltip.
        unit: "px", "frames", "deg" or "" where the number has none.
        minimum: Smallest value allowed, itself included.
        maximum: Largest value allowed, itself included.
        choices: The words allowed; empty where any text is.
    """
    metadata = {
        "label": label,
        "help": help,
        "unit": unit,
        "minimum": minimum,
        "maximum": maximum,
        "choices": choices,
    }
    return field(default=default, metadata=metadata)


def same_setting(settings_type: Type[Any], name: str, **changes: Any) -> Any:
    """A field like one of another kind of job: the same default, limits and words, but for what is given here."""
    item = next(one for one in fields(settings_type) if one.name == name)
    return setting(**{"default": item.default, **item.metadata, **changes})


@dataclass(frozen=True)
class AnalyzeSettings:
    """How the faces of a shot are found, followed and smoothed (pass 1)."""

    frames: str = setting(
        "", label="Frames", help="Frames to analyze, such as 1001-1040x2,1050. Empty: all that exist."
    )
    colorspace: str = setting(
        "", label="Colorspace", help="OCIO colorspace of the pictures. Empty: by file type (EXR is scene-linear)."
    )
    min_face_px: int = setting(
        40, label="Smallest face", unit="px", minimum=16, maximum=4096,
        help="Faces smaller than this are not looked for.",
    )
    score_threshold: float = setting(
        0.5, label="Detection score", minimum=0.0, maximum=1.0,
        help="How sure the detector must be that it sees a face.",
    )
    iou_threshold: float = setting(
        0.75, label="Track overlap", minimum=0.0, maximum=1.0,
        help="Overlap of the boxes of two neighbouring frames from which they are one track (intersection over union).",
    )
    max_gap_frames: int = setting(
        12, label="Bridge gaps up to", unit="frames", minimum=0, maximum=1000,
        help="A face lost for at most this many frames stays the same track; the gap is interpolated.",
    )
    min_track_frames: int = setting(
        1, label="Shortest track", unit="frames", minimum=1, maximum=100000,
        help="Tracks shorter than this are dropped as false detections.",
    )
    reidentify_similarity: float = setting(
        0.5, label="Same person from", minimum=-1.0, maximum=1.0,
        help="Likeness (cosine) from which a face that comes back is taken for the person who left.",
    )
    box_smooth_frames: int = setting(
        25, label="Smooth box position", unit="frames", minimum=1, maximum=1001,
        help="Length of the window that steadies the position of the crop.",
    )
    size_smooth_frames: int = setting(
        51, label="Smooth box size", unit="frames", minimum=1, maximum=1001,
        help="Length of the window that steadies the size of the crop.",
    )
    pose_smooth_frames: int = setting(
        5, label="Smooth pose", unit="frames", minimum=1, maximum=1001,
        help="Length of the window that steadies the head's angles.",
    )
    landmark_smooth_frames: int = setting(
        7, label="Smooth landmarks", unit="frames", minimum=1, maximum=1001,
        help="Length of the window that steadies the landmarks; fast motion is smoothed less.",
    )
    segmentation_smooth_frames: int = setting(
        5, label="Smooth mattes", unit="frames", minimum=1, maximum=1001,
        help="Length of the window that steadies the face and hair mattes.",
    )
    smooth: bool = setting(
        True, label="Smooth over time", help="Steady boxes, landmarks, angles and mattes over the shot."
    )
    detector: str = setting(
        PACKS_OWN, label="Detector", choices=(PACKS_OWN, "sfd", "blazeface", "yunet", "dsfd"),
        help="Who finds faces: the weight pack's own network, or one of another project (fsgan weights fetch).",
    )
    landmarks_by: str = setting(
        PACKS_OWN, label="Landmarks by", choices=(PACKS_OWN, "fan"),
        help="Who finds landmarks: the weight pack's own network, or one of another project (fsgan weights fetch).",
    )

    def __post_init__(self) -> None:
        """Refuse values of the wrong type or outside their limits.

        Raises:
            JobError: Names the setting, its value and what is allowed.
        """
        check_settings(self)


@dataclass(frozen=True)
class SwapSettings:
    """How a source face is put on the plate (pass 2)."""

    frames: str = setting(
        "", label="Frames", help="Frames of the plate to write, such as 1001-1040x2,1050. Empty: all that exist."
    )
    face: str = setting(
        "largest", label="Face",
        help="Which face of the plate: largest, a track number, or X,Y (a plate pixel inside it).",
    )
    layers: str = setting(
        "all", label="Layers",
        help="Layers to write beside the result: all, none, or a list such as fsgan_matte,fsgan_blend.",
    )
    weights: str = setting(
        "compact", label="Weights", help="Name of a bundled pack, or the folder of a pack of your own."
    )
    colorspace: str = setting(
        "", label="Colorspace", help="OCIO colorspace of the plate. Empty: by file type (EXR is scene-linear)."
    )
    device: str = setting(
        "auto", label="Device", choices=("auto", "cuda", "cpu"),
        help="Where the networks run; auto takes the GPU if there is one.",
    )
    max_views: int = setting(
        3, label="Source views", minimum=1, maximum=3, help="How many source frames are mixed for a frame of the plate."
    )
    min_view_distance_deg: float = setting(
        2.0, label="View spacing", unit="deg", minimum=0.0, maximum=90.0,
        help="Source views nearer to each other than this are thinned out; the sharpest one stays.",
    )
    step_deg: float = setting(
        30.0, label="Largest step", unit="deg", minimum=1.0, maximum=180.0,
        help="A view further away than this is turned in several steps.",
    )
    matte_soft_px: float = setting(
        10.0, label="Matte softness", unit="px", minimum=0.0, maximum=64.0,
        help="Width of the matte's soft inner edge, in pixels of the 256 px crop.",
    )
    matte_threshold: float = setting(
        0.6, label="Matte threshold", minimum=0.0, maximum=1.0,
        help="Soft-erosion value from which the matte is solid: higher pulls the edge further in.",
    )
    on_missing_face: str = setting(
        "pass", label="Without a face", choices=("pass", "error"),
        help="A frame without the face: pass the plate through, or stop with an error.",
    )
    artificial_views: bool = setting(
        False, label="Artificial views",
        help="Make views of the source at poses that it never shows. Helps finetuned and larger weights; with the "
        "bundled ones a turn straight from the nearest view looks better.",
    )
    one_file_per_layer: bool = setting(
        False, label="One file per layer",
        help="Also write every layer as an EXR of its own, for hosts that read no multi-layer files.",
    )
    cryptomatte: bool = setting(
        False, label="Cryptomatte",
        help="Also write a Cryptomatte (fsgan_crypto) of the face and the hair of every person in the shot.",
    )
    compression: str = setting(
        "zip", label="Compression", choices=("none", "zips", "zip"),
        help="EXR compression. All of them keep every bit. zips suits playback in Nuke.",
    )
    bit_depth: str = setting(
        "half", label="Bit depth", choices=("half", "float"), help="Of the EXR channels; the ST map is always float."
    )
    measure: bool = setting(
        False, label="Measure",
        help="Write the figures of every frame (likeness, pose error, expression, seam) into its EXR attributes.",
    )
    source_frames: str = setting(
        "", label="Source frames", help="Frames of the source to learn the face from. Empty: all that exist."
    )
    source_face: str = setting(
        "largest", label="Source face",
        help="Which face of the source: largest, a track number, or X,Y (a pixel inside it).",
    )
    source_colorspace: str = setting(
        "", label="Source colorspace", help="OCIO colorspace of the source. Empty: by file type (EXR is scene-linear)."
    )

    def __post_init__(self) -> None:
        """Refuse values of the wrong type or outside their limits.

        Raises:
            JobError: Names the setting, its value and what is allowed.
        """
        check_settings(self)


@dataclass(frozen=True)
class SettingInfo:
    """One setting as a panel, an option or a line of the manual shows it."""

    name: str
    type: Type[Any]
    default: SettingValue
    label: str
    help: str
    unit: str
    minimum: Optional[float]
    maximum: Optional[float]
    choices: Tuple[str, ...]


def describe_settings(settings_type: Type[Any]) -> Tuple[SettingInfo, ...]:
    """The settings of one job kind, in the order of their declaration."""
    types = get_type_hints(settings_type)
    return tuple(
        SettingInfo(name=item.name, type=types[item.name], default=cast(SettingValue, item.default), **item.metadata)
        for item in fields(settings_type)
    )


def check_settings(settings: Any) -> None:
    """Refuse a settings value whose fields have the wrong type or lie outside their limits.

    Raises:
        JobError: Names the setting, its value and what is allowed.
    """
    for info in describe_settings(type(settings)):
        value = getattr(settings, info.name)
        _check_type(info, value)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            _check_limits(info, value)
        if info.choices and value not in info.choices:
            raise JobError(f"{info.name} is {value!r}: choose one of {', '.join(info.choices)}.")


def _check_type(info: SettingInfo, value: Any) -> None:
    if info.type is float:
        fits = isinstance(value, (int, float)) and not isinstance(value, bool)
    elif info.type is int:
        fits = isinstance(value, int) and not isinstance(value, bool)
    else:
        fits = isinstance(value, info.type)
    if not fits:
        wanted = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}[info.type]
        raise JobError(f"{info.name} is {value!r}: it must be {wanted}.")


def _check_limits(info: SettingInfo, value: float) -> None:
    unit = f" {info.unit}" if info.unit else ""
    if isinstance(value, float) and not math.isfinite(value):
        raise JobError(f"{info.name} is {value}: it must be a finite number.")
    if info.minimum is not None and value < info.minimum:
        raise JobError(f"{info.name} is {value}: it must be at least {info.minimum:g}{unit}.")
    if info.maximum is not None and value > info.maximum:
        raise JobError(f"{info.name} is {value}: it must be at most {info.maximum:g}{unit}.")
