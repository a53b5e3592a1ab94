"""The operators: start a job, stop it, load what it wrote, say which engine runs."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import bpy

from fsgan_core.errors import FsganError, JobError, OutputError, PlateError
from fsgan_core.host.engine_run import EngineRun, last_run, start_run
from fsgan_core.host.event_tail import has_ended
from fsgan_core.host.find_engine import find_engine
from fsgan_core.host.job_form import job_from_form
from fsgan_core.host.run_folder import past_runs
from fsgan_core.job.job_file import read_job
from fsgan_core.job.spec import JOB_KINDS, Job
from fsgan_core.shot.frame_range import FrameRange
from fsgan_core.shot.sequence_path import SequencePath

from .form_properties import form_values
from .preferences import asked_engine
from .result_nodes import ResultClip, show_in_compositor
from .result_strip import show_in_sequencer
from .scene_plate import ScenePlate, as_pictures, plate_of_node, plate_of_strip

TARGETS = [("COMPOSITOR", "Compositor", ""), ("SEQUENCER", "Sequencer", "")]
POLL_S = 0.25
_CONNECTED = {"swap": "plate", "reenact": "source"}
"""The pictures that the selected node or strip stands for."""


def make_job(context: Any, target: str) -> tuple[Job, ScenePlate]:
    """The job of the scene's form, and the plate in the scene.

    Raises:
        FsganError: A path is missing or makes no sense here, or a setting is wrong.
    """
    scene = context.scene
    kind = scene.fsgan.kind
    values = form_values(kind, getattr(scene, f"fsgan_{kind}"))
    connected = _CONNECTED[kind]
    plate = ScenePlate(as_pictures(str(values[connected])), scene.fsgan.offset_frames)
    if not plate.path:
        plate = selected_plate(context, target)
        if not values["frames"]:
            values["frames"] = plate.frames
    values[connected] = plate.path
    for name in ("source", "driver", "pose_from", "expression_from", "artist_matte", "holdout_matte"):
        if values.get(name):
            values[name] = as_pictures(str(values[name]))
    values["out"] = output_path(scene, str(values["out"]), kind)
    version = "{}.{}.{}".format(*bpy.app.version)
    return job_from_form(kind, values, f"blender {version}"), plate


def selected_plate(context: Any, target: str) -> ScenePlate:
    """The plate of the active Image node, or of the active strip.

    Raises:
        FsganError: Nothing of that kind is active.
    """
    scene = context.scene
    if target == "SEQUENCER":
        return plate_of_strip(scene.sequence_editor.active_strip if scene.sequence_editor else None)
    tree = getattr(scene, "compositing_node_group", None) or getattr(scene, "node_tree", None)
    plate = plate_of_node(tree)
    if plate is None:
        raise JobError("No plate is selected. Make an Image node active, or set Plate.")
    return plate


def output_path(scene: Any, asked: str, kind: str) -> str:
    """The pattern to write.

    Raises:
        OutputError: It lies beside the blend file, and that has not been saved.
    """
    relative = asked or f"//fsgan/{scene.name}_{kind}.%04d.exr"
    if relative.startswith("//") and not bpy.data.filepath:
        raise OutputError(
            "This blend file has not been saved, so there is no folder to write beside. Save it, or set Output to a "
            "whole path such as /shots/swap.####.exr."
        )
    return os.path.abspath(bpy.path.abspath(relative))


def start_job(context: Any, target: str) -> EngineRun:
    """Start the engine on the job of the scene's form.

    Raises:
        FsganError: As of make_job, find_engine and start_run.
    """
    job, plate = make_job(context, target)
    run = start_run(job, find_engine(asked_engine(context)))
    state = context.scene.fsgan
    state.out, state.offset_frames, state.status = job.out, plate.offset_frames, "Started."
    return run


def find_run(context: Any, target: str) -> EngineRun:
    """The last run of this scene, whether it goes on or has ended.

    Raises:
        OutputError: There is none.
    """
    out = context.scene.fsgan.out
    run = last_run(out) if out else None
    if run is None:
        raise OutputError("There is no run of this scene to load. Start one first.")
    return run


class RunFollower:
    """What start and load share: follow a run, at once where nobody watches, by a timer in the user interface."""

    follows = staticmethod(start_job)
    target: str
    report: Callable[[set[str], str], None]

    def execute(self, context: Any) -> set[str]:
        """Run to the end: for scripts, and for Blender without a window."""
        run = self._begin(context)
        if run is None:
            return {"CANCELLED"}
        run.wait()
        return self._finish(context.scene, run)

    def invoke(self, context: Any, _event: Any) -> set[str]:
        """Run beside the user: Blender stays free."""
        run = self._begin(context)
        if run is None:
            return {"CANCELLED"}
        self._run, self._scene = run, context.scene.name
        manager = context.window_manager
        self._timer = manager.event_timer_add(POLL_S, window=context.window)
        manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: Any, event: Any) -> set[str]:
        """Look how far the engine is, four times a second."""
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        self._run.poll()
        scene = bpy.data.scenes.get(self._scene)
        if scene is not None:
            scene.fsgan.status = self._run.state.sentence()
        if self._run.is_running:
            return {"PASS_THROUGH"}
        context.window_manager.event_timer_remove(self._timer)
        # A scene that was deleted meanwhile loses nothing: the frames are on disk.
        return {"CANCELLED"} if scene is None else self._finish(scene, self._run)

    def _begin(self, context: Any) -> EngineRun | None:
        try:
            return self.follows(context, self.target)
        except FsganError as error:
            self._fail(context.scene, str(error))
            return None

    def _finish(self, scene: Any, run: EngineRun) -> set[str]:
        try:
            run.outcome.raise_if_failed()
            clip, kind = result_clip(read_job(run.folder.job), scene.fsgan.offset_frames)
            show = show_in_sequencer if self.target == "SEQUENCER" else show_in_compositor
            show(scene, clip, f"FSGAN {kind}")
        except FsganError as error:
            return self._fail(scene, str(error))
        except RuntimeError as problem:
            return self._fail(scene, f"{run.outcome.message}. Blender cannot load it: {problem}")
        scene.fsgan.status = run.outcome.message
        self.report({"INFO"}, run.outcome.message)
        return {"FINISHED"}

    def _fail(self, scene: Any, sentence: str) -> set[str]:
        scene.fsgan.status = sentence
        self.report({"ERROR"}, sentence)
        return {"CANCELLED"}


def result_clip(job: Job, offset_frames: int) -> tuple[ResultClip, str]:
    """What a job has written, and the job's kind.

    Raises:
        PlateError: There is no frame of it on disk.
    """
    kind = next(word for word, job_type in JOB_KINDS.items() if isinstance(job, job_type))
    wanted = getattr(job.settings, "frames", "")
    numbers = [
        number for number in SequencePath(job.out).find_frames() if not wanted or number in FrameRange.parse(wanted)
    ]
    if not numbers:
        raise PlateError("There is no frame of the result on disk. Start the job again.", path=job.out)
    plate = getattr(job, _CONNECTED[kind]).path
    return ResultClip(job.out, min(numbers), max(numbers), offset_frames, plate), kind


class FSGAN_OT_render(RunFollower, bpy.types.Operator):  # type: ignore[misc]  # noqa: N801 - Blender's form of name
    """Run the engine on the plate, beside Blender, and load the result"""

    bl_idname, bl_label = "fsgan.render", "FSGAN: start"
    __annotations__ = {"target": bpy.props.EnumProperty(items=TARGETS)}


class FSGAN_OT_load_result(RunFollower, bpy.types.Operator):  # type: ignore[misc]  # noqa: N801
    """Load what the last run of this scene has written, or follow it if it still goes on"""

    bl_idname, bl_label = "fsgan.load_result", "FSGAN: load result"
    __annotations__ = {"target": bpy.props.EnumProperty(items=TARGETS)}
    follows = staticmethod(find_run)


class FSGAN_OT_cancel(bpy.types.Operator):  # type: ignore[misc]  # noqa: N801
    """Stop after the frame at work; frames on disk are complete"""

    bl_idname, bl_label = "fsgan.cancel", "FSGAN: cancel"

    def execute(self, context: Any) -> set[str]:
        """Ask the engine to stop."""
        state = context.scene.fsgan
        runs = past_runs(state.out) if state.out else []
        # An engine that is only starting holds no lock yet, and finds the wish when it does.
        if not runs or has_ended(runs[-1].events):
            self.report({"WARNING"}, "Nothing is running.")
            return {"CANCELLED"}
        runs[-1].ask_to_cancel()
        state.status = "Stopping after the frame at work."
        return {"FINISHED"}


class FSGAN_OT_check(bpy.types.Operator):  # type: ignore[misc]  # noqa: N801
    """Say which engine runs"""

    bl_idname, bl_label = "fsgan.check", "FSGAN: check"

    def execute(self, context: Any) -> set[str]:
        """Find the engine and ask for its version."""
        try:
            engine = find_engine(asked_engine(context))
        except FsganError as error:
            context.scene.fsgan.status = str(error)
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        context.scene.fsgan.status = f"Engine {engine.version_text} ({engine.program})"
        self.report({"INFO"}, context.scene.fsgan.status)
        return {"FINISHED"}


OPERATORS = (FSGAN_OT_render, FSGAN_OT_load_result, FSGAN_OT_cancel, FSGAN_OT_check)
