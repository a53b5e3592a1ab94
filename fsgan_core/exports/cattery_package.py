"""The folders of Nuke's Cattery menu: models, gizmos, and what makes the .cat files that only NukeX can write."""

from __future__ import annotations

import json
import os
from typing import Any

import torch

import fsgan_core
from fsgan_core.exports.cattery_convert import MODELS, CatteryKnob, CatteryModel, save_model, script_model
from fsgan_core.exports.nuke_text import node, number, quoted
from fsgan_core.job.progress import Progress
from fsgan_core.media.atomic import complete_or_absent
from fsgan_core.weights.load import Pack

NUKE_TORCH = (2, 1)
"""The torch inside Nuke 15.1 to 17."""
_MINIMUM_NUKE = 15.1
_MAKE_CATS = '''"""Makes the .cat files of this folder: run it once with NukeX.

    nuke -t --nukex make_cats.py

A .cat is a TorchScript file with its knobs, as only CatFileCreator writes it.
"""

import os

import nuke

FOLDER = os.path.dirname(os.path.abspath(__file__)).replace("\\\\", "/")
MODELS = @MODELS@


def make_cat(model):
    """Execute one CatFileCreator."""
    creator = nuke.createNode("CatFileCreator", inpanel=False)
    folder = FOLDER + "/" + model["name"]
    creator["torchScriptFile"].setValue(folder + "/" + model["name"] + ".pt")
    creator["catFile"].setValue(folder + "/" + model["name"] + ".cat")
    creator["channelsIn"].setValue(model["channels_in"])
    creator["channelsOut"].setValue(model["channels_out"])
    creator["modelId"].setValue(model["name"])
    for kind, name, default, items in model["knobs"]:
        if kind == "enumeration":
            knob = nuke.Enumeration_Knob(name, name, items)
        elif kind == "bool":
            knob = nuke.Boolean_Knob(name, name)
        else:
            knob = nuke.Double_Knob(name, name)
        creator.addKnob(knob)
        creator[name].setValue(default)
    creator["createCatFile"].execute()
    nuke.delete(creator)


for one in MODELS:
    make_cat(one)
    print("made " + one["name"] + ".cat")
'''


def write_cattery(pack: Pack, folder: str, progress: Progress | None = None) -> list[str]:
    """Every model of a pack as a folder for the Cattery; the paths written.

    Args:
        pack: Its segmentation, landmarks, inpainting and blending are used.
        folder: Where the models' folders go; meant to be called `Cattery` and to lie on Nuke's plug-in path.
        progress: Hears about every model.

    Raises:
        WeightsError: A model is not what Nuke needs.
        OutputError: A file cannot be written.
    """
    progress = progress or Progress()
    written: list[str] = []
    progress.begin(f"cattery of {pack.name}", len(MODELS))
    for index, model in enumerate(MODELS, 1):
        path = os.path.join(folder, model.name, f"{model.name}.pt")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        save_model(script_model(model, pack), model, path)
        written.append(path)
        texts = {
            f"{model.name}.gizmo": gizmo_text(model),
            f"{model.name}_make_cat.nk": cat_creator_text(model, os.path.abspath(folder)),
            "cat.json": json.dumps(_cat_json(model), indent=1) + "\n",
        }
        written += [_write(os.path.join(folder, model.name, name), text) for name, text in texts.items()]
        progress.frame_done(index, model.name)
    script = _MAKE_CATS.replace("@MODELS@", _script_models())
    written.append(_write(os.path.join(folder, "make_cats.py"), script))
    version = tuple(int(part) for part in torch.__version__.split("+")[0].split(".")[:2])
    if version > NUKE_TORCH:
        progress.warn(
            f"these files are made by torch {torch.__version__}, and Nuke 15.1 to 17 carry torch 2.1. They are spelled "
            "so that torch 2.1 loads them, but nobody promises it. If Nuke refuses them, make them with "
            "install/convert_cattery.py and the versions that it names."
        )
    return written


def gizmo_text(model: CatteryModel) -> str:
    """The gizmo: inputs packed into the channels of one picture, the Inference node, its knobs.

    Args:
        model: What it runs.
    """
    user_knobs = [("help", quoted(model.role)), ("addUserKnob", f"{{20 User l {quoted(model.name)}}}")]
    for knob in model.knobs:
        user_knobs += [("addUserKnob", _user_knob(knob)), (knob.name, _value(knob))]
    for name, label in (("useGPUIfAvailable", "use GPU if available"), ("halfPrecision", "half precision")):
        user_knobs.append(("addUserKnob", f"{{41 {name} l {quoted(label)} T Inference1.{name}}}"))
    user_knobs.append(("addUserKnob", f"{{26 version l version T {quoted(fsgan_core.__version__)}}}"))
    parts = [node("Gizmo", model.name, user_knobs), *_inside(model)]
    return "".join(parts) + "end_group\n"


def cat_creator_text(model: CatteryModel, folder: str) -> str:
    """A script with a CatFileCreator filled in, for a click on its button instead of `nuke -t`.

    Args:
        model: What it makes.
        folder: Of all models, absolute.
    """
    stem = f"{folder}/{model.name}/{model.name}".replace("\\", "/")
    knobs = [
        ("inputs", "0"), ("torchScriptFile", quoted(f"{stem}.pt")), ("catFile", quoted(f"{stem}.cat")),
        ("channelsIn", quoted(", ".join(model.channels_in))), ("channelsOut", quoted(", ".join(model.channels_out))),
        ("modelId", model.name), ("addUserKnob", '{20 User l "knobs of the model"}'),
    ]  # fmt: skip
    for knob in model.knobs:
        knobs += [("addUserKnob", _user_knob(knob)), (knob.name, _value(knob))]
    return node("CatFileCreator", f"Make_{model.name}", knobs)


def _inside(model: CatteryModel) -> list[str]:
    """The nodes of a gizmo, inputs first."""
    parts = []
    for index, label in reversed(list(enumerate(model.inputs))):
        parts.append(node("Input", label, [("inputs", "0"), ("number", str(index))]))
    for index, channels in enumerate(list(model.inputs.values())[1:], 1):
        # Copy takes B, where the channels go to, from the last node pushed, and A from the one below it.
        copies = [
            (f"{word}{place}", channel)
            for place, pair in enumerate(channels.items())
            for word, channel in zip(("from", "to"), pair, strict=True)
        ]
        parts.append(node("Copy", f"Copy{index}", [("inputs", "2"), *copies]))
    settings = "".join(f"{knob.name}:{{parent.{knob.name}}};" for knob in model.knobs)
    inference = [
        ("modelFile", f'"\\[lsearch -inline \\[plugins -all {model.name}.cat] *.cat]"'),
        ("serialiseKnob", f"{{{settings}}}"),
    ]
    return [*parts, node("Inference", "Inference1", inference), node("Output", "Output1", [])]


def _user_knob(knob: CatteryKnob) -> str:
    kinds = {"enumeration": "4", "bool": "6", "float": "7"}
    words = [kinds[knob.kind], knob.name, "l", knob.name, "t", quoted(knob.help)]
    if knob.kind == "enumeration":
        words += ["M", "{" + " ".join(knob.items) + "}"]
    if knob.kind == "float":
        words += ["R", number(knob.limits[0]), number(knob.limits[1])]
    if knob.kind == "bool":
        words.append("+STARTLINE")
    return "{" + " ".join(words) + "}"


def _value(knob: CatteryKnob) -> str:
    if knob.kind == "enumeration":
        return knob.items[int(knob.default)]
    return ("true" if knob.default else "false") if knob.kind == "bool" else number(knob.default)


def _cat_json(model: CatteryModel) -> dict[str, Any]:
    return {
        "minimum_nuke_version_required": _MINIMUM_NUKE,
        "version": 1,
        "category": "Face",
        "description": model.role,
        "cats": [{"filepath": f"{model.name}.gizmo", "name": model.name.replace("_", " ")}],
    }


def _script_models() -> str:
    """What make_cats.py has to know, as a Python list, one model a line."""
    lines = []
    for model in MODELS:
        knobs = [
            (knob.kind, knob.name, knob.default if knob.kind == "float" else int(knob.default), list(knob.items))
            for knob in model.knobs
        ]
        about = {
            "name": model.name,
            "channels_in": ", ".join(model.channels_in),
            "channels_out": ", ".join(model.channels_out),
            "knobs": knobs,
        }
        lines.append(f"    {about!r},")
    return "[\n" + "\n".join(lines) + "\n]"


def _write(path: str, text: str) -> str:
    with complete_or_absent(path) as temporary, open(temporary, "x", encoding="utf-8", newline="\n") as file:
        file.write(text)
    return path
