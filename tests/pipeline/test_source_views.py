"""The source as an appearance map: which frames become views, and what is added to them."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np

from fsgan_core.face.choose_face import choose_face
from fsgan_core.job.progress import Progress
from fsgan_core.job.settings import AnalyzeSettings, SwapSettings
from fsgan_core.media.read import open_plate
from fsgan_core.pipeline import swap_shot
from fsgan_core.pipeline.analyze_shot import analyze_shot
from fsgan_core.pipeline.source_views import build_source_map
from fsgan_core.shot.plate import Plate
from fsgan_core.stages.appearance_map import AppearanceMap
from fsgan_core.stages.reenact import Reenactor

ANALYZE = AnalyzeSettings(min_face_px=32, smooth=False, iou_threshold=0.3)


def map_of(
    bench: Any,
    frames: dict[int, np.ndarray],
    progress: Progress | None = None,
    settings: SwapSettings | None = None,
) -> AppearanceMap:
    pack = swap_shot.open_engine("painted", "cpu")
    source = Plate(bench.write_exr("source", frames))
    face = choose_face(analyze_shot(source, pack, ANALYZE), "largest")
    reenactor = Reenactor(pack.reenactment, pack.transformer)
    with open_plate(source) as reader:
        return build_source_map(reader, face, reenactor, settings or SwapSettings(), progress or Progress())


def views_of(appearance_map: AppearanceMap, origin: str) -> list[Any]:
    return [view for view in appearance_map.views if view.origin == origin]


def test_near_poses_are_pruned_and_views_stay_in_the_order_of_the_source(swap_bench: Any) -> None:
    yaws = {1: -20.0, 2: -19.5, 3: 0.0, 4: 20.0, 5: 20.5}
    frames = {n: swap_bench.face(swap_bench.picture(), yaw_deg=yaw) for n, yaw in yaws.items()}
    views = views_of(map_of(swap_bench, frames), "photographed")
    assert len(views) == 3
    assert [view.frame for view in views] == sorted(view.frame for view in views)
    assert all(view.picture.shape == (256, 256, 3) and np.abs(view.picture).max() <= 1 for view in views)


def test_bridged_frames_are_no_views(swap_bench: Any) -> None:
    frames = {n: swap_bench.face(swap_bench.picture(), yaw_deg=10.0 * (n - 3)) for n in range(1, 6)}
    frames[3] = swap_bench.picture()
    frames_used = {view.frame for view in views_of(map_of(swap_bench, frames), "photographed")}
    assert frames_used == {1, 2, 4, 5}


def test_a_one_sided_source_gets_mirror_images(swap_bench: Any) -> None:
    frames = {n: swap_bench.face(swap_bench.picture(), yaw_deg=yaw) for n, yaw in ((1, 2.0), (2, 15.0), (3, 30.0))}
    flipped = sorted(float(view.pose[0]) for view in views_of(map_of(swap_bench, frames), "flipped"))
    np.testing.assert_allclose(flipped, [-30, -15, -2], atol=1.5)


def test_a_still_is_completed_by_artificial_views_and_says_so(swap_bench: Any, painted_swaps: ModuleType) -> None:
    progress = painted_swaps.RecordingProgress()
    appearance_map = map_of(
        swap_bench, {1: swap_bench.face(swap_bench.picture())}, progress, SwapSettings(artificial_views=True)
    )
    assert len(views_of(appearance_map, "photographed")) == 1
    made = views_of(appearance_map, "artificial")
    assert len(made) >= 4
    assert {view.pose[0] > 0 for view in made} == {True, False}
    notes = [event.message for event in progress.events if event.event == "note"]
    assert notes == [f"appearance map: photographed views 1, mirror images 0, artificial views {len(made)}"]


def test_no_view_is_made_up_unless_asked_for(swap_bench: Any) -> None:
    appearance_map = map_of(swap_bench, {1: swap_bench.face(swap_bench.picture())})
    assert len(appearance_map.views) == 1
