"""The environment variables that the engine's process gets: the host's own, without what bends another Python."""

from __future__ import annotations

import os
from typing import Dict, Mapping, Optional

_DROPPED = frozenset(
    {
        "LD_LIBRARY_PATH", "LD_PRELOAD", "RESOLVE_SCRIPT_API", "RESOLVE_SCRIPT_LIB", "VIRTUAL_ENV",
        "__PYVENV_LAUNCHER__",
    }
)  # fmt: skip
_DROPPED_BEGINNINGS = ("PYTHON", "DYLD_", "QT_", "QML", "NUKE_", "FN_", "BLENDER_", "FUSION_")


def engine_environment(host: Optional[Mapping[str, str]] = None) -> Dict[str, str]:
    """The variables for the engine: everything of the host but its Python, its shared libraries and its Qt.

    A host starts with paths of its own (`PYTHONHOME`, `LD_LIBRARY_PATH`, `QT_PLUGIN_PATH`); an engine that inherits
    them loads the host's libraries and breaks. `OCIO`, `FSGAN_*`, `CUDA_*`, proxies and licence servers stay.

    Args:
        host: The host's variables; None means those of this process.
    """
    variables = dict(os.environ if host is None else host)
    kept = {
        name: value
        for name, value in variables.items()
        if name.upper() not in _DROPPED and not name.upper().startswith(_DROPPED_BEGINNINGS)
    }
    kept["PYTHONIOENCODING"] = "utf-8"
    kept["PYTHONUNBUFFERED"] = "1"
    return kept
