"""A pack's networks to TorchScript files for Nuke, and what such a file must be able to do before it may leave."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from fsgan_core.errors import WeightsError
from fsgan_core.exports.cattery_models import CROP_SIDE, BlendFace, FindPoints, InpaintFace, SegmentFace
from fsgan_core.media.atomic import complete_or_absent
from fsgan_core.weights.load import Pack

NUKE_CHANNELS = frozenset({
    "rgba.red", "rgba.green", "rgba.blue", "rgba.alpha", "depth.Z", "forward.u", "forward.v", "backward.u",
    "backward.v", "deep.front", "deep.back", "disparityL.x", "disparityL.y", "disparityR.x", "disparityR.y", "mask.a",
    "rotopaint_mask.a", "mask_planartrack.a", "mask_splinewarp.a",
})  # fmt: skip
"""The only channel names that CatFileCreator takes."""

_SIZES = ((256, 256), (270, 480), (96, 64))
_HALF_TOLERANCE = 0.06


@dataclass(frozen=True)
class CatteryKnob:
    """One knob of a model.

    Args:
        name: Of the knob, and of the model's attribute.
        kind: "float", "bool" or "enumeration".
        default: As the model has it.
        other: Another value, with which the result must differ.
        items: Words of an enumeration.
        limits: Range of a float's slider.
        help: A sentence for the tooltip.
    """

    name: str
    kind: str
    default: float
    other: float
    help: str
    items: tuple[str, ...] = ()
    limits: tuple[float, float] = (0.0, 1.0)


@dataclass(frozen=True)
class CatteryModel:
    """One model for the Inference node.

    Args:
        name: Of the node.
        role: What it does, for people.
        channels_in: Of the one picture that goes in, in the order of its channels.
        channels_out: Of the one that comes out.
        inputs: The node's inputs by label, and the channels of the picture in that each of them fills.
        knobs: What can be set.
    """

    name: str
    role: str
    channels_in: tuple[str, ...]
    channels_out: tuple[str, ...]
    inputs: Mapping[str, Mapping[str, str]]
    knobs: tuple[CatteryKnob, ...]


_RGBA = ("rgba.red", "rgba.green", "rgba.blue", "rgba.alpha")
_PLATE = {"rgba.red": "forward.u", "rgba.green": "forward.v", "rgba.blue": "backward.u"}
_THRESHOLD = CatteryKnob("threshold", "float", 0.5, 0.9, "Value of a matte from which it counts as inside.")

MODELS = (
    CatteryModel(
        "FSGAN_Segment", "Face and hair of a face crop as mattes.", _RGBA[:3], _RGBA, {"crop": {}},
        (
            CatteryKnob("matte", "enumeration", 0, 1, "What the alpha holds.", items=("face", "hair", "both")),
            CatteryKnob("gain", "float", 1.0, 4.0, "Contrast of the alpha about one half.", limits=(0.1, 10.0)),
        ),
    ),
    CatteryModel(
        "FSGAN_Inpaint", "A face completed to the outline of the plate's face.",
        (*_RGBA, *_PLATE.values(), "backward.v"), _RGBA,
        {"face": {}, "plate": _PLATE, "plate_face": {"rgba.alpha": "backward.v"}},
        (
            _THRESHOLD,
            CatteryKnob("only_invented", "bool", 0, 1, "Show only what the face did not have."),
        ),
    ),
    CatteryModel(
        "FSGAN_Blend", "A face in the skin tone and the light of the plate.", (*_RGBA, *_PLATE.values()), _RGBA,
        {"face": {}, "plate": _PLATE},
        (
            CatteryKnob("strength", "float", 1.0, 0.25, "How much of the change is made; 0 leaves the face."),
            _THRESHOLD,
            CatteryKnob("keep_highlights", "bool", 1, 0, "Add the plate's light above 1 and below 0."),
        ),
    ),
)  # fmt: skip


def script_model(model: CatteryModel, pack: Pack) -> torch.jit.ScriptModule:
    """A model of a pack's networks, in 32 bits on the CPU.

    Raises:
        WeightsError: The pack's networks do not fit what the model is made of.
    """
    picture = torch.zeros(1, 3, CROP_SIDE, CROP_SIDE)
    mask, points = torch.zeros(1, 1, CROP_SIDE, CROP_SIDE), torch.full((1, 98, 2), 0.5)
    wrapper: nn.Module
    if model.name == "FSGAN_Segment":
        side = _input_side(pack.segmentation)
        wrapper = SegmentFace(_traced(pack.segmentation, (torch.zeros(1, 3, side, side),)), side)
    elif model.name == "FSGAN_Inpaint":
        found = _traced(FindPoints(pack.landmarks), (picture,))
        wrapper = InpaintFace(_traced(pack.inpainting, (picture, points, mask)), found)
    else:
        wrapper = BlendFace(_traced(pack.blending, (picture, picture, mask)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return torch.jit.script(wrapper.eval().requires_grad_(False))


def save_model(scripted: torch.jit.ScriptModule, model: CatteryModel, path: str) -> None:
    """Write a model, complete or not at all, once it has passed every check.

    Raises:
        WeightsError: The file that was written is not what Nuke needs.
        OutputError: It cannot be written.
    """
    with complete_or_absent(path) as temporary:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            scripted.save(temporary)
        problems = model_problems(temporary, len(model.channels_in), len(model.channels_out), model.knobs)
        if problems:
            raise WeightsError(f"{model.name} is not fit for Nuke: {'; '.join(problems)}.", path=path)


def model_problems(path: str, channels_in: int, channels_out: int, knobs: Sequence[CatteryKnob]) -> list[str]:
    """What is wrong with a TorchScript file for Nuke; empty for a good one.

    Looked for: several outputs, a fixed size, pictures of another shape or out of order in memory, knobs that are no
    attributes or do nothing (frozen by a trace), and what fails or drifts at half precision.

    Args:
        path: The file.
        channels_in: Channels of the one picture that goes in.
        channels_out: Channels of the one that comes out.
        knobs: What must have an effect.
    """
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore", DeprecationWarning)
        model = torch.jit.load(path, map_location="cpu").eval()
        problems = _frozen_devices(model)
        for height, width in _SIZES:
            problems += _problems_at(model, _sample(channels_in, height, width), channels_out)
        if problems:
            return problems
        picture = _sample(channels_in, CROP_SIDE, CROP_SIDE)
        plain = model(picture)
        for knob in knobs:
            problems += _knob_problems(model, knob, picture, plain)
        return problems + _half_problems(model, picture, plain)


def _frozen_devices(model: torch.jit.ScriptModule) -> list[str]:
    """Whether a trace kept the device that it was made on: on a GPU the model would fail.

    What is made on the CPU and then laid beside another picture (`type_as`) is fine.
    """
    graph: Any = model.inlined_graph  # held while its nodes are looked at
    for constant in graph.findAllNodes("prim::Constant"):
        if str(constant.output().type()) != "Device":
            continue
        for use in constant.output().uses():
            beside = [after.user.kind() for after in use.user.output().uses()]
            if set(beside) != {"aten::type_as"}:
                return ["the device that it was made on is frozen into it"]
    return []


def _problems_at(model: torch.jit.ScriptModule, picture: Tensor, channels_out: int) -> list[str]:
    height, width = picture.shape[2:]
    try:
        made = model(picture)
    except RuntimeError as error:
        return [f"it does not run at {width}x{height} ({str(error).strip().splitlines()[-1][:90]})"]
    if not isinstance(made, Tensor):
        return [f"it returns a {type(made).__name__} and not one picture"]
    if tuple(made.shape) != (1, channels_out, height, width):
        return [f"at {width}x{height} it returns {tuple(made.shape)}"]
    return [] if made.is_contiguous() else ["what it returns is not contiguous"]


def _knob_problems(model: torch.jit.ScriptModule, knob: CatteryKnob, picture: Tensor, plain: Tensor) -> list[str]:
    value = knob.default if knob.kind == "float" else int(knob.default)
    other = knob.other if knob.kind == "float" else int(knob.other)
    try:
        if getattr(model, knob.name) != value:
            return [f"knob {knob.name} is {getattr(model, knob.name)} and not {value} at first"]
        setattr(model, knob.name, other)
        changed = not torch.equal(model(picture), plain)
        setattr(model, knob.name, value)
    except (AttributeError, RuntimeError) as error:
        return [f"knob {knob.name} cannot be set ({str(error).strip().splitlines()[0][:60]})"]
    return [] if changed else [f"knob {knob.name} has no effect (frozen by a trace?)"]


def _half_problems(model: torch.jit.ScriptModule, picture: Tensor, plain: Tensor) -> list[str]:
    """The last check: the model stays halved."""
    try:
        made = model.half()(picture.half())
    except RuntimeError as error:
        if "not implemented for 'Half'" in str(error):
            return []  # an older torch has no half precision on a CPU, so that this one cannot tell
        return [f"it fails at half precision ({str(error).strip().splitlines()[-1][:90]})"]
    if made.dtype != torch.float16:
        return [f"at half precision it returns {made.dtype}"]
    drift = float((made.float() - plain).abs().quantile(0.99))
    return [] if drift < _HALF_TOLERANCE else [f"at half precision it drifts by {drift:.3f}"]


def _sample(channels: int, height: int, width: int) -> Tensor:
    """A smooth picture with mattes that are white on the left and soft on the right, and light beyond 0 to 1."""
    y, x = torch.meshgrid(torch.linspace(0, 1, height), torch.linspace(0, 1, width), indexing="ij")
    planes = [0.5 + 0.6 * torch.sin(3 * x + index) * torch.cos(4 * y - index) for index in range(channels)]
    for index in (3, 7):
        if index < channels:
            planes[index] = (1.2 - x + 0.1 * index * y).clamp(0, 1)
    return torch.stack(planes)[None]


def _traced(network: nn.Module, example: tuple[Tensor, ...]) -> torch.jit.ScriptModule:
    """The network as a trace at the size of the example; its weights stay parameters."""
    with warnings.catch_warnings(), torch.no_grad():
        # Tracing warns of every Python number that it keeps: at one fixed size they are meant to be kept.
        warnings.simplefilter("ignore")
        return torch.jit.trace(network.eval().float(), example, check_trace=False)


def _input_side(network: nn.Module) -> int:
    side = getattr(network, "input_size", None)
    if not isinstance(side, int):
        raise WeightsError(f"{type(network).__name__} has no input_size, so it cannot be made for Nuke")
    return side
