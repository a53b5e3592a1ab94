"""What the buttons and callbacks of the nodes call. What goes wrong is one sentence, never a traceback in a panel."""

from __future__ import annotations

import os
import traceback
from typing import Callable, Dict

from fsgan_core.errors import CancelledError, FsganError
from fsgan_core.host.run_folder import past_runs
from fsgan_nuke import doctor, nuke_api
from fsgan_nuke.collect import collect_jobs, node_kind
from fsgan_nuke.exports import EXPORTS
from fsgan_nuke.farm import save_jobs, submit
from fsgan_nuke.node_kinds import LAYERS
from fsgan_nuke.render import cancel, follower_of, reattach, render
from fsgan_nuke.result import add_recombine, extract_reads, load_result, next_version

_LOG_BYTES = 3000


def press(action: str, node: nuke_api.Node) -> None:
    """Do what a button says.

    Raises:
        FsganError: Only in a terminal, so that the exit code of `nuke -t` says that something failed.
    """
    try:
        _ACTIONS[action](node)
    except CancelledError as problem:
        nuke_api.set_knob(node, "status", str(problem))
    except FsganError as problem:
        nuke_api.set_knob(node, "status", str(problem))
        if not nuke_api.in_gui():
            raise
        nuke_api.say(f"{node.fullName()}: {problem}")
    except Exception as problem:  # noqa: BLE001 - a traceback helps no artist; it goes to the terminal
        traceback.print_exc()
        nuke_api.say(f"FSGAN failed at {action}: {type(problem).__name__}: {problem}. The terminal shows where.")


def created(node: nuke_api.Node) -> None:
    """A node was made, pasted or loaded with a script: follow a run that goes on. Silent, whatever happens."""
    try:
        if nuke_api.in_gui():
            reattach(node)
    except Exception:  # noqa: BLE001 - loading a script must not fail because of us
        traceback.print_exc()


def changed(node: nuke_api.Node, knob: object) -> None:
    """A knob was changed by hand: another version shows that version's files, if there are any."""
    name = str(getattr(knob, "name", lambda: "")())
    if not nuke_api.in_gui() or name not in ("version", "out") or follower_of(node) is not None:
        return
    try:
        if node_kind(node).makes_pictures:
            _reload(node)
    except FsganError:
        return  # That version has no files yet.


def _render(node: nuke_api.Node) -> None:
    render(node)


def _cancel(node: nuke_api.Node) -> None:
    nuke_api.set_knob(node, "status", cancel(node))


def _reload(node: nuke_api.Node) -> None:
    out = nuke_api.absolute(nuke_api.text_of(node, "out"))
    nuke_api.set_knob(node, "status", f"loaded {load_result(node, out)}")


def _version_up(node: nuke_api.Node) -> None:
    nuke_api.set_knob(node, "status", f"version {next_version(node)}, not rendered")


def _pick_layers(node: nuke_api.Node) -> None:
    names = [layer for layer, _ in LAYERS.values()]
    current = nuke_api.text_of(node, "layers")
    chosen = nuke_api.choose_from(
        "Layers to write", names, names if current == "all" else [part.strip() for part in current.split(",")]
    )
    if chosen is not None:
        node["layers"].setValue("all" if chosen == names else ",".join(chosen) or "none")


def _prerender(node: nuke_api.Node) -> None:
    collect_jobs(node)
    nuke_api.set_knob(node, "status", "inputs are on disk")


def _save_job(node: nuke_api.Node) -> None:
    written = save_jobs(node)
    nuke_api.set_knob(node, "status", f"wrote {', '.join(written)}")
    nuke_api.say(f"Run it with: fsgan run {' ; fsgan run '.join(written)}")


def _submit(node: nuke_api.Node) -> None:
    said = submit(node)
    nuke_api.set_knob(node, "status", "written for the farm")
    nuke_api.say(said)


def _show_log(node: nuke_api.Node) -> None:
    runs = past_runs(nuke_api.absolute(nuke_api.text_of(node, "out")))
    if not runs:
        raise FsganError(f"{node.fullName()} has not been rendered to this output.")
    said = ""
    if os.path.exists(runs[-1].log):
        with open(runs[-1].log, encoding="utf-8", errors="replace") as stream:
            said = stream.read()[-_LOG_BYTES:]
    nuke_api.say(f"{runs[-1].log}\n\n{said or 'The engine printed nothing.'}")


def _doctor(node: nuke_api.Node) -> None:
    nuke_api.say(doctor.report(nuke_api.text_of(node, "engine")))


_ACTIONS: Dict[str, Callable[[nuke_api.Node], object]] = {
    "render": _render,
    "cancel": _cancel,
    "reload": _reload,
    "version_up": _version_up,
    "pick_layers": _pick_layers,
    "prerender_now": _prerender,
    "extract": extract_reads,
    "recombine": add_recombine,
    "save_job": _save_job,
    "show_log": _show_log,
    "doctor": _doctor,
    "submit": _submit,
    **EXPORTS,
}
