"""Stored numbers to the numbers of a screen."""

from __future__ import annotations

import numpy as np
import pytest

from fsgan_core.color.colorspaces import SRGB
from fsgan_core.color.ocio import from_working
from fsgan_core.errors import JobError
from fsgan_core.media.picture_layers import LayerPicture, PictureLayer
from fsgan_core.shot.image_window import ImageWindow
from fsgan_viewer.models.display_transform import DisplaySettings, DisplayView, display_views, to_screen

PLAIN = DisplayView("sRGB - Display", "Un-tone-mapped")
FILMIC = DisplayView("sRGB - Display", "ACES 2.0 - SDR 100 nits (Rec.709)")
LINEAR = "lin_rec709_scene"


def picture(pixels: np.ndarray, channels: str = "RGB") -> LayerPicture:
    window = ImageWindow.of_size(pixels.shape[1], pixels.shape[0])
    layer = PictureLayer("", tuple(channels), 0, tuple(range(len(channels))))
    return LayerPicture(layer, ("",), pixels, window, window)


def ramp() -> np.ndarray:
    return np.random.default_rng(3).uniform(0, 1, (7, 11, 3)).astype(np.float16)


def test_a_plain_view_is_srgb_and_in_the_order_of_qt() -> None:
    pixels = ramp()
    shown = to_screen(picture(pixels), LINEAR, DisplaySettings(view=PLAIN))
    wanted = np.clip(from_working(pixels.astype(np.float32), SRGB), 0, 1) * 255
    assert np.abs(shown[..., 2::-1].astype(float) - wanted).max() <= 0.51
    assert (shown[..., 3] == 255).all()


def test_exposure_doubles_light_and_gamma_works_on_the_screen() -> None:
    pixels = ramp()
    brighter = to_screen(picture(pixels), LINEAR, DisplaySettings(exposure_stops=1.0, view=PLAIN))
    doubled = to_screen(picture((pixels * np.float16(2)).astype(np.float16)), LINEAR, DisplaySettings(view=PLAIN))
    assert np.abs(brighter.astype(int) - doubled).max() <= 1
    bent = to_screen(picture(pixels), LINEAR, DisplaySettings(gamma=2.0, view=PLAIN))
    plain = to_screen(picture(pixels), LINEAR, DisplaySettings(view=PLAIN)) / 255
    assert np.abs(bent[..., :3] / 255 - np.sqrt(plain[..., :3])).max() < 0.02


def test_a_tone_mapped_view_goes_through_ocio_and_differs_from_the_plain_one() -> None:
    pixels = ramp()
    filmic = to_screen(picture(pixels), LINEAR, DisplaySettings(view=FILMIC))
    assert np.abs(filmic.astype(int) - to_screen(picture(pixels), LINEAR, DisplaySettings(view=PLAIN))).max() > 10
    ap1 = to_screen(picture(pixels), "ACEScg", DisplaySettings(view=FILMIC))
    assert np.abs(filmic.astype(int) - ap1).max() > 3, "the colorspace of the plate counts"


def test_numbers_that_are_none_are_black_and_infinity_is_white() -> None:
    pixels = np.array([[[np.nan, np.inf, -np.inf]]], np.float16)
    for view in (PLAIN, FILMIC, DisplayView()):
        shown = to_screen(picture(pixels), LINEAR, DisplaySettings(view=view))
        assert shown.shape == (1, 1, 4)
    plain = to_screen(picture(pixels), LINEAR, DisplaySettings(view=PLAIN))[0, 0]
    assert plain.tolist() == [0, 255, 0, 255]


@pytest.mark.parametrize(("channel", "index"), [("r", 0), ("g", 1), ("b", 2), ("a", 3)])
def test_one_channel_is_shown_grey(channel: str, index: int) -> None:
    pixels = np.broadcast_to(np.array([0.1, 0.3, 0.6, 0.8], np.float16), (2, 2, 4))
    shown = to_screen(picture(pixels, "RGBA"), LINEAR, DisplaySettings(view=DisplayView(), channel=channel))
    assert np.abs(shown[0, 0, :3].astype(int) - round(float(pixels[0, 0, index]) * 255)).max() <= 1


def test_a_matte_is_numbers_not_light() -> None:
    shown = to_screen(picture(np.full((2, 2, 1), 0.5, np.float16), "A"), LINEAR, DisplaySettings(view=PLAIN))
    assert shown[0, 0].tolist() == [128, 128, 128, 255]


def test_a_st_map_shows_red_and_green_and_a_missing_channel_is_black() -> None:
    pixels = np.full((2, 2, 2), 0.5, np.float32)
    assert to_screen(picture(pixels, "UV"), LINEAR, DisplaySettings(view=PLAIN))[0, 0].tolist() == [0, 128, 128, 255]
    no_alpha = to_screen(picture(ramp()), LINEAR, DisplaySettings(channel="a"))
    assert (no_alpha[..., :3] == 0).all()


def test_whole_numbers_are_shown_as_they_are_where_the_file_is_srgb() -> None:
    pixels = np.arange(256, dtype=np.uint8).reshape(1, 256, 1).repeat(3, 2)
    shown = to_screen(picture(pixels), SRGB, DisplaySettings(view=PLAIN))
    assert np.abs(shown[..., 0].astype(int) - np.arange(256)).max() <= 1


def test_the_views_begin_with_the_plain_one_and_end_with_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OCIO", raising=False)
    views = display_views()
    assert views[0] == PLAIN
    assert FILMIC in views
    assert views[-1] == DisplayView()
    assert len(set(views)) == len(views)


def test_an_unknown_view_or_colorspace_is_a_sentence() -> None:
    with pytest.raises(JobError):
        to_screen(picture(ramp()), LINEAR, DisplaySettings(view=DisplayView("sRGB - Display", "No such view")))
    with pytest.raises(JobError, match="colorspace"):
        to_screen(picture(ramp()), "No such space", DisplaySettings(view=PLAIN))
