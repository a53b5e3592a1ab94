"""Command-line options made from the settings, so that a default, a limit and a help text stand once."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, get_type_hints

import typer

from fsgan_core.job.settings import SettingInfo, describe_settings

Command = Callable[..., None]

SHORTER = {"landmarks_by": "landmarks"}
"""Option name to another name that it also has, unless that is an option of the command itself."""


@dataclass(frozen=True)
class OptionGroup:
    """The options of one settings value of a command.

    Args:
        argument: The command's argument that receives the settings.
        settings_type: AnalyzeSettings, SwapSettings.
        panel: Heading of the options in the help.
        leave_out: Settings that are no options here.
        renamed: Setting name to option name, where two groups of a command would clash.
    """

    argument: str
    settings_type: type[Any]
    panel: str
    leave_out: frozenset[str] = frozenset()
    renamed: Mapping[str, str] = field(default_factory=dict)

    def options(self) -> dict[str, SettingInfo]:
        """Option name (as a Python name) to setting."""
        infos = [info for info in describe_settings(self.settings_type) if info.name not in self.leave_out]
        return {self.renamed.get(info.name, info.name): info for info in infos}


def takes_settings(*groups: OptionGroup) -> Callable[[Command], Command]:
    """A decorator that replaces a command's settings arguments by one option per setting.

    Raises:
        ValueError: Two options have the same name; our own mistake.
    """

    def decorate(command: Command) -> Command:
        hints = get_type_hints(command, include_extras=True)
        own = [
            parameter.replace(annotation=hints[name])
            for name, parameter in inspect.signature(command).parameters.items()
            if name not in {group.argument for group in groups}
        ]
        taken = {option for group in groups for option in group.options()}
        shorter = {option: name for option, name in SHORTER.items() if name not in taken}
        made = [
            _parameter(option, info, group.panel, shorter.get(option, ""))
            for group in groups
            for option, info in group.options().items()
        ]
        parameters = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in own + made]

        @functools.wraps(command)
        def run(**values: Any) -> None:
            for group in groups:
                chosen = {info.name: values.pop(option) for option, info in group.options().items()}
                values[group.argument] = group.settings_type(**chosen)
            command(**values)

        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
        del run.__wrapped__
        return run

    return decorate


def _parameter(option: str, info: SettingInfo, panel: str, shorter: str) -> inspect.Parameter:
    """One keyword argument in the form that typer reads."""
    flag = option.replace("_", "-")
    names = f"--{flag}/--no-{flag}" if info.type is bool else f"--{flag}"
    metavar = "|".join(info.choices) if info.choices else None
    also = [f"--{shorter}"] if shorter else []
    described = typer.Option(names, *also, help=_help(info), rich_help_panel=panel, metavar=metavar)
    return inspect.Parameter(
        option, inspect.Parameter.KEYWORD_ONLY, default=info.default, annotation=Annotated[info.type, described]
    )


def _help(info: SettingInfo) -> str:
    """The setting's help with its limits and unit."""
    if info.minimum is None or info.maximum is None:
        return info.help
    unit = f" {info.unit}" if info.unit else ""
    return f"{info.help} {info.minimum:g} to {info.maximum:g}{unit}."
