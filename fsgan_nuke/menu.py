"""The toolbar entry of Nuke's user interface; called by gizmos/nuke/menu.py, never in a terminal."""

from __future__ import annotations

import nuke

from fsgan_nuke.node_kinds import NODE_KINDS

MENU = "FSGAN"


def add_menu() -> None:
    """Add the nodes and the doctor to the toolbar Nodes, once."""
    toolbar = nuke.menu("Nodes")
    if toolbar.findItem(MENU) is not None:
        return
    menu = toolbar.addMenu(MENU, icon="FSGAN_Swap.png")
    for kind in NODE_KINDS:
        icon = f"{kind.node_class}.png"
        menu.addCommand(kind.title, f"nuke.createNode('{kind.node_class}')", icon=icon)
    menu.addSeparator()
    menu.addCommand("Convert to Group", "import fsgan_nuke.menu; fsgan_nuke.menu.convert_selected()")
    menu.addCommand("Doctor", "import fsgan_nuke.doctor; nuke.message(fsgan_nuke.doctor.report())")


def convert_selected() -> None:
    """Make Groups of the selected FSGAN nodes: they open on machines that do not have the gizmos."""
    for node in nuke.selectedNodes():
        if node.Class().startswith("FSGAN_") and isinstance(node, nuke.Gizmo):
            node.makeGroup()
