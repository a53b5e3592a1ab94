"""Blender 4.5 LTS and 5.0: operators and panels for the compositor and the sequencer. A form, a starter and a loader.

form_properties.py  every setting of job/settings.py as a property of the scene
scene_plate.py      the plate that is selected: an Image node, or a strip
operators.py        start, cancel, load, check
result_nodes.py     the result as a node group with its layers
result_strip.py     the result as a strip above the plate's
panels.py           where they stand
blender_versions.py what 4.5 and 5.0 spell differently
install.py          puts the add-on where Blender looks; needs no Blender
"""

from __future__ import annotations

import os
import sys

BUNDLED = "bundled"
"""Folder of the installed add-on that holds the host-side core; a checkout has it beside the add-on."""


def register() -> None:
    """Called by Blender when the add-on is switched on."""
    _find_core()
    from . import registration

    registration.register()


def unregister() -> None:
    """Called by Blender when the add-on is switched off."""
    from . import registration

    registration.unregister()


def _find_core() -> None:
    """Make fsgan_core importable: the copy that the installer put into the add-on, else the checkout's."""
    here = os.path.dirname(os.path.abspath(__file__))
    bundled = os.path.join(here, BUNDLED)
    folder = bundled if os.path.isdir(bundled) else os.path.dirname(here)
    if folder not in sys.path:
        sys.path.append(folder)
