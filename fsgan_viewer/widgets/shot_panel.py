"""What is open, and what is missing: every file of the shot, and how to get those that are not there."""

from __future__ import annotations

import os

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QFormLayout, QLabel, QVBoxLayout, QWidget

from fsgan_core.shot.sequence_path import SequencePath
from fsgan_viewer.models.opened_shot import ShotFiles

_ROWS = (
    ("plate", "plate"),
    ("source", "source"),
    ("result", "result"),
    ("plate analysis", "plate_analysis"),
    ("source analysis", "source_analysis"),
    ("report", "report"),
    ("map", "appearance_map"),
    ("corrections", "corrections"),
    ("job", "job_file"),
)


class ShotPanel(QWidget):
    """A list of the shot's files."""

    def __init__(self) -> None:
        super().__init__()
        self._labels = {field: QLabel("") for _, field in _ROWS}
        self.missing = QLabel("")
        self.missing.setWordWrap(True)
        self.missing.setProperty("faint", True)
        form = QFormLayout()
        form.setLabelAlignment(Qt.AlignRight)
        for words, field in _ROWS:
            label = self._labels[field]
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextSelectableByMouse)
            form.addRow(words, label)
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addWidget(self.missing)
        column.addStretch(1)

    def show_files(self, files: ShotFiles, frames: tuple[int, ...]) -> None:
        """Show the files of a shot."""
        for _, field in _ROWS:
            path = getattr(files, field)
            is_there = bool(path) and (os.path.isfile(path) or bool(SequencePath(path).find_frames()))
            self._labels[field].setText(path if is_there else f"{path or '-'}  (not there)")
            self._labels[field].setEnabled(is_there)
        lacking = files.missing()
        span = f"{len(frames)} frames, {frames[0]}-{frames[-1]}." if frames else "No frames."
        self.missing.setText(f"{span}  Not there yet: {'; '.join(lacking)}." if lacking else span)
