"""Shapes, sizes and costs of the networks."""

from __future__ import annotations

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from fsgan_core.errors import WeightsError
from fsgan_core.networks.face_detector import FaceDetector
from fsgan_core.networks.inference import infer
from fsgan_core.weights.architectures import ROLES, build_network


def _inputs(role: str) -> tuple[torch.Tensor, ...]:
    picture, points, mask = torch.rand(1, 3, 256, 256) * 2 - 1, torch.rand(1, 98, 2), torch.ones(1, 1, 256, 256)
    return {
        "detector": (torch.rand(1, 3, 64, 96),), "transformer": (points, torch.zeros(1, 3)),
        "reenactment": (picture, picture, points), "inpainting": (picture, points, mask),
        "blending": (picture, picture, mask),
    }.get(role, (picture,))  # fmt: skip


@pytest.mark.parametrize("role", ["reenactment", "inpainting", "blending"])
def test_compact_generators_give_a_picture_in_range(role: str) -> None:
    made = infer(build_network(role, "compact").eval(), *_inputs(role))
    assert made.shape == (1, 3, 256, 256) and made.dtype == torch.float32
    assert made.abs().max() <= 1.0 + 1e-5


def test_compact_reenactment_costs_at_most_16_gflop() -> None:
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        build_network("reenactment", "compact").eval()(*_inputs("reenactment"))
    assert counter.get_total_flops() <= 16e9


def test_compact_pack_fits_28_mib_in_half_precision() -> None:
    total = 0
    for role in ROLES:
        state = build_network(role, "compact").state_dict()
        total += sum(2 * v.numel() for k, v in state.items() if not k.startswith("attributes."))
    assert total <= 28 * 2**20


def test_paper_reenactment_has_the_documented_size() -> None:
    """Enhancer(Global(2, 2, 3), 2), ngf 128, 101 channels.

    94,882,304 parameters in the released layout (official code).
    """
    with torch.device("meta"):
        network = build_network("reenactment", "paper")
    assert sum(p.numel() for p in network.parameters()) == 94_882_304


def test_inpainting_takes_105_channels() -> None:
    network = build_network("inpainting", "compact")
    in_conv = network.net.base.in_conv
    assert in_conv.picture.in_channels + in_conv.landmarks.weight.shape[1] == 105


def test_inpainting_uses_the_flipped_face() -> None:
    torch.manual_seed(0)
    network = build_network("inpainting", "compact").eval()
    face, points, mask = _inputs("inpainting")
    network.net.base.in_conv.picture.weight.data[:, :3] = 0  # blind to the face itself at half resolution
    network.net.in_conv.picture.weight.data[:, :3] = 0
    one_side = face.clone()
    one_side[..., :128] = -1
    with torch.no_grad():
        a = network(one_side, points, mask) - network(torch.full_like(face, -1), points, mask)
    assert a[..., :120].abs().max() > 0  # the left half can only have come from the flip


def test_detector_boxes_are_square_and_centred_on_cells() -> None:
    logits, boxes = FaceDetector((8, 8, 8)).eval()(torch.zeros(2, 3, 32, 48))
    assert logits.shape == (2, 4, 6) and boxes.shape == (2, 4, 4, 6)
    assert torch.allclose(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1], atol=1e-4)


def test_unknown_network_is_a_clear_error() -> None:
    with pytest.raises(WeightsError, match="there is no network 'nose'"):
        build_network("nose", "compact")
