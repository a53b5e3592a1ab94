"""The evaluation on painted faces: the plate judged as its own result has no fault, a turned head shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fsgan_core.errors import FaceError
from fsgan_core.evaluation import evaluate_files as evaluate_files_module
from fsgan_core.evaluation.evaluate_files import EvaluationRequest, evaluate_files
from fsgan_core.evaluation.evaluate_shot import ShotMeasures
from fsgan_core.job.progress import Progress
from fsgan_core.job.settings import AnalyzeSettings
from fsgan_core.shot.plate import Plate

SETTINGS = AnalyzeSettings(min_face_px=32, smooth=False, iou_threshold=0.3)


@pytest.fixture
def bench(swap_bench: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    from fsgan_core.pipeline import swap_shot

    monkeypatch.setattr(evaluate_files_module, "open_engine", swap_shot.open_engine)
    return swap_bench


def frames(bench: Any, yaw_deg: float = 0.0, numbers: tuple[int, ...] = (1, 2, 3, 4)) -> dict[int, Any]:
    return {n: bench.face(bench.picture(), 78, person=0.4, yaw_deg=yaw_deg) for n in numbers}


def evaluate(bench: Any, result: str, **changes: Any) -> ShotMeasures:
    folder = Path(bench.folder)
    request = EvaluationRequest(
        Plate(bench.write_exr("plate", frames(bench))), Plate(result), Plate(bench.source()), folder / "report.json",
        analyses=(str(folder / "p.npz"), str(folder / "s.npz")), analyze=SETTINGS, device="cpu", **changes,
    )  # fmt: skip
    return evaluate_files(request, Progress())


def test_the_plate_itself_has_no_error(bench: Any) -> None:
    measured = evaluate(bench, bench.write_exr("same", frames(bench)))
    assert len(measured.frames) == 4
    for frame in measured.frames:
        assert (frame.l1, frame.pose_error_deg, frame.landmark_error_px, frame.seam) == (0, 0, 0, 0)
        assert frame.expression == pytest.approx(0, abs=1e-4)
    assert measured.frames[1].flicker == pytest.approx(measured.frames[1].plate_flicker)
    for suffix in (".json", ".csv", ".html", ".mp4"):
        assert (Path(bench.folder) / f"report{suffix}").stat().st_size > 0


def test_a_turned_head_is_a_bad_frame(bench: Any) -> None:
    turned = frames(bench) | frames(bench, 15.0, (3,))
    measured = evaluate(bench, bench.write_exr("turned", turned))
    assert measured.bad["pose error"] == [3]


def test_missing_frames_are_listed_and_a_range_limits_them(bench: Any) -> None:
    result = bench.write_exr("some", frames(bench, numbers=(2, 3)))
    assert evaluate(bench, result).missing == (1, 4)
    assert evaluate(bench, result, frames="2-3").missing == ()


def test_no_common_frame_is_an_error(bench: Any) -> None:
    with pytest.raises(FaceError, match="nothing can be measured"):
        evaluate(bench, bench.write_exr("other", frames(bench, numbers=(11, 12))))


