"""Tracks: linked by overlap, bridged over gaps, split at cuts, recognised when they come back."""

from __future__ import annotations

import numpy as np
import pytest

from fsgan_core.face.track import FaceTrack, FrameFaces, TrackRules, match_boxes, track_faces

RULES = TrackRules(iou_threshold=0.75, max_gap_frames=12, min_track_frames=1, min_face_px=40, reidentify_similarity=0.5)
ANNA, BERT = np.array([1.0, 0, 0]), np.array([0, 1.0, 0])


def box(x: float, y: float = 100, side: float = 100) -> list[float]:
    return [x, y, x + side, y + side]


def faces(*found: tuple[list[float], np.ndarray | None]) -> FrameFaces:
    return FrameFaces(
        np.array([b for b, _ in found], np.float32).reshape(-1, 4),
        np.full(len(found), 0.9, np.float32),
        tuple(who for _, who in found),
    )


def track(frames: list[FrameFaces], cuts: tuple[int, ...] = (), rules: TrackRules = RULES) -> tuple[FaceTrack, ...]:
    is_cut = np.zeros(len(frames), bool)
    is_cut[list(cuts)] = True
    return track_faces(frames, is_cut, rules)


def test_overlapping_boxes_are_one_track() -> None:
    (found,) = track([faces((box(100 + 3 * i), ANNA if i % 8 == 0 else None)) for i in range(20)])
    assert found.track_id == 1
    assert found.indices.tolist() == list(range(20))
    assert set(found.segment_ids.tolist()) == {0}
    np.testing.assert_allclose(found.embedding, ANNA, atol=1e-6)
    assert found.boxes.dtype == np.float32


@pytest.mark.parametrize("gap", [1, 5, 12])
def test_a_short_gap_is_bridged_by_interpolation(gap: int) -> None:
    shot = [faces((box(100), ANNA))] * 3 + [faces()] * gap + [faces((box(130), ANNA))] * 3
    (found,) = track(shot)
    assert found.indices.tolist() == list(range(gap + 6))
    assert set(found.segment_ids.tolist()) == {0}
    assert (found.scores[3 : 3 + gap] == 0).all()
    assert (np.diff(found.boxes[2 : 4 + gap, 0]) > 0).all()
    np.testing.assert_allclose(np.diff(found.boxes[2 : 4 + gap, 0]), 30 / (gap + 1), rtol=1e-4)


def test_a_longer_absence_is_the_same_person_in_a_new_segment() -> None:
    shot = [faces((box(100), ANNA))] * 3 + [faces()] * 13 + [faces((box(400), ANNA))] * 3
    (found,) = track(shot)
    assert found.indices.tolist() == [0, 1, 2, 16, 17, 18]
    assert found.segment_ids.tolist() == [0, 0, 0, 1, 1, 1]


def test_somebody_else_after_a_gap_is_another_track() -> None:
    shot = [faces((box(100), ANNA))] * 3 + [faces()] * 2 + [faces((box(100), BERT))] * 3
    assert [len(found.indices) for found in track(shot)] == [3, 3]


def test_a_spoilt_embedding_is_forgiven_where_the_face_left_but_not_elsewhere() -> None:
    doubtful = np.array([0.35, np.sqrt(1 - 0.35**2), 0])
    before = [faces((box(100), ANNA))] * 3 + [faces()] * 2
    assert len(track([*before, faces((box(105), doubtful))])) == 1
    assert len(track([*before, faces((box(500), doubtful))])) == 2
    assert len(track([*before, *[faces()] * 20, faces((box(105), doubtful))])) == 2


def test_a_fast_face_without_overlap_stays_one_segment() -> None:
    (found,) = track([faces((box(100 + 60 * i), ANNA)) for i in range(6)])
    assert set(found.segment_ids.tolist()) == {0}
    assert len(found.indices) == 6


def test_a_cut_starts_a_new_segment_of_the_same_person() -> None:
    shot = [faces((box(100), ANNA))] * 4 + [faces((box(101), ANNA))] * 4
    (found,) = track(shot, cuts=(4,))
    assert found.segment_ids.tolist() == [0] * 4 + [1] * 4


def test_a_cut_to_somebody_in_the_same_place_is_another_track() -> None:
    first, second = track([faces((box(100), ANNA))] * 4 + [faces((box(100), BERT))] * 4, cuts=(4,))
    assert first.indices.tolist() == [0, 1, 2, 3]
    assert second.indices.tolist() == [4, 5, 6, 7]


def test_a_gap_over_a_cut_is_not_bridged() -> None:
    shot = [faces((box(100), ANNA))] * 3 + [faces()] * 2 + [faces((box(100), ANNA))] * 3
    (found,) = track(shot, cuts=(4,))
    assert found.indices.tolist() == [0, 1, 2, 5, 6, 7]
    assert found.segment_ids.tolist() == [0, 0, 0, 1, 1, 1]


def test_two_people_at_once_are_two_tracks_numbered_from_the_left() -> None:
    left, right = track([faces((box(400), BERT), (box(100), ANNA))] * 5)
    assert left.boxes[0, 0] == 100
    assert (left.track_id, right.track_id) == (1, 2)


def test_twins_in_one_frame_are_never_one_person() -> None:
    assert len(track([faces((box(100), ANNA), (box(400), ANNA))] * 3)) == 2


def test_people_who_come_back_together_are_told_apart() -> None:
    shot = [faces((box(100), ANNA), (box(400), BERT))] * 3 + [faces()] * 30
    shot += [faces((box(100), BERT), (box(400), ANNA))] * 3
    first, second = track(shot)
    assert first.boxes[:, 0].tolist() == [100] * 3 + [400] * 3
    assert second.boxes[:, 0].tolist() == [400] * 3 + [100] * 3


def test_short_and_small_tracks_are_dropped() -> None:
    shot = [faces((box(100), ANNA))] * 5 + [faces((box(100), ANNA), (box(400), BERT))]
    rules = TrackRules(0.75, 12, 2, 40, 0.5)
    assert len(track(shot)) == 2
    assert len(track(shot, rules=rules)) == 1
    assert track([faces((box(100, side=29), ANNA))] * 5) == ()
    assert len(track([faces((box(100, side=31), ANNA))] * 5)) == 1


def test_one_frame_and_no_frame_work() -> None:
    (found,) = track([faces((box(100), ANNA))])
    assert found.indices.tolist() == [0]
    assert track([faces()]) == ()
    assert track([]) == ()


def test_best_overlap_wins_whatever_the_order() -> None:
    before = np.array([box(100), box(110)], float)
    after = np.array([box(109), box(101)], float)
    assert match_boxes(before, after, 0.5) == {0: 1, 1: 0}
    assert match_boxes(before, np.zeros((0, 4)), 0.5) == {}
