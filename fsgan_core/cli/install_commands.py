"""`fsgan install nuke|resolve|blender`: tell a host where its nodes are. Its installer is loaded by name.

The engine knows no host.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from fsgan_core.errors import JobError

app = typer.Typer(help="Put the nodes into a host application, or take them away.", no_args_is_help=True)

Uninstall = Annotated[bool, typer.Option("--uninstall", help="Take away what an installation added.")]


@app.command()
def nuke(
    nuke_dir: Annotated[str, typer.Option("--nuke-dir", metavar="DIR", help="A .nuke folder; empty: your own.")] = "",
    print_path: Annotated[
        bool, typer.Option("--print-path", help="Only print the folder that a studio adds to NUKE_PATH.")
    ] = False,
    uninstall: Uninstall = False,
) -> None:
    """Add one marked block to init.py and menu.py of your .nuke folder; again changes nothing."""
    installer = host_installer("nuke")
    if print_path:
        typer.echo(installer.print_path())
        return
    if uninstall:
        tell(installer.uninstall(nuke_dir))
    else:
        tell(installer.install(nuke_dir, this_program()))


@app.command()
def resolve(
    folder: Annotated[str, typer.Option("--folder", metavar="DIR", help="Fusion's folder; empty: your own.")] = "",
    print_path: Annotated[
        bool, typer.Option("--print-path", help="Only print the folder that a studio adds to Fusion's path map.")
    ] = False,
    uninstall: Uninstall = False,
) -> None:
    """Put macros and scripts where DaVinci Resolve and Fusion look; again changes nothing."""
    _place("resolve", folder, print_path, uninstall)


@app.command()
def blender(
    folder: Annotated[
        str, typer.Option("--folder", metavar="DIR", help="A repository of extensions; empty: those of your Blenders.")
    ] = "",
    print_path: Annotated[bool, typer.Option("--print-path", help="Only print where the add-on lies.")] = False,
    uninstall: Uninstall = False,
) -> None:
    """Put the add-on where Blender 4.5 and newer look for extensions; again changes nothing."""
    _place("blender", folder, print_path, uninstall)


def _place(host: str, folder: str, print_path: bool, uninstall: bool) -> None:
    installer = host_installer(host)
    if print_path:
        typer.echo(installer.print_path())
    elif uninstall:
        tell(installer.uninstall(folder))
    else:
        tell(installer.install(folder, this_program()))


def host_installer(host: str) -> Any:
    """The module that installs a host's nodes.

    Raises:
        JobError: This installation of fsgan came without the hosts.
    """
    try:
        return importlib.import_module(f"fsgan_{host}.install")
    except ModuleNotFoundError as problem:
        raise JobError(f"fsgan_{host} is not here. Run fsgan install from a checkout of FSGAN.") from problem


def this_program() -> str:
    """The program fsgan of this environment; "" where it has none."""
    program = Path(sys.executable).with_name("fsgan.exe" if sys.platform == "win32" else "fsgan")
    return str(program) if program.exists() else ""


def tell(changed: list[str]) -> None:
    """Say which files were changed."""
    for path in changed:
        typer.echo(f"changed {path}")
    if not changed:
        typer.echo("There was nothing to change.")
