"""The jobs of the reenactment modes: who is moved, by what, and where the result goes."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Optional, Tuple

from fsgan_core.errors import JobError
from fsgan_core.job.matte_settings import MatteSettings
from fsgan_core.job.pictures import (
    Pictures,
    check_analysis_path,
    check_result_path,
    file_path,
    output_stem,
)
from fsgan_core.job.reenact_settings import (
    DrivenFaceSettings,
    ExpressionSettings,
    MovedFaceSettings,
    PoseSettings,
    ReenactSettings,
)
from fsgan_core.job.settings import AnalyzeSettings
from fsgan_core.shot.frame_list import parse_frame_list
from fsgan_core.shot.frame_range import FrameRange
from fsgan_core.shot.plate import Plate


@dataclass(frozen=True)
class ReenactJob:
    """A source face with the pose and expression of a driver.

    Args:
        source: Pictures of who is moved.
        driver: Pictures of who moves.
        out: Pattern of the EXR files to write, such as `moved.%04d.exr`.
        pose_from: Another shot that gives the pose; None: the driver. The source itself keeps its own pose.
        expression_from: Another shot that gives the expression; None: the driver.
        settings: How the face is moved and written.
        analyze: How faces are found, in all of these shots.
        source_analysis: Where pass 1 on the source is kept; "" means beside the result; likewise the other three.
        corrections: What an artist set right in the analysis of the source; "" means nothing.
        driver_corrections: The same for the driver.
        host: Who wrote the job, such as `nuke 16.0`; for the log only.
        mattes: The artist's own mattes of the source, where the result is pasted back over it.
    """

    source: Pictures
    driver: Pictures
    out: str = field(metadata={"is_path": True})
    pose_from: Optional[Pictures] = None
    expression_from: Optional[Pictures] = None
    settings: ReenactSettings = field(default_factory=ReenactSettings)
    analyze: AnalyzeSettings = field(default_factory=AnalyzeSettings)
    source_analysis: str = file_path()
    driver_analysis: str = file_path()
    pose_analysis: str = file_path()
    expression_analysis: str = file_path()
    corrections: str = file_path()
    driver_corrections: str = file_path()
    host: str = ""
    mattes: MatteSettings = field(default_factory=MatteSettings)

    def __post_init__(self) -> None:
        """Refuse what nobody can be moved by.

        Raises:
            JobError: The output is no EXR, a path is missing, or a frame range or list is wrong.
        """
        _check_moved(self.out, self.settings, self.analyze)
        _check_driven(self.settings)
        for path in (self.source_analysis, self.driver_analysis, self.pose_analysis, self.expression_analysis):
            check_analysis_path(path)
        for frames in (self.settings.pose_frames, self.settings.expression_frames):
            _check_list(frames)

    def source_to_analyze(self) -> Plate:
        """The source with its frames and colorspace."""
        return _source(self.source, self.settings)

    def plate_to_analyze(self) -> Plate:
        """What is written on, where the face is pasted back: the source itself."""
        return self.source_to_analyze()

    def for_frames(self, frames: str) -> ReenactJob:
        """This job for some of its frames: what a farm task is."""
        return replace(self, settings=replace(self.settings, frames=frames))

    def analysis_paths(self) -> Tuple[str, str, str, str]:
        """Where pass 1 on source, driver, and the shots of pose and expression are kept."""
        stem = output_stem(self.out)
        return (
            self.source_analysis or f"{stem}.source.npz",
            self.driver_analysis or f"{stem}.driver.npz",
            self.pose_analysis or f"{stem}.pose.npz",
            self.expression_analysis or f"{stem}.expression.npz",
        )

    def driver_to_analyze(self) -> Plate:
        """The driver from the first to the last of the frames listed."""
        return _span(self.driver, self.settings.driver_frames, self.settings.driver_colorspace)

    def pose_from_to_analyze(self) -> Plate:
        """The shot that gives the pose: the driver or the source where it is one of them."""
        if self.pose_from is None:
            return self.driver_to_analyze()
        if self.pose_from == self.source:
            return self.source_to_analyze()
        return _span(self.pose_from, self.settings.pose_frames, self.settings.pose_colorspace)

    def expression_from_to_analyze(self) -> Plate:
        """The shot that gives the expression: the driver or the source where it is one of them."""
        if self.expression_from is None:
            return self.driver_to_analyze()
        if self.expression_from == self.source:
            return self.source_to_analyze()
        return _span(self.expression_from, self.settings.expression_frames, self.settings.expression_colorspace)

    def analyses(self) -> Tuple[Tuple[str, Plate], ...]:
        """What pass 1 has to look at, and where it is kept; a shot that is used twice is looked at once."""
        source, driver, pose, expression = self.analysis_paths()
        wanted = [
            (source, self.source_to_analyze()),
            (driver, self.driver_to_analyze()),
            (pose, self.pose_from_to_analyze()),
            (expression, self.expression_from_to_analyze()),
        ]
        return tuple(one for index, one in enumerate(wanted) if one[1] not in [plate for _, plate in wanted[:index]])


@dataclass(frozen=True)
class PoseJob:
    """A source face turned along a curve of angles, without a driver.

    Args:
        source: Pictures of who is turned.
        out: Pattern of the EXR files to write.
        curve: File with the angles: CSV with the header frame,yaw,pitch,roll in degrees, or .chan; "" where they stand
            in `settings.poses`.
        settings: How the face is turned and written.
        analyze: How the source's faces are found.
        source_analysis: Where pass 1 on the source is kept; "" means beside the result.
        corrections: What an artist set right in the analysis of the source; "" means nothing.
        host: Who wrote the job, such as `nuke 16.0`; for the log only.
        mattes: The artist's own mattes of the source, where the result is pasted back over it.
    """

    source: Pictures
    out: str = field(metadata={"is_path": True})
    curve: str = file_path()
    settings: PoseSettings = field(default_factory=PoseSettings)
    analyze: AnalyzeSettings = field(default_factory=AnalyzeSettings)
    source_analysis: str = file_path()
    corrections: str = file_path()
    host: str = ""
    mattes: MatteSettings = field(default_factory=MatteSettings)

    def __post_init__(self) -> None:
        """Refuse what nobody can be turned by.

        Raises:
            JobError: The output is no EXR, there is no curve or two, or a frame range is wrong.
        """
        _check_moved(self.out, self.settings, self.analyze)
        check_analysis_path(self.source_analysis)
        if bool(self.curve) == bool(self.settings.poses):
            raise JobError("Angles come from a curve file or from settings.poses: give one of the two.")

    def source_to_analyze(self) -> Plate:
        """The source with its frames and colorspace."""
        return _source(self.source, self.settings)

    def plate_to_analyze(self) -> Plate:
        """What is written on, where the face is pasted back: the source itself."""
        return self.source_to_analyze()

    def for_frames(self, frames: str) -> PoseJob:
        """This job for some of its frames: what a farm task is."""
        return replace(self, settings=replace(self.settings, frames=frames))

    def analysis_paths(self) -> Tuple[str]:
        """Where pass 1 on the source is kept."""
        return (self.source_analysis or f"{output_stem(self.out)}.source.npz",)

    def analyses(self) -> Tuple[Tuple[str, Plate], ...]:
        """What pass 1 has to look at, and where it is kept."""
        return ((self.analysis_paths()[0], self.source_to_analyze()),)


@dataclass(frozen=True)
class ExpressionJob:
    """A source face that keeps its head and takes the driver's mouth, eyes or brows.

    Args:
        source: Pictures of who is moved.
        driver: Pictures of who gives the expression.
        out: Pattern of the EXR files to write.
        settings: Which parts are taken, and how the result is written.
        analyze: How faces are found, in both shots.
        source_analysis: Where pass 1 on the source is kept; "" means beside the result; likewise the driver's.
        corrections: What an artist set right in the analysis of the source; "" means nothing.
        driver_corrections: The same for the driver.
        host: Who wrote the job, such as `nuke 16.0`; for the log only.
        mattes: The artist's own mattes of the source, where the result is pasted back over it.
    """

    source: Pictures
    driver: Pictures
    out: str = field(metadata={"is_path": True})
    settings: ExpressionSettings = field(default_factory=ExpressionSettings)
    analyze: AnalyzeSettings = field(default_factory=AnalyzeSettings)
    source_analysis: str = file_path()
    driver_analysis: str = file_path()
    corrections: str = file_path()
    driver_corrections: str = file_path()
    host: str = ""
    mattes: MatteSettings = field(default_factory=MatteSettings)

    def __post_init__(self) -> None:
        """Refuse what no expression can be taken from.

        Raises:
            JobError: The output is no EXR, a path is missing, or a frame range or list is wrong.
        """
        _check_moved(self.out, self.settings, self.analyze)
        _check_driven(self.settings)
        for path in (self.source_analysis, self.driver_analysis):
            check_analysis_path(path)

    def source_to_analyze(self) -> Plate:
        """The source with its frames and colorspace."""
        return _source(self.source, self.settings)

    def plate_to_analyze(self) -> Plate:
        """What is written on, where the face is pasted back: the source itself."""
        return self.source_to_analyze()

    def for_frames(self, frames: str) -> ExpressionJob:
        """This job for some of its frames: what a farm task is."""
        return replace(self, settings=replace(self.settings, frames=frames))

    def analysis_paths(self) -> Tuple[str, str]:
        """Where pass 1 on source and driver are kept."""
        stem = output_stem(self.out)
        return self.source_analysis or f"{stem}.source.npz", self.driver_analysis or f"{stem}.driver.npz"

    def driver_to_analyze(self) -> Plate:
        """The driver from the first to the last of the frames listed."""
        return _span(self.driver, self.settings.driver_frames, self.settings.driver_colorspace)

    def analyses(self) -> Tuple[Tuple[str, Plate], ...]:
        """What pass 1 has to look at, and where it is kept."""
        source, driver = self.analysis_paths()
        return (source, self.source_to_analyze()), (driver, self.driver_to_analyze())


def _source(source: Pictures, settings: MovedFaceSettings) -> Plate:
    return source.with_frames(settings.source_frames, settings.source_colorspace)


def _span(pictures: Pictures, frames: str, colorspace: str) -> Plate:
    """Pass 1 looks at every frame from the first to the last of a list: tracking needs the frames between.

    Where all of the list lie on twos, threes or fours, only those on that step: the shot may have no others.
    """
    listed = sorted(set(parse_frame_list(frames))) if frames else []
    if not listed:
        return pictures.with_frames("", colorspace)
    step = 0
    for before, after in zip(listed, listed[1:]):
        step = math.gcd(step, after - before)
    shown = f"x{step}" if step in (2, 3, 4) else ""
    return pictures.with_frames(f"{listed[0]}-{listed[-1]}{shown}", colorspace)


def _check_moved(out: str, settings: MovedFaceSettings, analyze: AnalyzeSettings) -> None:
    """What every mode refuses."""
    check_result_path(out)
    for name in ("frames", "colorspace"):
        if getattr(analyze, name):
            raise JobError(f"analyze.{name} is set: here it is settings.source_{name} or settings.driver_{name}.")
    for frames in (settings.frames, settings.source_frames):
        if frames:
            FrameRange.parse(frames)


def _check_driven(settings: DrivenFaceSettings) -> None:
    """What the modes with a driver refuse."""
    _check_list(settings.driver_frames)
    if settings.onto_frames:
        onto = parse_frame_list(settings.onto_frames)
        if len(set(onto)) < len(onto):
            raise JobError(f"onto_frames {settings.onto_frames!r} names a frame twice: it can be written once only.")
        if settings.driver_frames and len(onto) != len(parse_frame_list(settings.driver_frames)):
            count = len(parse_frame_list(settings.driver_frames))
            raise JobError(f"driver_frames lists {count} frames and onto_frames {len(onto)}: list as many of each.")


def _check_list(frames: str) -> None:
    if frames:
        parse_frame_list(frames)
