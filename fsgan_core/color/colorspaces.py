"""The colorspaces that exist: those of $OCIO, else of the ACES studio configuration that OpenImageIO brings."""

from __future__ import annotations

import difflib
import os
from functools import lru_cache

import OpenImageIO as oiio  # noqa: N813

from fsgan_core.errors import JobError

BUILT_IN_CONFIG = "ocio://studio-config-latest"

LINEAR_REC709 = "lin_rec709_scene"
ACESCG = "lin_ap1_scene"
ACES2065 = "lin_ap0_scene"
SRGB = "srgb_rec709_scene"

# What other configurations call the spaces that the engine itself asks for, most likely first.
_OTHER_NAMES = {
    LINEAR_REC709: (
        "Linear Rec.709 (sRGB)", "lin_rec709", "lin_srgb", "Utility - Linear - Rec.709", "Utility - Linear - sRGB",
        "Linear sRGB", "linear",
    ),
    ACESCG: ("ACEScg", "ACES - ACEScg", "lin_ap1"),
    ACES2065: ("ACES2065-1", "ACES - ACES2065-1", "lin_ap0", "aces_interchange"),
    SRGB: (
        "sRGB Encoded Rec.709 (sRGB)", "sRGB - Texture", "srgb_tx", "Utility - sRGB - Texture", "sRGB",
        "sRGB - Display", "Output - sRGB",
    ),
}  # fmt: skip


def config_name() -> str:
    """The OCIO configuration in use: the path in $OCIO, else the built-in one."""
    return os.environ.get("OCIO") or BUILT_IN_CONFIG


def find_colorspace(name: str, config: str = "") -> str:
    """The colorspace of the configuration that `name` means, by the configuration's own spelling.

    Args:
        name: A colorspace, an alias or a role, in any case of letters.
        config: An OCIO configuration; "" is the one in use.

    Raises:
        JobError: There is none, naming those that are spelled alike; or $OCIO cannot be read.
    """
    known = _names_in(config or config_name())
    for candidate in (name, *_OTHER_NAMES.get(name, ())):
        if candidate.lower() in known:
            return known[candidate.lower()]
    where = config or config_name()
    alike = difflib.get_close_matches(name.lower(), list(known), n=5, cutoff=0.4)
    close = ", ".join(sorted({known[word] for word in alike})) or ", ".join(sorted(set(known.values()))[:8])
    raise JobError(f"there is no colorspace {name!r} in {where}. Did you mean one of: {close}?")


def has_colorspace(name: str, config: str = "") -> bool:
    """Whether `find_colorspace` would find `name`."""
    known = _names_in(config or config_name())
    return any(word.lower() in known for word in (name, *_OTHER_NAMES.get(name, ())))


def colorspace_names() -> tuple[str, ...]:
    """All colorspaces of the configuration in use, for menus and messages.

    Raises:
        JobError: $OCIO cannot be read.
    """
    return tuple(_load(config_name()).getColorSpaceNames())


def is_data(name: str) -> bool:
    """Whether a colorspace, named as `find_colorspace` does, marks numbers that are not to be converted, as `Raw`."""
    return bool(_load(config_name()).isData(name))


def is_linear(name: str, config: str = "") -> bool:
    """Whether the numbers of a colorspace are proportional to light.

    Args:
        name: A name as `find_colorspace` returns it.
        config: An OCIO configuration; "" is the one in use.
    """
    return bool(_load(config or config_name()).isColorSpaceLinear(name))


def forget_configurations() -> None:
    """Let go of the configurations that were loaded, so that a program can end, or one that changed is read again."""
    _load.cache_clear()
    _names_in.cache_clear()


@lru_cache(maxsize=8)
def _load(config: str) -> oiio.ColorConfig:
    """The configuration; loading takes a tenth of a second, so it is kept."""
    if not config.startswith("ocio://") and not os.path.isfile(config):
        raise JobError(f"$OCIO names {config}, which does not exist. Correct it, or unset it for the built-in ACES.")
    loaded = oiio.ColorConfig(config)
    problem = loaded.geterror()
    if problem or not loaded.getColorSpaceNames():
        raise JobError(f"the OCIO configuration {config} cannot be read: {' '.join(problem.split())}. Correct $OCIO.")
    return loaded


@lru_cache(maxsize=8)
def _names_in(config: str) -> dict[str, str]:
    """Every name, alias and role in lower case, to the colorspace's own name; names win over aliases over roles."""
    loaded = _load(config)
    names = {}
    for role in loaded.getRoles():
        names[role.lower()] = loaded.getColorSpaceNameByRole(role)
    for name in loaded.getColorSpaceNames():
        names |= {alias.lower(): name for alias in loaded.getAliases(name)}
    return names | {name.lower(): name for name in loaded.getColorSpaceNames()}
