"""Settings refuse what an engine could not use, and describe themselves to panels and options."""

from __future__ import annotations

import pytest

from fsgan_core.errors import JobError
from fsgan_core.job.finetune_settings import FinetuneSettings
from fsgan_core.job.matte_settings import MatteSettings
from fsgan_core.job.reenact_settings import ExpressionSettings, PoseSettings, ReenactSettings
from fsgan_core.job.settings import AnalyzeSettings, SwapSettings, describe_settings

MOVED = (ReenactSettings, PoseSettings, ExpressionSettings)


@pytest.mark.parametrize("settings_type", [AnalyzeSettings, MatteSettings, SwapSettings, FinetuneSettings, *MOVED])
def test_every_setting_has_label_help_and_sensible_limits(settings_type: type) -> None:
    for info in describe_settings(settings_type):
        assert info.label and info.label[0].isupper(), info.name
        assert info.help.endswith("."), info.name
        if info.type in (int, float):
            assert info.minimum is not None and info.maximum is not None, info.name
            assert info.minimum <= info.default <= info.maximum, info.name
        if info.choices:
            assert info.default in info.choices


def test_unit_ends_the_name_of_a_number_that_has_one() -> None:
    for info in describe_settings(AnalyzeSettings) + describe_settings(MatteSettings) + describe_settings(SwapSettings):
        assert not info.unit or info.name.endswith(info.unit), info.name


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"max_views": 4}, "max_views is 4: it must be at most 3"),
        ({"max_views": 0}, "at least 1"),
        ({"max_views": 2.0}, "a whole number"),
        ({"max_views": True}, "a whole number"),
        ({"step_deg": "30"}, "a number"),
        ({"step_deg": float("nan")}, "finite"),
        ({"matte_soft_px": 10**400}, "at most 64 px"),
        ({"one_file_per_layer": 1}, "true or false"),
        ({"device": "gpu"}, "choose one of auto, cuda, cpu"),
        ({"face": None}, "must be text"),
    ],
)
def test_wrong_value_is_refused_by_name(values: dict[str, object], words: str) -> None:
    with pytest.raises(JobError, match=words):
        SwapSettings(**values)  # type: ignore[arg-type]


def test_whole_number_is_a_number() -> None:
    assert SwapSettings(matte_soft_px=4).matte_soft_px == 4


def test_settings_are_values() -> None:
    assert AnalyzeSettings() == AnalyzeSettings(min_face_px=40)
    assert hash(AnalyzeSettings()) != hash(AnalyzeSettings(min_face_px=41))
