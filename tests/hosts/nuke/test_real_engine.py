"""From the button to the picture with the real engine: a swap of the bundled plates, its layers, its exports."""

from __future__ import annotations

import os
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import OpenImageIO
import pytest
from gizmo_tcl import read_script
from graph_pixels import GraphPixels, Stream
from nuke_session import finished, start_nuke

pytestmark = pytest.mark.skipif(os.name == "nt", reason="POSIX paths")

RGB = ("rgba.red", "rgba.green", "rgba.blue")
FRAME = 1002


def read_as_nuke(path: str) -> Stream:
    """An EXR's channels under the names that Nuke gives them: R is rgba.red, fsgan_matte.A is fsgan_matte.alpha."""
    picture = OpenImageIO.ImageBuf(path)
    pixels = picture.get_pixels(OpenImageIO.FLOAT)
    names = {"R": "red", "G": "green", "B": "blue", "A": "alpha"}
    stream = {}
    for index, channel in enumerate(picture.spec().channelnames):
        layer, _, last = channel.rpartition(".")
        stream[f"{layer or 'rgba'}.{names.get(last, last)}"] = pixels[..., index]
    return stream


@pytest.fixture(scope="module")
def swapped(tmp_path_factory: pytest.TempPathFactory, repository: Path, sample_plates: Path) -> Any:
    """Two frames of plate b with the face of a, rendered by pressing Render in a Nuke without a user interface."""
    folder = tmp_path_factory.mktemp("real shot")
    patch = pytest.MonkeyPatch()
    for name in ("FSGAN_ENGINE", "FSGAN_TOY"):
        patch.delenv(name, raising=False)
    patch.setenv("OMP_NUM_THREADS", "1")
    session = start_nuke(repository / "gizmos" / "nuke", False, patch)
    nuke = next(session)
    nuke.root_node["name"].setValue(f"{folder}/comp.nk")
    node = nuke.make("FSGAN_Swap")
    for number, name in enumerate(("b", "a")):
        node.setInput(number, nuke.make("Read", f"Plate_{name}", file=f"{sample_plates}/{name}/plate.%04d.exr"))
    for knob, value in (("frames", "1001-1002"), ("analyze_frames", "1001-1002"), ("source_frames", "1001")):
        node[knob].setValue(value)
    nuke.press(node, "render")
    yield SimpleNamespace(nuke=nuke, node=node, folder=folder, out=folder / "fsgan" / "FSGAN_Swap1" / "v001")
    next(session, None)
    patch.undo()


def streams(swapped: Any, sample_plates: Path) -> tuple[Stream, Stream]:
    """The result and the plate."""
    result = read_as_nuke(swapped.node.node("Result")["file"].value() % FRAME)
    return result, read_as_nuke(f"{sample_plates}/b/plate.{FRAME}.exr")


def gizmo(repository: Path, name: str) -> Any:
    return read_script((repository / "gizmos" / "nuke" / f"{name}.gizmo").read_text(encoding="utf-8")).nodes[0]


def test_result_is_loaded_and_its_layers_are_shown(swapped: Any, repository: Path, sample_plates: Path) -> None:
    assert swapped.node["status"].value().startswith("2 frames (2 swapped)")
    result, plate = streams(swapped, sample_plates)
    loaded = {"result_first": "1001", "result_last": "1002"}

    def shown(frame: int = FRAME, **knobs: str) -> Stream:
        made = GraphPixels(gizmo(repository, "FSGAN_Swap"), {"Plate": plate}, {**loaded, **knobs}, frame, result)
        return made.output()

    for name in RGB:
        np.testing.assert_array_equal(shown()[name], result[name])
        np.testing.assert_array_equal(shown(bypass="true")[name], plate[name])
        np.testing.assert_array_equal(shown(frame=1003)[name], plate[name])  # no result there
        np.testing.assert_array_equal(shown(show="matte")[name], result["fsgan_matte.alpha"])
        np.testing.assert_array_equal(shown(show="blend")[name], result[name.replace("rgba", "fsgan_blend")])
    np.testing.assert_array_equal(shown(show="st_map")["rgba.green"], result["fsgan_st.V"])
    assert np.abs(result["rgba.red"] - plate["rgba.red"]).max() > 0.01  # a face was swapped


def test_recombine_rebuilds_the_result_from_its_layers(swapped: Any, repository: Path, sample_plates: Path) -> None:
    result, plate = streams(swapped, sample_plates)
    made = GraphPixels(gizmo(repository, "FSGAN_Recombine"), {"Layers": result, "Plate": plate}).output()
    for name in RGB:
        # The layers are stored as half floats: 11 bits of a value below 1.
        assert np.abs(made[name] - result[name]).max() < 0.001


def test_painted_stage_roto_and_holdout_take_the_place_of_a_layer(
    swapped: Any, repository: Path, sample_plates: Path
) -> None:
    result, plate = streams(swapped, sample_plates)
    shape = plate["rgba.red"].shape
    green = {**dict.fromkeys(RGB, np.zeros(shape)), "rgba.green": np.ones(shape), "rgba.alpha": np.ones(shape)}
    half = {"rgba.alpha": np.concatenate([np.ones((shape[0], shape[1] // 2)), np.zeros((shape[0], shape[1] // 2))], 1)}
    inputs = {"Layers": result, "Plate": plate}
    node = gizmo(repository, "FSGAN_Recombine")
    matte = result["fsgan_matte.alpha"]
    painted = GraphPixels(node, {**inputs, "Stage": green}).output()
    np.testing.assert_allclose(painted["rgba.green"], matte + plate["rgba.green"] * (1 - matte), atol=1e-6)
    roto = GraphPixels(node, {**inputs, "Stage": green, "Matte": half}).output()
    np.testing.assert_allclose(roto["rgba.green"][:, : shape[1] // 2], 1.0, atol=1e-6)
    np.testing.assert_array_equal(roto["rgba.green"][:, shape[1] // 2 :], plate["rgba.green"][:, shape[1] // 2 :])
    held = GraphPixels(node, {**inputs, "HoldoutMatte": half}).output()
    np.testing.assert_array_equal(held["rgba.red"][:, : shape[1] // 2], plate["rgba.red"][:, : shape[1] // 2])
    swapped_rest = GraphPixels(node, {**inputs, "HoldoutMatte": half}, {"invert_holdout": "true"}).output()
    np.testing.assert_array_equal(swapped_rest["rgba.red"][:, shape[1] // 2 :], plate["rgba.red"][:, shape[1] // 2 :])
    early = GraphPixels(node, inputs, {"stage": "reenact"}).output()
    expected = result["fsgan_reenact.red"] * matte + plate["rgba.red"] * (1 - matte)
    np.testing.assert_allclose(early["rgba.red"], expected, atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("button", "classes"),
    [("create_tracker", {"Tracker4"}), ("create_cornerpin", {"CornerPin2D"}), ("create_stmap", {"STMap", "Read"})],
)
def test_export_buttons_make_nodes(swapped: Any, button: str, classes: set[str]) -> None:
    before = len(swapped.nuke.nodes)
    swapped.nuke.press(swapped.node, button)
    finished(swapped)
    assert classes <= {node.Class() for node in swapped.nuke.nodes[before:]}
    assert swapped.node["status"].value().startswith("made ")


@pytest.mark.slow
def test_moved_tracks_are_obeyed_by_the_next_render(swapped: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    before = len(swapped.nuke.nodes)
    swapped.nuke.press(swapped.node, "create_tracker")
    tracker = next(node for node in swapped.nuke.nodes[before:] if node.Class() == "Tracker4")
    made = (swapped.out / "exports" / "tracker.nk").read_text(encoding="utf-8")
    made = re.sub(r"(\{curve x1001 )([0-9.]+)", lambda key: f"{key[1]}{float(key[2]) + 5}", made, count=1)
    monkeypatch.setattr(swapped.nuke.module, "nodeCopy", lambda path: Path(path).write_text(made, encoding="utf-8"))
    tracker["selected"].setValue(True)
    swapped.nuke.press(swapped.node, "take_tracks")
    assert swapped.node["corrections"].value() == f"{swapped.out}/exports/corrections.json"
    assert "obeys the moved tracks" in swapped.node["status"].value()
