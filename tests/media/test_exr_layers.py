"""Layers, parts and views are found by the names that renderers and hosts give them."""

from __future__ import annotations

import pytest

from fsgan_core.errors import PlateError
from fsgan_core.media.exr_layers import ChannelChoice, PartChannels, choose_channels


def _choose(*parts: PartChannels, layer: str = "", stereo_view: str = "") -> ChannelChoice:
    return choose_channels(parts, layer, stereo_view, "a.exr")


@pytest.mark.parametrize(
    "names", [("R", "G", "B"), ("r", "g", "b"), ("red", "green", "blue"), ("Red", "Green", "Blue")]
)
def test_main_colour_under_its_usual_names(names: tuple[str, ...]) -> None:
    assert _choose(PartChannels(("Z", *names))).rgb == (1, 2, 3)
    assert _choose(PartChannels(tuple(f"beauty.{name}" for name in names)), layer="beauty").rgb == (0, 1, 2)


def test_alpha_belongs_to_its_layer() -> None:
    part = PartChannels(("A", "B", "G", "R", "spec.B", "spec.G", "spec.R"))
    assert _choose(part).alpha == 0
    assert _choose(part, layer="spec").alpha is None


def test_layer_with_a_dot_in_its_name() -> None:
    part = PartChannels(("diff.direct.R", "diff.direct.G", "diff.direct.B"))
    assert _choose(part, layer="diff.direct").rgb == (0, 1, 2)


def test_named_part_is_a_layer_and_the_first_colour_is_the_main_one() -> None:
    parts = (
        PartChannels(("Z",), "depth"),
        PartChannels(("R", "G", "B"), "beauty"),
        PartChannels(("R", "G", "B"), "spec"),
    )
    assert _choose(*parts).part == 1
    assert _choose(*parts, layer="spec").part == 2


def test_views_mixed_in_one_part_by_the_multi_view_rule() -> None:
    """The first view has no prefix; the others stand before the channel, behind the layer."""
    names = [f"{prefix}{channel}" for prefix in ("", "right.", "spec.right.") for channel in "RGB"]
    part = PartChannels(tuple(names), views=("left", "right"))
    assert _choose(part).rgb == (0, 1, 2)
    assert _choose(part, stereo_view="left").rgb == (0, 1, 2)
    assert _choose(part, stereo_view="right").rgb == (3, 4, 5)
    assert _choose(part, layer="spec", stereo_view="right").rgb == (6, 7, 8)


def test_file_without_views_is_any_one_eye() -> None:
    assert _choose(PartChannels(("R", "G", "B")), stereo_view="left").rgb == (0, 1, 2)


def test_lone_luminance_is_grey_but_chroma_beside_it_is_not_rgb() -> None:
    assert _choose(PartChannels(("Y",))).rgb == (0, 0, 0)
    assert _choose(PartChannels(("Y", "A"))).alpha == 1
    with pytest.raises(PlateError, match="no R G B"):
        _choose(PartChannels(("BY", "RY", "Y")))


@pytest.mark.parametrize("names", [("Z",), ("R", "G"), ("A",), ("U", "V")])
def test_without_rgb_there_is_nothing_to_choose(names: tuple[str, ...]) -> None:
    with pytest.raises(PlateError, match=r"no R G B channels \(it has: .*" + names[0]):
        _choose(PartChannels(names))
