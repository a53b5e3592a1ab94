"""`fsgan weights list`, `verify`, `average`, `build`, `fetch` and `import`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from fsgan_core.errors import JobError, WeightsError

app = typer.Typer(help="The networks' weights: what is installed, and whether it is whole.", no_args_is_help=True)


@app.command("list")
def list_packs() -> None:
    """List the bundled packs: size, licence, and what they were trained on."""
    from fsgan_core.weights.load import PACKS, pack_digest
    from fsgan_core.weights.manifest import read_manifest

    folders = sorted(path.parent for path in PACKS.glob("*/manifest.json"))
    if not folders:
        raise WeightsError("No pack is installed; install fsgan again.", path=str(PACKS))
    table = Table("pack", "size", "MiB", "licence", "trained on", "sha256")
    for folder in folders:
        manifest = read_manifest(folder)
        mebibytes = sum((folder / name).stat().st_size for name in manifest.sha256) / 2**20
        data = ", ".join(str(entry.get("name", "?")) for entry in manifest.training_data)
        digest = pack_digest(manifest)[:12]
        table.add_row(manifest.name, manifest.size, f"{mebibytes:.1f}", manifest.licence, data, digest)
    Console().print(table)


@app.command()
def verify(
    pack: Annotated[str, typer.Argument(help="Name of a bundled pack, or a folder; empty: all bundled packs.")] = "",
) -> None:
    """Check every weight file against the hash in its manifest."""
    from fsgan_core.weights.load import PACKS, pack_digest, pack_folder, verify_pack
    from fsgan_core.weights.manifest import read_manifest

    folders = [pack_folder(pack)] if pack else sorted(path.parent for path in PACKS.glob("*/manifest.json"))
    if not folders:
        raise WeightsError("No pack is installed; install fsgan again.", path=str(PACKS))
    for folder in folders:
        manifest = read_manifest(folder)
        verify_pack(folder, manifest)
        typer.echo(f"{manifest.name}: {len(manifest.sha256)} files are whole, pack {pack_digest(manifest)[:12]}")


@app.command()
def average(
    first: Annotated[Path, typer.Argument(help="ROLE.safetensors of a run.")],
    second: Annotated[Path, typer.Argument(help="ROLE.safetensors of a run of the same network.")],
    *,
    out: Annotated[Path, typer.Option("--out", help="The file to write.")],
    share: Annotated[float, typer.Option("--share", min=0.0, max=1.0, help="Of the second; the rest is the first's.")],
) -> None:
    """Average two runs of one network, of which one went on from the other: often better than either."""
    from fsgan_core.weights.average import average_networks

    role = average_networks(first, second, share, out)
    typer.echo(f"{out}: {1 - share:g} of {first} and {share:g} of {second}, {role}")


@app.command()
def build(
    runs: Annotated[
        Path, typer.Option("--runs", help="Folder with one folder a run, each holding its ROLE.safetensors.")
    ],
    out: Annotated[Path, typer.Option("--out", help="The pack folder; networks without a run keep the file it has.")],
    name: Annotated[str, typer.Option("--name", help="Of the pack.")] = "compact",
    size: Annotated[str, typer.Option("--size", metavar="compact|paper")] = "compact",
    notes: Annotated[str, typer.Option("--notes", help="Sentences for its users: what it is good and bad at.")] = "",
    measures: Annotated[
        bool, typer.Option("--measures", help="A pack that measures results: identity and expression.")
    ] = False,
) -> None:
    """Make a weight pack with its manifest from the exported networks of training runs."""
    from fsgan_core.weights.architectures import MEASURE_ROLES, ROLES
    from fsgan_core.weights.build import build_pack
    from fsgan_core.weights.load import pack_digest

    roles = MEASURE_ROLES if measures else ROLES
    found = {role: path for role in roles for path in sorted(runs.glob(f"*/{role}.safetensors"))}
    if not found:
        raise WeightsError("no run holds an exported network; train one with fsgan train", path=str(runs))
    manifest = build_pack(out, found, name, size, notes, roles)
    typer.echo(f"{out}: {', '.join(found)} written, pack {pack_digest(manifest)[:12]}")


@app.command()
def fetch(
    names: Annotated[
        list[str], typer.Argument(metavar="NAME...", help="sfd, blazeface, yunet, dsfd (detectors), fan (landmarks).")
    ],
) -> None:
    """Fetch the weights of detectors and landmarks of other projects, for --detector and --landmarks of a job."""
    from fsgan_core.weights.providers import PROVIDERS, fetch_provider_file

    unknown = [name for name in names if name not in PROVIDERS]
    if unknown:
        raise JobError(f"there is no network {unknown[0]!r}; choose {', '.join(PROVIDERS)}")
    for name in names:
        path = fetch_provider_file(name)
        typer.echo(f"{name}: {path}, licence: {PROVIDERS[name].licence}")


@app.command("import")
def import_files(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE...]", help="Files of the FSGAN authors' release (.pth), in any order."),
    ] = None,
    *,
    out: Annotated[Path, typer.Option("--out", help="The pack folder; roles without a file keep what it has.")],
    name: Annotated[str, typer.Option("--name", help="Of the pack.")] = "released",
    detector: Annotated[
        str,
        typer.Option(
            "--detector", metavar="sfd|blazeface|yunet|dsfd", help="Detector of another project, fetched if need be."
        ),
    ] = "",
    landmarks: Annotated[
        str, typer.Option("--landmarks", metavar="fan", help="Landmarks of another project, fetched if need be.")
    ] = "",
) -> None:
    """Make a pack of the authors' released networks or of other projects'; the rest comes from the bundled pack."""
    from fsgan_core.weights.import_released import import_released
    from fsgan_core.weights.load import pack_digest
    from fsgan_core.weights.providers import check_provider, fetch_provider_file

    chosen = [(role, one) for role, one in (("detector", detector), ("landmarks", landmarks)) if one]
    for role, one in chosen:
        check_provider(one, role)
    provided = [fetch_provider_file(one) for _, one in chosen]
    manifest = import_released([*(files or []), *provided], out, name)
    for entry in manifest.training_data:
        if "role" in entry:
            typer.echo(f"{entry['role']}: {entry['name']}, licence: {entry['licence']}")
    typer.echo(manifest.notes)
    typer.echo(f"{out}: pack {pack_digest(manifest)[:12]}; use it with --weights {out}")
