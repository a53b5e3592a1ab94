"""Pairs of landmark sets of one head and expression at two poses, for T (section 3.5.1)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from fsgan_core.errors import JobError


class HeadPairs:
    """Projections of morphable heads: `points` (N, K, 98, 2) in [0, 1] of the crop, `poses` (N, K, 3) degrees."""

    def __init__(self, path: Path, split: str) -> None:
        if not path.exists():
            raise JobError("the landmark pairs are missing; make them with fsgan synthesize --heads", path=str(path))
        with np.load(path, allow_pickle=False) as stored:
            points, poses = stored["points"], stored["poses"]
        last = len(points) * 19 // 20
        part = slice(0, last) if split == "train" else slice(last, None)
        self.points, self.poses = points[part], poses[part]

    def sample(self, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """points (98, 2), pose (3,) to turn to, goal (98, 2); the input points have the error of a landmark network."""
        head = int(rng.integers(len(self.points)))
        start, end = rng.integers(self.points.shape[1], size=2)
        noise = rng.normal(0, 0.004 * rng.random(), (98, 2))
        return {
            "points": (self.points[head, start] + noise).astype(np.float32),
            "pose": self.poses[head, end].astype(np.float32),
            "goal": self.points[head, end].astype(np.float32),
        }
