"""Makes the figures of docs/reenactment.md: those of the paper (5, 6, 7, 8 and 12), from the two bundled people.

    .venv/bin/python docs/figures.py [--only 5,7] [--out docs/pictures]

Each figure is one JPEG. Pass 1 of both plates is kept in the folder `--work`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch

from fsgan_core.evaluation.contact_sheet import contact_sheet
from fsgan_core.evaluation.self_reenactment import reenact_in_steps
from fsgan_core.face.face_analysis import FaceAnalysis
from fsgan_core.job.progress import Progress
from fsgan_core.job.settings import AnalyzeSettings, SwapSettings
from fsgan_core.media.read import open_plate
from fsgan_core.pipeline.analysis_file import load_or_analyze
from fsgan_core.pipeline.engine import open_engine
from fsgan_core.pipeline.motion import DrivenMotion, Expressions, SourceShape
from fsgan_core.pipeline.puppet import Puppet, display_bytes
from fsgan_core.pipeline.source_views import build_source_map, read_views
from fsgan_core.shot.plate import Plate
from fsgan_core.stages.face_view import FaceView, flip_view, roll_view
from fsgan_core.stages.landmark_mix import MOUTH
from fsgan_core.stages.pose_mesh import BOUNDARY_DEG
from fsgan_core.stages.reenact import Reenactor, reenact
from fsgan_core.weights.load import Pack

PLATES = Path(__file__).parent.parent / "fsgan_core/samples/plates"
TILE_PX = 132
QUALITY = 84
FRAMES = (1001, 1008, 1012, 1016, 1020, 1024)
PAPER = (255, 255, 255)
INK, GREEN, BLUE, RED, YELLOW = (40, 40, 40), (30, 150, 30), (210, 120, 40), (40, 40, 220), (0, 190, 230)
"""Colours as OpenCV orders them: blue, green, red."""


@dataclass(frozen=True)
class Person:
    """One of the bundled people, opened.

    Args:
        name: a or b.
        face: Their analysis.
        views: One view a frame of the plate, by frame.
        puppet: Their appearance map and what turns it.
        shape: Their landmarks at any pose.
    """

    name: str
    face: FaceAnalysis
    views: dict[int, FaceView]
    puppet: Puppet
    shape: SourceShape


def main() -> None:
    """Make the figures that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="5,6,7,8,12")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "pictures")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "fsgan_figures")
    options = parser.parse_args()
    torch.set_num_threads(1)
    options.work.mkdir(parents=True, exist_ok=True)
    pack = open_engine(SwapSettings.weights, "cpu")
    people = {name: open_person(name, options.work, pack) for name in "ab"}
    for number in options.only.split(","):
        picture = FIGURES[int(number)](people["a"], people["b"], pack)
        path = options.out / f"figure_{int(number)}.jpg"
        cv2.imwrite(str(path), picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        sys.stdout.write(f"{path}: {picture.shape[1]}x{picture.shape[0]}, {path.stat().st_size >> 10} KiB\n")


def open_person(name: str, work: Path, pack: Pack) -> Person:
    """A bundled person, analyzed."""
    plate = Plate(str(PLATES / name / "plate.%04d.exr"))
    settings = SwapSettings()
    face = load_or_analyze(work / f"{name}.npz", plate, pack, AnalyzeSettings()).faces[0]
    reenactor = Reenactor(pack.reenactment, pack.transformer, settings.step_deg)
    with open_plate(plate) as reader:
        source = build_source_map(reader, face, reenactor, settings, Progress())
        views = {view.frame: view for view in read_views(reader, face, np.arange(len(face)), Progress())}
    return Person(name, face, views, Puppet(source, reenactor), SourceShape(source, pack.transformer))


def figure_5(a: Person, b: Person, pack: Pack) -> np.ndarray:
    """The appearance map of b, the query of a frame of a, its three views, the result and the target."""
    # A pose between views on all sides, where the map has three.
    target = max(a.views.values(), key=lambda view: (len(b.puppet.query(view.pose).indices), abs(view.pose[0])))
    mix = b.puppet.query(target.pose)
    chosen = [b.puppet.source.views[index] for index in mix.indices]
    result = reenact(chosen, mix.weights, target.landmarks, target.pose, b.puppet.reenactor)
    names = [f"view, weight {weight:.2f}" for weight in mix.weights]
    views = contact_sheet([[tile(view.picture) for view in chosen]], names, [""])
    outcome = contact_sheet([[tile(result), tile(target.picture)]], ["reenactment", "target"], [""])
    drawing = draw_map(b, 2 * views.shape[0], [target.pose], chosen)
    side = np.full((2 * views.shape[0], max(views.shape[1], outcome.shape[1]), 3), 24, np.uint8)
    side[: views.shape[0], : views.shape[1]] = views
    side[views.shape[0] :, : outcome.shape[1]] = outcome
    return np.concatenate([drawing, side], 1)


def figure_6(a: Person, b: Person, pack: Pack) -> np.ndarray:
    """Source, reenactment and target: each of the two moved by the other, with the driver's own landmarks (eq. 16)."""
    columns = [(b, a, frame) for frame in FRAMES[1::2]] + [(a, b, frame) for frame in FRAMES[1::2]]
    rows: list[list[np.ndarray]] = [[], [], []]
    for source, driver, frame in columns:
        target = driver.views[frame]
        mix = source.puppet.query(target.pose)
        chosen = [source.puppet.source.views[index] for index in mix.indices]
        result = reenact(chosen, mix.weights, target.landmarks, target.pose, source.puppet.reenactor)
        for row, picture in zip(rows, (source.views[1001].picture, result, target.picture), strict=True):
            row.append(tile(picture))
    return contact_sheet(rows, [""] * len(columns), ["source", "result", "target"])


def figure_7(a: Person, b: Person, pack: Pack) -> np.ndarray:
    """Pose alone: a path over the map of b, three queried views rotated to the tilt, and what comes out."""
    times = np.linspace(-2.2, 2.2, 61)
    path = [np.array([22 * np.sin(t), 4 * np.cos(2 * t) + 1, 12 * np.sin(2 * t)], np.float32) for t in times]
    poses = path[::10]
    nothing = np.full((TILE_PX, TILE_PX, 3), 24, np.uint8)
    rows: list[list[np.ndarray]] = [[], [], [], []]
    for pose in poses:
        mix = b.puppet.query(pose)
        for slot in range(3):
            is_there = slot < len(mix.indices)
            view = b.puppet.source.views[mix.indices[slot]] if is_there else None
            rows[slot].append(tile(roll_view(view, float(pose[2])).picture) if view else nothing)
        rows[3].append(tile(b.puppet.picture(pose)))
    names = [f"{pose[0]:.0f}, {pose[1]:.0f}, {pose[2]:.0f}" for pose in poses]
    sheet = contact_sheet(rows, names, ["view 1", "view 2", "view 3", "result"])
    return np.concatenate([draw_map(b, sheet.shape[0], poses, [], path), sheet], 1)


def figure_8(a: Person, b: Person, pack: Pack) -> np.ndarray:
    """Expression alone: the driver, the source's own frame, its mouth moved, twice as much, and the whole face so."""
    rows: list[list[np.ndarray]] = [[], [], [], [], []]
    frame, driver_frames = 1003, (1008, 1016, 1018)
    cases = [(a, b, number) for number in driver_frames] + [(b, a, number) for number in driver_frames]
    for source, driver, driver_frame in cases:
        own, frames = source.face.at(frame), {frame: driver_frame}
        assert own is not None
        shown = [driver.views[driver_frame].picture, source.views[frame].picture]
        for parts, strength in ((MOUTH, 1.0), (MOUTH, 2.0), (None, 2.0)):
            played = Expressions(driver.face, source.shape, strength, None, is_own_shape=True)
            motion = DrivenMotion(source.shape, driver.face, driver.face, played, frames, frames, parts, True)
            move = motion.at(frame, own)
            assert move is not None
            moved = reenact([source.views[frame]], np.ones(1), move.landmarks, move.pose, source.puppet.reenactor)
            shown.append(moved)
        for row, picture in zip(rows, shown, strict=True):
            row.append(tile(picture))
    return contact_sheet(rows, [""] * len(cases), ["driver", "source", "mouth", "mouth x 2", "all x 2"])


def figure_12(a: Person, b: Person, pack: Pack) -> np.ndarray:
    """One person from one view in 1, 2 and 3 steps, over a small and a large turn."""
    rows, names = [], []
    for person, source, frame in (
        (b, b.views[1005], 1001), (b, b.views[1001], 1016), (b, flip_view(b.views[1016]), 1016),
        (a, a.views[1001], 1014), (a, flip_view(a.views[1016]), 1016),
    ):  # fmt: skip
        target = person.views[frame]
        moved = [reenact_in_steps(source, target.landmarks, target.pose, steps, pack) for steps in (1, 2, 3)]
        rows.append([tile(picture) for picture in (source.picture, *moved, target.picture)])
        names.append(f"{abs(source.pose[0] - target.pose[0]):.0f} deg")
    return contact_sheet(rows, ["source", "1 step", "2 steps", "3 steps", "target"], names)


def draw_map(
    person: Person, height: int, queries: list[np.ndarray], chosen: list[FaceView], path: list[np.ndarray] | None = None
) -> np.ndarray:
    """The appearance map as a drawing (height, height, 3): views, triangles, the path and the queried poses."""
    mesh = person.puppet.source.mesh
    drawing = np.full((height, height, 3), PAPER, np.uint8)
    margin = 26

    def place(pose: np.ndarray) -> tuple[int, int]:
        unit = np.asarray(pose[:2], float) / BOUNDARY_DEG
        half = (height - 2 * margin) / 2
        return round(height / 2 + unit[0] * half), round(height / 2 - unit[1] * half)

    for corners in mesh.triangles:
        points = np.array([place(mesh.points[corner]) for corner in corners], np.int32)
        cv2.polylines(drawing, [points], True, BLUE, 1, cv2.LINE_AA)
    for start, end in zip((path or [])[::2], (path or [])[1::2], strict=False):
        cv2.line(drawing, place(start), place(end), RED, 1, cv2.LINE_AA)
    for view in person.puppet.source.views:
        cv2.circle(drawing, place(view.pose), 3, GREEN, -1, cv2.LINE_AA)
    for view in chosen:
        cv2.circle(drawing, place(view.pose), 5, YELLOW, -1, cv2.LINE_AA)
    for query in queries:
        cv2.drawMarker(drawing, place(query), RED, cv2.MARKER_TILTED_CROSS, 11, 2, cv2.LINE_AA)
    cv2.putText(drawing, "yaw", (height - 50, height - 8), cv2.FONT_HERSHEY_SIMPLEX, 0.45, INK, 1, cv2.LINE_AA)
    cv2.putText(drawing, "pitch", (6, 18), cv2.FONT_HERSHEY_SIMPLEX, 0.45, INK, 1, cv2.LINE_AA)
    return np.ascontiguousarray(drawing[..., ::-1])


def tile(picture: np.ndarray) -> np.ndarray:
    """A picture in network encoding as a tile of a sheet."""
    return cv2.resize(display_bytes(picture), (TILE_PX, TILE_PX), interpolation=cv2.INTER_AREA)


FIGURES = {5: figure_5, 6: figure_6, 7: figure_7, 8: figure_8, 12: figure_12}


if __name__ == "__main__":
    main()
