"""A face in the tone and the light of another picture: what the compact G_b starts from.

The paper's target of blending is a Poisson clone (eq. 19). Its membrane adds colours: a light face on dark skin loses
its eyes, and dark hair beside a cheek bleeds into it. Here the skin tone is matched by a curve that scales what is
darker than skin and keeps white white (albedo scales diffuse light, not highlights, teeth or the white of the eyes).
Only what has the hue of skin takes on the plate's hue, so teeth stay grey. The plate's light is matched by the ratio
of both faces' coarsest shading, contrast is not raised above both, and what is then left at the edge is a membrane,
which ends a little way in. It meets the plate's own face just inside the edge, where a soft matte shows both: what lies
beside a face is neck, hair or room, and a rim that met it would shine before a bright room.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

SKIN_QUANTILES = (0.35, 0.85)
"""Of the face's brightness: pixels between them are lit skin, neither shadow, brow and beard nor highlight."""
STEEPEST = 2.5
"""Of the curve above skin, in units of the straight line to white."""
HUE_RANGE = (0.15, 0.75)
"""On the way from grey (0) to the hue of skin (1): from where a pixel takes on a part of the other skin's hue, and from
where all of it."""
HUE_SIGMA = 1.5 / 256
"""Blur of that part, as a share of the crop's side, against grain."""
LIGHT_SIGMA = 0.12
"""Of the coarsest shading, as a share of the crop's side: finer shading is the shape of the face, which is the
source's."""
LIGHT_LIMITS = (0.6, 1.6)
FLOOR = 0.03
"""Added to both sides of a ratio of colours, so that blacks do not decide it."""
LEAST_CONTRAST = 0.05
"""Of brightness: a face with no more is not softened."""
RING_PX = 4
"""Width of the ring inside the edge, at 256 px."""
EDGE_SIGMA = 10 / 256
"""How far the correction of the edge reaches, as a share of the crop's side."""
EDGE_FADE = 0.02
"""Where the blurred ring falls to this, the correction is halved."""
EDGE_LIMIT = 0.35
RIM_PX, RIM_SIGMA, RIM_FADE = 4, 3 / 256, 0.05
"""Likewise for the last pixels before the edge, which meet whatever the plate has there, hair too."""
SKIN_DISTANCE = 0.35
"""In logarithms of colour: what is farther from the skin's colour is hair or shadow."""


def tone_match(transfer: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """The transferred face in the skin tone and the light of the target.

    Args:
        transfer: (B, 3, S, S) in [-1, 1], a foreign face inside the mask, in the pose of the target's.
        target: (B, 3, S, S) in [-1, 1]; highlights above 1 count as 1.
        mask: (B, 1, S, S) 0 or 1.

    Returns:
        (B, 3, S, S) float32 in [-1, 1], without gradient; the target where the mask is 0, the transfer where the mask
        is too small to judge.
    """
    # Colours in half precision would band; and bfloat16 convolutions of one channel are a hundred times slower.
    with torch.no_grad(), torch.autocast(transfer.device.type, enabled=False):
        return _tone_match(transfer.float(), target.float(), (mask > 0.5).float())


def _tone_match(transfer: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    side = int(transfer.shape[-1])
    face, plate = (transfer.clamp(-1, 1) + 1) / 2, (target.clamp(-1, 1) + 1) / 2
    core = 1 - _grown(1 - mask, max(1, side // 32))
    enough = core.flatten(1).sum(1) >= 16
    face_skin, plate_skin = skin_tone(face, core), skin_tone(plate, core)
    toned = skin_hued(face, face_skin, plate_skin)
    shading = [_masked_blur(x, core, LIGHT_SIGMA * side) + FLOOR for x in (plate, toned)]
    lit = toned * (shading[0] / shading[1]).clamp(*LIGHT_LIMITS)
    lit = contrast_limited(lit, (face, plate), core)
    met = lit + edge_difference(lit, plate, mask, plate_skin)
    met = met + rim_difference(met, plate, mask)
    made = torch.where(enough[:, None, None, None], met, face).clamp(0, 1) * 2 - 1
    return torch.where(mask > 0.5, made, target).clamp(-1, 1)


def skin_tone(picture: Tensor, core: Tensor) -> Tensor:
    """The median colour of lit skin.

    Args:
        picture: (B, 3, S, S) in [0, 1].
        core: (B, 1, S, S) 0 or 1, well inside the face.

    Returns:
        (B, 3, 1, 1) in [0.02, 0.98]; grey where the core is empty.
    """
    # Without a branch or a loop on what the picture holds, so that the network can be traced.
    nothing = float("nan")
    brightness = picture.mean(1, keepdim=True).flatten(2).masked_fill(core.flatten(2) < 0.5, nothing)
    low, high = (torch.nanquantile(brightness, q, dim=2, keepdim=True) for q in SKIN_QUANTILES)
    lit = picture.flatten(2).masked_fill(~((brightness >= low) & (brightness <= high)), nothing)
    return torch.nan_to_num(lit.nanmedian(2).values, 0.5)[:, :, None, None].clamp(0.02, 0.98)


def skin_curve(x: Tensor, from_tone: Tensor, to_tone: Tensor) -> Tensor:
    """A smooth rising curve through black, from_tone -> to_tone, and white.

    Args:
        x: (B, 3, S, S) in [0, 1].
        from_tone: (B, 3, 1, 1) in (0, 1).
        to_tone: (B, 3, 1, 1) in (0, 1).

    Returns:
        (B, 3, S, S): below from_tone a scaling, above it a cubic that goes on with the same slope.
    """
    scale = to_tone / from_tone
    u = ((x - from_tone) / (1 - from_tone)).clamp(0, 1)
    slope = (scale * (1 - from_tone) / (1 - to_tone)).clamp(max=STEEPEST)
    above = slope * u * (1 - u) ** 2 + u * u * (3 - 2 * u)
    return torch.where(x < from_tone, scale * x, to_tone + (1 - to_tone) * above)


def skin_hued(face: Tensor, from_tone: Tensor, to_tone: Tensor) -> Tensor:
    """`skin_curve` a channel where the face has the hue of skin, one curve for all channels where it is grey.

    Args:
        face: (B, 3, S, S) in [0, 1].
        from_tone: (B, 3, 1, 1), its skin tone.
        to_tone: (B, 3, 1, 1), the skin tone it shall have.

    Returns:
        (B, 3, S, S).
    """
    hued = skin_curve(face, from_tone, to_tone)
    plain = skin_curve(face, from_tone.mean(1, keepdim=True), to_tone.mean(1, keepdim=True))
    share = _blur(skin_likeness(face, from_tone), HUE_SIGMA * face.shape[-1])
    return plain + (hued - plain) * share


def skin_likeness(face: Tensor, tone: Tensor) -> Tensor:
    """(B, 1, S, S) in [0, 1]: where the hue of a face (B, 3, S, S) lies between grey and its skin tone (B, 3, 1, 1)."""
    hue, skin = (torch.log(x + FLOOR) for x in (face, tone))
    hue, skin = (x - x.mean(1, keepdim=True) for x in (hue, skin))
    position = (hue * skin).sum(1, keepdim=True) / skin.square().sum(1, keepdim=True).clamp_min(1e-3)
    low, high = HUE_RANGE
    return ((position - low) / (high - low)).clamp(0, 1)


def contrast_limited(lit: Tensor, unmatched: tuple[Tensor, Tensor], core: Tensor) -> Tensor:
    """The matched face with no more contrast than the face had before or the plate has, whichever has more.

    A dark face made light is scaled as if all of it were albedo; but highlights are not, and harsh light on the source
    would become blotches.

    Args:
        lit: (B, 3, S, S) in [0, 1], matched in tone and light.
        unmatched: The face before and the plate, likewise.
        core: (B, 1, S, S) 0 or 1, well inside the face.

    Returns:
        (B, 3, S, S): `lit`, drawn towards its coarsest shading where it has too much contrast.
    """
    coarse = _masked_blur(lit, core, LIGHT_SIGMA * lit.shape[-1])
    allowed = torch.maximum(*(_contrast(x, core) for x in unmatched)).clamp_min(LEAST_CONTRAST)
    share = (allowed / _contrast(lit, core, coarse).clamp_min(1e-4)).clamp(max=1)
    return coarse + torch.nan_to_num(share, 1.0) * (lit - coarse)


def edge_difference(face: Tensor, plate: Tensor, mask: Tensor, plate_skin: Tensor) -> Tensor:
    """What has to be added inside the edge so that skin looks there as the plate's skin in the same place.

    Args:
        face: (B, 3, S, S) in [0, 1].
        plate: (B, 3, S, S) in [0, 1].
        mask: (B, 1, S, S) 0 or 1.
        plate_skin: (B, 3, 1, 1), the plate's skin tone.

    Returns:
        (B, 3, S, S), largest at the edge, fading inwards.
    """
    side = int(face.shape[-1])
    ring = max(1, round(RING_PX * side / 256))
    inner = mask * _grown(1 - mask, ring)
    distance = torch.log((plate + FLOOR) / (plate_skin + FLOOR)).square().sum(1, keepdim=True)
    skin = inner * torch.exp(-distance / (2 * SKIN_DISTANCE**2))
    near = EDGE_SIGMA / 2 * side
    sure = (1.5 * _blur(skin, near) / _blur(inner, near).clamp_min(1e-4)).clamp(0, 1)
    difference = _step(face, inner, plate, skin, near) * sure
    return _carried_in(difference, inner, EDGE_SIGMA * side, EDGE_FADE)


def rim_difference(face: Tensor, plate: Tensor, mask: Tensor) -> Tensor:
    """What has to be added to the last pixels inside the edge so that it cannot be seen.

    Args:
        face: (B, 3, S, S) in [0, 1].
        plate: (B, 3, S, S) in [0, 1].
        mask: (B, 1, S, S) 0 or 1.

    Returns:
        (B, 3, S, S), gone some ten pixels inside (at 256 px).
    """
    side = int(face.shape[-1])
    ring = max(1, round(RIM_PX * side / 256))
    inner = mask * _grown(1 - mask, ring)
    near = RIM_SIGMA / 2 * side
    difference = _step(face, inner, plate, inner, near)
    return _carried_in(difference, inner, RIM_SIGMA * side, RIM_FADE)


def _contrast(picture: Tensor, core: Tensor, coarse: Tensor | None = None) -> Tensor:
    """(B, 1, 1, 1): median distance of the brightness from the coarsest shading; NaN where the core is empty."""
    if coarse is None:
        coarse = _masked_blur(picture, core, LIGHT_SIGMA * picture.shape[-1])
    distance = (picture - coarse).mean(1, keepdim=True).abs().flatten(1)
    return distance.masked_fill(core.flatten(1) < 0.5, float("nan")).nanmedian(1).values[:, None, None, None]


def _step(face: Tensor, inner: Tensor, plate: Tensor, counts: Tensor, sigma: float) -> Tensor:
    """How much brighter the plate is nearby than the face, each where it counts; limited."""
    step = _masked_blur(plate, counts, sigma) - _masked_blur(face, inner, sigma)
    return step.clamp(-EDGE_LIMIT, EDGE_LIMIT)


def _carried_in(difference: Tensor, ring: Tensor, sigma: float, fade: float) -> Tensor:
    """A difference along a ring, spread smoothly, and faded out where the ring is far."""
    return _blur(difference * ring, sigma) / (_blur(ring, sigma) + fade)


def _masked_blur(x: Tensor, mask: Tensor, sigma: float) -> Tensor:
    """Mean of the pixels inside the mask around each pixel, weighted by a Gaussian."""
    return _blur(x * mask, sigma) / _blur(mask, sigma).clamp_min(1e-4)


def _blur(x: Tensor, sigma: float) -> Tensor:
    """Gaussian blur; wide ones at a quarter of the side, where nothing is lost."""
    side = int(x.shape[-1])
    if sigma > 8 and side % 4 == 0:
        small = _blur(F.avg_pool2d(x, 4), sigma / 4)
        return F.interpolate(small, size=x.shape[2:], mode="bilinear", align_corners=False)
    kernel = _gaussian(sigma, x)
    reach, channels = kernel.numel() // 2, x.shape[1]
    across = F.conv2d(x, kernel.view(1, 1, 1, -1).expand(channels, 1, 1, -1), padding=(0, reach), groups=channels)
    return F.conv2d(across, kernel.view(1, 1, -1, 1).expand(channels, 1, -1, 1), padding=(reach, 0), groups=channels)


def _gaussian(sigma: float, like: Tensor) -> Tensor:
    """Weights that sum to 1, in the type and on the device of `like`; a trace must not keep the device."""
    reach = max(1, int(2.5 * sigma + 0.5))
    weights = torch.exp(-torch.arange(-reach, reach + 1).type_as(like).square() / (2 * sigma * sigma))
    return weights / weights.sum()


def _grown(mask: Tensor, reach_px: int) -> Tensor:
    return F.max_pool2d(mask, 2 * reach_px + 1, 1, reach_px)
