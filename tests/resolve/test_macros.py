"""The macros as Fusion reads them: structure, controls, formulas; and broken ones, which the same checks refuse."""

from __future__ import annotations

import math
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from fsgan_core.host.job_form import SETTING, FormField, form_fields
from fsgan_core.media.layer_names import LAYER_CHANNELS
from fsgan_resolve.fusion_files import GIZMOS, generated_files, settings_lua
from fsgan_resolve.lua_text import lua_text
from fsgan_resolve.macros import LAYERS, RENDER_MACROS, SHOWN, macro_files
from fsgan_resolve.panel import PREFIX

MACROS = sorted(macro_files())


@pytest.fixture(scope="module")
def check() -> ModuleType:
    import importlib.util

    spec = importlib.util.spec_from_file_location("setting_check", Path(__file__).parent / "setting_check.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read(fusion_bench: ModuleType, name: str) -> Any:
    return fusion_bench.read_setting(fusion_bench.new_lua("lua51"), macro_files()[name])


@pytest.mark.parametrize("name", sorted(generated_files()))
def test_committed_file_is_the_generated_one(name: str) -> None:
    path = Path(GIZMOS, *name.split("/"))
    assert path.read_text(encoding="utf-8") == generated_files()[name], (
        "a setting or the generator has changed: run python -m fsgan_resolve.fusion_files, and commit gizmos/fusion"
    )


def test_no_file_is_left_over_from_an_older_generator() -> None:
    there = {
        path.relative_to(GIZMOS).as_posix() for path in Path(GIZMOS).rglob("*") if path.suffix in (".setting", ".lua")
    }
    by_hand = {f"Modules/Lua/fsgan{part}.lua" for part in ("", "_text", "_job", "_run", "_edit")} | {
        name for name in there if name.startswith("Scripts/Utility/")
    }
    assert there - by_hand == set(generated_files())


@pytest.mark.parametrize("name", MACROS)
def test_macro_is_what_fusion_reads(name: str, fusion_bench: ModuleType, check: ModuleType) -> None:
    assert check.problems(fusion_bench, macro_files()[name]) == []


@pytest.mark.parametrize(
    ("good", "bad", "words"),
    [
        ("Tools = ordered() {", "Tools = ordered() ", "no Lua"),
        ('SourceOp = "FSGANPanel", Source = "FS_source",', 'SourceOp = "FSGANPanel" Source = "FS_source",', "no Lua"),
        ('ActiveTool = "FSGAN_Swap"', 'ActiveTool = "FSGANSwap"', "ActiveTool FSGANSwap is not there"),
        ('SourceOp = "FSGANMix"', 'SourceOp = "FSGANMixed"', "comes from FSGANMixed"),
        ('Source = "FS_face"', 'Source = "FS_faces"', "shows FS_faces, which is no control"),
        (
            'Foreground = Input { SourceOp = "FSGANResult"',
            'Foreground = Input { SourceOp = "Result"',
            "comes from Result",
        ),
        ("Inputs = ordered() {", "Inputs = {", "is not ordered"),
        ("= InstanceOutput {", "= InstanceInput {", "and no InstanceOutput"),
        ("= Dissolve {", "= Disolve {", "is no tool that we know"),
        ('INPID_InputControl = "ComboControl"', 'INPID_InputControl = "Combo"', "no control that we know"),
        ('LINKID_DataType = "Number"', 'LINKID_DataType = "Numbr"', "has no data type"),
        ("pcall(require, 'fsgan')", "pcall(require 'fsgan'", "FS_start"),
        ("BTNCS_Execute =", "BTNCS_Excute =", "a button without Lua"),
        ("iif(FSGANPanel.FS_ready", "iif(Panel.FS_ready", "reads Panel.FS_ready"),
        ("MainOutput1 =", "Output1 =", "has no main output"),
        ("= GroupOperator {", "= MacroOperatr {", "and no GroupOperator"),
    ],
)
def test_broken_macro_is_noticed(good: str, bad: str, words: str, fusion_bench: ModuleType, check: ModuleType) -> None:
    text = macro_files()["FSGAN Swap.setting"]
    assert good in text
    said = check.problems(fusion_bench, text.replace(good, bad, 1))
    assert any(words in line for line in said), said


def every_setting() -> list[tuple[str, FormField]]:
    return [
        (macro.title, field) for macro in RENDER_MACROS for field in form_fields(macro.kind) if field.kind == SETTING
    ]


def test_controls_are_the_settings_with_their_defaults_and_limits(fusion_bench: ModuleType) -> None:
    read_files = {macro.title: read(fusion_bench, f"{macro.title}.setting") for macro in RENDER_MACROS}
    checked = 0
    for title, field in every_setting():
        setting = field.info
        macro = fusion_bench.entries(read_files[title].Tools)[title.replace(" ", "_")]
        panel, name = macro.Tools.FSGANPanel, PREFIX + field.name
        control, shown = panel.UserControls[name], macro.Inputs[name]
        assert shown is not None and shown.Source == name, name
        start = panel.Inputs[name].Value
        if setting.choices:
            choices = [item.CCS_AddString for key, item in control.items() if isinstance(key, int)]
            assert tuple(choices) == setting.choices
            assert choices[start] == setting.default == choices[shown.Default]
        elif setting.type is bool:
            assert bool(start) is setting.default and bool(shown.Default) is setting.default
        else:
            assert start == setting.default
        if setting.type in (int, float):
            assert (control.INP_MinAllowed, control.INP_MaxAllowed) == (setting.minimum, setting.maximum), name
            assert (shown.MinScale, shown.MaxScale) == (setting.minimum, setting.maximum)
            assert bool(control.INP_Integer) is (setting.type is int)
            assert shown.Default == setting.default
        assert control.INPS_StatusText == setting.help
        assert setting.label in control.LINKS_Name
        checked += 1
    assert checked > 80


def test_every_field_of_the_form_is_a_control(fusion_bench: ModuleType) -> None:
    for macro in RENDER_MACROS:
        shown = fusion_bench.entries(read(fusion_bench, f"{macro.title}.setting").Tools[macro.tool].Inputs)
        assert {PREFIX + field.name for field in form_fields(macro.kind)} <= set(shown)


def test_layers_are_those_that_the_engine_writes(fusion_bench: ModuleType) -> None:
    assert LAYERS == LAYER_CHANNELS
    outputs = fusion_bench.entries(read(fusion_bench, "FSGAN Swap.setting").Tools.FSGAN_Swap.Outputs)
    assert set(LAYERS) < set(outputs)


def test_plate_shows_until_there_is_a_result_and_outside_its_frames(fusion_bench: ModuleType) -> None:
    lua = fusion_bench.new_lua("lua51")
    mix = lua.execute(
        f"return function(panel, now) time, FSGANPanel = now, panel "
        f"iif = function(c, a, b) if c then return a end return b end return {SHOWN} end"
    )

    def at(ready: int, now: int) -> float:
        panel = lua.table_from({"FS_ready": ready, "FS_first": 1001, "FS_last": 1003, "FS_mix": 0.75})
        return float(mix(panel, now))

    assert [at(1, now) for now in (1000, 1001, 1003, 1004)] == [0, 0.75, 0.75, 0]
    assert at(0, 1002) == 0


@pytest.mark.parametrize("amount", [0.0, 0.5, 1.0])
def test_recombine_is_blend_through_matte_over_plate(fusion_bench: ModuleType, amount: float) -> None:
    lua = fusion_bench.new_lua("lua51")
    inputs = read(fusion_bench, "FSGAN Recombine.setting").Tools.FSGAN_Recombine.Tools.FSGANRecombine.Inputs
    plate, blend, matte = {"r": 3.5, "g": -0.25, "b": 0.5}, {"r": 0.25, "g": 2.0, "b": 0.125}, 0.75
    for word in ("Red", "Green", "Blue"):
        c = word[0].lower()
        formula = lua.eval(f"function(v) setfenv(1, v) return {inputs[f'{word}Expression'].Value} end")
        values = lua.table_from({f"{c}1": plate[c], f"{c}2": blend[c], "r3": matte, "n1": amount})
        wanted = blend[c] * matte * amount + plate[c] * (1 - matte * amount)
        assert math.isclose(formula(values), wanted, abs_tol=1e-12)
    assert inputs.AlphaExpression.Value == "a1"


def test_settings_table_is_plain_lua(fusion_bench: ModuleType) -> None:
    kinds = fusion_bench.new_lua("lua51").execute(settings_lua()).kinds
    assert [kinds[kind].connected for kind in ("swap", "reenact")] == ["plate", "source"]


@pytest.mark.parametrize("text", ["", 'a "b" \\ c', "line\nbreak\ttab\r", "Straße 日本 🎬", "\x001\x7f9", "]]--[["])
def test_quoted_text_comes_back_as_it_was(text: str, fusion_bench: ModuleType) -> None:
    assert fusion_bench.new_lua("lua51").execute(f"return {lua_text(text)}") == text
