"""An engine for tests of hosts: the real program `fsgan` with its real job files, locks and events, but toy pictures.

What it does is chosen by the environment variable FSGAN_TOY: empty (frames at once), `slow` (a frame every 0.1 s),
`fail` (a plate error), `die` (killed by itself in the middle), `hang` (ignores every wish to stop).
"""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent.parent

_PROGRAM = '''#!{python}
import os, signal, sys, time, types
sys.path.insert(0, {repository!r})
from fsgan_core.errors import PlateError
from fsgan_core.shot.frame_range import FrameRange
from fsgan_core.shot.sequence_path import SequencePath
import fsgan_core
fsgan_core.__version__ = {version!r}

def run_job(job, progress, *, force=False):
    toy = os.environ.get("FSGAN_TOY", "")
    frames = FrameRange.parse(job.settings.frames or "1001-1003")
    leaked = sorted(name for name in os.environ if name.startswith(("PYTHONHOME", "NUKE")))
    progress.note(" ".join(["toy engine", *leaked]))
    if toy == "fail":
        raise PlateError("the plate is offline. Mount its disk", path=job.plate.path, frame=frames.first)
    progress.begin("swap " + job.plate.path, len(frames))
    for number in frames:
        if toy in ("slow", "die", "hang"):
            time.sleep(0.1)
        if toy == "die" and number > frames.first:
            print("Segmentation fault in a driver", flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
        path = SequencePath(job.out).at(number)
        with open(path + ".part", "w") as stream:
            stream.write("toy frame %d" % number)
        os.replace(path + ".part", path)
        progress.frame_done(number, "swapped")
    progress.wrote(job.out)
    progress.finished("%d frames (%d swapped): %s" % (len(frames), len(frames), job.out))

run = types.ModuleType("fsgan_core.cli.run_job")
run.run_job = run_job
sys.modules["fsgan_core.cli.run_job"] = run
engine = types.ModuleType("fsgan_core.pipeline.engine")
engine.keep_packs = lambda: None
sys.modules["fsgan_core.pipeline.engine"] = engine
if os.environ.get("FSGAN_TOY") == "hang":
    signal.signal = lambda number, handler: signal.SIG_DFL
    import fsgan_core.host.run_folder as folder
    folder.RunFolder.is_cancel_asked = lambda self: False
from fsgan_core.cli.main import main
main()
'''


def make_toy_engine(folder: Path, version: str = "") -> str:
    """The path of a program that a host takes for `fsgan`.

    Args:
        folder: Where to write it; its name may hold spaces.
        version: What it says to `--version`; "" means that of the checkout.
    """
    from fsgan_core import __version__

    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "fsgan"
    text = _PROGRAM.format(python=sys.executable, repository=str(REPOSITORY), version=version or __version__)
    program.write_text(text, encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return str(program)


def is_process(pid: int) -> bool:
    """Whether a process runs and is no zombie."""
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return False
    return state != "Z"
