"""The appearance map as a file: the same numbers that pass 2 mixes views by."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO as oiio  # noqa: N813
import pytest

from fsgan_core.errors import StageMissingError
from fsgan_core.job.appearance_map_job import AppearanceMapJob
from fsgan_core.job.progress import Progress
from fsgan_core.job.settings import SwapSettings
from fsgan_core.job.spec import Pictures
from fsgan_core.pipeline import appearance_map_file, swap_shot
from fsgan_core.pipeline.appearance_map_file import TILE_PX, write_appearance_map
from fsgan_core.pipeline.swap_shot import prepare_swap


@pytest.fixture
def written(swap_bench: Any, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Any, dict[str, Any]]:
    """A bench, a swap job whose pass 1 is done, and the map of its source with the plate's queries."""
    frames = {n: swap_bench.face(swap_bench.picture(), yaw_deg=8.0 * (n - 2)) for n in range(1, 5)}
    job = swap_bench.job(swap_bench.write_exr("plate", frames))
    pack = swap_shot.open_engine("painted", "cpu")
    pack.sha256 = "0" * 64
    pack.name = "painted"
    monkeypatch.setattr(appearance_map_file, "open_engine", lambda weights, device, analyze=None: pack)
    swap_bench.run(job)
    plate_file, source_file = job.analysis_paths()
    map_job = AppearanceMapJob(
        job.source, str(swap_bench.folder / "out.map.json"), SwapSettings(device="cpu"), job.analyze,
        plate_analysis=plate_file,
    )  # fmt: skip
    assert map_job.source_analysis_path() == source_file
    write_appearance_map(map_job)
    return swap_bench, job, json.loads((swap_bench.folder / "out.map.json").read_text(encoding="utf-8"))


def test_queries_are_what_pass_2_mixes(written: tuple[Any, Any, dict[str, Any]]) -> None:
    _, job, content = written
    face, swapper = prepare_swap(job, swap_shot.open_engine("painted", "cpu"), Progress())
    assert [query["frame"] for query in content["queries"]] == [int(frame) for frame in face.frames]
    for query, pose in zip(content["queries"], face.poses, strict=True):
        mix = swapper.source.query(pose)
        assert query["views"] == mix.indices.tolist()
        assert np.allclose(query["weights"], mix.weights, atol=1e-6)
        assert query["inside"] == mix.inside


def test_the_triangle_holds_the_pose_with_its_shares(written: tuple[Any, Any, dict[str, Any]]) -> None:
    _, _, content = written
    points = np.array(content["mesh"]["points"])
    for query in content["queries"]:
        corners = points[content["mesh"]["triangles"][query["triangle"]]]
        assert np.allclose(np.array(query["shares"]) @ corners, query["pose"][:2], atol=1e-3)
        owners = [content["mesh"]["owners"][corner] for corner in content["mesh"]["triangles"][query["triangle"]]]
        assert set(query["views"]) <= {owner for owner in owners if owner >= 0}


def test_every_view_has_its_thumbnail(written: tuple[Any, Any, dict[str, Any]]) -> None:
    bench, _, content = written
    sheet = oiio.ImageBuf(str(bench.folder / content["sheet"])).get_pixels(oiio.UINT8)
    assert len(content["views"]) >= 3
    for view in content["views"]:
        x0, y0, x1, y1 = view["tile"]
        tile = sheet[y0:y1, x0:x1]
        assert tile.shape == (TILE_PX, TILE_PX, 3)
        assert tile.std() > 5, "a thumbnail shows a face, not one colour"


def test_boundary_points_are_the_last_four_and_belong_to_nobody(written: tuple[Any, Any, dict[str, Any]]) -> None:
    _, _, content = written
    assert content["mesh"]["owners"][-4:] == [-1] * 4
    assert np.abs(content["mesh"]["points"][-4:]).tolist() == [[content["boundary_deg"]] * 2] * 4


def test_a_plate_analysis_that_is_not_there_is_an_earlier_stage_missing(swap_bench: Any, tmp_path: Path) -> None:
    job = AppearanceMapJob(
        Pictures(swap_bench.source()), str(tmp_path / "m.json"), plate_analysis=str(tmp_path / "no.npz")
    )
    with pytest.raises(StageMissingError, match="fsgan analyze"):
        write_appearance_map(job)
