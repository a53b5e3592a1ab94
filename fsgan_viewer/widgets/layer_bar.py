"""The bar above the picture: layers of both sides, wipe, channels, exposure, gamma, view, overlays."""

from __future__ import annotations

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtWidgets import QComboBox, QDoubleSpinBox, QLabel, QSlider, QToolBar, QToolButton

from fsgan_core.errors import FsganError
from fsgan_viewer.models.display_transform import DisplayView, display_views
from fsgan_viewer.session import Showing, ViewerSession

_STOPS = 6.0
_CHANNELS = (("R", "r"), ("G", "g"), ("B", "b"), ("A", "a"))


class LayerBar(QToolBar):
    """Shows and changes what the session shows.

    Signals:
        overlay_changed: Faces shown, onion skin shown.
    """

    overlay_changed = pyqtSignal(bool, bool)

    def __init__(self, session: ViewerSession) -> None:
        super().__init__("Layers")
        self._session = session
        self.setMovable(False)
        self.layer_a = self._add_layers("A", "What is shown. Page up, page down: the layer before, the next one.")
        self.layer_b = self._add_layers("B", "What is right of the wipe.")
        self.wipe = self._add_toggle("Wipe", "Compare A with B (W). Drag the line.")
        self.addSeparator()
        self.channels = {name: self._add_toggle(text, f"Channel {text} alone ({text})") for text, name in _CHANNELS}
        self.addSeparator()
        self.exposure, self.exposure_slider = self._add_number("Exposure", 0.0, -_STOPS, _STOPS, "stops (- and =, 0)")
        self.gamma, self.gamma_slider = self._add_number("Gamma", 1.0, 0.2, 4.0, "of the view; double-click: 1")
        self.view = QComboBox()
        self.view.setToolTip("OCIO view of $OCIO, or of the built-in ACES configuration")
        self.view.setFixedWidth(170)
        self.view.view().setMinimumWidth(330)
        self.view.setFocusPolicy(Qt.NoFocus)
        self.addWidget(self.view)
        self.addSeparator()
        self.faces = self._add_toggle("Faces", "Boxes and landmarks (D)", checked=True)
        self.onion = self._add_toggle("Onion", "Landmarks and boxes of the frames around (O)")
        self._fill_views()
        self._connect()
        self.fill_layers()

    def fill_layers(self) -> None:
        """List the layers of the shot's pictures."""
        for box, current in ((self.layer_a, self._session.a), (self.layer_b, self._session.b)):
            box.blockSignals(True)
            box.clear()
            for source in ("result", "plate", "source"):
                for layer in self._session.layers(source):
                    showing = Showing(source, layer)
                    box.addItem(showing.label, showing)
            if _place_of(box, current) < 0:
                box.addItem(current.label, current)
            box.setCurrentIndex(_place_of(box, current))
            box.blockSignals(False)

    def follow(self) -> None:
        """Show what the session shows, whoever changed it."""
        session = self._session
        for box, showing in ((self.layer_a, session.a), (self.layer_b, session.b)):
            box.blockSignals(True)
            box.setCurrentIndex(_place_of(box, showing))
            box.blockSignals(False)
        for button, state in [
            (self.wipe, session.wipe),
            *[(self.channels[name], session.settings.channel == name) for name in self.channels],
        ]:
            button.blockSignals(True)
            button.setChecked(state)
            button.blockSignals(False)
        for box, slider, value in (
            (self.exposure, self.exposure_slider, session.settings.exposure_stops),
            (self.gamma, self.gamma_slider, session.settings.gamma),
        ):
            for widget in (box, slider):
                widget.blockSignals(True)
            box.setValue(value)
            slider.setValue(round(value * 100))
            for widget in (box, slider):
                widget.blockSignals(False)

    def next_layer(self, count: int) -> None:
        """Show the layer that stands `count` places further in A's list."""
        total = self.layer_a.count()
        if total:
            self.layer_a.setCurrentIndex((self.layer_a.currentIndex() + count) % total)

    def toggle_channel(self, name: str) -> None:
        """Show a channel alone, or all again."""
        channel = "rgb" if self._session.settings.channel == name else name
        self._session.display(channel=channel)

    def _connect(self) -> None:
        session = self._session
        self.layer_a.currentIndexChanged.connect(lambda _: session.show(a=self.layer_a.currentData()))
        self.layer_b.currentIndexChanged.connect(lambda _: session.show(b=self.layer_b.currentData()))
        self.wipe.toggled.connect(lambda on: session.show(wipe=on))
        for name, button in self.channels.items():
            button.clicked.connect(lambda _, name=name: self.toggle_channel(name))
        self.exposure.valueChanged.connect(lambda value: session.display(exposure_stops=value))
        self.gamma.valueChanged.connect(lambda value: session.display(gamma=value))
        self.exposure_slider.valueChanged.connect(lambda value: self.exposure.setValue(value / 100))
        self.gamma_slider.valueChanged.connect(lambda value: self.gamma.setValue(value / 100))
        self.view.currentIndexChanged.connect(lambda _: session.display(view=self.view.currentData()))
        for button in (self.faces, self.onion):
            button.toggled.connect(lambda _: self.overlay_changed.emit(self.faces.isChecked(), self.onion.isChecked()))
        session.showing_changed.connect(self.follow)
        session.opened.connect(self.fill_layers)

    def _fill_views(self) -> None:
        try:
            views = display_views()
        except FsganError as error:
            self._session.said.emit(str(error))
            views = (DisplayView(),)
        for view in views:
            self.view.addItem(view.label, view)
        self._session.display(view=views[0])

    def _add_layers(self, text: str, tip: str) -> QComboBox:
        self.addWidget(QLabel(text))
        box = QComboBox()
        box.setToolTip(tip)
        box.setMinimumWidth(165)
        box.setFocusPolicy(Qt.NoFocus)
        self.addWidget(box)
        return box

    def _add_toggle(self, text: str, tip: str, *, checked: bool = False) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setCheckable(True)
        button.setChecked(checked)
        button.setToolTip(tip)
        button.setFocusPolicy(Qt.NoFocus)
        self.addWidget(button)
        return button

    def _add_number(
        self, text: str, value: float, lowest: float, highest: float, tip: str
    ) -> tuple[QDoubleSpinBox, QSlider]:
        self.addWidget(QLabel(text))
        slider = QSlider(Qt.Horizontal)
        slider.setRange(round(lowest * 100), round(highest * 100))
        slider.setValue(round(value * 100))
        slider.setFixedWidth(90)
        slider.setFocusPolicy(Qt.NoFocus)
        slider.setToolTip(f"{text}: {tip}")
        box = QDoubleSpinBox()
        box.setRange(lowest, highest)
        box.setSingleStep(0.1)
        box.setButtonSymbols(QDoubleSpinBox.NoButtons)
        box.setFixedWidth(48)
        box.setValue(value)
        box.setFocusPolicy(Qt.ClickFocus)
        box.setToolTip(f"{text}: {tip}")
        for widget in (slider, box):
            self.addWidget(widget)
        return box, slider


def _place_of(box: QComboBox, showing: Showing) -> int:
    """Where a list holds something to show, -1 where it does not; Qt itself compares Python values by identity."""
    return next((index for index in range(box.count()) if box.itemData(index) == showing), -1)
