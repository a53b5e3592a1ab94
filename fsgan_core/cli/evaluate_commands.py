"""`fsgan evaluate` measures one result, of any tool; `fsgan tables` compares methods over many shots."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fsgan_core.cli.job_commands import analysis_option
from fsgan_core.cli.reporting import LOG_OPTION, LogFormat, reporting
from fsgan_core.cli.settings_options import OptionGroup, takes_settings
from fsgan_core.errors import JobError
from fsgan_core.job.settings import AnalyzeSettings, SwapSettings
from fsgan_core.job.spec import Pictures

_ANALYZE = OptionGroup(
    "analyze_settings",
    AnalyzeSettings,
    "How faces are found and smoothed",
    leave_out=frozenset({"colorspace", "frames"}),
)


@takes_settings(_ANALYZE)
def evaluate(
    source: Annotated[str, typer.Option("--source", metavar="S", help="Who was put in: sequence, still, movie.")],
    plate: Annotated[str, typer.Option("--plate", metavar="P", help="Who received the face: sequence, still, movie.")],
    result: Annotated[str, typer.Option("--result", metavar="R", help="The result, of any tool.")],
    out: Annotated[Path, typer.Option("--out", metavar="REPORT.json", help="JSON; CSV, HTML and movie lie beside it.")],
    analyze_settings: AnalyzeSettings,
    frames: Annotated[str, typer.Option("--frames", help="Only these frames, such as 1001-1048.")] = "",
    face: Annotated[
        str, typer.Option("--face", help="Of the plate: largest, a track number, or X,Y.")
    ] = SwapSettings.face,
    source_face: Annotated[
        str, typer.Option("--source-face", help="Likewise of the source.")
    ] = SwapSettings.source_face,
    colorspace: Annotated[str, typer.Option("--colorspace", help="OCIO colorspace of the plate.")] = "",
    source_colorspace: Annotated[str, typer.Option("--source-colorspace", help="OCIO colorspace of the source.")] = "",
    result_colorspace: Annotated[
        str, typer.Option("--result-colorspace", help="OCIO colorspace of the result. Empty: the plate's.")
    ] = "",
    identity: Annotated[
        str, typer.Option("--identity", metavar="bundled|dlib", help="Who says who it is.")
    ] = "bundled",
    plate_analysis: Annotated[str, analysis_option("plate")] = "",
    source_analysis: Annotated[str, analysis_option("source")] = "",
    weights: Annotated[str, typer.Option("--weights", help="Pack that finds faces.")] = SwapSettings.weights,
    device: Annotated[str, typer.Option("--device", metavar="auto|cuda|cpu")] = SwapSettings.device,
    log: Annotated[LogFormat, LOG_OPTION] = LogFormat.AUTO,
) -> None:
    """Measure a result against its plate and source, and write a report: JSON, CSV, one HTML page, a movie."""
    with reporting(log) as progress:
        from fsgan_core.evaluation.bad_frames import describe_bad_frames, verdict
        from fsgan_core.evaluation.evaluate_files import EvaluationRequest, evaluate_files

        if out.suffix.lower() != ".json":
            raise JobError(f"the report {str(out)!r} must end in .json; the other files lie beside it.")
        spaces = (colorspace, result_colorspace or colorspace, source_colorspace)
        pictures = zip((plate, result, source), spaces, strict=True)
        shots = [Pictures(path).with_frames("", space) for path, space in pictures]
        beside = out.with_suffix("")
        request = EvaluationRequest(
            plate=shots[0], result=shots[1], source=shots[2], out=out, frames=frames, faces=(face, source_face),
            analyses=(plate_analysis or f"{beside}.plate.npz", source_analysis or f"{beside}.source.npz"),
            identity=identity, weights=weights, device=device, analyze=analyze_settings,
        )  # fmt: skip
        measured = evaluate_files(request, progress)
        for line in describe_bad_frames(measured.bad):
            progress.note(line)
        progress.finished(f"{verdict(measured.frames, measured.bad)}. Look at {out.with_suffix('.html')}.")


def tables(
    number: Annotated[int, typer.Argument(metavar="1|2|3", min=1, max=3, help="1 inpainting, 2 swaps, 3 our stages.")],
    shots: Annotated[Path, typer.Option("--shots", help="Folder with a folder a shot: source, plate, result, child.")],
    out: Annotated[Path, typer.Option("--out", metavar="TABLE.md", help="The table as Markdown.")],
    identity: Annotated[str, typer.Option("--identity", metavar="bundled|dlib", help="Who judges.")] = "bundled",
    weights: Annotated[str, typer.Option("--weights", help="Bundled pack, or a folder.")] = SwapSettings.weights,
    device: Annotated[str, typer.Option("--device", metavar="auto|cuda|cpu")] = SwapSettings.device,
    log: Annotated[LogFormat, LOG_OPTION] = LogFormat.AUTO,
) -> None:
    """Print table 1, 2 or 3 of the paper over your own shots, mean and deviation, and write it as Markdown."""
    with reporting(log) as progress:
        from fsgan_core.evaluation.identity_provider import identity_embedder
        from fsgan_core.evaluation.table_methods import FINETUNED, TABLES
        from fsgan_core.evaluation.tables import markdown, run_table
        from fsgan_core.evaluation.triples import Triple, find_triples
        from fsgan_core.media.atomic import complete_or_absent
        from fsgan_core.pipeline.engine import open_engine
        from fsgan_core.weights.load import Pack, load_measures

        triples = find_triples(shots, out.parent / f"{out.stem}_analysis")
        parent = open_engine(weights, device)
        measures = load_measures(parent.device)
        methods = dict(TABLES[number])
        if number == 2 and all(triple.child for triple in triples):
            methods[FINETUNED] = methods["ours"]

        def pack_of(triple: Triple, method: str) -> Pack:
            return open_engine(triple.child, device) if method == FINETUNED else parent

        judge = (measures, identity_embedder(identity, measures))
        text = markdown(run_table(triples, methods, pack_of, judge, number == 1, progress))
        with complete_or_absent(str(out)) as unfinished:
            Path(unfinished).write_text(text, encoding="utf-8")
        progress.wrote(str(out))
        for line in text.splitlines():
            progress.note(line)
        progress.finished(f"Table {number} over {len(triples)} shots: {out}")
