"""Runs inside Blender's Python: one scenario, its arguments as JSON, its findings as the last line of standard output.

python drive_blender.py SCENARIO '{"folder": ...}'
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from typing import Any

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MARK = "FINDINGS: "


def fresh_scene(register: bool = True) -> Any:
    """An empty scene with the add-on."""
    import bpy

    bpy.ops.wm.read_factory_settings(use_empty=True)
    if register:
        sys.path.insert(0, REPOSITORY)
        import fsgan_blender

        fsgan_blender.register()
    return bpy.context.scene


def fill(scene: Any, form: dict[str, Any]) -> None:
    for name, value in form.items():
        setattr(getattr(scene, f"fsgan_{scene.fsgan.kind}"), name, value)


def press(operator: str, **options: Any) -> str:
    """What the operator ended with, or the sentence that it failed with."""
    import bpy

    try:
        return sorted(getattr(bpy.ops.fsgan, operator)(**options))[0]
    except RuntimeError as problem:
        return str(problem).strip()


def render(scene: Any, path: str, frames: list[int], sequencer: bool = False) -> None:
    import bpy

    settings = scene.render.image_settings
    if hasattr(settings, "media_type"):
        settings.media_type = "IMAGE"
    settings.file_format, settings.color_depth = "OPEN_EXR", "32"
    scene.render.compositor_device = "CPU"
    scene.render.use_sequencer, scene.render.use_compositing = sequencer, not sequencer
    for number in frames:
        scene.frame_set(number)
        scene.render.filepath = path % number
        bpy.ops.render.render(write_still=True)


def group_node(scene: Any) -> Any:
    from fsgan_blender.blender_versions import scene_tree

    return next(node for node in scene_tree(scene).nodes if node.bl_idname == "CompositorNodeGroup")


def compositor(folder: str, form: dict[str, Any], size: list[int], frames: list[int]) -> dict[str, Any]:
    """Add-on, engine, compositor: render the result, and a Cryptomatte matte if there is one."""
    import bpy

    scene = fresh_scene()
    scene.render.resolution_x, scene.render.resolution_y = size
    fill(scene, form)
    ended = press("render", target="COMPOSITOR")
    node = group_node(scene)
    findings = {
        "ended": ended, "status": scene.fsgan.status, "version": bpy.app.version_string,
        "outputs": [socket.name for socket in node.outputs], "inputs": [socket.name for socket in node.inputs],
        "loaded": [name for name in ("torch", "cv2", "OpenImageIO") if name in sys.modules],
    }  # fmt: skip
    render(scene, folder + "/comp.%04d.exr", frames)
    node.inputs["Amount"].default_value = 0.5
    render(scene, folder + "/half.%04d.exr", frames[1:2])
    node.inputs["Amount"].default_value = 1.0
    from fsgan_blender.blender_versions import output_node, scene_tree

    tree = scene_tree(scene)
    for layer in ("fsgan_blend", "fsgan_matte", "fsgan_st"):
        tree.links.new(node.outputs[layer], output_node(scene, tree).inputs[0])
        render(scene, folder + f"/{layer}.%04d.exr", frames[1:2])
    pickers = [one for one in tree.nodes if one.bl_idname == "CompositorNodeCryptomatteV2"]
    for picker in pickers:
        for name in ("person01/face", "person01/hair"):
            picker.matte_id = name
            tree.links.new(picker.outputs["Matte"], output_node(scene, tree).inputs[0])
            render(scene, folder + f"/{name.replace('/', '_')}.%04d.exr", frames[1:2])
    return {**findings, "pickers": len(pickers)}


def again(form: dict[str, Any]) -> dict[str, Any]:
    """Twice to one output: the node stays, with its value and its links; other output: a second node."""
    import bpy

    scene = fresh_scene()
    fill(scene, form)
    first = press("render", target="COMPOSITOR")
    node = group_node(scene)
    name = node.name
    node.inputs["Amount"].default_value = 0.25
    links = len(node.id_data.links)
    fill(scene, {"frames": "1001-1002"})
    second = press("render", target="COMPOSITOR")
    node = group_node(scene)
    driver = node.node_tree.animation_data.drivers[0].driver.expression
    return {
        "ended": [first, second], "same": node.name == name, "amount": node.inputs["Amount"].default_value,
        "links": [links, len(node.id_data.links)], "driver": driver, "groups": len(bpy.data.node_groups),
        "load": press("load_result", target="COMPOSITOR"),
    }  # fmt: skip


def sequencer(folder: str, form: dict[str, Any], plate: list[str], size: list[int], start: int) -> dict[str, Any]:
    """The strip that is active, cut at both ends, and the result above it."""
    scene = fresh_scene()
    from fsgan_blender.blender_versions import strips_of

    scene.render.resolution_x, scene.render.resolution_y = size
    scene.view_settings.view_transform = "Standard"
    strips = strips_of(scene)
    strip = strips.new_image("plate", plate[0], 1, start)
    for path in plate[1:]:
        strip.elements.append(os.path.basename(path))
    strip.frame_offset_start = 1
    scene.sequence_editor.active_strip = strip
    fill(scene, form)
    ended = [press("render", target="SEQUENCER"), press("render", target="SEQUENCER")]
    made = [one for one in strips if one.name != "plate"]
    result = made[0]
    render(scene, folder + "/strip.%04d.exr", [start + 1], sequencer=True)
    with open(os.path.join(_last_run(form["out"]), "job.json"), encoding="utf-8") as stream:
        job = json.load(stream)
    return {
        "ended": ended, "status": scene.fsgan.status, "channel": result.channel, "strips": len(made),
        "span": [result.frame_final_start, result.frame_final_end],
        "files": [element.filename for element in result.elements], "frames": job["settings"]["frames"],
    }  # fmt: skip


def form_of_defaults(kind: str) -> dict[str, Any]:
    """Every property of the form as Blender knows it."""
    scene = fresh_scene()
    found = {}
    for one in getattr(scene, f"fsgan_{kind}").bl_rna.properties:
        if one.identifier in ("rna_type", "name"):
            continue
        facts = {"type": one.type, "default": one.default, "help": one.description, "label": one.name}
        if one.type in ("INT", "FLOAT"):
            facts |= {"min": one.hard_min, "max": one.hard_max}
        if one.type == "ENUM":
            facts["choices"] = [item.identifier for item in one.enum_items]
        found[one.identifier] = facts
    return found


def sentences(cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is said in each of several bad cases, and what lies on disk afterwards."""
    said = []
    for case in cases:
        if "environ" in case:
            os.environ.pop("FSGAN_TOY", None)
            os.environ.update(case["environ"])
        scene = fresh_scene()
        if "kind" in case:
            scene.fsgan.kind = case["kind"]
        fill(scene, case.get("form", {}))
        sentence = press("render", target=case.get("target", "COMPOSITOR"))
        tree = scene.compositing_node_group if hasattr(scene, "compositing_node_group") else scene.node_tree
        said.append({"said": sentence, "status": scene.fsgan.status, "nodes": len(tree.nodes) if tree else 0})
        import fsgan_blender

        fsgan_blender.unregister()
    return said


class Watcher:
    """The window manager and the event of a Blender with a window, as far as the operator meets them."""

    def __init__(self, scene: Any) -> None:
        self.scene, self.window, self.window_manager, self.type = scene, object(), self, "TIMER"
        self.timers, self.handlers, self.reports = 0, 0, []
        self.preferences = _preferences()

    def event_timer_add(self, seconds: float, window: object) -> object:
        assert 0 < seconds < 2 and window is self.window
        self.timers += 1
        return self

    def event_timer_remove(self, timer: object) -> None:
        assert timer is self
        self.timers -= 1

    def modal_handler_add(self, operator: object) -> None:
        self.handlers += 1


def _preferences() -> Any:
    import bpy

    return bpy.context.preferences


def modal(form: dict[str, Any], deleted: bool) -> dict[str, Any]:
    """The way of the user interface: nothing waits, cancel stops, a deleted scene loses nothing."""
    import bpy

    scene = fresh_scene()
    from fsgan_blender.operators import RunFollower

    fill(scene, form)
    watcher = Watcher(scene)

    class Follower(RunFollower):
        target = "COMPOSITOR"

        def report(self, kind: set[str], sentence: str) -> None:
            watcher.reports.append([sorted(kind)[0], sentence])

    follower = Follower()
    began = sorted(follower.invoke(watcher, None))[0]
    longest, passes, seen, ended = 0.0, 0, [], ""
    deadline = time.monotonic() + 60
    while not ended and time.monotonic() < deadline:
        started = time.monotonic()
        answer = sorted(follower.modal(watcher, watcher))[0]
        longest = max(longest, time.monotonic() - started) if answer == "PASS_THROUGH" else longest
        if answer != "PASS_THROUGH":
            ended = answer
            break
        passes += 1
        if not deleted:
            seen.append(scene.fsgan.status)
        if deleted:
            if passes == 10:
                bpy.data.scenes.new("another")
                bpy.data.scenes.remove(scene)
        elif passes >= 10 and " of 400" in scene.fsgan.status:
            press("cancel")
        time.sleep(0.05)
    status = "" if deleted else scene.fsgan.status
    return {
        "began": began, "ended": ended, "longest_s": longest, "passes": passes, "timers": watcher.timers,
        "reports": watcher.reports, "status": status, "seen": sorted(set(seen)),
    }  # fmt: skip


def follow_until_cancelled(form: dict[str, Any], cancel_file: str) -> str:
    """Start as the user interface does, and press Cancel once a file is there; the status at the end."""
    scene = fresh_scene()
    from fsgan_blender.operators import RunFollower

    fill(scene, form)
    watcher = Watcher(scene)
    follower = type("Follower", (RunFollower,), {"target": "COMPOSITOR", "report": lambda *_: None})()
    follower.invoke(watcher, None)
    asked, deadline = False, time.monotonic() + 100
    while follower.modal(watcher, watcher) == {"PASS_THROUGH"} and time.monotonic() < deadline:
        if not asked and os.path.exists(cancel_file):
            asked = press("cancel") == "FINISHED"
        time.sleep(0.05)
    return str(scene.fsgan.status)


def installed(user_folder: str, form: dict[str, Any]) -> dict[str, Any]:
    """The add-on as the installer put it there, switched on as the artist does, without the checkout."""
    scene = fresh_scene(register=False)
    assert REPOSITORY not in sys.path
    import addon_utils
    import bpy

    module = addon_utils.enable("bl_ext.user_default.fsgan_blender", default_set=True)
    assert module is not None, "the add-on could not be switched on"
    fill(scene, form)
    check = press("check")
    ended = press("render", target="COMPOSITOR")
    import fsgan_core

    where = os.path.dirname(fsgan_core.__file__)
    addon_utils.disable("bl_ext.user_default.fsgan_blender")
    return {
        "check": check, "ended": ended, "core": where, "gone": not hasattr(bpy.types.Scene, "fsgan"),
        "module": module.__file__,
    }  # fmt: skip


def job_file(form: dict[str, Any], kind: str) -> str:
    """The text of the job that a filled form makes."""
    scene = fresh_scene()
    scene.fsgan.kind = kind
    fill(scene, form)
    import bpy

    from fsgan_blender.operators import make_job
    from fsgan_core.job.job_file import job_text

    return job_text(make_job(bpy.context, "COMPOSITOR")[0])


def _last_run(out: str) -> str:
    from fsgan_core.host.run_folder import past_runs

    return past_runs(out)[-1].path


SCENARIOS = {
    one.__name__: one
    for one in (
        compositor,
        again,
        sequencer,
        form_of_defaults,
        sentences,
        modal,
        installed,
        job_file,
        follow_until_cancelled,
    )
}


def main() -> None:
    findings: Any
    try:
        findings = SCENARIOS[sys.argv[1]](**json.loads(sys.argv[2]))
        code = 0
    except BaseException:  # noqa: BLE001 - told to the test
        findings, code = {"traceback": traceback.format_exc()}, 1
    sys.stdout.write(f"\n{MARK}{json.dumps(findings)}\n")
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # bpy 4.5 can hang in its own exit handlers


if __name__ == "__main__":
    main()
