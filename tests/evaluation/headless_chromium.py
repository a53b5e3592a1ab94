"""A page in headless Chromium: what it asked the network for, what its own scripts can measure, and a picture of it."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_OPTIONS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
    # Nothing can be reached, and no name is found.
    "--proxy-server=127.0.0.1:9", "--host-resolver-rules=MAP * ~NOTFOUND",
)  # fmt: skip
_LONGEST_S = 300
CONTROL = "http://control.invalid/asked"
"""What the measuring script asks for, to show that the log would hold what a page asks for."""
_MEASURE = """
<script>
addEventListener("load", async () => {
  const video = document.querySelector("video");
  for (let k = 0; k < 100 && video.readyState < 2; k++) await new Promise(done => setTimeout(done, 50));
  const box = element => { const r = element.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom]; };
  const said = {
    page: [document.documentElement.scrollWidth, document.documentElement.scrollHeight, innerWidth],
    text: document.body.innerText,
    figures: [...document.querySelectorAll("figure svg")].map(svg => ({
      name: svg.parentElement.querySelector("b").innerText,
      points: svg.querySelectorAll("circle").length,
      box: box(svg),
      texts: [...svg.querySelectorAll("text")].map(text => ({said: text.textContent, box: box(text)})),
    })),
    pictures: [...document.images].map(img => [img.naturalWidth, img.naturalHeight, img.complete]),
    captions: [...document.querySelectorAll(".grid figcaption")].map(one => one.innerText),
    video: [video.readyState, video.videoWidth, video.videoHeight, video.duration],
    colours: [getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor],
  };
  const out = document.createElement("pre");
  out.id = "measured";
  out.textContent = JSON.stringify(said);
  await fetch("CONTROL").catch(() => null);
  document.body.append(out);
});
</script>
"""


@dataclass(frozen=True)
class SeenPage:
    """What Chromium made of a page.

    Attributes:
        measured: What `_MEASURE` collects: boxes in px, texts, sizes.
        asked_for: Every address that the page asked the network for; `CONTROL` is one of them.
    """

    measured: dict[str, Any]
    asked_for: list[str]


def find_chromium() -> str | None:
    """The program; None where there is none."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def see_page(program: str, page: Path, folder: Path, *, dark: bool = False, width: int = 1100) -> SeenPage:
    """Open a page and measure it.

    Args:
        program: Of `find_chromium`.
        page: The HTML file; a copy of it with a measuring script is opened.
        folder: For the copy and Chromium's own files.
        dark: Ask for dark colours.
        width: Of the window, px.
    """
    folder.mkdir(parents=True, exist_ok=True)
    copy, log = folder / "measured.html", folder / "net.json"
    script = _MEASURE.replace("CONTROL", CONTROL)
    copy.write_text(page.read_text(encoding="utf-8").replace("</head>", f"{script}</head>", 1), encoding="utf-8")
    options = [f"--log-net-log={log}", "--virtual-time-budget=20000", "--dump-dom"]
    done = _run(program, copy, folder, [*options, *_look(dark, width, 1200)])
    found = re.search(r'<pre id="measured">(.*?)</pre>', done, re.DOTALL)
    assert found is not None, done[-2000:]
    return SeenPage(json.loads(html.unescape(found[1])), _addresses(log))


def draw_page(program: str, page: Path, folder: Path, picture: Path, height: int, *, dark: bool = False) -> None:
    """The whole page as a PNG."""
    _run(program, page, folder, [f"--screenshot={picture}", *_look(dark, 1100, height)])


def _look(dark: bool, width: int, height: int) -> list[str]:
    return [f"--window-size={width},{height}", f"--blink-settings=preferredColorScheme={0 if dark else 1}"]


def _run(program: str, page: Path, folder: Path, options: list[str]) -> str:
    command = [program, *_OPTIONS, f"--user-data-dir={folder / 'profile'}", *options, page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_LONGEST_S)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def _addresses(log: Path) -> list[str]:
    """What a page asked for; what Chromium asks for itself (updates, the time) has no origin."""
    found = set()
    for event in log.read_text(encoding="utf-8", errors="replace").splitlines():
        initiator, url = (re.search(rf'"{name}":"([^"]*)"', event) for name in ("initiator", "url"))
        if initiator and url and initiator[1] != "not an origin":
            found.add(url[1])
    return sorted(found)
