"""`fsgan evaluate-weights`: what is measured, on painted people, and the bounds of the bundled pack where data are."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from fsgan_core.cli.main import app
from fsgan_core.geometry.eye_opening import EYES
from fsgan_core.geometry.face_box import landmarks_to_box
from fsgan_core.geometry.landmark_warp import MEAN_FACE
from fsgan_core.job.progress import Progress
from fsgan_core.training.datasets import Clip, load_clips
from fsgan_core.training.synthesis.prepared_clip import read_clip
from fsgan_core.training.validate_ablation import MEASURES, STAGES, ablate_swap, swap_pairs, swapped
from fsgan_core.training.validate_detection import FACE_PX, HEIGHT, WIDTH, _scene
from fsgan_core.training.validate_looking import landmark_error, look_at_shut_eyes
from fsgan_core.training.validate_reenactment import as_face_view, choose_pairs
from fsgan_core.training.validate_weights import ValidationSettings, validate_weights
from fsgan_core.training.weights_table import Figure, WeightsTable
from fsgan_core.weights.architectures import build_network
from fsgan_core.weights.load import load_pack
from fsgan_core.weights.save import save_network

FEW = ValidationSettings(people=2, views=1, pictures=4, pairs=1)


def test_landmark_error_is_in_per_cent_of_the_eyes() -> None:
    points = MEAN_FACE * 200
    ocular = np.linalg.norm(points[60] - points[72])
    assert landmark_error(points + [0.1 * ocular, 0], points) == pytest.approx(10)
    assert landmark_error(points * 3, points * 3) == 0


def test_goals_are_judged() -> None:
    assert Figure("a", 3.0, "%", 1, at_most=3.0).verdict == "met"
    assert Figure("a", 3.1, "%", 1, at_most=3.0).verdict == "missed"
    assert Figure("a", 0.8, "", 1, at_least=0.9).verdict == "missed"
    assert Figure("a", float("nan"), "", 0, at_least=0.9).verdict == "not measured"
    assert Figure("a", 5.0, "", 1).verdict == ""


def test_table_is_written_as_json_and_markdown(tmp_path: Path) -> None:
    table = WeightsTable("p", "ab" * 32, 3, [Figure("x", float("nan"), "%", 0, at_most=1)], ["why"])
    table.write(tmp_path / "t.json")
    stored = json.loads((tmp_path / "t.json").read_text())
    assert stored["figures"][0]["value"] is None and stored["figures"][0]["verdict"] == "not measured"
    table.write(tmp_path / "t.md")
    assert "| x | nan % | <= 1 | not measured | 0 |" in (tmp_path / "t.md").read_text()


@pytest.mark.parametrize("face_px", FACE_PX)
def test_scene_shows_a_face_of_the_size_where_its_box_says(face_px: int, data: Path) -> None:
    clips = load_clips([data / "takes"], "val")
    picture, box, _ = _scene(clips, 0, face_px, np.random.default_rng(face_px))
    assert picture.shape == (HEIGHT, WIDTH, 3) and box[2] - box[0] == pytest.approx(face_px, rel=1e-3)
    # The middle of a painted face is its colour; nothing else of the scene has it.
    centre = np.clip((box[:2] + box[2:]) / 2, 0, (WIDTH - 1, HEIGHT - 1)).astype(int)
    view = clips[0].view(0)
    middle = landmarks_to_box(view.landmarks)
    colour = view.rgb[int(middle[1] + middle[3]) // 2, int(middle[0] + middle[2]) // 2] / 255
    assert np.abs(picture[centre[1], centre[0]] ** (1 / 2.2) - colour).max() < 0.1


def test_pairs_are_two_views_of_one_take(data: Path) -> None:
    clip = load_clips([data / "takes"], "val")[0]
    pairs = choose_pairs(clip, 0, 3)
    assert len(pairs) == 3
    for pair in pairs:
        first, second = pair.used
        assert first != second and clip.take[first] == clip.take[second]
        assert abs(clip.poses[first, 0] - clip.poses[second, 0]) <= 30
        assert as_face_view(pair.source).picture.shape == (256, 256, 3)


def test_everything_is_measured(data: Path, tmp_path: Path) -> None:
    torch.manual_seed(0)
    save_network(tmp_path / "m" / "identity.safetensors", build_network("identity", "compact"), "identity", "compact")
    asked = ["--people", "2", "--views", "1", "--pictures", "4", "--pairs", "1", "--measures", str(tmp_path / "m")]
    out = tmp_path / "t.json"
    done = CliRunner().invoke(app, ["evaluate-weights", "--data", str(data), *asked, "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert "# Figures of the pack compact" in done.output
    figures = {figure["what"]: figure for figure in json.loads(out.read_text())["figures"]}
    with_goals = [name for name, figure in figures.items() if figure["verdict"]]
    assert len(with_goals) == 9
    assert all(figures[name]["count"] > 0 and figures[name]["value"] is not None for name in with_goals)


def test_each_stage_of_a_swap_is_measured(data: Path) -> None:
    pack, clips = load_pack("compact"), load_clips([data / "takes"], "val")
    figures = {figure.what: figure for figure in ablate_swap(clips, pack, None, Progress())}
    assert len(figures) == len(STAGES) * len(MEASURES)
    assert all(np.isfinite(figure.value) and figure.count == 2 for figure in figures.values())
    source, target = next(iter(swap_pairs(clips)))
    plate = as_face_view(target).picture
    made = swapped(source, target, pack)
    for stage, (picture, matte) in made.items():
        assert np.array_equal(picture[matte == 0], plate[matte == 0]), stage
    assert not np.array_equal(made["G_r"][0], made["G_r + G_b"][0])
    assert made["G_r"][1].sum() <= made["G_r + G_c"][1].sum()  # the reenacted face alone never covers more


def test_identity_without_measures_is_said_to_be_missing(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from fsgan_core.training import validate_weights as module

    monkeypatch.setattr(module, "PACKS", data / "no packs")
    table = validate_weights("compact", data, None, FEW, Progress())
    row = next(figure for figure in table.figures if "most like its subject" in figure.what)
    assert row.verdict == "not measured" and any("--measures" in note for note in table.notes)


def test_eyes_are_judged_where_they_are_shut_and_where_they_are_open(data: Path) -> None:
    stored = read_clip(sorted((data / "takes").glob("*.npz"))[-1])
    for _, _, lids in EYES:
        for upper, lower in lids:
            stored.landmarks[1:3, lower] = stored.landmarks[1:3, upper]
    clip = Clip(stored)
    assert clip.shut.tolist() == [1, 2]
    figures = {figure.what: figure for figure in look_at_shut_eyes([clip], 6, load_pack("compact"), Progress())}
    # The labels of two views say shut, their painted eyes are as open as those of the two others.
    shut, opened = figures["shut eyes seen less than half open"], figures["open eyes seen more than half open"]
    assert shut.count == opened.count == 2 and shut.value == pytest.approx(1 - opened.value)
    assert look_at_shut_eyes([], 6, load_pack("compact"), Progress())[0].count == 0


@pytest.mark.slow
def test_bundled_pack_stays_within_generous_bounds() -> None:
    """A tenth to a half beyond what the pack shows in docs/training.md: a broken network is far outside of it."""
    prepared = os.environ.get("FSGAN_PREPARED_DATA")
    if not prepared:
        pytest.skip("set FSGAN_PREPARED_DATA to a folder of fsgan synthesize")
    table = validate_weights("compact", Path(prepared), None, ValidationSettings(people=20, views=3, pictures=112))
    assert table.value("landmarks on renders to 60 degrees") <= 4
    assert table.value("landmarks against face_pack labels") <= 4
    assert table.value("pose to 60 degrees, mean of the three angles") <= 3.5
    assert table.value("segmentation, face") >= 0.9
    assert table.value("segmentation, hair") >= 0.65
    assert table.value("shut eyes seen less than half open") >= 0.6
    assert next(f for f in table.figures if f.goal == ">= 0.99").value >= 0.95
    assert table.value("false faces") <= 0.2
    assert table.value("reenactment, landmarks of the result") <= 5
    assert next(f for f in table.figures if "most like its subject" in f.what).value >= 0.8
