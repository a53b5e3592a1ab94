"""What the tests of the viewer share: a shot on disk, made in a moment, and Qt where the machine has it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from fsgan_core.media.plate_frame import PictureHeader
from fsgan_core.media.write import write_frame
from fsgan_core.shot.image_window import ImageWindow

HEIGHT, WIDTH, FIRST = 90, 120, 1001


@dataclass(frozen=True)
class ShotOnDisk:
    """A plate, a result and an analysis, written without the engine.

    Args:
        folder: Holds everything.
        frames: Frame numbers.
    """

    folder: Path
    frames: tuple[int, ...]

    @property
    def plate(self) -> str:
        """Pattern of the plate."""
        return str(self.folder / "plate.%04d.exr")

    @property
    def result(self) -> str:
        """Pattern of the result."""
        return str(self.folder / "swap.%04d.exr")

    @property
    def analysis(self) -> str:
        """Pass 1 of the plate."""
        return str(self.folder / "swap.plate.npz")

    def box(self, frame: int, face: int = 0) -> np.ndarray:
        """(4,) plate px of a face: the first one moves to the right by a pixel a frame, the second one stands."""
        if face == 1:
            return np.array([4.0, 60.0, 28.0, 84.0])
        x = 30.0 + (frame - FIRST)
        return np.array([x, 20.0, x + 40.0, 60.0])


def plate_picture(frame: int) -> np.ndarray:
    """(H, W, 3) float16 whose grey says which frame it is: (frame - 1000) / 256."""
    return np.full((HEIGHT, WIDTH, 3), (frame - FIRST + 1) / 256, np.float16)


def write_plate(folder: Path, frames: tuple[int, ...], name: str = "plate") -> None:
    """A plate of `plate_picture`."""
    window = ImageWindow.of_size(WIDTH, HEIGHT)
    for frame in frames:
        picture = plate_picture(frame)
        channels = {channel: picture[..., index] for index, channel in enumerate("RGB")}
        write_frame(str(folder / f"{name}.{frame:04d}.exr"), channels, PictureHeader(window, window))


def write_result(folder: Path, frames: tuple[int, ...]) -> None:
    """Results: brighter than the plate, with a matte of 0.5; the third frame is held, the fourth has no face."""
    window = ImageWindow.of_size(WIDTH, HEIGHT)
    statuses = {frames[2]: "held", frames[3]: "no_face"} if len(frames) > 3 else {}
    for frame in frames:
        picture = plate_picture(frame) + np.float16(0.25)
        channels = {channel: picture[..., index] for index, channel in enumerate("RGB")}
        channels["fsgan_matte.A"] = np.full((HEIGHT, WIDTH), 0.5, np.float16)
        header = PictureHeader(window, window, 1.0, {"fsgan/status": statuses.get(frame, "swapped")})
        write_frame(str(folder / f"swap.{frame:04d}.exr"), channels, header)


def write_analysis(shot: ShotOnDisk, path: str, faces: int = 2) -> None:
    """An analysis in the engine's own format (a test of models/analysis_reader holds them against each other)."""
    count, numbers = len(shot.frames), np.array(shot.frames)
    arrays: dict[str, np.ndarray] = {"frames": numbers.astype(np.int64)}
    for face in range(faces):
        boxes = np.stack([shot.box(frame, face) for frame in shot.frames]).astype(np.float32)
        scale = 256.0 / (boxes[:, 2] - boxes[:, 0])
        matrices = np.zeros((count, 3, 3))
        matrices[:, 0, 0] = matrices[:, 1, 1] = scale
        matrices[:, :2, 2] = -boxes[:, :2] * scale[:, None]
        matrices[:, 2, 2] = 1
        ring = np.arange(98) / 98 * 2 * np.pi
        points = 128 + 100 * np.stack([np.cos(ring), np.sin(ring)], -1)
        scores = np.full(count, 0.9, np.float32)
        if count > 5:
            scores[5] = 0
        poses = np.stack([np.linspace(-20, 20, count), np.linspace(5, -5, count), np.zeros(count)], 1)
        fields = {
            "frames": numbers, "boxes": boxes, "scores": scores, "plate_to_crop": matrices, "crop_size": np.array(256),
            "landmarks": np.repeat(points[None], count, 0).astype(np.float32), "poses": poses.astype(np.float32),
            "sharpness": np.ones(count, np.float32), "window_origins": np.zeros((count, 2), int),
        }  # fmt: skip
        arrays |= {f"face{face + 1}/{name}": values for name, values in fields.items()}
    about = {"version": 1, "key": "painted", "faces": list(range(1, faces + 1))}
    arrays["about"] = np.array(json.dumps(about))
    np.savez(path, allow_pickle=False, **arrays)


@pytest.fixture
def shot(tmp_path: Path) -> ShotOnDisk:
    """Twelve frames with two faces."""
    made = ShotOnDisk(tmp_path, tuple(range(FIRST, FIRST + 12)))
    write_plate(tmp_path, made.frames)
    write_result(tmp_path, made.frames)
    write_analysis(made, made.analysis)
    return made
