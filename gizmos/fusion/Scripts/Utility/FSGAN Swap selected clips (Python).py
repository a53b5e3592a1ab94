# Workspace > Scripts: swap the face in the clips with the clip colour Pink, or in the one under the playhead.
# Resolve runs this without a file name of its own; where its Python part lies is asked from Fusion.
import os
import sys

root = fusion.MapPath("UserPaths:")  # noqa: F821 - Resolve gives it to scripts
for folder in (os.path.join(root, "FSGAN", "python"), os.path.join(root, os.pardir, os.pardir)):
    if os.path.isdir(os.path.join(folder, "fsgan_resolve")) and folder not in sys.path:
        sys.path.append(folder)
try:
    from fsgan_resolve.edit_page import swap_selected_clips
except ImportError as problem:
    sys.stdout.write(f"FSGAN is not installed for this program ({problem}). Run: fsgan install resolve\n")
else:
    swap_selected_clips(resolve, os.path.join(root, "FSGAN"), print)  # noqa: F821
