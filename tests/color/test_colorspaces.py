"""Colorspaces are found by name, alias or role, and a wrong name is answered with those that are alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from fsgan_core.color.colorspaces import colorspace_names, config_name, find_colorspace, has_colorspace, is_linear
from fsgan_core.errors import JobError


@pytest.fixture(autouse=True)
def _built_in_config(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OCIO", raising=False)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("ACEScg", "ACEScg"), ("acescg", "ACEScg"), ("ACES - ACEScg", "ACEScg"), ("scene_linear", "ACEScg"),
        ("lin_rec709_scene", "Linear Rec.709 (sRGB)"), ("Utility - Linear - sRGB", "Linear Rec.709 (sRGB)"),
        ("ARRI LogC4", "ARRI LogC4"), ("Raw", "Raw"),
    ],
)  # fmt: skip
def test_built_in_aces_knows_names_aliases_and_roles(name: str, found: str) -> None:
    assert find_colorspace(name) == found
    assert has_colorspace(name)


def test_camera_spaces_are_among_the_names() -> None:
    assert {"ACEScg", "S-Log3 S-Gamut3.Cine", "Log3G10 REDWideGamutRGB"} <= set(colorspace_names())


def test_unknown_name_is_a_job_error_that_offers_what_is_alike() -> None:
    with pytest.raises(JobError, match=r"no colorspace 'ACESgc'.*ACEScg") as caught:
        find_colorspace("ACESgc")
    assert caught.value.exit_code == 2
    assert not has_colorspace("ACESgc")


def test_linear_spaces_are_told_from_curves() -> None:
    assert is_linear("ACEScg")
    assert not is_linear("ACEScct")


def test_config_of_the_studio_is_used(monkeypatch: pytest.MonkeyPatch, minimal_config: Path) -> None:
    monkeypatch.setenv("OCIO", str(minimal_config))
    assert config_name() == str(minimal_config)
    assert set(colorspace_names()) == {"show linear", "show log", "data"}
    assert find_colorspace("SHOW LOG") == "show log"
    with pytest.raises(JobError, match=r"show\.ocio"):
        find_colorspace("ACEScct")


def test_config_that_is_missing_or_broken_is_a_job_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OCIO", str(tmp_path / "none.ocio"))
    with pytest.raises(JobError, match=r"\$OCIO names .*none\.ocio, which does not exist"):
        find_colorspace("ACEScg")
    broken = tmp_path / "broken.ocio"
    broken.write_text("ocio_profile_version: 2\ncolorspaces: 5\n")
    monkeypatch.setenv("OCIO", str(broken))
    with pytest.raises(JobError, match=r"broken\.ocio cannot be read"):
        find_colorspace("ACEScg")
