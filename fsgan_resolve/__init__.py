"""DaVinci Resolve and Fusion: macros, scripts, the edit page's swap. A form, a starter, a loader; no engine inside.

lua_text.py      Lua tables as Fusion writes them
panel.py         every setting of job/settings.py as a control of the inspector
macros.py        FSGAN Swap, FSGAN Reenact, FSGAN Recombine
fusion_files.py  all files that Fusion scans; `gizmos/fusion` holds them as they are made here
edit_page.py     swap the face in the selected clips of a timeline
install.py       put the files where Resolve and Fusion look, and take them away
"""
