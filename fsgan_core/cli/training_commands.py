"""`fsgan train`: one network from a recipe; `fsgan evaluate-weights`: what a pack can do."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fsgan_core.cli.reporting import LOG_OPTION, LogFormat, reporting


def train(
    recipe: Annotated[
        str, typer.Argument(metavar="RECIPE", help="Such as reenactment-compact; a wrong name lists them all.")
    ],
    data: Annotated[
        Path, typer.Option("--data", help="Prepared data of fsgan synthesize: clips, takes, photos, heads.npz.")
    ],
    out: Annotated[Path, typer.Option("--out", help="Folder of the run; a run that is there goes on.")],
    frozen: Annotated[
        Path | None, typer.Option("--frozen", help="Folder of exported networks it builds on; default DATA/frozen.")
    ] = None,
    start_from: Annotated[Path | None, typer.Option("--start-from", help="Exported network to start from.")] = None,
    images: Annotated[int, typer.Option("--images", min=0, help="Pictures in all; 0: the recipe's number.")] = 0,
    device: Annotated[str, typer.Option("--device", metavar="auto|cuda|cpu")] = "auto",
    threads: Annotated[int, typer.Option("--threads", min=0, help="CPU threads; 0: all.")] = 0,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Threads that make samples.")] = 2,
    log: Annotated[LogFormat, LOG_OPTION] = LogFormat.AUTO,
) -> None:
    """Train a network, or go on with a run that was stopped; writes OUT/ROLE.safetensors."""
    with reporting(log) as progress:
        from dataclasses import replace

        import torch

        from fsgan_core.training.loop import RunSettings
        from fsgan_core.training.loop import train as train_network
        from fsgan_core.training.recipes import find_recipe
        from fsgan_core.training.tasks import DataFolders
        from fsgan_core.weights.load import choose_device

        chosen = find_recipe(recipe)
        if images:
            chosen = replace(chosen, images=images)
        if threads:
            torch.set_num_threads(threads)
        run = RunSettings(out, device=choose_device(device), workers=workers, start_from=start_from)
        train_network(chosen, DataFolders(data, frozen), run, progress)


def evaluate_weights(
    data: Annotated[Path, typer.Option("--data", help="Prepared data of fsgan synthesize; its split val is used.")],
    weights: Annotated[str, typer.Option("--weights", help="Name of a bundled pack, or a folder.")] = "compact",
    out: Annotated[
        Path | None, typer.Option("--out", help="Write the table: Markdown if it ends in .md, else JSON.")
    ] = None,
    measures: Annotated[
        Path | None, typer.Option("--measures", help="Folder with the identity network that measures.")
    ] = None,
    people: Annotated[int, typer.Option("--people", min=0, help="Validation people at most; 0: all.")] = 0,
    views: Annotated[int, typer.Option("--views", min=1, help="Renders of each person.")] = 6,
    pictures: Annotated[int, typer.Option("--pictures", min=1, help="Pictures in which faces are sought.")] = 350,
    pairs: Annotated[int, typer.Option("--pairs", min=1, help="Reenactments of each person.")] = 2,
    ablation: Annotated[
        bool, typer.Option("--ablation", help="Also what each stage of a swap is worth: G_r, + G_c, + G_b, all.")
    ] = False,
    log: Annotated[LogFormat, LOG_OPTION] = LogFormat.AUTO,
) -> None:
    """Print what a pack can do on people that training never saw, next to what it should."""
    with reporting(log) as progress:
        from fsgan_core.training.validate_weights import ValidationSettings, validate_weights

        settings = ValidationSettings(people, views, pictures, pairs, ablation)
        table = validate_weights(weights, data, measures, settings, progress)
        if out is not None:
            table.write(out)
            progress.wrote(str(out))
    typer.echo(table.markdown())
