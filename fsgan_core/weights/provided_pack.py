"""A pack whose detector or landmarks are those of another project, as a job asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from torch import nn

from fsgan_core.errors import WeightsError
from fsgan_core.networks.inference import to_device
from fsgan_core.weights.import_released import convert
from fsgan_core.weights.load import Pack
from fsgan_core.weights.providers import PROVIDERS, Provided, build_provided, find_provider_file


def with_provided(pack: Pack, chosen: Sequence[Provided]) -> Pack:
    """The pack with networks of other projects in the place of its own.

    Args:
        pack: Stays as it is.
        chosen: Those of `providers.choose_provided`.

    Raises:
        WeightsError: A package is not installed, or a weight file is damaged or of another network.
    """
    if not chosen:
        return pack
    networks: dict[str, Any] = {one.role: load_provided(one.name, pack.device) for one in chosen}
    return replace(pack, provided=tuple(chosen), **networks)


def load_provided(name: str, device: str) -> nn.Module:
    """A network of another project with its own weights, in float32 and eval mode.

    Raises:
        WeightsError: As of `with_provided`.
    """
    path = find_provider_file(name)
    stored = convert(path)
    if stored.size != name:
        raise WeightsError(
            f"these are not the weights of {name!r}; copy them again from {PROVIDERS[name].url}", path=str(path)
        )
    network = build_provided(name)
    network.load_state_dict(stored.tensors)
    return to_device(network.eval().requires_grad_(False), device)
