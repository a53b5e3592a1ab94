"""The icons of the Nuke nodes: a head in front of a head, drawn by formula. Run: python docs/draw_nuke_icons.py"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from fsgan_core.media.still import write_png

ICONS = Path(__file__).resolve().parent.parent / "gizmos" / "nuke" / "icons"
PURPLE, ORANGE, WHITE, GREY = (0.62, 0.42, 0.86), (0.95, 0.62, 0.24), (0.95, 0.95, 0.95), (0.55, 0.55, 0.58)


def disc(points: np.ndarray, centre: tuple[float, float], radii: tuple[float, float]) -> np.ndarray:
    """(S, S) coverage of an ellipse; points are (S, S, 2) in units of the icon's width."""
    distance = np.hypot((points[..., 0] - centre[0]) / radii[0], (points[..., 1] - centre[1]) / radii[1])
    return np.clip((1 - distance) * points.shape[0] * min(radii) + 0.5, 0, 1)


def bar(points: np.ndarray, box: tuple[float, float, float, float]) -> np.ndarray:
    """(S, S) coverage of a rectangle x0 y0 x1 y1."""
    x0, y0, x1, y1 = box
    inside = np.minimum.reduce([points[..., 0] - x0, x1 - points[..., 0], points[..., 1] - y0, y1 - points[..., 1]])
    return np.clip(inside * points.shape[0] + 0.5, 0, 1)


def icon(name: str, size: int) -> np.ndarray:
    """(S, S, 4) RGBA, 0 to 1."""
    axis = (np.arange(size) + 0.5) / size
    points = np.stack(np.meshgrid(axis, axis), axis=-1)
    back = (disc(points, (0.36, 0.42), (0.22, 0.29)), GREY)
    front = (disc(points, (0.62, 0.56), (0.24, 0.32)), PURPLE)
    head = (disc(points, (0.5, 0.5), (0.28, 0.36)), PURPLE)
    shapes = {
        "FSGAN_Swap": [back, front],
        "FSGAN_Reenact": [head, (disc(points, (0.5, 0.66), (0.14, 0.07)), ORANGE)],
        "FSGAN_Finetune": [head, *[(bar(points, box), ORANGE) for box in
                                   ((0.62, 0.55, 0.92, 0.65), (0.72, 0.45, 0.82, 0.75))]],
        "FSGAN_Analyze": [head, *[(disc(points, at, (0.05, 0.05)), ORANGE) for at in
                                  ((0.4, 0.42), (0.6, 0.42), (0.5, 0.56), (0.42, 0.68), (0.58, 0.68))]],
        "FSGAN_Recombine": [(bar(points, box), color) for box, color in
                            (((0.12, 0.14, 0.62, 0.44), GREY), ((0.26, 0.34, 0.76, 0.64), PURPLE),
                             ((0.4, 0.54, 0.9, 0.84), ORANGE))],
    }[name]  # fmt: skip
    picture = np.zeros((size, size, 4))
    for coverage, color in shapes:
        alpha = coverage[..., None]
        picture[..., :3] = picture[..., :3] * (1 - alpha) + np.array(color) * alpha
        picture[..., 3:] = picture[..., 3:] * (1 - alpha) + alpha
    picture[..., :3] /= np.maximum(picture[..., 3:], 1e-6)
    return picture


def main() -> None:
    """Write every icon at 24 and, for fine screens, 48 px."""
    ICONS.mkdir(exist_ok=True)
    for name in ("FSGAN_Swap", "FSGAN_Reenact", "FSGAN_Finetune", "FSGAN_Analyze", "FSGAN_Recombine"):
        for size, suffix in ((24, ""), (48, "@2x")):
            write_png(str(ICONS / f"{name}{suffix}.png"), np.round(icon(name, size) * 255).astype(np.uint8))


if __name__ == "__main__":
    main()
