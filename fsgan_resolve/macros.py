"""The macros of `gizmos/fusion`, made from the job kinds and their settings.

`fusion_files.py` writes them, and a test holds the committed text to what is made here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, Tuple

from fsgan_core.host.job_form import PATH, PICTURES, SETTING, FormField, form_fields
from fsgan_resolve.lua_text import Table, Value, fuid, lua_text, ordered, sequence, table
from fsgan_resolve.panel import (
    ANALYZE_PAGE,
    FIRST_PAGE,
    OUTPUT_PAGE,
    PAGES,
    PREFIX,
    Control,
    button,
    file_control,
    hidden,
    instance_input,
    mix_slider,
    setting_control,
    start_inputs,
    status_control,
    text_control,
    time_offset,
)

PANEL, PLATE, RESULT, MIX, SAVER = "FSGANPanel", "FSGANPlate", "FSGANResult", "FSGANMix", "FSGANPlateSaver"

LAYERS = {
    "fsgan_matte": ("A",),
    "fsgan_face": ("A",),
    "fsgan_hair": ("A",),
    "fsgan_reenact": ("R", "G", "B"),
    "fsgan_inpaint": ("R", "G", "B"),
    "fsgan_blend": ("R", "G", "B"),
    "fsgan_invented": ("A",),
    "fsgan_st": ("U", "V"),
}
"""The layers of a result and their channels, each a Loader and an output; as in `media/layer_names.py`."""

HOLD_BLACK = 2
"""The Loader's `MissingFrames`: a frame that is not on disk is black, and no error."""

SHOWN = (
    f"iif({PANEL}.{PREFIX}ready == 1 and time >= {PANEL}.{PREFIX}first and time <= {PANEL}.{PREFIX}last, "
    f"{PANEL}.{PREFIX}mix, 0)"
)
"""The mix: the plate alone until there is a result, and outside its frames."""

RECOMBINED = "{c}2*r3*n1+{c}1*(1-r3*n1)"
"""blend * matte + plate * (1 - matte), for channel {c}; images 1, 2, 3 are plate, blend, matte, and n1 the amount."""


_CONNECTED = "Empty: the file of the Loader or MediaIn that is connected; behind other tools, press Render plate."

FILE_HELP = {
    "plate": ("Plate file", f"The pictures that receive the face. {_CONNECTED}"),
    "source": ("Source", "Who is seen in the result: a sequence, a movie or one still."),
    "driver": ("Driver", "Who moves the source: a sequence or a movie."),
    "pose_from": ("Pose from", "Another shot that gives the pose. Empty: the driver."),
    "expression_from": ("Expression from", "Another shot that gives the expression. Empty: the driver."),
    "out": ("Output", "Pattern of the EXRs, such as D:/shots/swap.####.exr. Empty: beside a saved composition."),
    "corrections": ("Corrections", "What was set right in the analysis by hand. Empty: nothing."),
    "source_corrections": ("Source corrections", "What was set right in the source's analysis. Empty: nothing."),
    "driver_corrections": ("Driver corrections", "What was set right in the driver's analysis. Empty: nothing."),
    "plate_analysis": ("Plate analysis", "Where pass 1 of the plate is kept. Empty: beside the result."),
    "source_analysis": ("Source analysis", "Where pass 1 of the source is kept. Empty: beside the result."),
    "driver_analysis": ("Driver analysis", "Where pass 1 of the driver is kept. Empty: beside the result."),
    "pose_analysis": ("Pose analysis", "Where pass 1 of that shot is kept. Empty: beside the result."),
    "expression_analysis": ("Expression analysis", "Where pass 1 of that shot is kept. Empty: beside the result."),
}
"""Label and help of every file that a job names."""

_PICTURE_PARTS = (
    ("layer", "layer", "EXR layer to read. Empty: R G B."),
    ("stereo_view", "stereo view", "Eye of stereo pictures, such as left."),
)


@dataclass(frozen=True)
class RenderMacro:
    """A macro that runs the engine.

    Args:
        title: Its file name and its entry in Fusion's menu.
        kind: The job's kind.
        verb: What the first button says.
        connected: The pictures that the macro's input stands for.
    """

    title: str
    kind: str
    verb: str
    connected: str

    @property
    def tool(self) -> str:
        """The name of the group in the flow."""
        return self.title.replace(" ", "_")

    def fields(self, kind: str) -> Tuple[FormField, ...]:
        """The fields of the job's form of one kind."""
        return tuple(field for field in form_fields(self.kind) if field.kind == kind)


RENDER_MACROS = (
    RenderMacro("FSGAN Swap", "swap", "Swap", "plate"),
    RenderMacro("FSGAN Reenact", "reenact", "Reenact", "source"),
)


def macro_files() -> Dict[str, str]:
    """File name to text of every macro."""
    files = {f"{macro.title}.setting": _file_text(macro.tool, render_group(macro)) for macro in RENDER_MACROS}
    files["FSGAN Recombine.setting"] = _file_text("FSGAN_Recombine", recombine_group())
    return files


def macro_controls(macro: RenderMacro) -> Tuple[Control, ...]:
    """Everything in the inspector, in its order."""
    files = [_file_control(macro, field.name, FIRST_PAGE) for field in macro.fields(PICTURES)]
    settings = [setting_control(field) for field in macro.fields(SETTING)]
    written = [
        hidden(name, start)
        for name, start in (("kind", macro.kind), ("run", ""), ("ready", 0), ("first", 0), ("last", 0))
    ]
    controls = [
        *files, _file_control(macro, "out", FIRST_PAGE), *_buttons(macro), status_control(), mix_slider(), *settings,
        *_names(macro), time_offset(), *written,
    ]  # fmt: skip
    return tuple(sorted(controls, key=lambda control: PAGES.index(control.page)))


def render_group(macro: RenderMacro) -> Table:
    """The group of a macro that runs the engine: plate in, result and layers out."""
    controls = macro_controls(macro)
    connected = table("InstanceInput", SourceOp=PLATE, Source="Input", Name=macro.connected.capitalize())
    shown = [control for control in controls if "IC_Visible" not in control.user_control.named]
    inputs: Dict[str, Value] = {"MainInput1": connected}
    inputs.update({control.name: instance_input(control, PANEL) for control in shown})
    outputs: Dict[str, Value] = {"MainOutput1": table("InstanceOutput", SourceOp=MIX, Source="Output")}
    outputs["Result"] = table("InstanceOutput", SourceOp=RESULT, Source="Output")
    outputs.update({layer: table("InstanceOutput", SourceOp=layer, Source="Output") for layer in LAYERS})
    tools: Dict[str, Value] = {
        PLATE: table("PipeRouter", ViewInfo=_position("PipeRouterInfo", 0, 0)),
        RESULT: _loader(1),
        **{layer: _loader(row) for row, layer in enumerate(LAYERS, 2)},
        MIX: table(
            "Dissolve",
            Inputs=table(
                Background=_from(PLATE), Foreground=_from(RESULT), Mix=table("Input", Value=0, Expression=SHOWN)
            ),
            ViewInfo=_position("OperatorInfo", 220, 0),
        ),
        SAVER: _saver(),
        PANEL: table(
            "Fuse.Wireless",
            Inputs=Table("", start_inputs(controls)),
            ViewInfo=_position("OperatorInfo", 330, 0),
            UserControls=ordered({control.name: control.user_control for control in controls}),
        ),
    }
    return _group(inputs, outputs, tools)


def recombine_group() -> Table:
    """The result made anew from plate, blend and matte, so that one of them can be painted and the rest kept."""
    tool = "FSGANRecombine"
    help_of = (("MainInput1", "Image1", "Plate"), ("MainInput2", "Image2", "Blend"), ("MainInput3", "Image3", "Matte"))
    inputs: Dict[str, Value] = {
        key: table("InstanceInput", SourceOp=tool, Source=source, Name=name) for key, source, name in help_of
    }
    inputs["Amount"] = table(
        "InstanceInput", SourceOp=tool, Source="NumberIn1", Name="Amount", Page=FIRST_PAGE, Default=1.0, MinScale=0.0,
        MaxScale=1.0,
    )  # fmt: skip
    expressions = {
        f"{word}Expression": table("Input", Value=RECOMBINED.format(c=word[0].lower()))
        for word in ("Red", "Green", "Blue")
    }
    own = Table(
        "", {"NumberIn1": table("Input", Value=1.0), **expressions, "AlphaExpression": table("Input", Value="a1")}
    )
    tools: Dict[str, Value] = {tool: table("Custom", Inputs=own, ViewInfo=_position("OperatorInfo", 0, 0))}
    outputs: Dict[str, Value] = {"MainOutput1": table("InstanceOutput", SourceOp=tool, Source="Output")}
    return _group(inputs, outputs, tools)


def press(action: str) -> str:
    """The Lua of a button: find the module, call it; where it is not installed, say so."""
    return (
        "local found, fsgan = pcall(require, 'fsgan')\n"
        "if not found then found, fsgan = pcall(dofile, fusion:MapPath('Modules:/Lua/fsgan.lua')) end\n"
        f"if found then fsgan.press('{action}', tool, comp, fusion, bmd) "
        "else print('FSGAN is not installed for this program. Run: fsgan install resolve') end"
    )


def _buttons(macro: RenderMacro) -> Tuple[Control, ...]:
    return (
        button("start", macro.verb, "Write the job and start the engine in the background.", press("start")),
        button("cancel", "Cancel", "Stop after the frame at work. Frames on disk are complete.", press("cancel")),
        button("load", "Load result", "Look how far the engine is, and load what it has written.", press("load")),
        button("plate_render", "Render plate", "Write the connected picture as EXRs; use them.", press("render_plate")),
        button("extract", "Extract Loaders", "Put a Loader for each layer into the flow.", press("extract")),
        button("check", "Check", "Say which engine runs, and where its files are.", press("check")),
    )


def _names(macro: RenderMacro) -> Tuple[Control, ...]:
    """Text that names a part of the pictures, and files of pass 1."""
    parts = [
        text_control(f"{field.name}_{part}", f"{FILE_HELP[field.name][0]}: {label}", help, OUTPUT_PAGE)
        for part, label, help in _PICTURE_PARTS
        for field in macro.fields(PICTURES)
    ]
    engine = file_control("engine", "Engine", "The program fsgan. Empty: the one of the installer.", OUTPUT_PAGE)
    kept = [_file_control(macro, field.name, ANALYZE_PAGE) for field in macro.fields(PATH) if field.name != "out"]
    return (*parts, engine, *kept)


def _file_control(macro: RenderMacro, name: str, page: str) -> Control:
    label, help = FILE_HELP[name]
    if name == macro.connected and _CONNECTED not in help:
        help = f"{help} {_CONNECTED}"
    return file_control(name, label, help, page, saves=name == "out" or name.endswith("_analysis"))


def _loader(row: int) -> Table:
    clip = table(
        "Clip", ID="Clip1", Filename="", FormatID="OpenEXRFormat", StartFrame=0, LengthSetManually=True, TrimIn=0,
        TrimOut=0, Length=1, GlobalStart=0, GlobalEnd=0,
    )  # fmt: skip
    inputs = table(MissingFrames=table("Input", Value=HOLD_BLACK))
    return table(
        "Loader", Clips=sequence(clip), Inputs=inputs, ViewInfo=_position("OperatorInfo", 110, 33 * row)
    )  # fmt: skip


def _saver() -> Table:
    inputs = Table(
        "",
        {
            "ProcessWhenBlendIs00": table("Input", Value=0),
            "CreateDir": table("Input", Value=1),
            "OutputFormat": table("Input", Value=fuid("OpenEXRFormat")),
            "OpenEXRFormat.Depth": table("Input", Value=1),
            "Input": _from(PLATE),
        },
    )
    return table("Saver", Inputs=inputs, ViewInfo=_position("OperatorInfo", 110, 0))


def _from(tool: str) -> Table:
    return table("Input", SourceOp=tool, Source="Output")


def _position(constructor: str, x: float, y: float) -> Table:
    return table(constructor, Pos=sequence(x, y))


def _group(inputs: Dict[str, Value], outputs: Dict[str, Value], tools: Dict[str, Value]) -> Table:
    return table(
        "GroupOperator",
        NameSet=True,
        Inputs=ordered(inputs),
        Outputs=ordered(outputs),
        ViewInfo=_position("GroupInfo", 0, 0),
        Tools=ordered(tools),
    )


def _file_text(tool: str, group: Table) -> str:
    return lua_text(table(Tools=ordered({tool: group}), ActiveTool=tool)) + "\n"
