"""Bad frames are found by their reason and written as ranges."""

from __future__ import annotations

from dataclasses import replace

from fsgan_core.evaluation.bad_frames import bad_frames, describe_bad_frames, verdict
from fsgan_core.evaluation.face_judge import FrameMeasures

GOOD = FrameMeasures(1, 0.8, 0.1, 2.0, 2.0, 0.5, 0.02, 1.0, 0.3, 4.0, 4.0)


def shot(**faults: dict[int, float]) -> list[FrameMeasures]:
    frames = {number: replace(GOOD, frame=number) for number in range(1001, 1025)}
    for name, values in faults.items():
        for number, value in values.items():
            frames[number] = replace(frames[number], **{name: value})
    return list(frames.values())


def test_a_good_shot_has_no_bad_frames() -> None:
    assert bad_frames(shot()) == {}
    assert verdict(shot(), {}).startswith("good: 24 of 24 frames without fault")


def test_reasons_are_listed_as_ranges() -> None:
    frames = shot(pose_error_deg=dict.fromkeys([1004, 1017, 1018, 1019, 1020, 1021], 9.0), seam={1002: 20.0})
    found = bad_frames(frames, missing=[1030])
    assert describe_bad_frames(found) == [
        "1030: no result",
        "1002: visible seam",
        "1004, 1017-1021: pose error",
    ] or set(describe_bad_frames(found)) == {"1030: no result", "1002: visible seam", "1004, 1017-1021: pose error"}
    assert verdict(frames, found).startswith("needs a look: 17 of 24")


def test_a_frame_that_loses_the_person_is_found_by_the_shot_itself() -> None:
    assert bad_frames(shot(identity={1010: 0.5})) == {"not like the source": [1010]}
    assert bad_frames(shot(identity=dict.fromkeys(range(1001, 1025), 0.5))) == {}
    assert len(bad_frames(shot(identity=dict.fromkeys(range(1001, 1025), 0.1)))["not like the source"]) == 24


def test_a_lost_blink_is_found() -> None:
    assert bad_frames(shot(eye_error={1007: 0.2})) == {"eyes open or shut otherwise": [1007]}
    assert bad_frames(shot(eye_error={1007: 0.05})) == {}


def test_flicker_counts_beside_the_plates_own() -> None:
    assert bad_frames(shot(flicker={1005: 20.0})) == {"flicker": [1005]}
    assert bad_frames(shot(flicker={1005: 20.0}, plate_flicker={1005: 15.0})) == {}
    assert bad_frames(shot(flicker={1005: float("nan")})) == {}


def test_nothing_to_judge_is_said() -> None:
    assert verdict([], {}) == "nothing to judge: no frame shows the face."
