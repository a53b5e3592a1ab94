"""Run by Nuke's user interface only. A failure here must not stop Nuke."""

import traceback

try:
    from fsgan_nuke.menu import add_menu

    add_menu()
except Exception:  # noqa: BLE001 - Nuke starts without us rather than not at all
    traceback.print_exc()
