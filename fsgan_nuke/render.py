"""Runs of the engine for nodes: started, followed in a thread, stopped, found again after Nuke was closed."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import Callable, Dict, List, Optional, Sequence

from fsgan_core.errors import FsganError
from fsgan_core.host.engine_run import EngineRun, attach_run, last_run, start_run
from fsgan_core.host.find_engine import find_engine
from fsgan_core.host.run_outcome import RunOutcome
from fsgan_core.host.served_run import start_served_run
from fsgan_core.job.progress import ProgressEvent, plain_lines
from fsgan_core.job.spec import Job
from fsgan_nuke import nuke_api
from fsgan_nuke.collect import collect_jobs, node_kind
from fsgan_nuke.result import load_result

POLL_S = 0.25
_followers: Dict[str, Follower] = {}


class Follower:
    """The runs of one node, one after another: a job a stereo view. Its thread touches no node.

    Args:
        node_name: Full name of the node, which may be deleted meanwhile.
        out: The pattern that the node will read, `%V` in it where there are views.
        jobs: What is still to do.
        engine: What the node's Engine knob says.
        keep_loaded: Whether `fsgan serve` runs the jobs.
        first: A run found again, which is followed first.
        then: What to do on the main thread when all went well, instead of loading a result; it gives the status.
    """

    def __init__(
        self,
        node_name: str,
        out: str,
        jobs: Sequence[Job] = (),
        engine: str = "",
        keep_loaded: bool = False,
        first: Optional[EngineRun] = None,
        then: Optional[Callable[[nuke_api.Node], str]] = None,
    ) -> None:
        self.node_name = node_name
        self.out = out
        self.outcome: Optional[RunOutcome] = None
        self.then = then
        self._jobs = list(jobs)
        self._engine = engine
        self._keep_loaded = keep_loaded
        self._run = first
        self._cancel_asked = False
        self._thread = threading.Thread(target=self._follow, name=f"FSGAN {node_name}", daemon=True)

    def start(self) -> None:
        """Follow in a thread, so that Nuke stays free; in a terminal, here."""
        if nuke_api.in_gui():
            self._thread.start()
        else:
            self._follow()

    def wait(self, timeout_s: float) -> None:
        """Wait for the thread; for tests and for scripts that want the result."""
        if self._thread.ident is not None:
            self._thread.join(timeout_s)

    def cancel(self) -> None:
        """Stop the run after its frame, and do not start another. The second time: at once."""
        run = self._run
        if run is not None:
            run.cancel(now=self._cancel_asked)
        self._cancel_asked = True

    def _follow(self) -> None:
        bar = nuke_api.ProgressBar(f"FSGAN {self.node_name}")
        try:
            outcome = self._run_all(bar)
        except FsganError as problem:
            outcome = RunOutcome(problem.exit_code, str(problem), problem.path, problem.frame)
        except Exception as problem:  # noqa: BLE001 - a thread's traceback is seen by nobody
            outcome = RunOutcome(1, f"FSGAN's follower failed: {type(problem).__name__}: {problem}")
        bar.close()
        self.outcome = outcome
        nuke_api.on_main_thread(finish, self)

    def _run_all(self, bar: nuke_api.ProgressBar) -> RunOutcome:
        outcome = self._wait(self._run, bar) if self._run is not None else RunOutcome(0, "")
        for job in self._jobs:
            if not outcome.is_ok:
                return outcome
            if self._cancel_asked:
                return RunOutcome(143, "Cancelled. Frames written so far are complete.")
            start = start_served_run if self._keep_loaded else start_run
            self._run = start(job, find_engine(self._engine))
            outcome = self._wait(self._run, bar)
        return outcome

    def _wait(self, run: EngineRun, bar: nuke_api.ProgressBar) -> RunOutcome:
        shown = ""
        if self._cancel_asked:  # while the engine was looked for
            run.cancel()
        while run.is_running:
            for event in run.poll():
                if not nuke_api.in_gui():
                    nuke_api.log(_line(event))
            if bar.show(run.state.percent, run.state.sentence()) and not self._cancel_asked:
                self.cancel()
            if run.state.sentence() != shown:
                shown = run.state.sentence()
                nuke_api.on_main_thread(show_status, self.node_name, shown)
            if run.is_running:
                time.sleep(POLL_S)
        return run.outcome


def render(node: nuke_api.Node) -> Follower:
    """Start the engine on a node.

    Raises:
        FsganError: It runs already, or a knob or an input is wrong.
    """
    name = node.fullName()
    if name in _followers:
        raise FsganError(f"{name} is rendering already. Press Cancel first.")
    jobs = collect_jobs(node)
    out = nuke_api.absolute(nuke_api.text_of(node, "out"))
    nuke_api.set_knob(node, "last_out", out)
    return follow(node, jobs, None, out)


def follow(
    node: nuke_api.Node, jobs: Sequence[Job], then: Optional[Callable[[nuke_api.Node], str]], out: str = ""
) -> Follower:
    """Run jobs for a node.

    Args:
        node: The FSGAN node, which shows how far they are.
        jobs: One after another.
        then: What to do when all went well; None means to load the result.
        out: The pattern that the node will read; "" where it reads none.

    Raises:
        FsganError: The node renders already.
    """
    name = node.fullName()
    if name in _followers:
        raise FsganError(f"{name} is rendering already. Press Cancel first.")
    keep_loaded = bool(node["keep_loaded"].value())
    return _begin(node, Follower(name, out, jobs, nuke_api.text_of(node, "engine"), keep_loaded, then=then))


def reattach(node: nuke_api.Node) -> Optional[Follower]:
    """Follow a run that goes on, or take over the result of one that ended while Nuke was closed.

    Gives None where the node has no run to follow.
    """
    out = str(node["last_out"].value() or "")
    if not out or node.fullName() in _followers or not bool(node["is_running"].value()):
        return None
    views = [view for view in nuke_api.script_views() if "%V" in out or "%v" in out] or [""]
    runs = [_run_of(out.replace("%V", view).replace("%v", view[:1])) for view in views]
    found = [run for run in runs if run is not None]
    if not found:
        node["is_running"].setValue(False)
        return None
    return _begin(node, Follower(node.fullName(), out, first=found[-1]))


def cancel(node: nuke_api.Node) -> str:
    """Stop the engine of a node, also one that another Nuke started; a sentence that says what happens.

    Raises:
        FsganError: Nothing runs.
    """
    follower = _followers.get(node.fullName())
    if follower is not None:
        follower.cancel()
        return "Stopping after this frame. Press Cancel again to stop at once."
    out = nuke_api.absolute(nuke_api.text_of(node, "out"))
    run = attach_run(out)
    if run is None:
        raise FsganError(f"{node.fullName()} is not rendering.")
    run.cancel()
    return "A render that another Nuke started stops after this frame."


def follower_of(node: nuke_api.Node) -> Optional[Follower]:
    """Who follows the node's run; None where it is not rendering."""
    return _followers.get(node.fullName())


def show_status(node_name: str, sentence: str) -> None:
    """Write the sentence on the node, if it is still there."""
    node = nuke_api.find_node(node_name)
    if node is not None:
        nuke_api.set_knob(node, "status", sentence)


def finish(follower: Follower) -> None:
    """On the main thread: the result into the node, or what went wrong to the artist."""
    _followers.pop(follower.node_name, None)
    outcome = follower.outcome or RunOutcome(1, "The run ended without an outcome.")
    node = nuke_api.find_node(follower.node_name)
    if node is None:
        gone = f"{follower.node_name} was deleted while it rendered. {outcome.message}"
        nuke_api.say(f"{gone} Undo brings the node back; its result is {follower.out}.")
        return
    nuke_api.set_knob(node, "is_running", False)
    sentence = outcome.message
    if follower.then is not None:
        if outcome.is_ok:
            sentence = follower.then(node)
    elif node_kind(node).makes_pictures:
        with suppress(FsganError):  # No frame is there; the outcome says why.
            sentence = f"{sentence.rstrip('.')}: {load_result(node, follower.out)}"
    nuke_api.set_knob(node, "status", sentence)
    if outcome.is_ok or outcome.is_cancelled:
        return
    error = outcome.error()
    nuke_api.say(f"{follower.node_name}: {error}")
    if error is not None and not nuke_api.in_gui():
        raise error  # nuke -t ends with an error, so that a farm sees it


def _begin(node: nuke_api.Node, follower: Follower) -> Follower:
    _followers[follower.node_name] = follower
    nuke_api.set_knob(node, "is_running", True)
    nuke_api.set_knob(node, "status", "starting ...")
    follower.start()
    return follower


def _run_of(out: str) -> Optional[EngineRun]:
    return attach_run(out) or last_run(out)


def _line(event: ProgressEvent) -> str:
    return "\n".join(f"FSGAN {line}" for line in plain_lines(event))


def running_nodes() -> List[str]:
    """Full names of the nodes that render."""
    return sorted(_followers)
