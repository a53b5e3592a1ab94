"""The look of the viewer: a neutral dark grey that does not tint what the eye makes of a picture."""

from __future__ import annotations

from PyQt5.QtGui import QColor, QFont, QPalette
from PyQt5.QtWidgets import QApplication

BACKGROUND = QColor(46, 46, 46)
PANEL = QColor(56, 56, 56)
FIELD = QColor(38, 38, 38)
LINE = QColor(78, 78, 78)
TEXT = QColor(205, 205, 205)
FAINT = QColor(140, 140, 140)
ACCENT = QColor(230, 150, 50)
GOOD = QColor(96, 128, 96)
WARNING = QColor(214, 160, 60)
ERROR = QColor(206, 78, 70)
UNKNOWN = QColor(84, 84, 84)
VIEW_DOT = QColor(96, 190, 100)
MESH_LINE = QColor(84, 124, 190)
QUERY = QColor(226, 70, 62)
CORNER = QColor(236, 206, 70)

CURVE_COLOURS = {
    "yaw": QColor(222, 98, 90),
    "pitch": QColor(110, 184, 110),
    "roll": QColor(100, 148, 222),
    "score": QColor(170, 170, 170),
    "identity": QColor(204, 150, 220),
    "flicker": QColor(226, 168, 84),
    "of plate": QColor(130, 130, 130),
}
STATUS_COLOURS = {"swapped": GOOD, "held": WARNING, "no_face": QColor(120, 70, 66), "missing": ERROR}

_SHEET = """
QWidget {{ background: {panel}; color: {text}; font-size: 12px; }}
QMainWindow, QMainWindow::separator {{ background: {background}; }}
QMainWindow::separator {{ width: 3px; height: 3px; }}
QToolBar {{ background: {panel}; border: none; spacing: 5px; padding: 3px 6px; }}
QToolBar QLabel {{ color: {faint}; padding-left: 6px; }}
QDockWidget {{ color: {faint}; titlebar-close-icon: none; }}
QTabWidget::pane {{ border: none; border-top: 1px solid {line}; }}
QTabBar::tab {{ background: {background}; color: {faint}; padding: 5px 11px; border: none; }}
QTabBar::tab:selected {{ background: {panel}; color: {text}; border-bottom: 2px solid {accent}; }}
QPushButton, QToolButton {{ background: #464646; border: 1px solid #2c2c2c; border-radius: 2px; padding: 3px 9px; }}
QToolButton {{ padding: 3px 6px; }}
QPushButton:hover, QToolButton:hover {{ background: #525252; }}
QPushButton:pressed, QToolButton:checked, QPushButton:checked {{ background: #6b5334; border-color: {accent}; }}
QPushButton:disabled, QToolButton:disabled {{ color: #777777; background: #3c3c3c; }}
QComboBox, QSpinBox, QDoubleSpinBox, QLineEdit, QListWidget, QPlainTextEdit, QTreeWidget {{
    background: {field}; border: 1px solid #2a2a2a; border-radius: 2px; padding: 2px 5px;
    selection-background-color: #6b5334; }}
QComboBox QAbstractItemView {{ background: {field}; }}
QSlider::groove:horizontal {{ background: {field}; height: 4px; border-radius: 2px; }}
QSlider::handle:horizontal {{ background: #9a9a9a; width: 8px; margin: -5px 0; border-radius: 2px; }}
QProgressBar {{ background: {field}; border: 1px solid #2a2a2a; border-radius: 2px; text-align: center; }}
QProgressBar::chunk {{ background: #6b5334; }}
QToolTip {{ background: {field}; color: {text}; border: 1px solid {line}; padding: 3px; }}
QLabel[faint="true"] {{ color: {faint}; }}
QLabel[title="true"] {{ color: {text}; font-weight: bold; }}
QStatusBar {{ background: {background}; color: {faint}; }}
QStatusBar::item {{ border: none; }}
QMenuBar, QMenu {{ background: {panel}; }}
QMenu::item:selected, QMenuBar::item:selected {{ background: #6b5334; }}
QScrollBar {{ background: {field}; border: none; width: 10px; height: 10px; }}
QScrollBar::handle {{ background: #585858; border-radius: 3px; min-height: 20px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
"""


def apply_style(application: QApplication) -> None:
    """Give the application its look."""
    application.setStyle("Fusion")
    palette = QPalette()
    for role, colour in (
        (QPalette.Window, PANEL),
        (QPalette.Base, FIELD),
        (QPalette.AlternateBase, PANEL),
        (QPalette.Button, PANEL),
        (QPalette.Text, TEXT),
        (QPalette.WindowText, TEXT),
        (QPalette.ButtonText, TEXT),
        (QPalette.Highlight, ACCENT),
        (QPalette.ToolTipBase, FIELD),
        (QPalette.ToolTipText, TEXT),
    ):
        palette.setColor(role, colour)
    application.setPalette(palette)
    application.setStyleSheet(
        _SHEET.format(
            panel=PANEL.name(), text=TEXT.name(), background=BACKGROUND.name(), faint=FAINT.name(),
            line=LINE.name(), field=FIELD.name(), accent=ACCENT.name(),
        )
    )  # fmt: skip


def small_font(size_px: int = 11) -> QFont:
    """The font that widgets draw their own text with."""
    font = QFont(QApplication.font())
    font.setPixelSize(size_px)
    return font
