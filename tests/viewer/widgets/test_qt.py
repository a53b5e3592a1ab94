"""Whether the widgets can be tested on this machine."""

from __future__ import annotations

import pytest


def test_qt_can_be_loaded(why_no_qt: str) -> None:
    if why_no_qt:
        pytest.skip(
            f"the viewer's widgets are not tested here, Qt cannot be loaded ({why_no_qt}). On Debian: "
            "apt-get install libgl1 libglib2.0-0 libfontconfig1 libdbus-1-3"
        )
    from PyQt5.QtWidgets import QApplication

    assert QApplication is not None
