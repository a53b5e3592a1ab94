from dataclasses import replace
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import pytest

pytest.importorskip("numba", reason="drawing needs numba (extra: train)")

from fsgan_core.geometry.head_rotation import pose_to_rotation
from fsgan_core.training.synthesis.subject import Subject, prepare_subject
from fsgan_core.training.synthesis.subject_maker import LeftOut, MadeSubject, SubjectMaker
from fsgan_core.training.synthesis.subject_pack import SubjectRecord, unpack_subject
from fsgan_core.training.synthesis.subject_renderer import RenderedView, View, render_view

POSE, EXPRESSION = (14.0, -6.0, 5.0), {"mouthSmile": 0.4}
RECORD = SubjectRecord("anna", 0, "tiny", "CC0-1.0", "train", True)
SIDE = 256


@pytest.fixture(scope="module")
def portraits(tmp_path_factory: pytest.TempPathFactory, tiny_subject: Subject, drawn_portraits: ModuleType) -> Path:
    """Anna as drawn; Bert the same with more pixels; others with something against them."""
    folder = tmp_path_factory.mktemp("portraits")
    anna = drawn_portraits.draw_portrait(tiny_subject, POSE, EXPRESSION)
    noise = np.random.default_rng(2).uniform(120, 260, anna.points.shape)
    people = {
        "anna": anna,
        "bert": drawn_portraits.draw_portrait(tiny_subject, POSE, EXPRESSION, larger=2),
        "turned": drawn_portraits.draw_portrait(tiny_subject, (42.0, 0.0, 0.0), {}),
        "noted": anna,
        "maskless": anna,
        "faceless": replace(anna, points=noise),
        "small": anna,
    }
    rows = {"noted": {"flags": "under_18"}, "anna": {"origin": "drawn/anna.png"}, "small": {"crop_scale": "4"}}
    drawn_portraits.write_folder(folder, people, rows)
    (folder / "person" / "maskless.jpg").unlink()
    return folder


@pytest.fixture(scope="module")
def maker(tiny_data: Path, portraits: Path) -> SubjectMaker:
    return SubjectMaker(tiny_data / "ict_facekit" / "ict_facekit.npz", portraits)


@pytest.fixture(scope="module")
def anna(maker: SubjectMaker) -> MadeSubject:
    return made(maker, "anna")


def made(maker: SubjectMaker, name: str) -> MadeSubject:
    subject = maker.make(name)
    assert isinstance(subject, MadeSubject), subject
    return subject


def redraw(like: Subject, subject: MadeSubject, pose: tuple[float, float, float] | None) -> RenderedView:
    person = prepare_subject(like.maps, unpack_subject(RECORD, subject.arrays))
    return render_view(person, View(pose=pose, margin=1.4, side_px=SIDE))


def original(like: Subject, drawn_portraits: ModuleType, pose: tuple[float, float, float]) -> RenderedView:
    """The head that the portrait was drawn of, in another pose and with the portrait's expression and gaze."""
    drawn = drawn_portraits.draw_portrait(like, POSE, EXPRESSION)
    stored = replace(like.stored, rotation=pose_to_rotation(*POSE))
    view = View(pose=pose, expression=drawn.expression, gaze=drawn.gaze, margin=1.4, side_px=SIDE)
    return render_view(replace(like, stored=stored), view)


def difference(first: RenderedView, second: RenderedView) -> np.ndarray:
    """(H, W) mean absolute difference of 255."""
    return np.abs(first.picture.astype(int) - second.picture).mean(2)


def test_pose_expression_and_gaze_of_the_portrait_are_found(anna: MadeSubject) -> None:
    line = anna.line
    np.testing.assert_allclose([line["yaw"], line["pitch"], line["roll"]], POSE, atol=1)
    assert line["residual_px"] < 1
    np.testing.assert_allclose(anna.arrays["wex"][3:5], 0.4, atol=0.05)
    np.testing.assert_allclose(anna.arrays["gaze"], [[6, -3], [4, -3]], atol=1.5)


def test_the_portrait_is_redrawn_as_it_was(
    tiny_subject: Subject, anna: MadeSubject, drawn_portraits: ModuleType
) -> None:
    assert anna.line["rerender_mae"] < 4
    again, before = redraw(tiny_subject, anna, POSE), original(tiny_subject, drawn_portraits, POSE)
    assert np.linalg.norm(again.landmarks - before.landmarks, axis=1).max() < 1
    face = (again.face > 200) & (before.face > 200)
    assert difference(again, before)[face].mean() < 4


@pytest.mark.parametrize("pose", [(-11.0, -6.0, 5.0), (39.0, -6.0, 5.0)])
def test_turned_by_25_degrees_it_is_the_same_head(
    tiny_subject: Subject, anna: MadeSubject, drawn_portraits: ModuleType, pose: tuple[float, float, float]
) -> None:
    again, before = redraw(tiny_subject, anna, pose), original(tiny_subject, drawn_portraits, pose)
    assert np.linalg.norm(again.landmarks - before.landmarks, axis=1).mean() < 1
    face = (again.face > 200) & (before.face > 200)
    assert face.sum() > 0.9 * (before.face > 200).sum()
    assert difference(again, before)[face].mean() < 7


def test_more_pixels_make_a_sharper_atlas(maker: SubjectMaker, anna: MadeSubject, tiny_subject: Subject) -> None:
    """Between the iris and the white of the tiny person's eyes is an edge."""

    def edges(subject: MadeSubject) -> float:
        eyes = unpack_subject(RECORD, subject.arrays).eyes.astype(np.float32)
        return float(np.abs(np.diff(eyes[:, 40:56, 30:66], axis=2)).max(2).mean())

    assert edges(made(maker, "bert")) > 1.1 * edges(anna)


def test_the_line_says_who_it_is_and_that_it_is_good(anna: MadeSubject) -> None:
    line = anna.line
    assert (line["name"], line["source"], line["licence"], line["split"]) == ("anna", "tiny", "CC0-1.0", "train")
    assert line["origin"] == "drawn/anna.png"
    assert (line["ok"], line["flags"]) == (1, "")
    assert 0.5 < float(line["seen"]) <= float(line["known"]) <= 1


def test_a_head_turned_too_far_is_flagged_and_kept(maker: SubjectMaker) -> None:
    line = made(maker, "turned").line
    assert "yaw" in str(line["flags"]).split("|")
    assert line["ok"] == 0


def test_what_the_owner_noted_stays(maker: SubjectMaker) -> None:
    line = made(maker, "noted").line
    assert (line["ok"], line["flags"]) == (0, "under_18")


@pytest.mark.parametrize(("name", "reason"), [
    ("maskless", "person/maskless.jpg"), ("faceless", "misses the labelled points"), ("small", "px; 70 are needed"),
])  # fmt: skip
def test_of_whom_nobody_can_be_made_is_left_out_with_the_reason(maker: SubjectMaker, name: str, reason: str) -> None:
    left_out = maker.make(name)
    assert isinstance(left_out, LeftOut)
    assert reason in left_out.reason


def test_the_same_portrait_makes_the_same_bytes(maker: SubjectMaker, anna: MadeSubject) -> None:
    again = made(maker, "anna")
    assert again.line == anna.line
    for key, stored in anna.arrays.items():
        np.testing.assert_array_equal(again.arrays[key], stored)


def test_the_hidden_side_comes_from_the_other(tiny_subject: Subject, maker: SubjectMaker) -> None:
    """Turned by 42 degrees, the far cheek is not seen; it gets the near one's skin, and no blue of the wall."""
    atlas = unpack_subject(RECORD, made(maker, "turned").arrays).atlas.astype(int)
    region = cv2.erode(tiny_subject.maps.face_region, np.ones((15, 15))) > 0
    region[:, :256] = False
    region[:180] = False
    near = tiny_subject.stored.atlas[:, ::-1]
    assert np.median(np.abs(atlas - near).mean(2)[region]) < 10
    assert np.mean(atlas[region][:, 2] > atlas[region][:, 0] + 60) == 0
