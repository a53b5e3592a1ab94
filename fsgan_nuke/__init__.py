"""FSGAN in Nuke: nodes that write a job, start the engine as a process of its own, and read its result back.

    node_kinds.py   the five nodes: inputs, outputs, job
    node_knobs.py   a node's knobs, derived from job/settings.py
    tcl_text.py     knobs and graphs as Nuke writes them
    gizmos.py       the gizmo files; python -m fsgan_nuke.gizmos writes gizmos/nuke anew
    buttons.py      what a button calls
    collect.py      a node's knobs and inputs made jobs
    inputs.py       the files behind an input: a Read's, or a pre-render
    render.py       start, follow, stop, find again
    result.py       the internal Read, layers, views
    nuke_api.py     the one door to the module nuke

Runs in Nuke 14 to 17 with no package but Nuke's own Python, with and without a user interface. No Qt: so it is the
same with PySide2 and PySide6.
"""
