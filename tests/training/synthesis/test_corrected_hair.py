"""Hair drawn by hand takes the place of the masks of the data folder: as a label, and of the bare-headed as hair."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("numba", reason="drawing needs numba (extra: train)")

from fsgan_core.job.progress import Progress
from fsgan_core.training.synthesis import corrected_hair as module
from fsgan_core.training.synthesis import relief
from fsgan_core.training.synthesis.corrected_hair import BARE_HEADED, corrected_hair
from fsgan_core.training.synthesis.photo_clips import write_photos
from fsgan_core.training.synthesis.prepared_clip import read_clip
from fsgan_core.training.synthesis.relief import build_relief
from fsgan_core.training.synthesis.subject import Subject
from fsgan_core.training.unsure_hair import UNSURE_HAIR


def stored(side: int) -> np.ndarray:
    return np.full((side, side), 0.75, np.float32)


def test_a_hat_is_no_hair_and_others_keep_their_mask() -> None:
    mask = stored(64)
    assert corrected_hair("nobody", mask) is mask
    assert not corrected_hair("faker_0041", mask).any()


def test_what_is_seen_to_be_no_hair_is_taken_from_the_mask() -> None:
    mask = corrected_hair("t2i_0014", stored(192))
    assert np.all(mask[:121] == 0.75)
    assert not mask[123:].any()  # the collar


def test_nobody_is_corrected_in_two_ways() -> None:
    assert not set(module._OUTLINES) & (set(module._NOT_HAIR) | set(module._MORE_HAIR))


def test_hair_that_the_mask_lacks_is_added() -> None:
    mask = corrected_hair("t2i_0649", np.full((192, 192), 0.2, np.float32))
    assert mask[170, 54] == mask[170, 136] == 1  # the braids
    assert mask[100, 96] == np.float32(0.2)  # the nose


@pytest.mark.parametrize("side", [96, 192, 320])
def test_an_outline_scales_with_the_picture(side: int) -> None:
    mask = corrected_hair("t2i_0659", stored(side))
    assert mask.shape == (side, side)
    assert mask[int(30 * side / 192), int(85 * side / 192)] == 1  # the crest
    assert mask[int(100 * side / 192), int(85 * side / 192)] == 0  # the nose
    outline = np.array(module._OUTLINES["t2i_0659"][0], np.int32).reshape(-1, 2)
    area = cv2.contourArea(outline) / 192**2 + cv2.arcLength(outline, True) / 192 / side / 2  # half a px of border
    assert mask.mean() == pytest.approx(area, rel=0.05)


def test_who_was_corrected_is_believed() -> None:
    names = set(module._OUTLINES) | set(module._NOT_HAIR) | set(module._MORE_HAIR)
    assert names >= BARE_HEADED
    assert not names & UNSURE_HAIR


def test_the_label_of_a_portrait_is_what_was_drawn(
    tmp_path: Path, tiny_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(module._OUTLINES, "tiny_0001", ((0, 0, 191, 0, 191, 20, 0, 20),))
    write_photos(tiny_data / "face_pack", tmp_path, Progress())
    hair = read_clip(tmp_path / "tiny_0001.npz").masks(0)[1]
    assert hair[10, 160] > 200
    assert hair[60, 160] < 50  # hair in the stored mask


@pytest.mark.parametrize("bare_headed", [False, True])
def test_a_hat_stays_in_front_and_is_no_hair(
    tiny_subject: Subject, monkeypatch: pytest.MonkeyPatch, bare_headed: bool
) -> None:
    name = tiny_subject.stored.record.name
    monkeypatch.setitem(module._OUTLINES, name, ())
    monkeypatch.setattr(relief, "BARE_HEADED", frozenset({name} if bare_headed else ()))
    photograph = build_relief(tiny_subject.maps, tiny_subject.stored, tiny_subject.maps.head.neutral).photograph
    assert not photograph[..., 5].any()
    assert photograph[..., 4].any() != bare_headed
