"""The settings of the reenactment modes: a source moved by a driver, by a pose curve, or by a driver's mouth."""

from __future__ import annotations

from dataclasses import dataclass

from fsgan_core.errors import JobError
from fsgan_core.job.settings import SwapSettings, check_settings, same_setting, setting

_FRAME_LIST = "In the order written, backwards and repeated where wanted: 1-40, 40-1, 1-10x2, 7*12."


@dataclass(frozen=True)
class MovedFaceSettings:
    """What all modes share: which face is moved, from which views, and how the result is written."""

    frames: str = setting(
        "", label="Frames", help="Frames to write, such as 1001-1040x2,1050. Empty: all that there are."
    )
    output: str = setting(
        "crop", label="Output", choices=("crop", "plate"),
        help="crop: the moved face alone, with what surrounds it. plate: pasted back over the source's own plate, with "
        "mattes and layers as of a swap.",
    )
    source_face: str = same_setting(SwapSettings, "source_face")
    source_frames: str = setting(
        "", label="Source frames",
        help="Frames of the source to learn the face from and, pasted back, to write on. Empty: all that exist.",
    )
    source_colorspace: str = same_setting(SwapSettings, "source_colorspace")
    layers: str = same_setting(SwapSettings, "layers")
    weights: str = same_setting(SwapSettings, "weights")
    device: str = same_setting(SwapSettings, "device")
    max_views: int = same_setting(SwapSettings, "max_views")
    min_view_distance_deg: float = same_setting(SwapSettings, "min_view_distance_deg")
    step_deg: float = same_setting(SwapSettings, "step_deg")
    artificial_views: bool = same_setting(SwapSettings, "artificial_views")
    matte_soft_px: float = same_setting(SwapSettings, "matte_soft_px")
    matte_threshold: float = same_setting(SwapSettings, "matte_threshold")
    on_missing_face: str = same_setting(
        SwapSettings, "on_missing_face",
        help="A frame where source or driver has no face: pass the plate through (black in a crop), or stop with an "
        "error.",
    )
    one_file_per_layer: bool = same_setting(SwapSettings, "one_file_per_layer")
    compression: str = same_setting(SwapSettings, "compression")
    bit_depth: str = same_setting(SwapSettings, "bit_depth")

    def __post_init__(self) -> None:
        """Refuse values of the wrong type or outside their limits.

        Raises:
            JobError: Names the setting, its value and what is allowed.
        """
        check_settings(self)


@dataclass(frozen=True)
class DrivenFaceSettings(MovedFaceSettings):
    """What the modes with a driver share."""

    driver_frames: str = setting(
        "", label="Driver frames", help=f"Frames of the driver, one for each frame written. {_FRAME_LIST} Empty: all."
    )
    onto_frames: str = setting(
        "", label="Onto frames",
        help="Frames to write that the driver's go onto, first to first. Empty: the driver's own numbers, or, pasted "
        "back, the source's frames from the first one on.",
    )
    driver_face: str = setting(
        "largest", label="Driver face",
        help="Which face of the driver: largest, a track number, or X,Y (a pixel inside it).",
    )
    driver_colorspace: str = setting(
        "", label="Driver colorspace", help="OCIO colorspace of the driver. Empty: by file type (EXR is scene-linear)."
    )
    proportions: str = setting(
        "source", label="Proportions", choices=("source", "driver"),
        help="source: the face keeps its own shape, and only the driver's movement is taken. driver: the driver's "
        "landmarks are taken as they are, as in the paper; the face takes on some of the driver's shape.",
    )
    expression_strength: float = setting(
        1.0, label="Expression", minimum=0.0, maximum=2.0,
        help="How much of the driver's expression is taken: 0 none, 1 all, above 1 more than was played.",
    )
    neutral_frame: str = setting(
        "", label="Resting frame",
        help="Driver frame with a resting face, from which expressions are measured. Empty: found in the shot.",
    )

    def __post_init__(self) -> None:
        """Refuse values of the wrong type or outside their limits.

        Raises:
            JobError: Names the setting, its value and what is allowed.
        """
        super().__post_init__()
        if self.neutral_frame and not self.neutral_frame.lstrip("-").isdecimal():
            raise JobError(f"neutral_frame is {self.neutral_frame!r}: it must be a frame number.")


@dataclass(frozen=True)
class ReenactSettings(DrivenFaceSettings):
    """How a source is moved by a driver."""

    pose_frames: str = setting(
        "", label="Pose frames", help=f"Frames of the shot that gives the pose. {_FRAME_LIST} Empty: all."
    )
    pose_face: str = setting(
        "largest", label="Pose face",
        help="Which face gives the pose: largest, a track number, or X,Y (a pixel inside it).",
    )
    pose_colorspace: str = setting(
        "", label="Pose colorspace", help="OCIO colorspace of the shot that gives the pose. Empty: by file type."
    )
    expression_frames: str = setting(
        "", label="Expression frames", help=f"Frames of the shot that gives the expression. {_FRAME_LIST} Empty: all."
    )
    expression_face: str = setting(
        "largest", label="Expression face",
        help="Which face gives the expression: largest, a track number, or X,Y (a pixel inside it).",
    )
    expression_colorspace: str = setting(
        "", label="Expression colorspace",
        help="OCIO colorspace of the shot that gives the expression. Empty: by file type.",
    )


@dataclass(frozen=True)
class PoseSettings(MovedFaceSettings):
    """How a source is turned without a driver."""

    poses: str = setting(
        "", label="Poses",
        help="Instead of a curve file: FRAME:YAW,PITCH,ROLL in degrees with semicolons between, such as "
        "1:-30,0,0; 24:30,5,0. Frames between two of them are interpolated.",
    )


@dataclass(frozen=True)
class ExpressionSettings(DrivenFaceSettings):
    """Which part of a driver's expression is put on the source's head."""

    output: str = same_setting(MovedFaceSettings, "output", default="plate")
    mouth: bool = setting(True, label="Mouth", help="Take the driver's mouth, with the jaw that goes with it.")
    eyes: bool = setting(False, label="Eyes", help="Take the driver's eyelids and gaze.")
    brows: bool = setting(False, label="Brows", help="Take the driver's brows.")

    def __post_init__(self) -> None:
        """Refuse values of the wrong type or outside their limits, and a transfer of nothing.

        Raises:
            JobError: Names the setting, its value and what is allowed.
        """
        super().__post_init__()
        if not (self.mouth or self.eyes or self.brows):
            raise JobError("mouth, eyes and brows are all off: choose at least one part of the face.")
