"""A track moved in Nuke moves its landmark: at the keys, between them, and nowhere else."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from fsgan_core.errors import JobError
from fsgan_core.exports.face_motion import FaceMotion
from fsgan_core.exports.import_tracks import ImportedTracks, corrections_of_tracks
from fsgan_core.exports.nuke_text import curve
from fsgan_core.exports.read_tracks import read_tracks
from fsgan_core.exports.tracker import tracker_text
from fsgan_core.face.face_analysis import FaceAnalysis
from fsgan_core.job.corrections import Corrections, corrections_text, parse_corrections
from fsgan_core.pipeline.corrected_face import correct_face

SIZE = (540, 960)
FRAMES = np.arange(1001, 1021)


@pytest.fixture(scope="module")
def shot(face_at: Any) -> FaceAnalysis:
    """The person on twenty frames without a gap."""
    return face_at(frames=FRAMES).__class__(**{**vars(face_at(frames=FRAMES)), "segment_ids": np.zeros(20, int)})


def moved(text: str, name: str, moves: dict[int, tuple[float, float]], curve_of: Any) -> str:
    """The node's text with the keys of a track moved by so many Nuke px, as an artist drags a point."""
    line = next(line for line in text.splitlines() if f'"{name}"' in line)
    cells = re.split(r"(\{curve x[^}]*\})", line)
    for axis, place in enumerate((1, 3)):
        keys = curve_of(cells[place][1:-1])
        for frame, move in moves.items():
            keys[frame] += move[axis]
        cells[place] = curve(keys)
    return text.replace(line, "".join(cells))


def imported(text: str, face: FaceAnalysis, base: Corrections | None = None, **named: int) -> ImportedTracks:
    return corrections_of_tracks(read_tracks(text), face, SIZE, base or Corrections(fade_frames=0), named)


def landmarks(face: FaceAnalysis) -> np.ndarray:
    return FaceMotion.of(face, SIZE, 1.0).landmarks


def test_moved_track_moves_its_landmark_between_the_keys_alone(shot: FaceAnalysis, curve_of: Any) -> None:
    text = tracker_text(FaceMotion.of(shot, SIZE, 1.0), [54, 76])
    edited = moved(text, "lm54_nose_tip", {1005: (4.0, 2.0), 1009: (8.0, 2.0)}, curve_of)
    result = imported(edited, shot)
    assert result.moved == {54: 2}
    assert [key.frame for key in result.corrections.keys] == [1005, 1009]
    # The file that the engine reads says the same.
    corrections = parse_corrections(corrections_text(result.corrections))
    before, after = landmarks(shot), landmarks(correct_face(shot, corrections))
    offset = after - before
    # 2 Nuke px up are 2 px less in a picture that counts down.
    np.testing.assert_allclose(offset[4, 54], (4, -2), atol=1e-3)
    np.testing.assert_allclose(offset[8, 54], (8, -2), atol=1e-3)
    np.testing.assert_allclose(offset[6, 54], (6, -2), atol=1e-3)
    outside = np.r_[0:4, 9:20]
    np.testing.assert_allclose(offset[outside, 54], 0, atol=1e-4)
    others = np.delete(np.arange(98), 54)
    np.testing.assert_allclose(offset[:, others], 0, atol=1e-4)


def test_fading_of_the_corrections_is_that_of_the_engine(shot: FaceAnalysis, curve_of: Any) -> None:
    text = moved(tracker_text(FaceMotion.of(shot, SIZE, 1.0), [54]), "lm54_nose_tip", {1010: (10.0, 0.0)}, curve_of)
    corrections = imported(text, shot, Corrections(fade_frames=5)).corrections
    offset = (landmarks(correct_face(shot, corrections)) - landmarks(shot))[:, 54, 0]
    np.testing.assert_allclose(offset[9:16], [10, 8, 6, 4, 2, 0, 0], atol=1e-3)


def test_second_round_adds_to_the_first(shot: FaceAnalysis, curve_of: Any) -> None:
    """The tracker is exported with the corrections on it, one more key is moved, and the first one stays."""
    text = tracker_text(FaceMotion.of(shot, SIZE, 1.0), [54])
    first = imported(moved(text, "lm54_nose_tip", {1005: (4.0, 0.0)}, curve_of), shot).corrections
    again = tracker_text(FaceMotion.of(correct_face(shot, first), SIZE, 1.0), [54])
    second = imported(moved(again, "lm54_nose_tip", {1012: (0.0, -6.0)}, curve_of), shot, first)
    assert second.moved == {54: 1}
    offset = (landmarks(correct_face(shot, second.corrections)) - landmarks(shot))[:, 54]
    np.testing.assert_allclose(offset[4], (4, 0), atol=1e-3)
    np.testing.assert_allclose(offset[11], (0, 6), atol=1e-3)


def test_corrections_are_bound_to_the_person(shot: FaceAnalysis, curve_of: Any) -> None:
    text = moved(tracker_text(FaceMotion.of(shot, SIZE, 1.0), [54]), "lm54_nose_tip", {1005: (4.0, 0.0)}, curve_of)
    assert imported(text, shot).corrections.bound_face == "380,180@1001"


def test_track_with_another_name_is_named_by_the_artist(shot: FaceAnalysis, curve_of: Any) -> None:
    text = moved(tracker_text(FaceMotion.of(shot, SIZE, 1.0), [54, 16]), "lm54_nose_tip", {1005: (4, 0)}, curve_of)
    text = text.replace('"lm54_nose_tip"', '"track 1"').replace('"lm16_chin"', '"track 2"')
    result = imported(text, shot, **{"track 1": 54})
    assert (result.moved, result.unknown) == ({54: 1}, ("track 2",))


def test_keys_where_the_person_is_away_are_left_out(face: FaceAnalysis, curve_of: Any) -> None:
    text = tracker_text(FaceMotion.of(face, SIZE, 1.0), [54])
    text = moved(text, "lm54_nose_tip", {1003: (4.0, 0.0)}, curve_of)
    text = text.replace("x1006", "x1005", 3).replace("{curve K x1001 1 1 1 0 x1005 1 1}", "{curve K x1001 1}")
    result = imported(text, face)
    assert result.elsewhere == (1005,)
    assert 1003 in {key.frame for key in result.corrections.keys}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text, "no track was moved"),
        (lambda text: text.replace("lm54_nose_tip", "nose"), "no track stands for a landmark"),
        (lambda text: text + text, "several tracks stand for lm54_nose_tip"),
    ],
)
def test_tracks_that_say_nothing_are_refused(shot: FaceAnalysis, change: Any, words: str) -> None:
    with pytest.raises(JobError, match=words):
        imported(change(tracker_text(FaceMotion.of(shot, SIZE, 1.0), [54])), shot)
