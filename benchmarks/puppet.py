"""How fast a puppet follows: poses a second through `fsgan puppet`, as the viewer drives it.

    .venv/bin/python benchmarks/puppet.py [--source PLATE] [--seconds 10] [--max-views 3]

Every picture waited for is one that was shown: poses that were overtaken do not count.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import time
from pathlib import Path

from fsgan_core.job.puppet_protocol import PuppetRequest, request_line

PLATE = Path(__file__).parent.parent / "fsgan_core/samples/plates/a/plate.%04d.exr"
IN_FLIGHT = 2
"""Poses asked for and not answered: what a viewer keeps so that no core waits for it."""


def say(line: str) -> None:
    """One line of the report."""
    sys.stdout.write(line + "\n")


def main() -> None:
    """Open the source, drive it for a while, report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", default=str(PLATE))
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--max-views", type=int, default=3)
    options = parser.parse_args()
    command = [sys.executable, "-m", "fsgan_core.cli.main", "puppet", "--source", options.source]
    command += ["--max-views", str(options.max_views), "--device", "cpu"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None and process.stdout is not None
        began = time.monotonic()
        while json.loads(process.stdout.readline())["event"] != "map":
            pass
        say(f"opened in {time.monotonic() - began:.1f} s")
        asked = answered = 0
        late: list[float] = []
        sent: dict[int, float] = {}
        began = time.monotonic()
        while time.monotonic() - began < options.seconds:
            while asked - answered < IN_FLIGHT:
                turn = asked / 12
                pose = (28 * math.sin(turn), 10 * math.sin(turn * 0.7), 8 * math.sin(turn * 0.4))
                process.stdin.write(request_line(PuppetRequest(asked, pose, keep=True)).encode())
                process.stdin.flush()
                sent[asked] = time.monotonic()
                asked += 1
            header = json.loads(process.stdout.readline())
            process.stdout.read(header["bytes"])
            late.append(time.monotonic() - sent[header["id"]])
            answered += 1
        seconds = time.monotonic() - began
        process.stdin.close()
        process.stdout.read()
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    middle = sorted(late)[len(late) // 2]
    say(f"{answered / seconds:.1f} pictures a second of {header['width']} px, {middle * 1000:.0f} ms after the pose")
    say(f"{os.cpu_count()} cores, load {load:.1f}, {options.max_views} views a picture")


if __name__ == "__main__":
    main()
