"""The real Blender, driven without a window: add-on, engine, compositor and sequencer, rendered EXR against numpy."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import OpenImageIO as oiio  # noqa: N813
import pytest

from fsgan_core.geometry.resample import resize_picture
from fsgan_core.host.job_form import SETTING, form_fields
from fsgan_core.job.job_file import parse_job
from fsgan_core.job.spec import SwapJob
from fsgan_core.media.plate_frame import PictureHeader
from fsgan_core.media.read import open_plate
from fsgan_core.media.write import write_frame
from fsgan_core.shot.image_window import ImageWindow
from fsgan_core.shot.plate import Plate

pytestmark = pytest.mark.host
Scenario = Callable[..., Any]

SIZE = (180, 320)
FRAMES = (1001, 1002, 1003)
HALF_STEP = 1e-3
"""Most that Blender's render may differ from our own: a half has 11 bits, so 2.0 moves in steps of 0.002."""


def read(path: Path | str) -> dict[str, np.ndarray]:
    """Channel name to (H, W) float32."""
    picture = oiio.ImageBuf(str(path))
    names = list(picture.spec().channelnames)
    pixels = picture.get_pixels(oiio.FLOAT)
    assert len(names) > 1, f"{path}: {oiio.geterror()}"
    return {name: pixels[..., index] for index, name in enumerate(names)}


def rgb(channels: dict[str, np.ndarray], layer: str = "") -> np.ndarray:
    return np.dstack([channels[f"{layer}.{name}" if layer else name] for name in "RGB"])


def largest_error(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one - other).max())


@pytest.fixture(scope="session")
def shot(sample_plates: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Three small frames of plate a, with light far above white, and a still of plate b."""
    folder = tmp_path_factory.mktemp("blender shot")
    window = ImageWindow.of_size(SIZE[1], SIZE[0])
    paths = {}
    for name, numbers in (("a", FRAMES), ("b", FRAMES[:1])):
        paths[name] = str(folder / f"{name}.{numbers[0]:04d}.exr")
        with open_plate(Plate(str(sample_plates / name / "plate.%04d.exr"))) as reader:
            for number in numbers:
                picture = resize_picture(reader.read(number).rgb, SIZE)
                picture[:8, :8] = 6.5
                channels = {channel: picture[..., index] for index, channel in enumerate("RGB")}
                write_frame(str(folder / f"{name}.{number:04d}.exr"), channels, PictureHeader(window, window))
    return paths


@pytest.fixture(scope="session")
def engine() -> str:
    return str(Path(sys.executable).with_name("fsgan"))


@pytest.fixture(scope="session")
def swapped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the real engine writes, once for all Blenders: finished frames are kept."""
    return tmp_path_factory.mktemp("swapped")


def test_compositor_renders_what_the_engine_made(
    blender: Scenario, shot: dict[str, str], engine: str, swapped: Path, tmp_path: Path
) -> None:
    form = {"plate": shot["a"], "source": shot["b"], "out": str(swapped / "swap.%04d.exr"), "cryptomatte": True}
    found = blender(
        "compositor", {"FSGAN_ENGINE": engine, "OMP_NUM_THREADS": "1"}, folder=str(tmp_path), form=form,
        size=[SIZE[1], SIZE[0]], frames=[1001, 1002, 1003, 1004],
    )  # fmt: skip
    assert found["ended"] == "FINISHED", found
    assert found["loaded"] == []
    assert found["inputs"] == ["Plate", "Amount"]
    assert {"Image", "Result", "fsgan_matte", "fsgan_hair", "fsgan_reenact", "fsgan_st"} < set(found["outputs"])
    plate_of = {number: read(shot["a"].replace("1001", str(number))) for number in FRAMES}
    for number in FRAMES:
        result, plate = read(swapped / f"swap.{number}.exr"), rgb(plate_of[number])
        rendered = rgb(read(tmp_path / f"comp.{number}.exr"))
        matte = result["fsgan_matte.A"][..., None]
        assert matte.max() == 1 and largest_error(plate, rgb(result)) > 0.1, "nothing was swapped"
        assert largest_error(rendered, rgb(result, "fsgan_blend") * matte + plate * (1 - matte)) < HALF_STEP
        assert largest_error(rendered, rgb(result)) < HALF_STEP
        assert rendered.max() == 6.5, "light above white was lost"
    # Outside its frames the result is not shown: the last frame of the plate, which Blender holds.
    assert largest_error(rgb(read(tmp_path / "comp.1004.exr")), rgb(plate_of[1003])) == 0
    half = rgb(read(tmp_path / "half.1002.exr"))
    result, plate = read(swapped / "swap.1002.exr"), rgb(plate_of[1002])
    matte = 0.5 * result["fsgan_matte.A"][..., None]
    assert largest_error(half, rgb(result, "fsgan_blend") * matte + plate * (1 - matte)) < HALF_STEP
    # Each layer leaves the group as it is in the file.
    assert largest_error(rgb(read(tmp_path / "fsgan_blend.1002.exr")), rgb(result, "fsgan_blend")) == 0
    assert largest_error(read(tmp_path / "fsgan_matte.1002.exr")["R"], result["fsgan_matte.A"]) == 0
    st = read(tmp_path / "fsgan_st.1002.exr")
    assert largest_error(np.dstack([st["R"], st["G"]]), np.dstack([result["fsgan_st.U"], result["fsgan_st.V"]])) == 0
    # Blender's own decoder finds the people in our Cryptomatte.
    assert found["pickers"] == 1
    for name in ("face", "hair"):
        decoded = read(tmp_path / f"person01_{name}.1002.exr")["R"]
        assert decoded.max() > 0.9
        assert largest_error(decoded, cryptomatte(result, f"person01/{name}", swapped / "swap.1002.exr")) < HALF_STEP


def cryptomatte(channels: dict[str, np.ndarray], name: str, path: Path) -> np.ndarray:
    """The coverage of one name, read off the ids by the specification and not by our writer."""
    import json

    spec = oiio.ImageBuf(str(path)).spec()
    manifest = next(json.loads(one.value) for one in spec.extra_attribs if one.name.endswith("/manifest"))
    wanted = np.uint32(int(manifest[name], 16))
    coverage = np.zeros(next(iter(channels.values())).shape, np.float32)
    for level in {key.split(".")[0] for key in channels if key.startswith("fsgan_crypto")}:
        for identity, amount in (("R", "G"), ("B", "A")):
            same = np.ascontiguousarray(channels[f"{level}.{identity}"]).view(np.uint32) == wanted
            coverage += np.where(same, channels[f"{level}.{amount}"], 0)
    return coverage


@pytest.mark.parametrize("shift_px", [0, 4])
def test_wrong_matte_is_noticed(blender: Scenario, shot: dict[str, str], tmp_path: Path, shift_px: int) -> None:
    """The comparison above can fail: with a matte that is not the one of the result, Blender's render is another."""
    plate = rgb(read(shot["a"]))
    blend = plate[::-1] * 0.5
    matte = np.clip(np.linspace(-1, 2, SIZE[1], dtype=np.float32), 0, 1) * np.ones(SIZE, np.float32)
    result = blend * matte[..., None] + plate * (1 - matte[..., None])
    channels = {name: result[..., index] for index, name in enumerate("RGB")}
    channels |= {f"fsgan_blend.{name}": blend[..., index] for index, name in enumerate("RGB")}
    channels |= {"fsgan_matte.A": np.roll(matte, shift_px, axis=1), "fsgan_st.U": matte, "fsgan_st.V": matte}
    window = ImageWindow.of_size(SIZE[1], SIZE[0])
    for number in (1001, 1002):
        write_frame(str(tmp_path / f"swap.{number}.exr"), channels, PictureHeader(window, window), bit_depth="float")
    toy = tmp_path / "fsgan"
    toy.write_text(_KEEPING_ENGINE.format(python=sys.executable, repository=Path(__file__).parents[2]))
    toy.chmod(0o755)
    form = {"plate": shot["a"], "source": shot["b"], "out": str(tmp_path / "swap.%04d.exr")}
    found = blender(
        "compositor", {"FSGAN_ENGINE": str(toy)}, folder=str(tmp_path), form=form, size=[SIZE[1], SIZE[0]],
        frames=[1001, 1001],
    )  # fmt: skip
    assert found["ended"] == "FINISHED", found
    error = largest_error(rgb(read(tmp_path / "comp.1001.exr")), result)
    assert error < HALF_STEP if shift_px == 0 else error > 0.02


_KEEPING_ENGINE = """#!{python}
import sys, types
sys.path.insert(0, "{repository}")
run = types.ModuleType("fsgan_core.cli.run_job")
run.run_job = lambda job, progress, *, force=False: progress.finished("kept as they are")
sys.modules["fsgan_core.cli.run_job"] = run
engine = types.ModuleType("fsgan_core.pipeline.engine")
engine.keep_packs = lambda: None
sys.modules["fsgan_core.pipeline.engine"] = engine
from fsgan_core.cli.main import main
main()
"""


def test_strip_is_swapped_where_it_shows_and_put_above(
    blender: Scenario, shot: dict[str, str], engine: str, swapped: Path, tmp_path: Path
) -> None:
    files = [shot["a"].replace("1001", str(number)) for number in FRAMES]
    form = {"source": shot["b"], "out": str(swapped / "strip.%04d.exr")}
    found = blender(
        "sequencer", {"FSGAN_ENGINE": engine, "OMP_NUM_THREADS": "1"}, folder=str(tmp_path), form=form, plate=files,
        size=[SIZE[1], SIZE[0]], start=11,
    )  # fmt: skip
    assert found["ended"] == ["FINISHED", "FINISHED"], found
    assert found["frames"] == "1002-1003"
    assert (found["channel"], found["strips"], found["span"]) == (2, 1, [12, 14])
    assert found["files"] == ["strip.1002.exr", "strip.1003.exr"]
    shown = rgb(read(tmp_path / "strip.0012.exr"))
    assert largest_error(shown, rgb(read(swapped / "strip.1002.exr"))) < HALF_STEP


def test_form_is_that_of_the_settings(blender: Scenario) -> None:
    for kind in ("swap", "reenact"):
        shown = blender("form_of_defaults", kind=kind)
        for field in form_fields(kind):
            facts = shown.pop(field.name)
            if field.kind != SETTING:
                assert facts["type"] == "STRING" and facts["default"] == ""
                continue
            info = field.info
            assert facts["help"] == info.help and info.label in facts["label"], field.name
            assert tuple(facts.get("choices", ())) == info.choices
            wanted = "ENUM" if info.choices else {bool: "BOOLEAN", str: "STRING", int: "INT", float: "FLOAT"}[info.type]
            assert facts["type"] == wanted
            # Blender keeps numbers in single precision.
            default = pytest.approx(info.default, rel=1e-6) if wanted == "FLOAT" else info.default
            assert facts["default"] == default, field.name
            if wanted in ("INT", "FLOAT"):
                assert (facts["min"], facts["max"]) == pytest.approx((info.minimum, info.maximum), rel=1e-6)
        assert all(name.endswith(("_layer", "_stereo_view")) for name in shown), shown


def test_job_is_that_of_the_form(blender: Scenario, tmp_path: Path) -> None:
    for name in ("p.0001.exr", "p.0002.exr", "s.0001.exr"):
        (tmp_path / name).write_text("picture")
    form = {"plate": str(tmp_path / "p.0001.exr"), "source": str(tmp_path / "s.0001.exr"), "matte_threshold": 0.7,
            "out": str(tmp_path / "o.####.exr"), "plate_layer": "beauty", "face": "12,40", "max_views": 2}  # fmt: skip
    job = parse_job(blender("job_file", form=form, kind="swap"))
    assert isinstance(job, SwapJob)
    assert job.plate.path == str(tmp_path / "p.%04d.exr") and job.plate.layer == "beauty"
    assert job.source.path == str(tmp_path / "s.0001.exr")
    assert (job.settings.matte_threshold, job.settings.face, job.settings.max_views) == (0.7, "12,40", 2)
    assert job.host.startswith("blender ")


@pytest.fixture
def toy(tmp_path: Path, toy_engine: ModuleType) -> str:
    return str(toy_engine.make_toy_engine(tmp_path / "the engine"))


def test_second_result_keeps_node_links_and_amount(
    blender: Scenario, shot: dict[str, str], engine: str, swapped: Path
) -> None:
    form = {"plate": shot["a"], "source": shot["b"], "out": str(swapped / "swap.%04d.exr"), "cryptomatte": True}
    found = blender("again", {"FSGAN_ENGINE": engine, "OMP_NUM_THREADS": "1"}, form=form)
    assert found["ended"] == ["FINISHED", "FINISHED"], found
    assert found["same"] and found["amount"] == 0.25
    assert found["links"][0] == found["links"][1]
    assert found["driver"] == "frame >= 1001 and frame <= 1002"
    assert found["load"] == "FINISHED"


def test_bad_cases_are_one_sentence_and_change_nothing(
    blender: Scenario, shot: dict[str, str], toy: str, tmp_path: Path, toy_engine: ModuleType
) -> None:
    old = str(toy_engine.make_toy_engine(tmp_path / "old", version="0.1.0"))
    (tmp_path / "file").write_text("no folder")
    good = {"plate": shot["a"], "source": shot["b"], "out": str(tmp_path / "out" / "swap.%04d.exr")}
    base = {"FSGAN_ENGINE": toy}
    cases: list[tuple[dict[str, Any], str]] = [
        ({"form": {**good, "out": ""}}, "This blend file has not been saved"),
        ({"form": {**good, "plate": ""}}, "No plate is selected. Make an Image node active"),
        ({"form": {**good, "plate": ""}, "target": "SEQUENCER"}, "No plate is selected. Make a picture or movie strip"),
        ({"form": {**good, "source": ""}}, "The source is missing"),
        ({"form": {**good, "out": "/shots/swap.mov"}}, "must be an EXR"),
        ({"form": {**good, "frames": "ten"}}, "ten"),
        ({"form": good, "environ": {"FSGAN_ENGINE": "/nowhere/fsgan"}}, "$FSGAN_ENGINE is set to /nowhere/fsgan"),
        ({"form": good, "environ": {"FSGAN_ENGINE": old}}, "is version 0.1.0, and this node needs"),
        ({"form": {**good, "out": str(tmp_path / "file" / "swap.%04d.exr")}}, "The output folder cannot be written to"),
        ({"form": good, "environ": {"FSGAN_TOY": "fail"}}, "the plate is offline. Mount its disk"),
        ({"form": good, "environ": {"FSGAN_TOY": "die"}}, "it was killed, or it crashed"),
        ({"form": good, "kind": "swap"}, "cannot load it"),  # the toy engine writes no pictures
    ]
    sent = [{**case, "environ": {**base, **case.get("environ", {})}} for case, _ in cases]
    for (_, words), said in zip(cases, blender("sentences", cases=sent), strict=True):
        assert words in said["said"] and words in said["status"], said
        assert "Traceback" not in said["said"]
    assert (tmp_path / "file").read_text() == "no folder"


def test_user_interface_never_waits_and_cancel_stops(
    blender: Scenario, shot: dict[str, str], toy: str, tmp_path: Path
) -> None:
    form = {"plate": shot["a"], "source": shot["b"], "out": str(tmp_path / "swap.%04d.exr"), "frames": "1-400"}
    found = blender("modal", {"FSGAN_ENGINE": toy, "FSGAN_TOY": "slow"}, form=form, deleted=False)
    assert found["began"] == "RUNNING_MODAL" and found["ended"] == "CANCELLED"
    assert found["passes"] >= 10 and found["longest_s"] < 0.2
    assert found["timers"] == 0
    assert found["status"].startswith("Cancelled.") and found["reports"][-1][0] == "ERROR"
    assert any("of 400" in line for line in found["seen"])
    assert list(tmp_path.glob("swap.*.exr")) and not list(tmp_path.glob("*.part"))


def test_deleted_scene_loses_nothing(blender: Scenario, shot: dict[str, str], toy: str, tmp_path: Path) -> None:
    form = {"plate": shot["a"], "source": shot["b"], "out": str(tmp_path / "swap.%04d.exr"), "frames": "1-12"}
    found = blender("modal", {"FSGAN_ENGINE": toy, "FSGAN_TOY": "slow"}, form=form, deleted=True)
    assert found["ended"] == "CANCELLED" and found["reports"] == [] and found["timers"] == 0
    assert len(list(tmp_path.glob("swap.*.exr"))) == 12


def test_output_that_is_being_rendered_is_left_alone(
    blender: Scenario, shot: dict[str, str], toy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fsgan_core.host.engine_run import start_run
    from fsgan_core.host.find_engine import find_engine
    from fsgan_core.job.settings import SwapSettings
    from fsgan_core.job.spec import Pictures

    out = str(tmp_path / "swap.%04d.exr")
    monkeypatch.setenv("FSGAN_TOY", "slow")
    job = SwapJob(Pictures(shot["a"]), Pictures(shot["b"]), out, SwapSettings(frames="1-400"))
    first = start_run(job, find_engine(toy))
    while not first.state.done:
        first.poll()
    form = {"plate": shot["a"], "source": shot["b"], "out": out}
    said = blender("sentences", cases=[{"form": form, "environ": {"FSGAN_ENGINE": toy}}])[0]["said"]
    assert "This output is being rendered" in said
    first.cancel()
    assert first.wait(20) and first.outcome.is_cancelled


@pytest.mark.skipif(os.name == "nt", reason="the toy engine is a script")
def test_installed_add_on_works_without_the_checkout(
    blender: Scenario, shot: dict[str, str], toy: str, tmp_path: Path
) -> None:
    from fsgan_blender.install import install

    extensions = tmp_path / "extensions"
    install(str(extensions / "user_default"), engine=toy)
    placed = str(extensions / "user_default" / "fsgan_blender")
    form = {"plate": shot["a"], "source": shot["b"], "out": str(tmp_path / "swap.%04d.exr")}
    found = blender("installed", {"BLENDER_USER_EXTENSIONS": str(extensions)}, user_folder=str(extensions), form=form)
    assert found["check"] == "FINISHED"
    assert "cannot load it" in found["ended"]  # the toy engine writes no pictures; it ran
    assert found["core"].startswith(placed) and found["module"].startswith(placed)
    assert found["gone"]


@pytest.mark.parametrize(("good", "bad"), [("", ""), ('blender_version_min = "4.5.0"', 'blender_version_min = "4.5"')])
def test_blenders_own_check_takes_the_extension(
    blender: Scenario, blender_python: str, tmp_path: Path, good: str, bad: str
) -> None:
    """What Blender's extension tool says to the folder that the installer makes; and that it can say no."""
    from fsgan_blender.install import install

    install(str(tmp_path))
    manifest = tmp_path / "fsgan_blender" / "blender_manifest.toml"
    manifest.write_text(manifest.read_text().replace(good, bad) if good else manifest.read_text())
    tool = next((Path(blender_python).parent.parent / "lib").rglob("bl_pkg/cli/blender_ext.py"))
    done = subprocess.run(
        [blender_python, str(tool), "validate", str(manifest.parent)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode == 0) == (not good), done.stdout + done.stderr
