"""Draws the pictures of docs/exports.md from the bundled, AI-made people: python docs/figures_exports.py [FOLDER].

What is drawn is read back from the exported files, as a host would read them. About two minutes on two cores.
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import OpenImageIO as oiio  # noqa: N813

from fsgan_core.cli.demo import SAMPLES, demo_job
from fsgan_core.exports.export_shot import export_shot
from fsgan_core.exports.nuke_text import to_nuke
from fsgan_core.exports.read_tracks import read_curve, read_tracks
from fsgan_core.exports.tcl_words import split_list, split_script
from fsgan_core.job.export_job import ExportJob
from fsgan_core.job.export_settings import ExportSettings
from fsgan_core.job.matte_settings import MatteSettings
from fsgan_core.job.pictures import Pictures
from fsgan_core.job.settings import AnalyzeSettings, SwapSettings
from fsgan_core.media.plate_frame import PictureHeader
from fsgan_core.media.write import write_frame
from fsgan_core.pipeline.swap_shot import swap_shot
from fsgan_core.shot.image_window import ImageWindow

FRAMES = "1001-1012"
HEIGHT, WIDTH = 540, 960
JPEG = [cv2.IMWRITE_JPEG_QUALITY, 88]


def main() -> None:
    """All pictures, into the folder named or docs/pictures."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "pictures"
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        cv2.imwrite(str(folder / "exports_tracks.jpg"), tracks_picture(work), JPEG)
        cv2.imwrite(str(folder / "exports_cryptomatte.jpg"), cryptomatte_picture(work), JPEG)
        cv2.imwrite(str(folder / "exports_mattes.jpg"), mattes_picture(work), JPEG)


def tracks_picture(work: Path) -> np.ndarray:
    """Two frames of the plate with tracks, the corner pin and the outline that the files hold."""
    plate = Pictures(str(SAMPLES / "a" / "plate.%04d.exr"))
    out = work / "exports"
    settings = ExportSettings(landmarks="main,33-41,42-50", formats="tracker,cornerpin,roto", contour_tolerance_px=0.0)
    export_shot(ExportJob(plate, str(out), settings, AnalyzeSettings(frames=FRAMES)))
    tracks = read_tracks((out / "tracker.nk").read_text())
    pin = next(words[1] for words in split_script((out / "corner_pin.nk").read_text()) if words[0] == "CornerPin2D")
    knobs = split_list(pin)
    corners = [split_list(dict(zip(knobs[::2], knobs[1::2], strict=True))[f"to{index}"]) for index in range(1, 5)]
    shape = {key["frame"]: key["points"] for key in json.loads((out / "face_roto.json").read_text())["keys"]}
    panels = []
    for frame in (1001, 1012):
        picture = shown(read_rgb(SAMPLES / "a" / f"plate.{frame}.exr"))
        draw_line(picture, shape[frame], (90, 220, 90))
        draw_line(picture, [[read_curve(cell).at(frame) for cell in cells] for cells in corners], (230, 170, 60))
        for track in tracks:
            path = [track.at(one) for one in range(1001, frame + 1)]
            draw_line(picture, path, (60, 120, 255), closed=False)
            x, y = to_nuke(np.array(path[-1]), HEIGHT)
            place = (round(x - 0.5), round(y - 0.5))
            cv2.drawMarker(picture, place, (60, 60, 255), cv2.MARKER_CROSS, 9, 1, cv2.LINE_AA)
        panels.append(picture[40:520, 220:800])
    return np.concatenate(panels, 1)


def cryptomatte_picture(work: Path) -> np.ndarray:
    """The plate, and the mattes that stand in the Cryptomatte of its swap, each in a colour of its own."""
    path = swapped(work, "crypto", SwapSettings(cryptomatte=True))
    picture = oiio.ImageBuf(str(path))
    spec, pixels = picture.spec(), picture.get_pixels(oiio.FLOAT)
    named = next(item.value for item in spec.extra_attribs if item.name.endswith("/manifest"))
    names = {int(digits, 16): name for name, digits in json.loads(named).items()}
    colours = {"face": (80, 160, 255), "hair": (200, 110, 60)}
    overlay = shown(read_rgb(SAMPLES / "a" / "plate.1001.exr")).astype(np.float32) * 0.45
    index = spec.channelnames.index("fsgan_crypto00.R")
    for rank in range(2):
        ids = np.ascontiguousarray(pixels[..., index + 2 * rank]).view(np.uint32)
        for bits, name in names.items():
            weight = (np.where(ids == bits, pixels[..., index + 2 * rank + 1], 0) * 0.8)[..., None]
            overlay = overlay * (1 - weight) + np.array(colours[name.rpartition("/")[2]], np.float32) * weight
    overlay = overlay.astype(np.uint8)
    for row, name in enumerate(names.values()):
        colour = colours[name.rpartition("/")[2]]
        cv2.putText(overlay, name, (240, 80 + 34 * row), cv2.FONT_HERSHEY_SIMPLEX, 0.9, colour, 2, cv2.LINE_AA)
    plate = shown(read_rgb(SAMPLES / "a" / "plate.1001.exr"))
    return np.concatenate([plate[40:520, 220:800], overlay[40:520, 220:800]], 1)


def mattes_picture(work: Path) -> np.ndarray:
    """The swap on its own, inside an artist matte, and behind a hold-out matte; below, the final mattes."""
    microphone = np.zeros((4 * HEIGHT, 4 * WIDTH), np.uint8)
    cv2.line(microphone, (4 * 400, 4 * HEIGHT), (4 * 470, 4 * 395), 255, 4 * 26)
    cv2.circle(microphone, (4 * 478, 4 * 378), 4 * 30, 255, -1)
    hold_out = cv2.resize(microphone.astype(np.float32) / 255, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    half = np.tile(np.clip((np.arange(WIDTH, dtype=np.float32) - 480) / 12, 0, 1), (HEIGHT, 1))
    mattes = {
        "swap": MatteSettings(),
        "artist matte, limit": MatteSettings(artist_matte=write_matte(work / "half.exr", half)),
        "hold-out matte": MatteSettings(holdout_matte=write_matte(work / "hold_out.exr", hold_out)),
    }
    columns = []
    for index, (label, settings) in enumerate(mattes.items()):
        path = swapped(work, f"matte{index}", SwapSettings(), settings)
        matte = oiio.ImageBuf(str(path))
        matte_index = matte.spec().channelnames.index("fsgan_matte.A")
        grey = np.repeat(matte.get_pixels(oiio.FLOAT)[..., matte_index : matte_index + 1] * 255, 3, 2).astype(np.uint8)
        result = shown(read_rgb(path))
        cv2.putText(result, label, (330, 500), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (255, 255, 255), 2, cv2.LINE_AA)
        columns.append(np.concatenate([result[110:510, 320:660], grey[110:510, 320:660]], 0))
    return np.concatenate(columns, 1)


def swapped(work: Path, name: str, settings: SwapSettings, mattes: MatteSettings | None = None) -> Path:
    """Frame 1001 of person b on plate a."""
    job = demo_job("b", "a", work, replace(settings, source_frames=FRAMES, frames="1001"))
    job = replace(job, out=str(work / f"{name}.%04d.exr"), mattes=mattes or MatteSettings())
    swap_shot(job)
    return work / f"{name}.1001.exr"


def write_matte(path: Path, matte: np.ndarray) -> str:
    """A matte as an EXR with the channel A."""
    window = ImageWindow.of_size(matte.shape[1], matte.shape[0])
    write_frame(str(path), {"A": matte}, PictureHeader(window, window))
    return str(path)


def read_rgb(path: Path) -> np.ndarray:
    """(H, W, 3) scene-linear."""
    pixels = oiio.ImageBuf(str(path)).get_pixels(oiio.FLOAT)
    return np.asarray(pixels[..., :3])


def shown(light: np.ndarray) -> np.ndarray:
    """(H, W, 3) uint8 BGR, sRGB."""
    light = np.clip(light, 0, 1)
    code = np.where(light < 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.ascontiguousarray((code[..., ::-1] * 255 + 0.5).astype(np.uint8))


def draw_line(picture: np.ndarray, points: object, colour: tuple[int, int, int], closed: bool = True) -> None:
    """A line through points in Nuke px."""
    places = to_nuke(np.asarray(points, np.float64), HEIGHT) - 0.5
    cv2.polylines(picture, [np.round(places * 16).astype(np.int32)], closed, colour, 1, cv2.LINE_AA, 4)


if __name__ == "__main__":
    main()
