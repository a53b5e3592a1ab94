from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("numba", reason="drawing needs numba (extra: train)")

from fsgan_core.training.synthesis.environment_light import panorama_to_light
from fsgan_core.training.synthesis.makehuman_body import load_makehuman
from fsgan_core.training.synthesis.makehuman_head import MakeHumanHead, make_head
from fsgan_core.training.synthesis.makehuman_person import MakeHumanPerson
from fsgan_core.training.synthesis.makehuman_view import DressedPerson, dress_person, render_person
from fsgan_core.training.synthesis.morphable_head import MorphableHead
from fsgan_core.training.synthesis.subject_renderer import RenderedView, View

SIDE = 160
VIEW = View(
    pose=(0.0, 0.0, 0.0), gaze=np.zeros((2, 2)), light=panorama_to_light(np.ones((32, 64, 3), np.float32)),
    background=np.zeros((SIDE, SIDE, 3), np.float32) + np.array([0, 0, 0.5], np.float32), margin=1.9, side_px=SIDE,
)  # fmt: skip
PERSON = MakeHumanPerson(
    {"macrodetails/asian-female-old": 1.0}, "asian", ("eyes", "eyebrow001", "hair_short01", "clothes_female_suit"),
    {
        "skin": "skin_middleage_lightskinned_female_diffuse.png", "eyes": "eye_brown_eye.png",
        "hair_short01": "hair_short01.png", "clothes_female_suit": "clothes_female_suit.png",
    },
    {"eyebrow001": np.zeros(3)} | dict.fromkeys(("skin", "eyes", "hair_short01", "clothes_female_suit"), np.ones(3)),
    0.0,
)  # fmt: skip


@pytest.fixture(scope="module")
def head(tiny_data: Path, tiny_head: MorphableHead) -> MakeHumanHead:
    return make_head(load_makehuman(tiny_data / "makehuman" / "makehuman_head.npz"), tiny_head)


@pytest.fixture(scope="module")
def dressed(tiny_data: Path, head: MakeHumanHead) -> DressedPerson:
    return dress_person(head, PERSON, tiny_data / "makehuman" / "textures")


@pytest.fixture(scope="module")
def frontal(dressed: DressedPerson) -> RenderedView:
    return render_person(dressed, VIEW, {})


def at(picture: np.ndarray, point: np.ndarray) -> np.ndarray:
    return picture[int(point[1]), int(point[0])].astype(float)


def test_labels_lie_on_what_they_name(frontal: RenderedView) -> None:
    eye, cheek = frontal.landmarks[96], frontal.landmarks[[55, 76]].mean(0) - [10, 0]
    assert np.ptp(at(frontal.picture, eye)) < 25  # white
    assert at(frontal.picture, cheek)[0] > at(frontal.picture, cheek)[2] + 20  # skin
    assert at(frontal.face, cheek) == 255 == at(frontal.face, eye)
    assert frontal.landmarks[16, 1] > frontal.landmarks[85, 1] > frontal.landmarks[57, 1] > frontal.landmarks[51, 1]


def test_hair_is_hair_and_takes_from_the_face(frontal: RenderedView, dressed: DressedPerson) -> None:
    assert (frontal.hair > 127).sum() > 500
    green = frontal.picture[frontal.hair > 250].mean(0)
    assert green[1] > green[0] and green[1] > green[2]
    assert not ((frontal.hair > 200) & (frontal.face > 60)).any()
    brow = frontal.landmarks[[36, 39]].mean(0)
    assert at(frontal.face, brow) > 200  # a brow is a part of the face


def test_a_frontal_face_is_symmetric_and_a_turn_moves_the_nose(frontal: RenderedView, dressed: DressedPerson) -> None:
    middle = frontal.landmarks[[60, 72], 0].mean()
    assert frontal.landmarks[54, 0] == pytest.approx(middle, abs=1.5)
    for yaw in (-40.0, 40.0):
        turned = render_person(dressed, replace(VIEW, pose=(yaw, 0.0, 0.0)), {})
        assert turned.pose == (yaw, 0.0, 0.0)
        assert np.sign(yaw) * (turned.landmarks[54, 0] - turned.landmarks[[60, 72], 0].mean()) > 8


def test_an_open_mouth_moves_the_lower_lip(frontal: RenderedView, dressed: DressedPerson) -> None:
    opened = render_person(dressed, VIEW, {"expression/units/asian/mouth-open": 1.0})
    assert np.ptp(opened.landmarks[[79, 85], 1]) / np.ptp(opened.landmarks[[51, 57], 1]) > 1.15 * np.ptp(
        frontal.landmarks[[79, 85], 1]
    ) / np.ptp(frontal.landmarks[[51, 57], 1])


def test_a_gaze_moves_the_pupils_alone(frontal: RenderedView, dressed: DressedPerson) -> None:
    looking = render_person(dressed, replace(VIEW, gaze=np.array([[20.0, 0], [20.0, 0]])), {})
    np.testing.assert_allclose(looking.landmarks[33:96], frontal.landmarks[33:96], atol=0.01)
    assert (looking.landmarks[96:, 0] > frontal.landmarks[96:, 0] + 1).all()


def test_shoulders_turn_less_than_the_head(dressed: DressedPerson) -> None:
    far = replace(VIEW, margin=4.0)
    frontal, turned = (render_person(dressed, replace(far, pose=(yaw, 0.0, 0.0)), {}) for yaw in (0.0, 60.0))

    def cloth(drawn: RenderedView) -> int:
        blue = drawn.picture.astype(int)
        return int(np.count_nonzero((blue[..., 2] - blue[..., 0] > 30) & (blue[..., 0] > 20)))

    # Turned as far as the head, the plate would show half of its width.
    assert cloth(turned) > 0.8 * cloth(frontal) > 500


def test_a_hat_hides_the_hair_above_its_brim(tiny_data: Path, head: MakeHumanHead, frontal: RenderedView) -> None:
    tints = {**PERSON.tints, "hat_fedora": np.full(3, 0.3)}
    person = replace(PERSON, pieces=(*PERSON.pieces, "hat_fedora"), tints=tints)
    drawn = render_person(dress_person(head, person, tiny_data / "makehuman" / "textures"), VIEW, {})
    assert (drawn.hair > 127).sum() < 0.5 * (frontal.hair > 127).sum()


def test_the_same_view_has_the_same_bits(frontal: RenderedView, dressed: DressedPerson) -> None:
    again = render_person(dressed, VIEW, {})
    np.testing.assert_array_equal(again.picture, frontal.picture)
    np.testing.assert_array_equal(again.hair, frontal.hair)
