"""Tracker, corner pin, ST map and head, read back by a real Tcl and held against numbers told beforehand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fsgan_core.errors import JobError
from fsgan_core.exports.corner_pin import corner_pin_text
from fsgan_core.exports.face_motion import FaceMotion
from fsgan_core.exports.head_pose import FACE_UNITS, axis_text, chan_text
from fsgan_core.exports.landmark_names import chosen_landmarks, landmark_of_track, track_name
from fsgan_core.exports.st_map import crop_from_plate, plate_from_crop, st_map_text
from fsgan_core.exports.tracker import TRACK_COLUMNS, tracker_text
from fsgan_core.face.face_analysis import FaceAnalysis
from fsgan_core.geometry.crop_transform import CropTransform
from fsgan_core.geometry.head_rotation import pose_to_rotation

HEIGHT, WIDTH = 540, 960
CROP_SIDE = 160 * 1.25
"""Of the placed face, plate px."""


def rows_of(real_tcl: Any, text: str) -> tuple[list[str], list[dict[str, str]]]:
    """The head of the table of tracks, and the tracks as cells by column name."""
    (node,) = real_tcl.read_nodes(text)
    assert node.class_name == "Tracker4"
    head, columns, rows = real_tcl.read_words(node["tracks"])
    names = [real_tcl.read_words(column)[3] for column in real_tcl.read_words(columns)]
    tracks = [real_tcl.read_words(row) for row in real_tcl.read_words(rows)]
    assert all(len(track) == len(names) == 31 for track in tracks)
    return real_tcl.read_words(head), [dict(zip(names, track, strict=True)) for track in tracks]


def test_tracks_stand_on_the_landmarks(real_tcl: Any, motion: FaceMotion, curve_of: Any) -> None:
    head, (nose, corner) = rows_of(real_tcl, tracker_text(motion, [54, 76]))
    assert head == ["1", str(len(TRACK_COLUMNS)), "2"]
    assert (nose["name"], corner["name"]) == ("lm54_nose_tip", "lm76_mouth_left")
    # The nose is the middle of the crop, which is that of the box: 380, 180 from the top left, moving by 5, 2 a frame.
    assert curve_of(nose["track_x"]) == {1001: 380, 1002: 385, 1003: 390, 1006: 405, 1007: 410}
    assert curve_of(nose["track_y"]) == {1001: 360, 1002: 358, 1003: 356, 1006: 350, 1007: 348}
    # Landmark 76 lies at 76, 152 of the crop, whose top left corner is 280, 80.
    scale = CROP_SIDE / 256
    assert curve_of(corner["track_x"])[1001] == pytest.approx(280 + 76 * scale, abs=1e-4)
    assert curve_of(corner["track_y"])[1001] == pytest.approx(540 - (80 + 152 * scale), abs=1e-4)


def test_track_is_switched_off_while_the_person_is_away(real_tcl: Any, motion: FaceMotion, curve_of: Any) -> None:
    _, (nose,) = rows_of(real_tcl, tracker_text(motion, [54]))
    assert curve_of(nose["enable"]) == {1001: 1, 1002: 1, 1003: 1, 1004: 0, 1006: 1, 1007: 1}


def test_overscan_counts_from_the_display_window(face_at: Any) -> None:
    """The same face in an array that begins 20 px left and 10 px above the format stands where it stood."""
    plain = FaceMotion.of(face_at(), (HEIGHT, WIDTH), 1.0)
    overscan = FaceMotion.of(face_at((-20, -10)), (HEIGHT, WIDTH), 1.0)
    np.testing.assert_allclose(overscan.landmarks, plain.landmarks, atol=1e-4)
    np.testing.assert_allclose(overscan.crop_corners, plain.crop_corners, atol=1e-4)
    np.testing.assert_allclose(overscan.boxes, plain.boxes)


def test_names_lead_back_to_landmarks() -> None:
    assert all(landmark_of_track(track_name(landmark)) == landmark for landmark in range(98))
    assert landmark_of_track("copy of lm54_nose_tip 2") == 54
    assert landmark_of_track("track 1") is None
    assert landmark_of_track("lm540") is None
    assert chosen_landmarks("54,60-62, 54") == (54, 60, 61, 62)
    assert len(chosen_landmarks("all")) == 98
    for wrong in ("", "98", "9-3", "nose", "-1"):
        with pytest.raises(JobError, match="landmarks"):
            chosen_landmarks(wrong)


def pin_points(real_tcl: Any, node: Any, curve_of: Any, word: str, frame: int | None = None) -> np.ndarray:
    points = []
    for index in range(1, 5):
        cells = real_tcl.read_words(node[f"{word}{index}"])
        points.append([float(cell) if frame is None else curve_of(cell)[frame] for cell in cells])
    return np.array(points)


def test_corner_pin_holds_the_crop(real_tcl: Any, motion: FaceMotion, curve_of: Any) -> None:
    """Bottom left, bottom right, top right, top left: the crop is 280..480 x 80..280 from the top left corner."""
    pin, inverse, crop = real_tcl.read_nodes(corner_pin_text(motion))
    expected = np.array([[280, 540 - 280], [480, 540 - 280], [480, 540 - 80], [280, 540 - 80]], float)
    for frame, moved in ((1001, 0), (1006, 5)):
        np.testing.assert_allclose(
            pin_points(real_tcl, pin, curve_of, "to", frame), expected + np.array([5, -2]) * moved, atol=1e-4
        )
    np.testing.assert_allclose(pin_points(real_tcl, pin, curve_of, "from"), [[0, 0], [256, 0], [256, 256], [0, 256]])
    assert (inverse["invert"], inverse["to1"]) == ("true", pin["to1"])
    assert (crop["box"], crop["reformat"], crop.inputs) == ("0 0 256 256", "true", ["FSGAN_PlateToCrop"])


def sampled(picture: np.ndarray, uv: np.ndarray) -> np.ndarray:
    """(H, W) of a picture at positions 0..1, v from the bottom, bilinear about pixel centres: an STMap node."""
    height, width = picture.shape
    x, y = uv[..., 0] * width - 0.5, (1 - uv[..., 1]) * height - 0.5
    x0, y0 = np.clip(np.floor(x).astype(int), 0, width - 2), np.clip(np.floor(y).astype(int), 0, height - 2)
    u, v = x - x0, y - y0
    top = picture[y0, x0] * (1 - u) + picture[y0, x0 + 1] * u
    bottom = picture[y0 + 1, x0] * (1 - u) + picture[y0 + 1, x0 + 1] * u
    return np.asarray(top * (1 - v) + bottom * v)


def test_st_maps_carry_pixels_to_the_crop_and_back(face: FaceAnalysis) -> None:
    y, x = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    plate = x + 1000 * y
    crop = face.crop_at(1001)
    assert crop is not None
    to_crop = crop_from_plate(crop, (HEIGHT, WIDTH))
    made = sampled(plate, to_crop)
    # The crop's pixel 100, 40 shows the plate 280 + 100.5 * 200 / 256, 80 + 40.5 * 200 / 256.
    scale = CROP_SIDE / 256
    assert made[40, 100] == pytest.approx(280 + 100.5 * scale + 1000 * (80 + 40.5 * scale), abs=1e-1)
    assert (to_crop[..., 2] == 1).all()
    window = crop.covered_window((HEIGHT, WIDTH))
    back = sampled(made, plate_from_crop(crop, window)[..., :2])
    inner = (slice(4, -4), slice(4, -4))
    np.testing.assert_allclose(back[inner], plate[80:280, 280:480][inner], atol=0.1)


def test_st_map_says_what_lies_outside_the_plate() -> None:
    crop = CropTransform.from_box(np.array([-50.0, 0, 50, 100]), 100)
    inside = crop_from_plate(crop, (HEIGHT, WIDTH))[..., 2]
    assert not inside[:, :50].any()
    assert inside[:, 50:].all()


def test_st_map_nodes_read_their_maps_as_the_second_input(real_tcl: Any) -> None:
    text = st_map_text("C:\\a\\crop.%04d.exr", "C:\\a\\plate.%04d.exr", (1001, 1007))
    first_read, first, second_read, second = real_tcl.read_nodes(text)
    assert first.inputs == ["0", first_read["name"]]
    assert second.inputs == ["0", second_read["name"]]
    assert first_read["file"] == "C:/a/crop.%04d.exr"
    assert (second_read["first"], second_read["last"], second["uv"]) == ("1001", "1007", "rgb")


def test_axis_projects_to_the_middle_of_the_face(real_tcl: Any, motion: FaceMotion, curve_of: Any) -> None:
    """Through the camera that comes with it, and as large as the face is."""
    camera, head = real_tcl.read_nodes(axis_text(motion, 50.0, 36.0))
    focal, width, height = (float(camera[name]) for name in ("focal", "haperture", "vaperture"))
    assert height == pytest.approx(36 * 540 / 960)
    translate = [curve_of(cell) for cell in real_tcl.read_words(head["translate"])]
    for frame, moved in ((1001, 0), (1007, 6)):
        x, y, z = (values[frame] for values in translate)
        # What a camera at the origin sees that looks along -z: film position over film size, from the middle.
        at_x = (x / -z * focal / width + 0.5) * WIDTH
        at_y = (y / -z * focal / height + 0.5) * HEIGHT
        assert (at_x, at_y) == (pytest.approx(380 + 5 * moved, abs=0.05), pytest.approx(360 - 2 * moved, abs=0.05))
        assert FACE_UNITS / -z * focal / height * HEIGHT == pytest.approx(160, abs=0.05)


def test_axis_turns_as_the_head_does(real_tcl: Any, motion: FaceMotion, curve_of: Any) -> None:
    """Composed in Nuke's default order ZXY (the last letter turns last), the rotation is that of the pose."""
    _, head = real_tcl.read_nodes(axis_text(motion, 50.0, 36.0))
    angles = [curve_of(cell) for cell in real_tcl.read_words(head["rotate"])]
    assert "rot_order" not in dict(head.knobs)
    for index, frame in enumerate(motion.frames):
        x, y, z = np.radians([values[int(frame)] for values in angles])
        about_x = np.array([[1, 0, 0], [0, np.cos(x), -np.sin(x)], [0, np.sin(x), np.cos(x)]])
        about_y = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
        about_z = np.array([[np.cos(z), -np.sin(z), 0], [np.sin(z), np.cos(z), 0], [0, 0, 1]])
        np.testing.assert_allclose(about_y @ about_x @ about_z, pose_to_rotation(*motion.poses[index]), atol=1e-5)


def test_chan_says_the_same_as_the_axis(real_tcl: Any, motion: FaceMotion, curve_of: Any) -> None:
    _, head = real_tcl.read_nodes(axis_text(motion, 50.0, 36.0))
    lines = [line.split("\t") for line in chan_text(motion, 50.0, 36.0).splitlines()]
    assert [int(line[0]) for line in lines] == [1001, 1002, 1003, 1006, 1007]
    assert all(len(line) == 8 for line in lines)
    for column, knob, axis in [(1, "translate", 0), (3, "translate", 2), (4, "rotate", 0), (6, "rotate", 2)]:
        values = curve_of(real_tcl.read_words(head[knob])[axis])
        assert [float(line[column]) for line in lines] == pytest.approx(list(values.values()), abs=1e-4)
    assert float(lines[0][7]) == pytest.approx(np.degrees(2 * np.arctan(20.25 / 2 / 50)), abs=1e-4)


def test_anamorphic_pixels_keep_the_film_in_shape(face: FaceAnalysis) -> None:
    squeezed = FaceMotion.of(face, (HEIGHT, WIDTH // 2), 2.0)
    assert "vaperture 20.25" in axis_text(squeezed, 50.0, 36.0)
