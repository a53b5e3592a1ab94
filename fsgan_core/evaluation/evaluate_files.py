"""An evaluation from the paths of three shots to the report: pass 1 where it is needed, figures, files."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from fsgan_core.evaluation.evaluate_shot import ShotMeasures, ShotToJudge, evaluate_shot
from fsgan_core.evaluation.identity_provider import identity_embedder
from fsgan_core.evaluation.report_files import Album, write_report
from fsgan_core.face.choose_face import choose_face
from fsgan_core.job.progress import Progress
from fsgan_core.job.settings import AnalyzeSettings
from fsgan_core.media.read import open_plate
from fsgan_core.pipeline.analysis_file import load_or_analyze
from fsgan_core.pipeline.engine import open_engine
from fsgan_core.shot.frame_range import FrameRange
from fsgan_core.shot.plate import Plate
from fsgan_core.weights.load import MeasureNetworks, Pack, load_measures

RATE_WHERE_UNKNOWN = 24


@dataclass(frozen=True)
class EvaluationRequest:
    """What to evaluate.

    Attributes:
        plate: All frames of it; `frames` says which are measured.
        result: The result.
        source: Who was put in.
        out: The report's JSON.
        frames: Frames to measure; "" for all.
        faces: Which face of the plate, and which of the source.
        analyses: Where pass 1 of the plate and of the source are kept.
        identity: Who says who it is; see `identity_provider`.
        weights: The pack that finds faces and measures pose and landmarks.
        device: "auto", "cuda" or "cpu".
        analyze: How faces are found.
    """

    plate: Plate
    result: Plate
    source: Plate
    out: Path
    frames: str = ""
    faces: tuple[str, str] = ("largest", "largest")
    analyses: tuple[str, str] = ("", "")
    identity: str = "bundled"
    weights: str = "compact"
    device: str = "auto"
    analyze: AnalyzeSettings = field(default_factory=AnalyzeSettings)


def evaluate_files(request: EvaluationRequest, progress: Progress) -> ShotMeasures:
    """The figures of a request, and its report written.

    Raises:
        FsganError: As of `evaluate_shot` and `write_report`.
    """
    pack = open_engine(request.weights, request.device, request.analyze)
    measures = load_measures(pack.device)
    embed = identity_embedder(request.identity, measures)
    shot = shot_to_judge(request, pack, progress)
    album = Album()
    measured = evaluate_shot(shot, pack, measures, embed, progress, album.see)
    with open_plate(shot.plate) as reader:
        rate = reader.frame_rate or RATE_WHERE_UNKNOWN
    for path in write_report(request.out, measured, describe_request(request, pack, measures), album, rate):
        progress.wrote(path)
    return measured


def shot_to_judge(request: EvaluationRequest, pack: Pack, progress: Progress) -> ShotToJudge:
    """The shots of a request with their faces found; a result of other frames than the plate's is cut to them."""
    shots = [
        load_or_analyze(path, plate, pack, request.analyze, progress)
        for path, plate in zip(request.analyses, (request.plate, request.source), strict=True)
    ]
    faces = [choose_face(shot, wanted) for shot, wanted in zip(shots, request.faces, strict=True)]
    wanted = FrameRange.parse(request.frames) if request.frames else None
    return ShotToJudge(replace(request.plate, frames=wanted), request.result, faces[0], request.source, faces[1])


def describe_request(request: EvaluationRequest, pack: Pack, measures: MeasureNetworks) -> dict[str, str]:
    """What was measured with what, for the reader of the report."""
    embedding = f"{measures.name} {measures.sha256[:12]}" if request.identity == "bundled" else request.identity
    said = {
        "result": request.result.path,
        "plate": request.plate.path,
        "source": request.source.path,
        "frames": request.frames or "all",
        "identity by": embedding,
        "expression by": f"{measures.name} {measures.sha256[:12]}",
        "pose, landmarks by": f"{pack.name} {pack.sha256[:12]}",
    }
    return said | {f"{one.role} by": str(one) for one in pack.provided}
