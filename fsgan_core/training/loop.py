"""The training loop: every network, every size.

Progress is counted in pictures; batch k depends on the seed and k alone, so a run that was killed goes on to the same
weights as one that was not.
"""

from __future__ import annotations

import copy
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from fsgan_core.errors import CancelledError, EngineError
from fsgan_core.job.progress import Progress
from fsgan_core.networks.inference import computes_bfloat16, to_device
from fsgan_core.training.checkpoint import load_checkpoint, save_checkpoint
from fsgan_core.training.datasets import batches
from fsgan_core.training.generator_steps import Generated
from fsgan_core.training.processes import ALONE, Processes, joined_processes
from fsgan_core.training.recipes import Recipe, learning_rate
from fsgan_core.training.run_log import RunLog
from fsgan_core.training.step_loss import DiscriminatorLoss, StepLoss
from fsgan_core.training.tasks import DataFolders, Task, build_task
from fsgan_core.training.validation_pictures import validation_sheet
from fsgan_core.weights.save import save_network

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RunSettings:
    """How a run behaves.

    Attributes:
        out: Folder for checkpoint, log and exported weights.
        device: "cpu" or "cuda".
        save_seconds: Time between checkpoints.
        validate_seconds: Time between validations.
        workers: Threads that make samples.
        stop_after_images: Stop early, as a kill would; 0 runs to the end.
        start_from: An exported network to start from, or None.
        bfloat16: Autocast where the device can.
    """

    out: Path
    device: str = "cpu"
    save_seconds: float = 180.0
    validate_seconds: float = 300.0
    workers: int = 2
    stop_after_images: int = 0
    start_from: Path | None = None
    bfloat16: bool = True


def train(recipe: Recipe, folders: DataFolders, run: RunSettings, progress: Progress | None = None) -> Path:
    """Train a network and export its averaged weights.

    Args:
        recipe: What to train.
        folders: Prepared data.
        run: Where and how.
        progress: Told of every step; where it raises CancelledError, the checkpoint is saved first.

    Returns:
        The exported .safetensors file.

    Raises:
        JobError: Data are missing.
        WeightsError: A checkpoint or frozen network does not fit.
        EngineError: The loss stayed not-a-number.
        CancelledError: The user stopped the run; the same command goes on with it.
    """
    with joined_processes(run.device) as processes:
        told = progress if progress is not None and processes.first else Progress()
        trainer = Trainer(recipe, build_task(recipe, folders, told), run, processes)
        try:
            return _train(trainer, told)
        finally:
            trainer.log.close()


def _train(trainer: Trainer, progress: Progress) -> Path:
    recipe, run = trainer.recipe, trainer.run
    trainer.resume()
    last_save = last_validation = time.monotonic()
    progress.begin(f"train {recipe.role} {recipe.size}", trainer.steps_left())
    while trainer.images < recipe.images and not (run.stop_after_images and trainer.images >= run.stop_after_images):
        trainer.step()
        try:
            progress.frame_done(trainer.images)
        except CancelledError:
            trainer.save()
            raise
        now = time.monotonic()
        if now - last_validation > run.validate_seconds:
            last_validation = now
            trainer.validate()
        if now - last_save > run.save_seconds:
            last_save = now
            trainer.save()
    trainer.validate()
    exported = trainer.save()
    progress.wrote(str(exported))
    return exported


class Trainer:
    """State of one run, or of one process of it."""

    def __init__(self, recipe: Recipe, task: Task, run: RunSettings, processes: Processes = ALONE) -> None:
        self.recipe, self.task, self.run, self.processes = recipe, task, run, processes
        self.log = RunLog(run.out, recipe, processes.first)
        if run.start_from is not None:
            from safetensors.torch import load_file

            task.exported.load_state_dict(load_file(str(run.start_from)), strict=False)
        self.net = to_device(task.trained, run.device)
        self.average = copy.deepcopy(self.net).eval().requires_grad_(False)
        self.loss = processes.together(StepLoss(self.net, task))
        self.average_loss = StepLoss(self.average, task)
        self.discriminator_loss: nn.Module | None = None
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=recipe.lr, betas=recipe.betas)
        self.networks: dict[str, nn.Module] = {"net": self.net, "average": self.average}
        self.optimizers: dict[str, torch.optim.Optimizer] = {"net": self.optimizer}
        if task.context is not None:
            to_device(task.context.features, run.device)
            if task.context.transformer is not None:
                task.context.transformer.to(run.device)
            if task.context.discriminator is not None:
                self.networks["discriminator"] = to_device(task.context.discriminator, run.device)
                self.discriminator_loss = processes.together(DiscriminatorLoss(self.networks["discriminator"]))
                self.optimizers["discriminator"] = torch.optim.Adam(
                    task.context.discriminator.parameters(), lr=recipe.lr / 2, betas=recipe.betas
                )
        self.images = self.number = self.bad_steps = 0
        self._batches: Iterator[dict[str, np.ndarray]] | None = None
        self._batches_size = -1
        self._figures: dict[str, list[float]] = {}
        self._logged = time.monotonic()

    @property
    def stage(self) -> str:
        """The stage: "base" while the global generator trains alone at half the side, then "full"."""
        return "base" if self.images < self.recipe.base_share * self.recipe.images else "full"

    @property
    def size(self) -> int:
        """Side of the training pictures now, px: half the recipe's, all of it, and twice in the finest stage."""
        if self.stage == "base":
            return self.recipe.crop // 2
        return self.recipe.crop * 2 if self._fine(self.images) else self.recipe.crop

    @property
    def batch(self) -> int:
        """Pictures a step now: a picture of twice the side takes four times the memory."""
        return self._batch_at(self.images)

    def steps_left(self) -> int:
        """Steps until the recipe's pictures are seen."""
        images, steps = self.images, 0
        while images < self.recipe.images:
            images, steps = images + self._batch_at(images), steps + 1
        return steps

    def _fine(self, images: int) -> bool:
        return self.recipe.fine_share > 0 and images >= (1 - self.recipe.fine_share) * self.recipe.images

    def _batch_at(self, images: int) -> int:
        return max(1, self.recipe.batch // 4) if self._fine(images) else self.recipe.batch

    def step(self) -> None:
        """One optimiser step."""
        progress = self.images / self.recipe.images
        for optimizer in self.optimizers.values():
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(self.recipe, progress) * (0.5 if optimizer is not self.optimizer else 1.0)
        torch.manual_seed(self.recipe.seed * 1_000_003 + self.number)
        batch = self._next_batch()
        self.net.train()
        adversarial = self._adversarial(progress)
        if adversarial:
            self.networks["discriminator"].requires_grad_(False)
        with self._autocast():
            loss, figures, pictures = self.loss(batch, self.stage, progress, adversarial)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        norm = nn.utils.clip_grad_norm_(self.net.parameters(), 5.0)
        if torch.isfinite(norm):
            self.optimizer.step()
            self.bad_steps = 0
        else:
            self._count_bad_step()
        if pictures and adversarial:
            self.networks["discriminator"].requires_grad_(True)
            self._train_discriminator(pictures[0])
        self._update_average()
        self.images += self.batch
        self.number += 1
        self._record({"loss": loss, **figures})

    def validate(self) -> None:
        """Log mean figures of the averaged weights on 16 fixed batches of people that training never sees."""
        if not self.processes.first:
            return
        size = self.size
        sums: dict[str, list[float]] = {}
        self.average.eval()
        source = batches(self.task.make_sample(size, "val"), self.batch, 99, 0, 1)
        with torch.no_grad(), self._autocast():
            for number in range(16):
                batch = {**self._to_device(next(source)), "number": torch.tensor(number)}
                if self.task.validation is not None:
                    figures = self.task.validation(self.average, batch)
                else:
                    _, figures, _ = self.average_loss(batch, self.stage, 0.0, self._adversarial(0.0))
                if number == 0:
                    sheet = validation_sheet(self.recipe.role, self.task, self.average, batch, self.stage)
                for name, value in figures.items():
                    sums.setdefault(name, []).append(float(value))
        means = {name: float(np.mean(values)) for name, values in sums.items()}
        self.log.write(self.images, {"kind": "validation", "size": size, **means})
        self.log.show(self.images, sheet)

    def save(self) -> Path:
        """Checkpoint, and export the averaged weights of what goes into a pack; gives the exported file."""
        path = self.run.out / f"{self.recipe.role}.safetensors"
        if not self.processes.first:
            return path
        save_checkpoint(
            self.run.out / "checkpoint.safetensors",
            self.networks,
            self.optimizers,
            {"images": self.images, "number": self.number},
        )
        exported = dict(self.average.named_modules()).get("features", self.average)
        return save_network(path, exported, self.recipe.role, self.recipe.size)

    def resume(self) -> None:
        """Go on from the checkpoint of `run.out`, if there is one."""
        path = self.run.out / "checkpoint.safetensors"
        if path.exists():
            counters = load_checkpoint(path, self.networks, self.optimizers)
            self.images, self.number = int(counters["images"]), int(counters["number"])

    def _adversarial(self, progress: float) -> bool:
        context = self.task.context
        return context is not None and context.discriminator is not None and progress >= self.recipe.adversarial_from

    def _train_discriminator(self, made: Generated) -> None:
        assert self.discriminator_loss is not None
        with self._autocast():
            loss = self.discriminator_loss(made.wanted, made.fake.detach())
        optimizer = self.optimizers["discriminator"]
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        self._figures.setdefault("discriminator", []).append(float(loss.detach()))

    def _next_batch(self) -> dict[str, Tensor]:
        if self._batches is None or self._batches_size != self.size:
            self._batches_size = self.size
            maker = self.task.make_sample(self.size, "train")
            share = self.processes.share(self.batch)
            self._batches = batches(maker, self.batch, self.recipe.seed, self.number, self.run.workers, share)
        return {**self._to_device(next(self._batches)), "number": torch.tensor(self.number)}

    def _to_device(self, batch: dict[str, np.ndarray]) -> dict[str, Tensor]:
        tensors = {name: torch.from_numpy(np.asarray(value)) for name, value in batch.items()}
        return {
            name: value.to(self.run.device, memory_format=torch.channels_last)
            if value.dim() == 4
            else value.to(self.run.device)
            for name, value in tensors.items()
        }

    def _autocast(self) -> torch.autocast:
        device = torch.device(self.run.device).type
        return torch.autocast(device, torch.bfloat16, enabled=self.run.bfloat16 and computes_bfloat16(device))

    def _update_average(self) -> None:
        decay = min(self.recipe.ema, (1 + self.number) / (10 + self.number))
        with torch.no_grad():
            for mean, value in zip(self.average.state_dict().values(), self.net.state_dict().values(), strict=True):
                if mean.dtype.is_floating_point:
                    mean.lerp_(value, 1 - decay)
                else:
                    mean.copy_(value)

    def _count_bad_step(self) -> None:
        self.bad_steps += 1
        log.warning("step %d: the gradient is not finite; the step is skipped", self.number)
        if self.bad_steps > 20:
            raise EngineError("twenty steps in a row had a loss that is no number; lower the learning rate and resume")

    def _record(self, figures: dict[str, Tensor]) -> None:
        for name, value in figures.items():
            self._figures.setdefault(name, []).append(float(value.detach()))
        now = time.monotonic()
        if now - self._logged > 20:
            count = len(self._figures["loss"])
            rate = count * self.batch / (now - self._logged)
            means = {name: float(np.mean(values)) for name, values in self._figures.items()}
            self.log.write(
                self.images, {"kind": "training", "size": self.size, "images_per_second": round(rate, 2), **means}
            )
            self._figures, self._logged = {}, now
