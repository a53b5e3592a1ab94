"""What the 98 landmarks are called in a host: left and right are those of the picture."""

from __future__ import annotations

import re

from fsgan_core.errors import JobError

LANDMARK_COUNT = 98
MAIN_LANDMARKS = (60, 64, 68, 72, 54, 76, 82, 85, 16)
"""Corners of the eyes, tip of the nose, corners and lower edge of the mouth, chin: enough to track a face by."""

# First landmark of each part (WFLW order) and what the part is called.
_PARTS = (
    (0, "jaw"), (33, "brow_left"), (42, "brow_right"), (51, "nose_bridge"), (55, "nostrils"), (60, "eye_left"),
    (68, "eye_right"), (76, "lips_outer"), (88, "lips_inner"), (96, "pupil_left"), (97, "pupil_right"),
)  # fmt: skip
_WELL_KNOWN = {
    16: "chin", 54: "nose_tip", 60: "eye_left_outer", 64: "eye_left_inner", 68: "eye_right_inner",
    72: "eye_right_outer", 76: "mouth_left", 79: "mouth_top", 82: "mouth_right", 85: "mouth_bottom",
}  # fmt: skip
_TRACK_NAME = re.compile(r"lm(\d{1,2})(?!\d)", re.IGNORECASE)


def track_name(landmark: int) -> str:
    """The name of a landmark's track, such as `lm54_nose_tip`: the number leads back to the landmark."""
    part = next(word for first, word in reversed(_PARTS) if landmark >= first)
    return f"lm{landmark:02d}_{_WELL_KNOWN.get(landmark, part)}"


def landmark_of_track(name: str) -> int | None:
    """The landmark that a track stands for, by the `lm54` in its name; None where there is none."""
    found = _TRACK_NAME.search(name)
    return int(found.group(1)) if found and int(found.group(1)) < LANDMARK_COUNT else None


def chosen_landmarks(setting: str) -> tuple[int, ...]:
    """The landmarks that a setting names.

    Args:
        setting: "main", "all", or numbers and ranges with commas: `54,60-67`.

    Raises:
        JobError: It names no landmark.
    """
    words = [word.strip() for word in setting.split(",") if word.strip()]
    found: list[int] = []
    for word in words:
        if word == "main":
            found += MAIN_LANDMARKS
        elif word == "all":
            found += range(LANDMARK_COUNT)
        else:
            match = re.fullmatch(r"(\d+)(?:-(\d+))?", word)
            first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
            if not first <= last < LANDMARK_COUNT:
                raise JobError(f"landmarks: {word!r} is none of main, all, a number 0 to 97 or a range such as 60-67.")
            found += range(first, last + 1)
    if not found:
        raise JobError("landmarks is empty. Write main, all, or numbers such as 54,60-67.")
    return tuple(dict.fromkeys(found))
