"""Layer names are a contract: changing one breaks the scripts of every compositor."""

from __future__ import annotations

import re

import pytest

from fsgan_core.media.layer_names import LAYER_CHANNELS, channel_names, layer_path, pixel_type


def test_the_contract() -> None:
    channels = [name for layer in LAYER_CHANNELS for name in channel_names(layer)]
    assert channels == [
        "fsgan_matte.A", "fsgan_face.A", "fsgan_hair.A", "fsgan_reenact.R", "fsgan_reenact.G", "fsgan_reenact.B",
        "fsgan_inpaint.R", "fsgan_inpaint.G", "fsgan_inpaint.B", "fsgan_blend.R", "fsgan_blend.G", "fsgan_blend.B",
        "fsgan_invented.A", "fsgan_st.U", "fsgan_st.V",
    ]  # fmt: skip


def test_nuke_keeps_every_layer_name() -> None:
    """Its EXR reader turns whatever is no letter, digit or _ into _, and drops digits in front."""
    assert all(re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", layer) for layer in LAYER_CHANNELS)


def test_only_the_st_map_is_float_in_a_half_result() -> None:
    names = ("R", "fsgan_matte.A", "fsgan_st.U", "fsgan_st.V")
    assert [pixel_type(name, "half") for name in names] == ["half", "half", "float", "float"]
    assert pixel_type("R", "float") == "float"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("out.%04d.exr", "out_fsgan_matte.%04d.exr"),
        ("a.b/sh.010.1001.exr", "a.b/sh.010_fsgan_matte.1001.exr"),
        ("a/out_####.exr", "a/out_fsgan_matte_####.exr"),
        ("still.exr", "still_fsgan_matte.exr"),
    ],
)
def test_layer_file_stands_beside_the_result(path: str, expected: str) -> None:
    assert layer_path(path, "fsgan_matte") == expected
