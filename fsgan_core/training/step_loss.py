"""The loss of one batch as modules, so that DistributedDataParallel sees everything that has a gradient."""

from __future__ import annotations

from dataclasses import replace

from torch import Tensor, nn

from fsgan_core.training import generator_steps
from fsgan_core.training.generator_steps import Generated
from fsgan_core.training.losses import discriminator_loss
from fsgan_core.training.tasks import Task

Outcome = tuple[Tensor, dict[str, Tensor], list[Generated]]


class StepLoss(nn.Module):
    """Loss, figures and (of a generator) pictures of a batch.

    Args:
        net: The network under training, or its average.
        task: Its step; the networks around it are no part of this module.
    """

    def __init__(self, net: nn.Module, task: Task) -> None:
        super().__init__()
        self.net = net
        self._task = task

    def forward(self, batch: dict[str, Tensor], stage: str, progress: float, adversarial: bool) -> Outcome:
        """The outcome of a batch.

        Args:
            batch: Of the task's sample maker.
            stage: "base" or "full".
            progress: Share of the training that is done.
            adversarial: Whether the discriminator takes part.
        """
        task = self._task
        if task.analysis_step is not None:
            return *task.analysis_step(self.net, batch), []
        assert task.pictures is not None and task.context is not None
        pictures = task.pictures(self.net, batch, task.context, stage, progress)
        context = task.context if adversarial else replace(task.context, discriminator=None)
        loss, figures = generator_steps.generator_loss(pictures, context)
        return loss, figures, pictures


class DiscriminatorLoss(nn.Module):
    """The discriminator's loss on a generated and a wanted picture."""

    def __init__(self, discriminator: nn.Module) -> None:
        super().__init__()
        self.discriminator = discriminator

    def forward(self, wanted: Tensor, fake: Tensor) -> Tensor:
        """(B, 3, S, S) each, in [-1, 1], without gradient."""
        return discriminator_loss(self.discriminator(wanted), self.discriminator(fake))
