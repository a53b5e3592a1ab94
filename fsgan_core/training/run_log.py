"""What a run tells: one JSON line an event, the same to TensorBoard, pictures of each validation, one HTML report."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from fsgan_core.media.atomic import complete_or_absent
from fsgan_core.training.recipes import Recipe
from fsgan_core.training.run_report import report_html

log = logging.getLogger(__name__)

LOG_FILE, PICTURES, REPORT = "log.jsonl", "pictures", "report.html"
PICTURE_QUALITY = 88


class RunLog:
    """The log of one run.

    Args:
        out: Folder of the run.
        recipe: What is trained.
        writes: Whether this process writes.
    """

    def __init__(self, out: Path, recipe: Recipe, writes: bool) -> None:
        self._out, self._recipe, self._writes = out, recipe, writes
        self._board: Any = None

    def write(self, images: int, event: dict[str, object]) -> None:
        """One event after `images` pictures; `kind` is "training" or "validation", numbers are figures."""
        if not self._writes:
            return
        self._out.mkdir(parents=True, exist_ok=True)
        rounded = {k: float(f"{v:.5g}") if isinstance(v, float) else v for k, v in event.items()}
        line = json.dumps({"images": images, **rounded})
        with (self._out / LOG_FILE).open("a") as stream:
            stream.write(line + "\n")
        log.info("%s", line)
        self._to_tensorboard(images, event)

    def show(self, images: int, sheet: np.ndarray | None) -> None:
        """Keep the picture of a validation, (H, W, 3) uint8, or none, and write the report anew."""
        if not self._writes:
            return
        if sheet is not None:
            (self._out / PICTURES).mkdir(parents=True, exist_ok=True)
            path = self._out / PICTURES / f"{images:010d}.jpg"
            cv2.imwrite(str(path), sheet[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, PICTURE_QUALITY])
            if self._board is not None:
                self._board.add_image("validation", sheet, images, dataformats="HWC")
        self.report()

    def report(self) -> None:
        """Write the report of everything that the folder has."""
        lines = (self._out / LOG_FILE).read_text(encoding="utf-8").splitlines()
        events = [json.loads(line) for line in lines if line.strip()]
        sheets = {int(path.stem): path.read_bytes() for path in sorted((self._out / PICTURES).glob("*.jpg"))}
        with complete_or_absent(str(self._out / REPORT)) as unfinished:
            Path(unfinished).write_text(report_html(self._recipe, events, sheets), encoding="utf-8")

    def close(self) -> None:
        """Let TensorBoard's file go."""
        if self._board is not None:
            self._board.close()

    def _to_tensorboard(self, images: int, event: dict[str, object]) -> None:
        if self._board is None:
            try:
                from torch.utils.tensorboard import SummaryWriter
            except ImportError:
                self._board = _NoBoard()
            else:
                self._board = SummaryWriter(str(self._out / "tensorboard"))
        for name, value in event.items():
            if isinstance(value, (int, float)) and name != "size":
                self._board.add_scalar(f"{event['kind']}/{name}", value, images)


class _NoBoard:
    """Stands where TensorBoard is not installed (extra: train): the JSON log and the report have everything."""

    def add_scalar(self, name: str, value: float, images: int) -> None:
        """Nothing."""

    def add_image(self, name: str, picture: np.ndarray, images: int, dataformats: str) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""
