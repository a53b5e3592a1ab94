"""Tables 1 to 3 of the paper over a folder of triples: source, plate and, where there is one, a result.

Figures are the mean over the frames of a shot, then the mean and deviation over the shots; the Fréchet distance is
over all frames of all shots (section 5.4.2).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from fsgan_core.color.network_encoding import linear_to_network
from fsgan_core.evaluation.evaluate_shot import ShotToJudge, default_matte, embed_features, look_at_source
from fsgan_core.evaluation.face_judge import Embed, FaceJudge, mean_direction
from fsgan_core.evaluation.frechet import frechet_distance
from fsgan_core.evaluation.stability import FlickerMeter
from fsgan_core.evaluation.table_methods import Method, PlateMoment
from fsgan_core.evaluation.triples import Triple
from fsgan_core.face.choose_face import choose_face
from fsgan_core.face.face_analysis import FaceAnalysis
from fsgan_core.job.progress import Progress
from fsgan_core.media.plate_reader import PlateReader
from fsgan_core.media.read import open_plate
from fsgan_core.pipeline.analysis_file import load_analysis
from fsgan_core.pipeline.frame_stream import stream_frames
from fsgan_core.pipeline.linear_frame import crop_visible, read_linear
from fsgan_core.pipeline.swap_shot import FaceSwapper, prepare_swap
from fsgan_core.shot.frame_range import FrameRange
from fsgan_core.shot.plate import Plate
from fsgan_core.weights.load import MeasureNetworks, Pack

COLUMNS = {
    "identity": "id up", "l1": "L1 down", "pose_error_deg": "euler down", "landmark_error_px": "landmarks down",
    "expression": "FEC down", "flicker": "flicker down", "seam": "seam down",
}  # fmt: skip


@dataclass(eq=False)
class Row:
    """What one method came to.

    Attributes:
        shots: Figure to one mean a shot.
        made: Face features of every frame made.
        wanted: Face features of the faces that they are compared to.
    """

    shots: dict[str, list[float]] = field(default_factory=dict)
    made: list[np.ndarray] = field(default_factory=list)
    wanted: list[np.ndarray] = field(default_factory=list)

    def figures(self) -> dict[str, tuple[float, float]]:
        """Figure to mean and deviation over the shots; `frechet` has no deviation."""
        found = {name: (float(np.nanmean(v)), float(np.nanstd(v))) for name, v in self.shots.items()}
        found["frechet"] = (frechet_distance(np.stack(self.made), np.stack(self.wanted)), float("nan"))
        return found


def run_table(
    triples: Sequence[Triple],
    methods: Mapping[str, Method],
    pack_of: Callable[[Triple, str], Pack],
    judge_with: tuple[MeasureNetworks, Embed],
    itself: bool,
    progress: Progress,
) -> dict[str, Row]:
    """The rows of a table.

    Args:
        triples: Shots.
        methods: Name to method.
        pack_of: The weights for a shot and method: a child finetuned for the shot's source, or the same for all.
        judge_with: Expression network and identity.
        itself: Compare identity to the plate's own face and not to the source (table 1).
        progress: Hears about every frame.

    Raises:
        FsganError: As of `swap_shot.prepare_swap` and of the methods.
    """
    rows: dict[str, Row] = {}
    for triple in triples:
        for name, method in {**methods, **({} if itself else _result_method(triple))}.items():
            pack = pack_of(triple, name)
            shot, swapper = open_shot(triple, pack, progress)
            face = shot.plate_face
            if itself:
                shot = replace(shot, source=shot.plate, source_face=face)
            vectors, features = look_at_source(shot, pack, judge_with[1], progress)
            judge = FaceJudge(pack, judge_with[0], judge_with[1], mean_direction(vectors))
            rows.setdefault(name, Row()).wanted += features
            progress.begin(f"{triple.name}: {name}", len(face))
            _run_shot(shot, face, method, swapper, judge, rows[name], progress)
    return rows


def open_shot(triple: Triple, pack: Pack, progress: Progress) -> tuple[ShotToJudge, FaceSwapper]:
    """A shot with its plate in the place of a result, and what swaps it; errors as of `swap_shot.prepare_swap`."""
    job = triple.swap_job(pack.name)
    face, swapper = prepare_swap(job, pack, progress)
    source_face = choose_face(load_analysis(job.analysis_paths()[1]), job.settings.source_face)
    return ShotToJudge(
        job.plate_to_analyze(), job.plate_to_analyze(), face, job.source_to_analyze(), source_face
    ), swapper


def read_moment(reader: PlateReader, face: FaceAnalysis, number: int) -> PlateMoment:
    """A frame of the plate that shows the face, as methods take it."""
    at = face.at(number)
    assert at is not None
    target = np.clip(linear_to_network(crop_visible(read_linear(reader, number), at.crop)), -1, 1)
    return PlateMoment(target, at, default_matte(at))


def _result_method(triple: Triple) -> dict[str, Method]:
    """The result that lies beside a shot, as a method: it is read instead of made."""
    if not triple.result:
        return {}

    def method(moment: PlateMoment, _swapper: FaceSwapper) -> np.ndarray:
        number = moment.face.frame
        with open_plate(Plate(triple.result, FrameRange.of([number]))) as reader:
            crop = linear_to_network(crop_visible(read_linear(reader, number), moment.face.crop))
        return np.asarray(np.clip(crop, -1, 1), np.float32)

    return {"result files": method}


def _run_shot(
    shot: ShotToJudge, face: FaceAnalysis, method: Method, swapper: FaceSwapper, judge: FaceJudge, row: Row,
    progress: Progress,
) -> None:  # fmt: skip
    """One method on one shot, judged as it is made."""
    meter = FlickerMeter()
    frames = []
    with open_plate(shot.plate) as reader:
        for moment, made in stream_frames(
            [int(number) for number in face.frames],
            lambda number: read_moment(reader, face, number),
            lambda m: (m, method(m, swapper)),
            lambda done: done,
        ):
            frames.append(judge.judge(moment.target, made, moment.face, moment.matte))
            meter.add(moment.face.frame, (made + 1) / 2, moment.matte)
            row.made.append(embed_features(made, swapper.pack))
            progress.frame_done(moment.face.frame)
    for name in COLUMNS:
        value = meter.flicker if name == "flicker" else float(np.mean([frame.figures()[name] for frame in frames]))
        row.shots.setdefault(name, []).append(value)


def markdown(rows: Mapping[str, Row]) -> str:
    """The table as Markdown: mean and deviation over the shots."""
    lines = [
        "| method | Frechet down | " + " | ".join(COLUMNS.values()) + " |",
        "|---|" + "---|" * (len(COLUMNS) + 1),
    ]
    for name, row in rows.items():
        figures = row.figures()
        cells = [f"{figures[column][0]:.3f} ± {figures[column][1]:.3f}" for column in COLUMNS]
        lines.append(f"| {name} | {figures['frechet'][0]:.3f} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
