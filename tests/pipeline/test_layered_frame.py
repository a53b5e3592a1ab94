"""A layered frame: which layers a setting names, and what its channels hold."""

from __future__ import annotations

import numpy as np
import pytest

from fsgan_core.color.plate_color import PlateColor
from fsgan_core.errors import JobError
from fsgan_core.media.layer_names import BLEND, LAYER_CHANNELS, MATTE
from fsgan_core.media.plate_frame import PictureHeader, PlateFrame
from fsgan_core.pipeline.layered_frame import LayeredFrame, Patch, wanted_layers
from fsgan_core.pipeline.linear_frame import LinearFrame
from fsgan_core.shot.image_window import ImageWindow


def half_frame() -> LinearFrame:
    pixels = np.random.default_rng(0).random((6, 8, 3)).astype(np.float16)
    pixels.view(np.uint16)[0, 0] = 0x7D01  # a NaN with bits of its own
    window = ImageWindow.of_size(8, 6)
    frame = PlateFrame(1, "plate.exr", pixels, None, PictureHeader(window, window))
    return LinearFrame(frame, pixels, PlateColor.of("lin_rec709_scene", pixels.dtype))


@pytest.mark.parametrize(
    ("setting", "layers"),
    [
        ("all", tuple(LAYER_CHANNELS)),
        ("none", ()),
        ("", ()),
        ("fsgan_blend, matte", (MATTE, BLEND)),
        ("blend,blend", (BLEND,)),
    ],
)
def test_settings_name_layers_in_the_order_of_the_method(setting: str, layers: tuple[str, ...]) -> None:
    assert wanted_layers(setting) == layers


def test_an_unknown_layer_is_refused_with_those_that_exist() -> None:
    with pytest.raises(JobError, match=r"fsgan_depth.*fsgan_matte"):
        wanted_layers("matte,depth")


def test_without_a_result_the_channels_are_the_plates_own_bits_and_black() -> None:
    linear = half_frame()
    channels = LayeredFrame(linear, "no_face").channels((MATTE, BLEND))
    assert list(channels) == ["R", "G", "B", f"{MATTE}.A", f"{BLEND}.R", f"{BLEND}.G", f"{BLEND}.B"]
    for index, name in enumerate("RGB"):
        np.testing.assert_array_equal(channels[name].view(np.uint16), linear.pixels[..., index].view(np.uint16))
    assert not any(channels[name].any() for name in channels if name not in "RGB")


def test_a_patch_replaces_its_window_and_nothing_else() -> None:
    linear = half_frame()
    before = linear.pixels.copy()
    patch = Patch((2, 1, 5, 4), np.full((3, 3, 3), 0.25, np.float16))
    matte = Patch((2, 1, 5, 4), np.ones((3, 3, 1), np.float32))
    channels = LayeredFrame(linear, "swapped", patch, {MATTE: matte}).channels((MATTE,))
    inside = np.zeros((6, 8), bool)
    inside[1:4, 2:5] = True
    np.testing.assert_array_equal(channels["R"][inside], np.float16(0.25))
    np.testing.assert_array_equal(channels["R"].view(np.uint16)[~inside], before[..., 0].view(np.uint16)[~inside])
    np.testing.assert_array_equal(channels[f"{MATTE}.A"], inside)
    np.testing.assert_array_equal(linear.pixels.view(np.uint16), before.view(np.uint16))


def test_a_float_result_of_a_half_plate_keeps_its_precision() -> None:
    value = np.float32(0.1)
    patch = Patch((0, 0, 1, 1), np.full((1, 1, 3), value, np.float32))
    assert LayeredFrame(half_frame(), "swapped", patch).channels(())["R"][0, 0] == value
