"""Cattery models are the engine's networks at any size, with live knobs; and a broken one does not leave the house."""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import cv2
import numpy as np
import OpenImageIO as oiio  # noqa: N813
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from fsgan_core.color.network_encoding import linear_to_network, network_to_linear
from fsgan_core.errors import WeightsError
from fsgan_core.exports.cattery_convert import MODELS, NUKE_CHANNELS, model_problems, save_model, script_model
from fsgan_core.exports.cattery_package import cat_creator_text, gizmo_text, write_cattery
from fsgan_core.face.landmarks import find_landmarks
from fsgan_core.face.segment import segment_face
from fsgan_core.networks import inference
from fsgan_core.networks.inference import infer
from fsgan_core.stages.blend import blend
from fsgan_core.stages.inpaint import inpaint
from fsgan_core.weights.load import Pack, load_pack

SEGMENT, INPAINT, BLEND = MODELS
LIGHT = 2e-3
"""The sRGB curve in torch and in numpy differ by rounding, steepest next to white."""


@pytest.fixture(autouse=True)
def _full_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine takes bfloat16 where a CPU has it; what is compared here is the networks."""
    monkeypatch.setattr(inference, "computes_bfloat16", lambda device: False)


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack("compact", "cpu")


@pytest.fixture(scope="module")
def models(pack: Pack) -> dict[str, Any]:
    return {model.name: script_model(model, pack) for model in MODELS}


@pytest.fixture(scope="module")
def face(sample_plates: Path) -> np.ndarray:
    """(256, 256, 3) scene-linear: the face of a bundled, AI-made person."""
    plate = oiio.ImageBuf(str(sample_plates / "a" / "plate.1001.exr")).get_pixels(oiio.FLOAT)
    crop = np.ascontiguousarray(plate[116:452, 318:654, :3])
    return cv2.resize(crop, (256, 256), interpolation=cv2.INTER_AREA).astype(np.float32)


def as_tensor(*planes: np.ndarray) -> Tensor:
    """Pictures and mattes as the one picture that goes in."""
    stacked = np.concatenate([plane if plane.ndim == 3 else plane[..., None] for plane in planes], 2)
    return torch.from_numpy(np.ascontiguousarray(stacked.transpose(2, 0, 1)))[None]


def as_picture(made: Tensor) -> np.ndarray:
    return made[0].permute(1, 2, 0).numpy()


def ellipse(radius_x: float, radius_y: float) -> np.ndarray:
    y, x = np.mgrid[:256, :256] + 0.5
    distance = np.hypot((x - 128) / radius_x, (y - 128) / radius_y)
    return np.clip(4 - 4 * distance + 0.5, 0, 1).astype(np.float32)


def test_segmentation_is_the_engines(models: dict[str, Any], pack: Pack, face: np.ndarray) -> None:
    made = as_picture(models["FSGAN_Segment"](as_tensor(face)))
    engine = segment_face(face, pack.segmentation)
    assert engine[1].max() > 0.9
    np.testing.assert_allclose(made[..., 0], engine[1], atol=1e-3)
    np.testing.assert_allclose(made[..., 1], engine[2], atol=1e-3)
    np.testing.assert_allclose(made[..., 3], engine[1], atol=1e-3)


@pytest.mark.parametrize("size", [(256, 256), (270, 480), (96, 64), (512, 300)])
def test_segmentation_of_any_size_is_that_of_the_filled_up_square(
    models: dict[str, Any], pack: Pack, face: np.ndarray, size: tuple[int, int]
) -> None:
    """Squared and resampled by other means than the model's, then the engine's network."""
    height, width = size
    picture = cv2.resize(face, (width, height), interpolation=cv2.INTER_LINEAR)
    largest = max(size)
    top, left = (largest - height) // 2, (largest - width) // 2
    square = np.pad(
        picture, ((top, largest - height - top), (left, largest - width - left), (0, 0)), mode="edge"
    )
    seen = as_tensor(np.clip(linear_to_network(np.clip(square, 0, 1)), -1, 1))
    small = F.interpolate(seen, size=(256, 256), mode="bilinear", antialias=True) if largest > 256 else seen
    small = F.interpolate(small, size=(256, 256), mode="bilinear") if largest < 256 else small
    classes = infer(pack.segmentation, small).softmax(1)
    back = F.interpolate(classes, size=(largest, largest), mode="bilinear", antialias=largest < 256)
    expected = back[0, 1, top : top + height, left : left + width].numpy()
    made = as_picture(models["FSGAN_Segment"](as_tensor(picture)))
    assert made.shape == (height, width, 4)
    np.testing.assert_allclose(made[..., 0], expected, atol=2e-3)


def test_inpainting_is_the_engines(models: dict[str, Any], pack: Pack, face: np.ndarray) -> None:
    known, wanted = ellipse(50, 60), ellipse(70, 90)
    known[60:120, 90:120] = 0
    reenacted = np.clip(face[:, ::-1] * 0.9, 0, 1)
    made = as_picture(models["FSGAN_Inpaint"](as_tensor(reenacted, known, face, wanted)))
    landmarks = find_landmarks(face, pack.landmarks).points
    completed = inpaint(
        linear_to_network(reenacted), known, landmarks, wanted, pack.inpainting
    )
    np.testing.assert_allclose(made[..., :3], network_to_linear(completed.picture), atol=LIGHT)
    np.testing.assert_allclose(made[..., 3], completed.invented, atol=1e-6)
    assert made[80, 100, :3].min() > 0.001, "the hole is filled"


def test_blending_is_the_engines(models: dict[str, Any], pack: Pack, face: np.ndarray) -> None:
    completed, mask = np.clip(face[:, ::-1] * (1.2, 0.9, 0.8), 0, 1).astype(np.float32), ellipse(60, 80)
    plate = face.copy()
    plate[10, 10] = 30.0
    plate[128, 128] = -0.5
    made = as_picture(models["FSGAN_Blend"](as_tensor(completed, mask, plate)))
    target = linear_to_network(np.clip(plate, 0, 1))
    blended = network_to_linear(blend(linear_to_network(completed), target, mask, pack.blending))
    np.testing.assert_allclose(made[..., :3], blended + (plate - np.clip(plate, 0, 1)), atol=LIGHT)
    np.testing.assert_array_equal(made[..., 3], mask)
    assert made[10, 10, 0] == pytest.approx(30, abs=0.1)


@pytest.mark.parametrize("size", [(1080, 1920), (64, 64), (257, 255)])
def test_any_size_comes_back_as_it_went_in(models: dict[str, Any], size: tuple[int, int]) -> None:
    for model in (SEGMENT, BLEND):
        made = models[model.name](torch.rand(1, len(model.channels_in), *size))
        assert tuple(made.shape) == (1, 4, *size)


def test_pictures_with_nan_and_infinity_do_not_spread(models: dict[str, Any], face: np.ndarray) -> None:
    plate = face.copy()
    plate[5, 5] = np.nan
    plate[6, 6] = np.inf
    made = models["FSGAN_Blend"](as_tensor(face, ellipse(60, 80), plate))
    assert bool(torch.isfinite(made).all())


def test_only_names_of_nuke_are_used() -> None:
    for model in MODELS:
        names = [*model.channels_in, *model.channels_out]
        assert set(names) <= NUKE_CHANNELS
        assert len(set(model.channels_in)) == len(model.channels_in) <= 19
        packed = [channel for channels in model.inputs.values() for channel in channels.values()]
        assert set(model.channels_in) - set(packed) <= {"rgba.red", "rgba.green", "rgba.blue", "rgba.alpha"}


class Good(nn.Module):
    """A small model that is as it should be; the broken ones below differ in one thing each."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)
        self.matte = 0
        self.gain = 1.0

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv(x) * self.gain
        if self.matte == 1:
            y = y + 1.0
        return y.contiguous()


class TwoOutputs(Good):
    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:  # type: ignore[override]
        return x, x


class FixedSize(Good):
    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x.reshape(1, 3, 256, 256))


class WrongSize(Good):
    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x)[:, :, ::2]


class OutOfOrder(Good):
    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x).permute(0, 1, 3, 2).contiguous().permute(0, 1, 3, 2)


class DeadKnob(Good):
    def forward(self, x: Tensor) -> Tensor:
        return (self.conv(x) + float(self.matte)).contiguous()


class NoKnob(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x).contiguous()


class NoHalf(Good):
    def forward(self, x: Tensor) -> Tensor:
        y = self.conv(x.float()) * self.gain
        if self.matte == 1:
            y = y + 1.0
        return y.contiguous()


class FrozenDevice(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x + torch.arange(x.shape[3], device=x.device)


class AroundFrozenDevice(Good):
    def __init__(self) -> None:
        super().__init__()
        self.traced = torch.jit.trace(FrozenDevice(), torch.zeros(1, 4, 256, 256), check_trace=False)

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv(x) * self.gain + self.traced(x[:, 0:1]).mean()
        if self.matte == 1:
            y = y + 1.0
        return y.contiguous()


def problems(model: nn.Module, folder: Path, *, traced: bool = False) -> str:
    example = torch.rand(1, 3, 256, 256)
    made = torch.jit.trace(model.eval(), example, check_trace=False) if traced else torch.jit.script(model.eval())
    path = str(folder / "model.pt")
    made.save(path)
    return "; ".join(model_problems(path, 3, 4, SEGMENT.knobs))


def test_good_model_has_no_problem(tmp_path: Path) -> None:
    assert problems(Good(), tmp_path) == ""


@pytest.mark.filterwarnings("ignore::torch.jit.TracerWarning")
@pytest.mark.parametrize(
    ("model", "traced", "words"),
    [
        (Good, True, "knob matte"),
        (TwoOutputs, False, "it returns a tuple and not one picture"),
        (FixedSize, False, "it does not run at 480x270"),
        (WrongSize, False, r"at 256x256 it returns \(1, 4, 128, 256\)"),
        (OutOfOrder, False, "not contiguous"),
        (DeadKnob, False, "knob gain has no effect"),
        (NoKnob, False, "knob matte cannot be set"),
        (NoHalf, False, "it fails at half precision"),
        (AroundFrozenDevice, False, "device that it was made on is frozen"),
    ],
)
def test_broken_model_is_caught(model: Any, traced: bool, words: str, tmp_path: Path) -> None:
    import re

    assert re.search(words, problems(model(), tmp_path, traced=traced))


def test_broken_model_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    with pytest.raises(WeightsError, match="FSGAN_Segment is not fit for Nuke: it returns a tuple"):
        save_model(torch.jit.script(TwoOutputs().eval()), SEGMENT, str(path))
    assert os.listdir(tmp_path) == []


def test_gizmo_packs_its_inputs_and_drives_its_knobs(real_tcl: Any) -> None:
    for model in MODELS:
        (gizmo,) = real_tcl.read_nodes(gizmo_text(model))
        inside = {node["name"]: node for node in gizmo.children}
        inference = inside["Inference1"]
        driven = dict(part.split(":", 1) for part in inference["serialiseKnob"].split(";") if part)
        assert driven == {knob.name: f"{{parent.{knob.name}}}" for knob in model.knobs}
        user = [real_tcl.read_words(value) for name, value in gizmo.knobs if name == "addUserKnob"]
        assert {knob.name for knob in model.knobs} <= {words[1] for words in user}
        for knob in model.knobs:
            words = next(words for words in user if words[1] == knob.name)
            shown = gizmo[knob.name]
            default = knob.items.index(shown) if knob.items else {"true": 1, "false": 0}.get(shown, shown)
            assert float(default) == knob.default
            assert words[0] == {"enumeration": "4", "bool": "6", "float": "7"}[knob.kind]
        assert inference["modelFile"] == f"[lsearch -inline [plugins -all {model.name}.cat] *.cat]"
        labels = list(model.inputs)
        assert [inside[label]["number"] for label in labels] == [str(index) for index in range(len(labels))]
        last = labels[0]
        for index, label in enumerate(labels[1:], 1):
            copy = inside[f"Copy{index}"]
            assert copy.inputs == [last, label]
            channels = {copy[f"from{place}"]: copy[f"to{place}"] for place in range(len(model.inputs[label]))}
            assert channels == dict(model.inputs[label])
            last = f"Copy{index}"
        assert (inference.inputs, inside["Output1"].inputs) == ([last], ["Inference1"])


def test_cat_creator_is_filled_in(real_tcl: Any) -> None:
    (creator,) = real_tcl.read_nodes(cat_creator_text(BLEND, "C:\\nuke\\Cattery"))
    assert creator["torchScriptFile"] == "C:/nuke/Cattery/FSGAN_Blend/FSGAN_Blend.pt"
    assert creator["channelsIn"].split(", ") == list(BLEND.channels_in)
    assert (creator["strength"], creator["keep_highlights"]) == ("1", "true")


@dataclass
class FakeKnob:
    """A knob of a strict CatFileCreator; executing it makes the file."""

    owner: FakeCreator
    name: str
    value: Any = None

    def setValue(self, value: Any) -> None:
        self.value = value

    def execute(self) -> None:
        assert self.name == "createCatFile"
        source = self.owner["torchScriptFile"].value
        assert os.path.isfile(source), source
        Path(self.owner["catFile"].value).write_bytes(b"cat")


@dataclass
class FakeCreator:
    """A CatFileCreator with the knobs of Nuke's own and those that are added."""

    knobs: dict[str, FakeKnob] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("torchScriptFile", "catFile", "channelsIn", "channelsOut", "modelId", "createCatFile"):
            self.knobs[name] = FakeKnob(self, name)

    def __getitem__(self, name: str) -> FakeKnob:
        return self.knobs[name]

    def addKnob(self, name: str) -> None:
        self.knobs[name] = FakeKnob(self, name)


def test_package_is_complete_and_its_script_makes_the_cats(
    pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "with space" / "Cattery"
    write_cattery(pack, str(folder))
    for model in MODELS:
        here = folder / model.name
        assert {path.name for path in here.iterdir()} == {
            f"{model.name}.pt", f"{model.name}.gizmo", f"{model.name}_make_cat.nk", "cat.json",
        }  # fmt: skip
        about = json.loads((here / "cat.json").read_text())
        assert about["minimum_nuke_version_required"] == 15.1
        assert [(here / cat["filepath"]).is_file() for cat in about["cats"]] == [True]
        # Models leave as they are: 32 bits, on the CPU, weights as parameters.
        loaded = torch.jit.load(str(here / f"{model.name}.pt"))
        assert {parameter.dtype for parameter in loaded.parameters()} == {torch.float32}
    creators: list[FakeCreator] = []
    nuke = ModuleType("nuke")

    def create(class_name: str, inpanel: bool = True) -> FakeCreator:
        assert (class_name, inpanel) == ("CatFileCreator", False)
        creators.append(FakeCreator())
        return creators[-1]

    nuke.createNode = create  # type: ignore[attr-defined]
    nuke.delete = lambda creator: None  # type: ignore[attr-defined]
    nuke.Enumeration_Knob = lambda name, label, items: name  # type: ignore[attr-defined]
    nuke.Boolean_Knob = nuke.Double_Knob = lambda name, label: name  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "nuke", nuke)
    runpy.run_path(str(folder / "make_cats.py"))
    assert sorted(path.name for path in folder.glob("*/*.cat")) == sorted(f"{model.name}.cat" for model in MODELS)
    for model, creator in zip(MODELS, creators, strict=True):
        assert creator["channelsIn"].value.split(", ") == list(model.channels_in)
        assert all(creator[knob.name].value == knob.default for knob in model.knobs)


def test_converter_needs_nothing_but_torch_numpy_and_safetensors(repository: Path) -> None:
    """In the environment with Nuke's torch there is nothing else."""
    code = (
        "import sys\n"
        "class Refuse:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] in ('cv2', 'OpenImageIO', 'av', 'scipy', 'typer', 'rich'):\n"
        "            raise ImportError(name)\n"
        "sys.meta_path.insert(0, Refuse())\n"
        "import fsgan_core.exports.cattery_package, fsgan_core.weights.load, fsgan_core.job.progress\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=repository, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
