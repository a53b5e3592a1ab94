"""`python -m fsgan_viewer SHOT`: the viewer, in a process of its own."""

from __future__ import annotations

import sys

from fsgan_viewer.application import main

if __name__ == "__main__":
    sys.exit(main())
