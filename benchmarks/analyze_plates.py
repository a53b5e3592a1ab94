"""How well and how fast pass 1 reads the bundled plates, whose pose and expression are known.

    python benchmarks/analyze_plates.py [--weights compact] [--device cpu] [--threads 1]

Prints for each plate, without and with smoothing: milliseconds a frame (processor and wall), the error of the pose in
degrees, how the opening of mouth and eyes goes with the curves that the plate was rendered from (correlation), and how
much the landmarks tremble.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from pathlib import Path

import numpy as np
import torch

from fsgan_core.cli.demo import SAMPLES
from fsgan_core.face.choose_face import choose_face
from fsgan_core.face.face_analysis import FaceAnalysis
from fsgan_core.geometry.smoothing import landmark_noise
from fsgan_core.job.settings import AnalyzeSettings
from fsgan_core.pipeline.analyze_shot import analyze_shot
from fsgan_core.pipeline.engine import open_engine
from fsgan_core.shot.plate import Plate
from fsgan_core.weights.load import Pack


def main() -> None:
    """Analyze both plates and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", default="compact")
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda", "auto"))
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    pack = open_engine(arguments.weights, arguments.device)
    for name in ("a", "b"):
        for smooth in (False, True):
            report(name, pack, smooth)


def report(name: str, pack: Pack, smooth: bool) -> None:
    """Analyze one plate and print what came out."""
    processor, wall = time.process_time(), time.perf_counter()
    shot = analyze_shot(Plate(str(SAMPLES / name / "plate.%04d.exr")), pack, AnalyzeSettings(smooth=smooth))
    processor, wall = time.process_time() - processor, time.perf_counter() - wall
    face = choose_face(shot, "largest")
    truth = curves(SAMPLES / f"{name}_curves.csv", face)
    error = np.abs(face.poses - np.stack([truth["yaw"], truth["pitch"], truth["roll"]], 1))
    frames = len(shot.frames)
    mean, most = error.mean(0), error.max(0)
    mouth = np.corrcoef(mouth_opening(face), truth["jaw"])[0, 1]
    eyes = np.corrcoef(eye_opening(face), 1 - truth["blink"])[0, 1]
    lines = [
        f"plate {name}, {'smoothed' if smooth else 'as measured'}: {len(shot.faces)} person(s), "
        f"{len(face)} of {frames} frames",
        f"  {1e3 * processor / frames:.0f} ms processor, {1e3 * wall / frames:.0f} ms wall a frame",
        f"  pose error deg, yaw pitch roll: mean {mean.round(2)} most {most.round(1)}",
        f"  correlation with the curves: mouth {mouth:.2f}, eyes {eyes:.2f}",
        f"  landmarks tremble by {landmark_noise(face.landmarks):.2f} px of the {face.crop_size} px crop",
    ]
    sys.stdout.write("\n".join(lines) + "\n")


def curves(path: Path, face: FaceAnalysis) -> dict[str, np.ndarray]:
    """The true curves at the frames of a face, by name."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = {int(row["frame"]): row for row in csv.DictReader(file)}
    names = [name for name in rows[int(face.frames[0])] if name != "frame"]
    return {name: np.array([float(rows[int(number)][name]) for number in face.frames]) for name in names}


def mouth_opening(face: FaceAnalysis) -> np.ndarray:
    """(N,) distance of the inner lips in heights of the face."""
    points = face.landmarks
    height = np.linalg.norm(points[:, 33:51].mean(1) - points[:, 16], axis=1)
    return np.linalg.norm(points[:, 90] - points[:, 94], axis=1) / height


def eye_opening(face: FaceAnalysis) -> np.ndarray:
    """(N,) distance of the lids in widths of the eye, both eyes."""
    points = face.landmarks
    opening = []
    for first in (60, 68):
        lids = np.linalg.norm(points[:, first + 1 : first + 4] - points[:, [first + 7, first + 6, first + 5]], axis=2)
        opening.append(lids.mean(1) / np.linalg.norm(points[:, first] - points[:, first + 4], axis=1))
    return np.mean(opening, axis=0)


if __name__ == "__main__":
    main()
