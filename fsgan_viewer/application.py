"""Starts the viewer: what `fsgan view SHOT` runs in a process of its own."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence

from PyQt5.QtCore import Qt, QTimer
from PyQt5.QtWidgets import QApplication

from fsgan_core.color.colorspaces import forget_configurations
from fsgan_core.errors import FsganError
from fsgan_viewer.main_window import MainWindow
from fsgan_viewer.models.opened_shot import ShotFiles, find_shot
from fsgan_viewer.style import apply_style

_NAMED = {
    "plate": "plate", "source": "source", "analysis": "plate_analysis", "report": "report", "map": "appearance_map",
    "corrections": "corrections",
}  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Open a shot and show it until the window is closed; gives the exit code."""
    parser = argparse.ArgumentParser(prog="fsgan view", description="Open a shot in the desktop viewer.")
    parser.add_argument("shot", help="job file, result, plate, analysis, map or folder")
    for option in _NAMED:
        parser.add_argument(f"--{option}", default="")
    parser.add_argument("--engine", default="", help="program, environment or checkout of the engine")
    options = parser.parse_args(arguments)
    try:
        files = find_shot(options.shot, {field: getattr(options, option) for option, field in _NAMED.items()})
    except FsganError as error:
        sys.stderr.write(f"ERROR: {error}\n")
        return error.exit_code
    return show(files, options.engine)


def show(files: ShotFiles, engine: str = "") -> int:
    """The window of a shot, until it is closed."""
    QApplication.setAttribute(Qt.AA_EnableHighDpiScaling)
    application = QApplication([sys.argv[0]])
    apply_style(application)
    window = MainWindow(files, engine)
    window.show()
    # Python hears Ctrl-C only while Python runs: a timer gives it the chance.
    signal.signal(signal.SIGINT, lambda *_: window.close())
    waker = QTimer()
    waker.timeout.connect(lambda: None)
    waker.start(250)
    code = int(application.exec_())
    # However the loop was left: threads must not read on while the interpreter ends.
    window.shut_down()
    forget_configurations()
    return code
