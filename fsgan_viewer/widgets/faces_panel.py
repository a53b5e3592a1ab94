"""The faces of the shot, the one that is bound, and the corrections of its key frames."""

from __future__ import annotations

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtWidgets import QHBoxLayout, QLabel, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from fsgan_viewer.models.analysis_reader import ReadAnalysis
from fsgan_viewer.models.correction_editor import CorrectionEditor


class FacesPanel(QWidget):
    """Lists faces and keys; asks for what the artist wants done with them.

    Signals:
        face_picked: Track number of the face to look at.
        frame_picked: A key's frame to go to.
        bind_asked: Bind the face that is clicked next in the picture, or stop waiting for the click.
        correct_toggled: Whether landmarks and box can be dragged.
        remove_asked, undo_asked, save_asked: What is done with the corrections.
    """

    face_picked = pyqtSignal(int)
    frame_picked = pyqtSignal(int)
    bind_asked = pyqtSignal(bool)
    correct_toggled = pyqtSignal(bool)
    remove_asked = pyqtSignal(int)
    undo_asked = pyqtSignal()
    save_asked = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.faces = QListWidget()
        self.faces.setToolTip("Faces of the analysis; the one chosen gives the curves and landmarks")
        self.faces.setMaximumHeight(120)
        self.keys = QListWidget()
        self.keys.setToolTip("Frames with a correction; double-click to go there")
        self.bound = QLabel("")
        self.bound.setWordWrap(True)
        self.file = QLabel("")
        self.file.setWordWrap(True)
        self.file.setProperty("faint", True)
        self.bind = _button("Bind", "Click a face in the picture: the engine will take this person (B in the picture)")
        self.bind.setCheckable(True)
        self.correct = _button("Correct", "Drag landmarks, or the box by its edge or corners, on this frame (C)")
        self.correct.setCheckable(True)
        self.remove = _button("Remove key", "Take away the corrections of this frame")
        self.undo = _button("Undo", "Take back the last change (Ctrl+Z)")
        self.save = _button("Save", "Write the corrections file that the engine obeys (Ctrl+S)")
        self._frame = 1
        self._lay_out()
        self.faces.itemClicked.connect(lambda item: self.face_picked.emit(item.data(Qt.UserRole)))
        self.keys.itemDoubleClicked.connect(lambda item: self.frame_picked.emit(item.data(Qt.UserRole)))
        self.bind.toggled.connect(self.bind_asked)
        self.correct.toggled.connect(self.correct_toggled)
        self.remove.clicked.connect(lambda: self.remove_asked.emit(self._frame))
        self.undo.clicked.connect(self.undo_asked)
        self.save.clicked.connect(self.save_asked)

    def show_faces(self, analysis: ReadAnalysis | None, chosen: int | None) -> None:
        """List the faces of an analysis."""
        self.faces.clear()
        for face in analysis.faces if analysis is not None else ():
            first, last = int(face.frames[0]), int(face.frames[-1])
            size = float((face.boxes[:, 2] - face.boxes[:, 0]).mean())
            words = f"face {face.track_id}    {first}-{last}    {len(face.frames)} frames    {size:.0f} px"
            item = QListWidgetItem(words)
            item.setData(Qt.UserRole, face.track_id)
            self.faces.addItem(item)
            if face.track_id == chosen:
                self.faces.setCurrentItem(item)

    def show_corrections(self, editor: CorrectionEditor | None, frame: int) -> None:
        """List the keys, the bound face and whether there is something to save."""
        self._frame = frame
        self.keys.clear()
        for button in (self.bind, self.correct, self.remove, self.undo, self.save):
            button.setEnabled(editor is not None)
        if editor is None:
            self.bound.setText("")
            self.file.setText("Open a plate or a result to correct it.")
            return
        corrections = editor.corrections
        self.bound.setText(f"bound face: {corrections.bound_face or 'none (the job chooses)'}")
        for key in corrections.keys:
            count = len(key.landmarks)
            parts = [f"{count} landmark{'s' if count > 1 else ''}"] if count else []
            parts += ["box"] if key.box is not None else []
            parts += ["pose"] if key.pose is not None else []
            item = QListWidgetItem(f"{key.frame}    {', '.join(parts)}")
            item.setData(Qt.UserRole, key.frame)
            self.keys.addItem(item)
            if key.frame == frame:
                self.keys.setCurrentItem(item)
        self.remove.setEnabled(editor.key_at(frame) is not None)
        self.save.setEnabled(editor.is_changed)
        self.file.setText(f"{editor.path}{'  (not saved)' if editor.is_changed else ''}")

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.addWidget(_title("Faces"))
        column.addWidget(self.faces)
        column.addWidget(self.bound)
        row = QHBoxLayout()
        row.addWidget(self.bind)
        row.addWidget(self.correct)
        column.addLayout(row)
        column.addWidget(_title("Corrections"))
        column.addWidget(self.keys, 1)
        row = QHBoxLayout()
        for button in (self.remove, self.undo, self.save):
            row.addWidget(button)
        column.addLayout(row)
        column.addWidget(self.file)


def _title(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("title", True)
    return label


def _button(text: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(tip)
    button.setFocusPolicy(Qt.NoFocus)
    return button
