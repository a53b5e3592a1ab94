from pathlib import Path

import pytest

from fsgan_core.errors import JobError, PlateError
from fsgan_core.training.synthesis.settings import KINDS, USUAL_KINDS, DataFolder, SynthesisSettings


def test_everything_is_made_by_default_in_order() -> None:
    assert SynthesisSettings().kinds() == USUAL_KINDS
    assert set(KINDS) - set(USUAL_KINDS) == {"subjects"}
    assert SynthesisSettings(make="clips,subjects").kinds() == ("subjects", "clips")
    assert SynthesisSettings(make=" heads , clips").kinds() == ("clips", "heads")


@pytest.mark.parametrize("settings", [
    SynthesisSettings(make="clips,movies"), SynthesisSettings(make=" , "), SynthesisSettings(views=1),
    SynthesisSettings(workers=0), SynthesisSettings(seed=-1),
])  # fmt: skip
def test_a_wrong_setting_is_refused(settings: SynthesisSettings) -> None:
    with pytest.raises(JobError):
        settings.kinds()


def test_people_are_named_or_listed_in_a_file(tmp_path: Path) -> None:
    listed = tmp_path / "people.txt"
    listed.write_text("anna\n\n bert \nanna\n")
    assert SynthesisSettings().names() == ()
    assert SynthesisSettings(people="bert, anna,bert").names() == ("bert", "anna")
    assert SynthesisSettings(people=str(listed)).names() == ("anna", "bert")


def test_a_list_that_is_missing_or_empty_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("\n")
    for name in ("none.txt", "empty.txt"):
        with pytest.raises(JobError, match=name):
            SynthesisSettings(people=str(tmp_path / name)).names()


def test_a_missing_data_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlateError, match="does not exist"):
        DataFolder(tmp_path / "none")
