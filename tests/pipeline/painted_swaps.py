"""A whole swap without weights: painted faces on written plates, and generators simple enough to predict."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from fsgan_core.job.progress import Progress, ProgressEvent
from fsgan_core.job.settings import AnalyzeSettings, SwapSettings
from fsgan_core.job.spec import Pictures, SwapJob
from fsgan_core.media.plate_frame import PictureHeader
from fsgan_core.media.write import write_frame
from fsgan_core.pipeline import move_shot as move_shot_module
from fsgan_core.pipeline import swap_shot as swap_shot_module
from fsgan_core.shot.image_window import ImageWindow


class PassingGenerator(nn.Module):
    """G_r that lets the warped view through."""

    def forward(self, view: Tensor, warped_view: Tensor, points: Tensor) -> Tensor:
        return warped_view


class StillTransformer(nn.Module):
    """T that leaves the landmarks where they are."""

    def forward(self, points: Tensor, pose_deg: Tensor) -> Tensor:
        return points


class FillingGenerator(nn.Module):
    """G_c that paints 0.3 where the face has no picture."""

    def forward(self, face: Tensor, points: Tensor, mask: Tensor) -> Tensor:
        return torch.where(face <= -1, torch.full_like(face, 0.3), face)


class DimmingGenerator(nn.Module):
    """G_b that darkens what it is given a little, everywhere."""

    def forward(self, transfer: Tensor, target: Tensor, mask: Tensor) -> Tensor:
        return transfer * 0.9 - 0.1


@dataclass
class RecordingProgress(Progress):
    """Keeps every event; asks to stop after some frames of the swap, or of another step."""

    stop_after: int | None = None
    stop_in: str = "swap"
    events: list[ProgressEvent] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(self._stop)

    def _stop(self) -> int | None:
        written = [e for e in self.events if e.event == "frame" and str(e.step).startswith(self.stop_in)]
        return 15 if self.stop_after is not None and len(written) >= self.stop_after else None

    def show(self, event: ProgressEvent) -> None:
        self.events.append(event)


@dataclass(frozen=True)
class SwapBench:
    """What a test of pass 2 needs: a folder, painted faces, and a way to write plates and run jobs."""

    folder: Path
    painted: ModuleType

    def picture(self, height: int = 120, width: int = 160, seed: int = 0) -> np.ndarray:
        """(height, width, 3) float32 without a face."""
        return self.painted.backdrop(height, width, seed)

    def face(
        self, picture: np.ndarray, x: float = 80.0, y: float = 60.0, side: float = 60.0, **paint: float
    ) -> np.ndarray:
        """The picture with a face."""
        return self.painted.paint_face(picture, (x, y), side, **paint)

    def write_exr(self, name: str, frames: dict[int, np.ndarray], header: PictureHeader | None = None) -> str:
        """A half EXR sequence; gives its pattern."""
        for number, picture in frames.items():
            window = ImageWindow.of_size(picture.shape[1], picture.shape[0])
            channels = {channel: picture[..., index] for index, channel in enumerate("RGBA"[: picture.shape[2]])}
            path = self.folder / f"{name}.{number:04d}.exr"
            write_frame(str(path), channels, header or PictureHeader(window, window))
        return str(self.folder / f"{name}.%04d.exr")

    def source(self) -> str:
        """A source of three frames: another person, turning."""
        frames = {
            number: self.face(self.picture(seed=9), 80, 60, 64, person=-0.6, yaw_deg=yaw)
            for number, yaw in ((1, -20.0), (2, 0.0), (3, 20.0))
        }
        return self.write_exr("source", frames)

    def job(self, plate: str, out: str = "out.%04d.exr", source: str | None = None, **settings: object) -> SwapJob:
        """A swap job on painted faces."""
        analyze = AnalyzeSettings(min_face_px=32, smooth=False, iou_threshold=0.3)
        job = SwapJob(Pictures(plate), Pictures(source or self.source()), str(self.folder / out), analyze=analyze)
        return replace(job, settings=replace(SwapSettings(device="cpu"), **settings))

    def run(self, job: SwapJob, progress: Progress | None = None) -> dict[str, int]:
        """Run it; frames by status."""
        return dict(swap_shot_module.swap_shot(job, progress))


def painted_pack(painted: ModuleType) -> SimpleNamespace:
    """All networks of a pack, hand-written: those that find painted faces, and the generators above."""
    return SimpleNamespace(
        **vars(painted.fake_pack()), transformer=StillTransformer(), reenactment=PassingGenerator(),
        inpainting=FillingGenerator(), blending=DimmingGenerator(), device="cpu",
    )  # fmt: skip


def painted_bench(folder: Path, painted: ModuleType, monkeypatch: pytest.MonkeyPatch) -> SwapBench:
    """A bench in a folder, and the painted engine where pass 2 opens one.

    Never in `pipeline.engine` itself: a module that is first imported meanwhile would keep it for good.
    """
    pack = painted_pack(painted)
    for module in (swap_shot_module, move_shot_module):
        monkeypatch.setattr(module, "open_engine", lambda weights, device, analyze=None: pack)
    return SwapBench(folder, painted)
