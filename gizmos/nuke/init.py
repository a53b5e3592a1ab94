"""Run by every Nuke, with and without a user interface: paths only."""

import os
import sys

import nuke

_here = os.path.dirname(os.path.abspath(__file__))
_root = os.path.dirname(os.path.dirname(_here))
if _root not in sys.path:
    sys.path.append(_root)  # last, so that nothing of Nuke is hidden
nuke.pluginAddPath(os.path.join(_here, "icons"))
