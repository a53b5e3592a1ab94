"""The three roles of the generator: reenactment G_r, inpainting G_c, blending G_b. Each names its input channels."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from fsgan_core.geometry.landmark_sets import WFLW_AT_68
from fsgan_core.networks.colour_spread import fill_background
from fsgan_core.networks.generator import Enhancer, GeneratorSize
from fsgan_core.networks.tone_match import tone_match

LANDMARKS = 98
"""Points a face, WFLW order."""


class ReenactmentGenerator(nn.Module):
    """G_r: a view and the target's landmarks in, that person with the target's pose and expression out (eq. 8).

    `paper`: 3 + 98 channels. `compact` (`warped_input`): the view is also given warped to the target's landmarks, 3
    more channels, and it is that warp which the network corrects. The authors' first release knows 68 landmarks.
    """

    def __init__(self, size: GeneratorSize, warped_input: bool, landmarks: int = LANDMARKS) -> None:
        super().__init__()
        self.warped_input = warped_input
        self.chosen = list(WFLW_AT_68) if landmarks == len(WFLW_AT_68) else None
        self.net = Enhancer(6 if warped_input else 3, landmarks, size)

    def forward(self, view: Tensor, warped_view: Tensor, points: Tensor, stage: str = "full") -> Tensor:
        """The reenacted face.

        Args:
            view: (B, 3, S, S) in [-1, 1], the source face at one pose.
            warped_view: (B, 3, S, S), the view warped to the target's landmarks; ignored by `paper`.
            points: (B, 98, 2) in [0, 1], the target's landmarks.
            stage: see `Enhancer.forward`.

        Returns:
            (B, 3, S, S) in [-1, 1].
        """
        return self.picture_and_shifts(view, warped_view, points, stage)[0]

    def picture_and_shifts(
        self, view: Tensor, warped_view: Tensor, points: Tensor, stage: str = "full"
    ) -> tuple[Tensor, Tensor | None]:
        """As `forward`, and how it moved the warped view: `Enhancer.picture_and_shifts`."""
        picture = torch.cat([view, warped_view], 1) if self.warped_input else view
        points = points if self.chosen is None else points[:, self.chosen]
        return self.net.picture_and_shifts(picture, points, warped_view if self.warped_input else view, stage)


class InpaintingGenerator(nn.Module):
    """G_c: the reenacted face without background, completed to the target's face mask (eq. 17): 105 channels.

    Args:
        size: Widths and depths.
        landmarks: 98, or 0 for none.
        flip: Whether it also sees the face mirrored. The authors' released G_c has neither: 4 channels.
    """

    def __init__(self, size: GeneratorSize, landmarks: int = LANDMARKS, flip: bool = True) -> None:
        super().__init__()
        self.flip = flip
        self.net = Enhancer(3 + 3 * flip + 1, landmarks, size)

    def forward(self, face: Tensor, points: Tensor, mask: Tensor, stage: str = "full") -> Tensor:
        """The completed face.

        Args:
            face: (B, 3, S, S) in [-1, 1], -1 where there is no face.
            points: (B, 98, 2) in [0, 1], the target's landmarks.
            mask: (B, 1, S, S) 0 or 1, the target's face.
            stage: see `Enhancer.forward`.

        Returns:
            (B, 3, S, S) in [-1, 1]; meant to be used inside the mask.
        """
        picture = torch.cat([face, face.flip(3), mask] if self.flip else [face, mask], 1)
        return self.net(picture, points, fill_background(face) if self.net.size.residual else face, stage)


MOST_BLENDING = 0.08
"""How far the compact G_b goes from the tone match, in [-1, 1]: it has 0.013 to mend, but on a face in deep shadow it
once drew a yellow bar."""


class BlendingGenerator(nn.Module):
    """G_b: the transferred face in the target picture, with the target's skin tone and light (eq. 20): 7 channels."""

    def __init__(self, size: GeneratorSize) -> None:
        super().__init__()
        self.net = Enhancer(3 + 3 + 1, 0, size)

    def forward(self, transfer: Tensor, target: Tensor, mask: Tensor, stage: str = "full") -> Tensor:
        """The blended picture.

        Args:
            transfer: (B, 3, S, S) in [-1, 1], the completed face inside the mask, the target outside.
            target: (B, 3, S, S) in [-1, 1].
            mask: (B, 1, S, S) 0 or 1, the transferred pixels.
            stage: see `Enhancer.forward`.

        Returns:
            (B, 3, S, S) in [-1, 1].
        """
        picture = torch.cat([transfer, target, mask], 1)
        if not self.net.size.residual:
            return self.net(picture, None, transfer, stage)
        near = tone_match(transfer, target, mask)
        change = self.net(picture, None, near, stage) - near
        return near + change.clamp(-MOST_BLENDING, MOST_BLENDING)
