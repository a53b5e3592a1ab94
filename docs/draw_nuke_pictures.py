"""The pictures of docs/nuke.md: a swap of the bundled plates, as nodes with their pictures, and its layers.

    python docs/draw_nuke_pictures.py        swaps one frame and writes docs/pictures/nuke_*.jpg
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import cv2
import numpy as np

import fsgan_core
from fsgan_core.color.colorspaces import SRGB
from fsgan_core.color.ocio import from_working
from fsgan_core.job.settings import AnalyzeSettings, SwapSettings
from fsgan_core.job.spec import Pictures, SwapJob
from fsgan_core.media.picture_layers import MAIN_LAYER, read_layer
from fsgan_core.pipeline.swap_shot import swap_shot

PLATES = Path(fsgan_core.__file__).parent / "samples" / "plates"
PICTURES = Path(__file__).resolve().parent / "pictures"
FRAME = 1012
GRAPH, NODE, PURPLE, LINE, TEXT = (58, 58, 58), (110, 110, 110), (127, 63, 159), (200, 200, 200), (235, 235, 235)
THUMB = (208, 117)


def main() -> None:
    """Swap a frame and draw."""
    with tempfile.TemporaryDirectory(prefix="fsgan_pictures_") as folder:
        out = str(Path(folder) / "swap.%04d.exr")
        job = SwapJob(
            Pictures(str(PLATES / "b" / "plate.%04d.exr")),
            Pictures(str(PLATES / "a" / "plate.%04d.exr")),
            out,
            SwapSettings(frames=str(FRAME), source_frames="1001-1024x3"),
            AnalyzeSettings(frames="1009-1015"),
        )
        swap_shot(job)
        result = out % FRAME
        shown = {name: picture(result, name) for name in LAYERS}
        plate, source = (picture(str(PLATES / name / f"plate.{FRAME}.exr"), MAIN_LAYER) for name in "ba")
    PICTURES.mkdir(exist_ok=True)
    save("nuke_layers.jpg", layer_sheet(shown))
    save("nuke_graph.jpg", graph(plate, source, shown))


LAYERS = {
    MAIN_LAYER: "result", "fsgan_matte": "matte", "fsgan_face": "face", "fsgan_reenact": "reenact",
    "fsgan_inpaint": "inpaint", "fsgan_blend": "blend", "fsgan_invented": "invented", "fsgan_st": "st_map",
}  # fmt: skip


def picture(path: str, layer: str) -> np.ndarray:
    """(H, W, 3) uint8 BGR for a look: light as sRGB, a matte as grey, an ST map in red and green."""
    pixels = np.array(read_layer(path, FRAME, layer).pixels, np.float32)
    if layer in ("fsgan_matte", "fsgan_face", "fsgan_hair", "fsgan_invented"):
        shown = np.repeat(pixels[..., :1], 3, axis=2)
    elif layer == "fsgan_st":
        shown = np.dstack([pixels[..., :2], np.zeros(pixels.shape[:2], np.float32)])
    else:
        shown = from_working(np.ascontiguousarray(np.clip(pixels[..., :3], 0, 1)), SRGB)
    return np.asarray(np.clip(shown, 0, 1) * 255 + 0.5, np.uint8)[..., ::-1].copy()


def layer_sheet(shown: dict[str, np.ndarray]) -> np.ndarray:
    """Every layer, with what the layer picker calls it."""
    tiles = []
    for layer, name in LAYERS.items():
        tile = fit(shown[layer], (320, 180))
        label(tile, name)
        tiles.append(tile)
    return np.vstack([np.hstack(tiles[:4]), np.hstack(tiles[4:])])


def graph(plate: np.ndarray, source: np.ndarray, shown: dict[str, np.ndarray]) -> np.ndarray:
    """The first swap as nodes: two Reads, the swap, a roto that holds out, and the rebuilt result."""
    canvas = np.full((640, 1160, 3), GRAPH, np.uint8)
    places = {
        "plate": (40, 40), "source": (300, 40), "swap": (170, 250), "roto": (520, 250), "recombine": (340, 470),
    }  # fmt: skip
    arrows = [
        ("plate", "swap", "Plate"), ("source", "swap", "Source"), ("swap", "recombine", "Layers"),
        ("roto", "recombine", "HoldoutMatte"), ("plate", "recombine", "Plate"),
    ]  # fmt: skip
    for start, end, name in arrows:
        arrow(canvas, places[start], places[end], name)
    held = np.zeros_like(plate)
    cv2.ellipse(held, (plate.shape[1] // 2, int(plate.shape[0] * 0.86)), (150, 90), 0, 0, 360, (255, 255, 255), -1)
    stencil = cv2.GaussianBlur(held, (0, 0), 6).astype(np.float32) / 255
    rebuilt = shown[MAIN_LAYER] * (1 - stencil) + plate * stencil
    for name, title, tile, color in (
        ("plate", "Read: plate b", plate, NODE),
        ("source", "Read: person a", source, NODE),
        ("swap", "FSGAN_Swap1", shown[MAIN_LAYER], PURPLE),
        ("roto", "Roto: keep the plate here", held, NODE),
        ("recombine", "FSGAN_Recombine1", rebuilt.astype(np.uint8), PURPLE),
    ):
        node(canvas, places[name], title, tile, color)
    sheet = fit(shown["fsgan_blend"], (330, 186)), fit(shown["fsgan_matte"], (330, 186))
    for row, (tile, name) in enumerate(zip(sheet, ("Show: blend", "Show: matte"), strict=True)):
        label(tile, name)
        canvas[60 + 220 * row : 246 + 220 * row, 800:1130] = tile
    return canvas


def node(canvas: np.ndarray, at: tuple[int, int], title: str, tile: np.ndarray, color: tuple[int, int, int]) -> None:
    """A node with its postage stamp."""
    x, y = at
    width, height = THUMB
    cv2.rectangle(canvas, (x - 4, y - 4), (x + width + 4, y + height + 32), color, -1)
    canvas[y : y + height, x : x + width] = fit(tile, THUMB)
    write(canvas, title, (x + 4, y + height + 21), 0.5)


def arrow(canvas: np.ndarray, start: tuple[int, int], end: tuple[int, int], name: str) -> None:
    """An input of a node, from the bottom of what is above it to its top."""
    a = (start[0] + THUMB[0] // 2, start[1] + THUMB[1] + 32)
    b = (end[0] + THUMB[0] // 2 + (start[0] - end[0]) // 4, end[1] - 6)
    cv2.arrowedLine(canvas, a, b, LINE, 1, cv2.LINE_AA, tipLength=0.06)
    write(canvas, name, (a[0] + (b[0] - a[0]) // 3 + 6, a[1] + (b[1] - a[1]) // 3), 0.42)


def fit(tile: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The tile scaled to width, height."""
    return np.asarray(cv2.resize(tile, size, interpolation=cv2.INTER_AREA))


def write(canvas: np.ndarray, text: str, at: tuple[int, int], scale: float) -> None:
    """Text; on a picture it gets a dark ground by `label`."""
    cv2.putText(canvas, text, at, cv2.FONT_HERSHEY_SIMPLEX, scale, TEXT, 1, cv2.LINE_AA)


def label(canvas: np.ndarray, text: str) -> None:
    """A name in the corner of a tile."""
    cv2.rectangle(canvas, (0, 0), (16 + 11 * len(text), 32), (30, 30, 30), -1)
    write(canvas, text, (10, 22), 0.55)


def save(name: str, canvas: np.ndarray) -> None:
    """Write a JPEG."""
    if not cv2.imwrite(str(PICTURES / name), canvas, [cv2.IMWRITE_JPEG_QUALITY, 82]):
        raise OSError(f"{name} cannot be written")


if __name__ == "__main__":
    main()
