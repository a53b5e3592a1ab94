"""Which channels of a picture file are the R G B (and A) that were asked for: layers, parts and stereo views."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fsgan_core.errors import PlateError

_CHANNEL_WORDS = {"r": "R", "red": "R", "g": "G", "green": "G", "b": "B", "blue": "B", "a": "A", "alpha": "A"}


@dataclass(frozen=True)
class PartChannels:
    """What one part of a file holds.

    Args:
        channels: Full channel names in the order of the part.
        part_name: The part's name; "" where it has none.
        stereo_view: The part's eye; "" where it says none.
        views: The eyes that a single-part stereo file mixes in its channel names; the first has no prefix.
    """

    channels: tuple[str, ...]
    part_name: str = ""
    stereo_view: str = ""
    views: tuple[str, ...] = ()


@dataclass(frozen=True)
class ChannelChoice:
    """The part and the channels of one layer: indices of R, G, B and A (None where it has no alpha) in that part."""

    part: int
    layer: str
    stereo_view: str
    rgb: tuple[int, int, int]
    alpha: int | None


def choose_channels(parts: Sequence[PartChannels], layer: str, stereo_view: str, path: str) -> ChannelChoice:
    """The channels to read for `layer` and `stereo_view`.

    Args:
        parts: The parts of the file.
        layer: A layer (`beauty` of `beauty.R`) or the name of a part; "" is the main R G B.
        stereo_view: An eye; "" is the first one. A file without views holds any one eye.
        path: The file, for messages.

    Raises:
        PlateError: The file has no R G B, no such layer, or no such view; the message lists what it has.
    """
    choices = [choice for index, part in enumerate(parts) for choice in _layers_of(index, part)]
    views = sorted({choice.stereo_view for choice in choices} - {""})
    if stereo_view and views:
        choices = [choice for choice in choices if choice.stereo_view == stereo_view]
        if not choices:
            raise PlateError(f"has no stereo view {stereo_view!r}. It has: {', '.join(views)}.", path=path)
    for choice in choices:
        if layer in (choice.layer, *_part_aliases(parts[choice.part], choice)):
            return choice
    if not choices:
        found = ", ".join(name for part in parts for name in part.channels[:12])
        raise PlateError(f"has no R G B channels (it has: {found}). Render the picture with colour.", path=path)
    names = sorted({choice.layer or parts[choice.part].part_name or "R G B" for choice in choices})
    wanted = f"no layer {layer!r}" if layer else "no main R G B"
    raise PlateError(f"has {wanted}. Set layer to one of: {', '.join(names)}.", path=path)


def choose_channel(parts: Sequence[PartChannels], channel: str, stereo_view: str, path: str) -> tuple[int, int]:
    """The part and the index in it of one channel: what a matte is read from.

    Args:
        parts: The parts of the file.
        channel: A channel by its name in the file (`mask.a`) or as hosts call it (`rgba.alpha`); "" is the main alpha,
            or the first channel where there is none.
        stereo_view: An eye; "" is the first one. A file without views holds any one eye.
        path: The file, for messages.

    Raises:
        PlateError: The file has no such channel; the message lists what it has.
    """
    found: list[tuple[str, int, int]] = []
    for number, part in enumerate(parts):
        views = {part.stereo_view, *part.views} - {""}
        for index, name in enumerate(part.channels):
            words = [word for word in name.split(".") if word not in part.views]
            view = part.stereo_view or next((word for word in name.split(".") if word in part.views), "")
            view = view or (part.views[0] if part.views else "")
            if not views or not stereo_view or view == stereo_view:
                found.append((_plain_name(words), number, index))
    names = {name: (number, index) for name, number, index in reversed(found)}
    if channel:
        wanted = _plain_name(channel.split("."))
        bare = {f"{parts[number].part_name}.{name}".lower(): (number, index) for name, number, index in found}
        place = names.get(wanted) or bare.get(wanted)
        if place is None:
            listed = ", ".join(name for part in parts for name in part.channels[:12])
            raise PlateError(f"has no channel {channel!r}. Choose one of: {listed}.", path=path)
        return place
    if not found:
        raise PlateError(f"has no channel of the stereo view {stereo_view!r}.", path=path)
    return names.get("a") or names.get("r") or (found[0][1], found[0][2])


def _plain_name(words: Sequence[str]) -> str:
    """A channel name in small letters, colours by their letter, the main layer without its name."""
    *layer, channel = words
    short = _CHANNEL_WORDS.get(channel.lower(), channel)
    return ".".join([*(word for word in layer if word.lower() != "rgba"), short]).lower()


def _part_aliases(part: PartChannels, choice: ChannelChoice) -> tuple[str, ...]:
    """Other names of a layer in a named part: the part's own, without its view, and with the layer behind it."""
    if not part.part_name:
        return ()
    bare = part.part_name.removesuffix(f".{choice.stereo_view}") if choice.stereo_view else part.part_name
    if not choice.layer:
        return part.part_name, bare
    return f"{part.part_name}.{choice.layer}", f"{bare}.{choice.layer}"


def _layers_of(index: int, part: PartChannels) -> list[ChannelChoice]:
    """Every layer of a part that has R G B, or a lone Y, which is all three."""
    found: dict[tuple[str, str], dict[str, int]] = {}
    for position, name in enumerate(part.channels):
        *layer_words, channel = name.split(".")
        view = part.stereo_view or next((word for word in layer_words if word in part.views), "")
        if not view and part.views:
            view = part.views[0]
        layer = ".".join(word for word in layer_words if word not in part.views)
        word = _CHANNEL_WORDS.get(channel.lower(), "Y" if channel in ("Y", "y") else "")
        if word:
            found.setdefault((layer, view), {}).setdefault(word, position)
    choices = []
    for (layer, view), words in found.items():
        if "Y" in words and len(part.channels) <= 2:
            words = dict.fromkeys("RGB", words["Y"]) | {key: words[key] for key in words if key == "A"}
        if {"R", "G", "B"} <= words.keys():
            rgb = (words["R"], words["G"], words["B"])
            choices.append(ChannelChoice(index, layer, view, rgb, words.get("A")))
    return choices
