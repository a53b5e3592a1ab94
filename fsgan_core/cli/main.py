"""The program `fsgan`: its commands, and the exit codes of the design for whatever happens inside."""

from __future__ import annotations

import logging
import sys
from typing import Annotated

import typer
from rich.console import Console

from fsgan_core.cli import (
    demo,
    doctor,
    evaluate_commands,
    export_commands,
    farm_commands,
    install_commands,
    job_commands,
    prepare,
    provenance_commands,
    puppet_command,
    reenact_commands,
    serve,
    synthesize,
    training_commands,
    viewer_commands,
    weights_commands,
)
from fsgan_core.cli.reporting import as_fsgan_error

app = typer.Typer(
    name="fsgan",
    help="Face swapping for compositors: EXR in, layered EXR out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("demo")(demo.demo)
app.command("analyze")(job_commands.analyze)
app.command("swap")(job_commands.swap)
app.command("reenact")(reenact_commands.reenact)
app.command("pose")(reenact_commands.pose)
app.command("expression")(reenact_commands.expression)
app.command("finetune")(job_commands.finetune)
app.command("evaluate")(evaluate_commands.evaluate)
app.command("tables")(evaluate_commands.tables)
app.command("run")(job_commands.run)
app.command("submit")(farm_commands.submit)
app.command("plan")(farm_commands.plan)
app.command("verify")(farm_commands.verify)
app.command("serve")(serve.serve)
app.command("puppet")(puppet_command.puppet)
app.command("export")(export_commands.export)
app.command("import-tracks")(export_commands.import_tracks)
app.command("export-cattery")(export_commands.export_cattery)
app.command("synthesize")(synthesize.synthesize)
app.command("prepare")(prepare.prepare)
app.command("train")(training_commands.train)
app.command("evaluate-weights")(training_commands.evaluate_weights)
app.command("appearance-map")(viewer_commands.appearance_map)
app.command("view")(viewer_commands.view)
app.command("doctor")(doctor.doctor)
app.add_typer(install_commands.app, name="install")
app.add_typer(weights_commands.app, name="weights")
app.add_typer(provenance_commands.app, name="provenance")


@app.callback(invoke_without_command=True)
def options(version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False) -> None:
    """Face swapping for compositors: EXR in, layered EXR out."""
    if version:
        from fsgan_core import __version__

        typer.echo(__version__)
        raise typer.Exit


def main() -> None:
    """Run the program and leave with its exit code: 0 ok, 2 usage, else that of the error (`fsgan_core/errors.py`)."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    try:
        app()
    except (Exception, KeyboardInterrupt) as problem:  # noqa: BLE001 - the outermost border
        error = as_fsgan_error(problem)
        Console(stderr=True).print(f"ERROR: {error}", markup=False, highlight=False, soft_wrap=True)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
