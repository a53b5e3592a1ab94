from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("numba", reason="drawing needs numba (extra: train)")

from fsgan_core.errors import PlateError
from fsgan_core.training.synthesis.makehuman_body import MakeHumanBody, load_makehuman
from fsgan_core.training.synthesis.makehuman_person import MakeHumanPerson, piece_texture, sample_person


@pytest.fixture(scope="module")
def body(tiny_data: Path) -> MakeHumanBody:
    return load_makehuman(tiny_data / "makehuman" / "makehuman_head.npz")


@pytest.fixture(scope="module")
def folder(tiny_data: Path) -> Path:
    return tiny_data / "makehuman" / "textures"


@pytest.fixture(scope="module")
def people(body: MakeHumanBody, folder: Path) -> list[MakeHumanPerson]:
    files = tuple(sorted(path.name for path in folder.iterdir()))
    return [sample_person(np.random.default_rng(seed), body, files) for seed in range(120)]


def test_nobody_is_a_child_or_made_younger(people: list[MakeHumanPerson]) -> None:
    for person in people:
        shapes = {name: weight for name, weight in person.shape_weights.items() if name.startswith("macrodetails/")}
        assert sum(shapes.values()) == pytest.approx(1)
        assert all(name.endswith(("-young", "-old")) for name in shapes)
        assert sum(weight for name, weight in shapes.items() if name.endswith("-old")) >= 0.5
        assert not any("age-decr" in name or "child" in name for name in person.shape_weights)
        assert person.shape_weights["head/head-age-incr"] >= 0.5
        assert "young" not in person.textures["skin"]


def test_people_differ_and_wear_what_their_body_has(people: list[MakeHumanPerson], body: MakeHumanBody) -> None:
    assert len({person.ancestry for person in people}) == 3
    assert {len([name for name in person.shape_weights if name.startswith("macro")]) for person in people} == {2, 4}
    hats = [person for person in people if "hat_fedora" in person.pieces]
    bald = [person for person in people if "hair_short01" not in person.pieces]
    assert 8 < len(hats) < 50 and 0 < len(bald) < 30
    for person in people:
        gender = "female" if any("-female-" in name for name in person.shape_weights) else "male"
        assert f"clothes_{gender}_suit" in person.pieces and "eyes" in person.pieces
        assert set(person.pieces) <= set(body.worn)
    assert any(person.grey > 0.5 for person in people) and any(person.grey == 0 for person in people)


def test_a_texture_has_colour_opacity_and_region(people: list[MakeHumanPerson], folder: Path) -> None:
    person = next(one for one in people if "hat_fedora" in one.pieces and "hair_short01" in one.pieces)
    region = np.zeros((64, 64), np.float32)
    region[:32] = 1
    skin = piece_texture(folder, person, "skin", region)
    assert skin.shape == (16, 16, 5) and skin[2, 5, 4] == 1 and skin[12, 5, 4] == 0
    hat = piece_texture(folder, person, "hat_fedora", None)
    np.testing.assert_allclose(hat[0, 0, :3], person.tints["hat_fedora"], rtol=1e-5)
    assert (hat[..., 3:] == 1).all()


def test_grey_hair_has_no_colour_and_is_brighter(people: list[MakeHumanPerson], folder: Path) -> None:
    person = next(one for one in people if "hair_short01" in one.pieces)
    brown, white = (piece_texture(folder, replace(person, grey=grey), "hair_short01", None)[0, 0] for grey in (0, 1))
    assert np.ptp(white[:3]) < 1e-6 < np.ptp(brown[:3])
    assert white[:3].mean() > brown[:3].mean()


def test_a_missing_texture_is_named(people: list[MakeHumanPerson], tmp_path: Path) -> None:
    with pytest.raises(PlateError, match="skin_"):
        piece_texture(tmp_path, people[0], "skin", None)
