#!/usr/bin/env python3
"""Makes the Cattery folders for Nuke with the torch that Nuke carries, in an environment of its own.

    python3.11 -m venv cattery_env
    cattery_env/bin/pip install -r install/cattery_requirements.txt
    cattery_env/bin/python install/convert_cattery.py --out Cattery [--weights compact]

fsgan itself needs a newer torch than Nuke 15.1 to 17 carry (2.1), and no torch promises that an older one loads its
TorchScript files. Of fsgan only the networks, the weights and the converter are used here, which run with both.
"""

import argparse
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def main():
    """Convert; gives the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True, help="the folder for the models; call it Cattery")
    parser.add_argument("--weights", default="compact", help="bundled pack, or the folder of one")
    options = parser.parse_args()

    from fsgan_core.errors import FsganError
    from fsgan_core.exports.cattery_package import write_cattery
    from fsgan_core.job.progress import LineProgress
    from fsgan_core.weights.load import load_pack

    progress = LineProgress("plain")
    try:
        files = write_cattery(load_pack(options.weights, "cpu"), options.out, progress)
    except FsganError as problem:
        print("ERROR: {}".format(problem), file=sys.stderr)
        return problem.exit_code
    print("{} files in {}. Next, with NukeX: nuke -t --nukex {}".format(
        len(files), options.out, os.path.join(options.out, "make_cats.py")
    ))
    return 0


if __name__ == "__main__":
    sys.exit(main())
