"""A face in the skin tone and the light of another picture."""

from __future__ import annotations

import torch

from fsgan_core.networks.tone_match import edge_difference, skin_curve, skin_tone, tone_match

SIZE = 64


def _disc(radius: float = 20) -> torch.Tensor:
    y, x = torch.meshgrid(torch.arange(SIZE) + 0.5, torch.arange(SIZE) + 0.5, indexing="ij")
    return (torch.hypot(x - SIZE / 2, y - SIZE / 2) <= radius).float()[None, None]


def _flat(*rgb: float) -> torch.Tensor:
    """(1, 3, S, S) in [-1, 1] from display values in [0, 1]."""
    return torch.tensor(rgb)[None, :, None, None].expand(1, 3, SIZE, SIZE).clone() * 2 - 1


def _face(skin: tuple[float, float, float], eye: tuple[float, float, float]) -> torch.Tensor:
    """Flat skin with a pupil in the white of an eye."""
    face = _flat(*skin)
    face[..., 28:36, 24:32] = torch.tensor(eye)[None, :, None, None] * 2 - 1
    face[..., 30:34, 26:30] = -0.9
    return face


def test_a_flat_face_takes_on_the_flat_target() -> None:
    mask, target = _disc(), _flat(0.35, 0.2, 0.12)
    transfer = torch.where(mask > 0, _flat(0.8, 0.6, 0.5), target)
    assert torch.allclose(tone_match(transfer, target, mask), target, atol=0.02)


def test_the_white_of_an_eye_stays_bright_and_its_pupil_dark_on_dark_skin() -> None:
    """What an additive membrane gets wrong: skin goes down by 0.4, the eye must not."""
    mask, target = _disc(), _flat(0.35, 0.2, 0.12)
    transfer = torch.where(mask > 0, _face((0.8, 0.6, 0.5), (0.92, 0.9, 0.88)), target)
    made = (tone_match(transfer, target, mask) + 1) / 2
    assert made[0, 1, 29, 25] > 2.5 * made[0, 1, 44, 32], "white of the eye against skin"
    assert 0 <= float(made[0, 1, 32, 28]) < 0.1, "pupil"


def test_grey_teeth_stay_grey_when_a_dark_face_goes_on_light_skin() -> None:
    """A curve a channel alone turned them green: dark skin has less blue than light skin by far."""
    mask, target = _disc(), _flat(0.8, 0.62, 0.52)
    transfer = torch.where(mask > 0, _face((0.45, 0.28, 0.18), (0.4, 0.4, 0.4)), target)
    made = (tone_match(transfer, target, mask) + 1) / 2
    teeth = made[0, :, 29, 25]
    assert teeth.mean() > 0.5 and teeth.max() - teeth.min() < 0.08
    assert torch.allclose(made[0, :, 44, 32], (target[0, :, 44, 32] + 1) / 2, atol=0.03), "skin"


def test_dark_hair_beside_the_face_does_not_bleed_in() -> None:
    mask = _disc()
    target = torch.where(mask > 0, _flat(0.7, 0.5, 0.4), _flat(0.05, 0.03, 0.02))
    made = tone_match(torch.where(mask > 0, _flat(0.75, 0.6, 0.5), target), target, mask)
    inside = _disc(15).expand_as(made) > 0
    assert torch.allclose(made[inside], target[inside], atol=0.06)


def test_the_last_pixels_meet_the_plates_own_face_and_not_the_room_beside_it() -> None:
    """A face with a dark rim before a white wall: the new face gets the dark rim, and nothing of the wall."""
    mask, inner = _disc(20), _disc(18)
    lit, shadow, wall = _flat(0.7, 0.5, 0.4), _flat(0.45, 0.3, 0.22), _flat(1.0, 1.0, 1.0)
    target = torch.where(mask > 0, torch.where(inner > 0, lit, shadow), wall)
    made = tone_match(torch.where(mask > 0, _flat(0.75, 0.6, 0.5), target), target, mask)
    rim = (mask > 0) & (inner == 0)
    for channel in range(3):
        found = made[:, channel][rim[:, 0]]
        assert abs(float(found.mean()) - float(shadow[0, channel, 0, 0])) < 0.1
        assert float(found.max()) < float(lit[0, channel, 0, 0])


def test_contrast_is_not_raised_above_both_faces() -> None:
    """Dark skin with harsh light on soft light skin: scaled as albedo its light would become blotches."""
    mask, core = _disc(26), _disc(20) > 0
    waves = 1 + 0.5 * torch.sin(torch.arange(SIZE) * 0.8)[None, None, None]
    harsh, soft = (_flat(0.3, 0.2, 0.15) + 1) / 2 * waves, (_flat(0.7, 0.55, 0.5) + 1) / 2 * (1 + 0.1 * (waves - 1))
    made = tone_match(torch.where(mask > 0, harsh * 2 - 1, soft * 2 - 1), soft * 2 - 1, mask)
    contrasts = [float(x.mean(1)[core[:, 0]].std()) for x in (harsh, soft, (made + 1) / 2)]
    assert contrasts[2] < 1.25 * contrasts[0] and contrasts[2] > 1.5 * contrasts[1], "softened, and still there"


def test_skin_beside_the_face_is_met_at_the_edge_and_not_in_the_middle() -> None:
    mask, plate = _disc(), torch.full((1, 3, SIZE, SIZE), 0.6)
    face = torch.full_like(plate, 0.5)
    added = edge_difference(face, plate, mask, torch.full((1, 3, 1, 1), 0.6))
    assert added[0, 0, 32, 32 + 18] > 0.05 and added[0, 0, 32, 32].abs() < 0.01


def test_light_from_one_side_goes_over_to_the_face() -> None:
    mask = _disc(26)
    ramp = torch.linspace(0.75, 1.25, SIZE)[None, None, None]
    target = (_flat(0.5, 0.4, 0.35) + 1) / 2 * ramp * 2 - 1
    made = (tone_match(torch.where(mask > 0, _flat(0.7, 0.5, 0.4), target), target, mask) + 1) / 2
    assert made[0, 0, 32, 48] / made[0, 0, 32, 16] > 1.15


def test_the_curve_is_rising_and_goes_through_black_tone_and_white() -> None:
    x = torch.linspace(0, 1, 201)[None, None, None].expand(1, 3, 1, 201)
    for a, b in ((0.3, 0.7), (0.8, 0.2), (0.5, 0.5)):
        tone_a, tone_b = torch.full((1, 3, 1, 1), a), torch.full((1, 3, 1, 1), b)
        y = skin_curve(x, tone_a, tone_b)
        assert (y.diff(dim=-1) > -1e-6).all() and y[..., 0].abs().max() == 0 and torch.allclose(y[..., -1], x[..., -1])
        assert torch.allclose(skin_curve(tone_a, tone_a, tone_b), tone_b)


def test_the_skin_tone_ignores_beard_and_highlight() -> None:
    picture = torch.full((1, 3, SIZE, SIZE), 0.6)
    picture[..., 40:, :], picture[..., :6, :] = 0.1, 1.0
    assert torch.allclose(skin_tone(picture, torch.ones(1, 1, SIZE, SIZE)), torch.full((1, 3, 1, 1), 0.6))


def test_outside_the_mask_is_the_target_and_no_mask_changes_nothing() -> None:
    torch.manual_seed(0)
    mask, target, transfer = _disc(), torch.rand(1, 3, SIZE, SIZE) * 2 - 1, torch.rand(1, 3, SIZE, SIZE) * 2 - 1
    made = tone_match(transfer, target, mask)
    assert torch.equal(made * (1 - mask), target * (1 - mask)) and torch.isfinite(made).all()
    assert torch.equal(tone_match(transfer, target, torch.zeros_like(mask)), target)


def test_a_mask_of_a_few_pixels_keeps_the_transfer() -> None:
    mask = torch.zeros(1, 1, SIZE, SIZE)
    mask[..., 30:33, 30:33] = 1
    transfer, target = _flat(0.2, 0.3, 0.4), _flat(0.6, 0.6, 0.6)
    made = tone_match(transfer, target, mask)
    assert torch.allclose(made[..., 31, 31], transfer[..., 31, 31], atol=1e-6)


def test_a_batch_is_each_picture_on_its_own() -> None:
    torch.manual_seed(1)
    mask = torch.cat([_disc(), _disc(14)])
    target, transfer = torch.rand(2, 3, SIZE, SIZE) * 2 - 1, torch.rand(2, 3, SIZE, SIZE) * 2 - 1
    both = tone_match(transfer, target, mask)
    alone = tone_match(transfer[1:], target[1:], mask[1:])
    assert torch.allclose(both[1:], alone, atol=1e-6)
