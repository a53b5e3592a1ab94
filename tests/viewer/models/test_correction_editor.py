"""Corrections while they are made, and the file that the engine obeys."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from fsgan_core.errors import JobError
from fsgan_core.job.corrections import read_corrections
from fsgan_viewer.models.analysis_reader import read_analysis
from fsgan_viewer.models.correction_editor import CorrectionEditor


def test_a_landmark_is_kept_in_picture_pixels_and_shown_in_plate_pixels(shot: Any) -> None:
    face = read_analysis(shot.analysis).faces[0]
    face = replace(face, window_origins=face.window_origins - [16, 8])
    editor = CorrectionEditor(str(shot.folder / "c.json"))
    editor.move_landmark(face, 1003, 76, 40.123, 50.0)
    assert editor.corrections.keys[0].landmarks == {76: (24.12, 42.0)}
    assert editor.plate_points(face, 1003)[76] == pytest.approx((40.12, 50.0))


def test_the_saved_file_is_the_one_that_the_engine_reads(shot: Any) -> None:
    face = read_analysis(shot.analysis).faces[0]
    editor = CorrectionEditor(str(shot.folder / "c.json"))
    editor.move_landmark(face, 1003, 76, 40, 50)
    editor.move_landmark(face, 1003, 82, 44, 51)
    editor.move_box(face, 1002, np.array([30.0, 20.0, 72.0, 62.0]))
    editor.bind(face, 1001, 50.4, 40.4)
    assert editor.is_changed
    editor.save()
    assert not editor.is_changed
    read = read_corrections(editor.path)
    assert read == editor.corrections
    assert read.bound_face == "50,40@1001"
    assert [key.frame for key in read.keys] == [1002, 1003]
    assert CorrectionEditor(editor.path).frames == (1002, 1003)


def test_undo_and_remove(shot: Any) -> None:
    face = read_analysis(shot.analysis).faces[0]
    editor = CorrectionEditor(str(shot.folder / "c.json"))
    editor.move_landmark(face, 1003, 76, 40, 50)
    editor.remove(1003)
    assert editor.frames == ()
    assert editor.undo() and editor.frames == (1003,)
    assert editor.undo() and not editor.is_changed
    assert not editor.undo()


def test_an_empty_box_is_refused_and_nothing_changes(shot: Any) -> None:
    face = read_analysis(shot.analysis).faces[0]
    editor = CorrectionEditor(str(shot.folder / "c.json"))
    with pytest.raises(JobError, match="box"):
        editor.move_box(face, 1002, np.array([30.0, 20.0, 30.0, 20.0]))
    assert not editor.is_changed
