"""One network finetuned on one person: steps, measurements on held-out frames, best step kept, resumable to the bit.

Step k depends on the seed and k alone. Every picture of a step is computed on one thread, and the gradients are added
in their order, so that the number of cores does not change the result.
"""

from __future__ import annotations

import copy
import json
import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from fsgan_core.errors import CancelledError, EngineError
from fsgan_core.job.finetune_settings import FinetuneSettings
from fsgan_core.job.progress import Progress
from fsgan_core.networks.inference import computes_bfloat16
from fsgan_core.training.checkpoint import load_checkpoint, save_checkpoint
from fsgan_core.training.generator_steps import Generated, GeneratorContext, generator_loss
from fsgan_core.training.held_out import gain
from fsgan_core.training.orthogonal_steps import OrthogonalSteps
from fsgan_core.weights.adapter import apply_change, compress_change

AVERAGE_DECAY = 0.97
WARM_UP_STEPS, LAST_RATE = 10, 0.05
FULL_RATE_BATCH = 12
"""Pictures a step from which the rate is the one asked for; of fewer it is less in proportion, since a step knows less
of where to go. With 4 pictures at the full rate one network of six died within 50 steps; at 0.4 of it its likeness on
held-out frames rose from 0.916 to 0.972 in 200. With 8 pictures at two thirds of it, the
pose error of plate b in a swap grew by 4.4 %; by 6.5 % with 10 at the full rate, in an earlier version."""
PATIENT_UNTIL = 0.4
"""Share of the steps before which nothing is given up: at the high rate of the start the held-out frames often get
worse first, and better than the parent's as the rate falls."""
LARGEST_GRADIENT = 5.0
SUBJECT_PIXEL_WEIGHT = 0.5
"""lambda_pixel, five times that of the training from scratch: view and target are one person in one light, so a pixel
that differs is wrong, where among many people it may only be another strand of hair."""
WHOLE_RANK = 1 << 20
"""A rank that cuts nothing."""


@dataclass(frozen=True, eq=False)
class Tuned:
    """A network to finetune, and what that means for it.

    Attributes:
        role: The network.
        network: The parent's; it is not changed.
        sample: Makes one training sample from a random generator.
        pictures: Forward function of `generator_steps`.
        figures: Measures a network on the held-out frames.
        show: Writes a preview sheet of a network to a path.
    """

    role: str
    network: nn.Module
    sample: Callable[[np.random.Generator], dict[str, np.ndarray]]
    pictures: Callable[..., list[Generated]]
    figures: Callable[[nn.Module], dict[str, float]]
    show: Callable[[nn.Module, str], None]


@dataclass(frozen=True)
class TunedResult:
    """What became of a network.

    Attributes:
        role: The network.
        before: Figures of the parent on the held-out frames.
        after: Those of the step that is kept; the parent's own where no step was better.
        best_step: The step that is kept; 0 is the parent.
        steps: How many were done.
        change: The adapter of that step; empty for the parent.
    """

    role: str
    before: dict[str, float]
    after: dict[str, float]
    best_step: int
    steps: int
    change: dict[str, Tensor]


class FinetuneRun:
    """State of one run.

    Args:
        tuned: What is trained.
        features: Face features of the parent, frozen.
        settings: Steps, rate, seed, when to measure and to stop.
        folder: Where checkpoint, log and previews of this run lie.
        device: "cpu" or "cuda".
    """

    def __init__(
        self, tuned: Tuned, features: nn.Module, settings: FinetuneSettings, folder: Path, device: str
    ) -> None:
        self.tuned, self.settings, self.folder, self.device = tuned, settings, folder, device
        self.context = GeneratorContext(features, None, pixel_weight=SUBJECT_PIXEL_WEIGHT)
        self.parent = {name: value.clone() for name, value in tuned.network.state_dict().items()}
        self.net, self.average, self.best = (copy.deepcopy(tuned.network) for _ in range(3))
        self._prepare()
        self.optimizer = OrthogonalSteps(self.net.parameters(), settings.learning_rate)
        self.step, self.best_step, self.stale = 0, 0, 0
        self.before: dict[str, float] = {}
        self.best_figures: dict[str, float] = {}
        self.best_gain = 0.0

    def run(self, workers: int, progress: Progress) -> TunedResult:
        """Train to the last step, or until nothing is gained.

        Args:
            workers: Pictures worked on at once.
            progress: Hears of every step; where it raises CancelledError, the state is saved first.

        Raises:
            WeightsError: The checkpoint is damaged.
            EngineError: The loss was no number.
            CancelledError: The user stopped the run; `result` holds the best step so far.
        """
        self._resume()
        if not self.before:
            self.before = self.tuned.figures(self.tuned.network.eval())
            self.best_figures = dict(self.before)
            self._log({"step": 0, **self.before})
        total = self.settings.iterations
        started, first = time.monotonic(), self.step
        progress.begin(f"finetune {self.tuned.role}", total - self.step)
        with ThreadPoolExecutor(workers) as pool:
            while self.step < total and not self._is_stale():
                self._train_step(pool)
                if self.step % self.settings.check_every == 0 or self.step == total:
                    self._check(progress, (time.monotonic() - started) / (self.step - first))
                self._preview()
                try:
                    progress.frame_done(self.step)
                except CancelledError:
                    self._save()
                    raise
        if self._is_stale() and self.step < total:
            progress.note(f"stopped at step {self.step}: {self.stale} measurements in a row gained nothing")
        return self.result()

    def result(self) -> TunedResult:
        """The best step so far."""
        change = compress_change(self.parent, self.best.state_dict(), self._rank()) if self.best_step else {}
        return TunedResult(self.tuned.role, self.before, self.best_figures, self.best_step, self.step, change)

    def _prepare(self) -> None:
        """Gradients for all weights; batch normalisation keeps the statistics of many people."""
        self.net.requires_grad_(True).train()
        for module in self.net.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eval()
        for module in (self.average, self.best):
            module.requires_grad_(False).eval()

    def _train_step(self, pool: ThreadPoolExecutor) -> None:
        for group in self.optimizer.param_groups:
            group["lr"] = self._rate()
        parameters = list(self.net.parameters())
        gradients = list(pool.map(self._gradients, range(self.settings.batch)))
        for index, parameter in enumerate(parameters):
            parts = [found[index] for found in gradients if found[index] is not None]
            parameter.grad = sum(parts[1:], parts[0]) / self.settings.batch if parts else None
        norm = nn.utils.clip_grad_norm_(parameters, LARGEST_GRADIENT)
        if not torch.isfinite(norm):
            raise EngineError(f"step {self.step}: the loss is no number. Lower the learning rate.")
        self.optimizer.step_in(pool)
        decay = min(AVERAGE_DECAY, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for mean, value in zip(self.average.parameters(), parameters, strict=True):
                mean.lerp_(value, 1 - decay)
        self.step += 1

    def _gradients(self, number: int) -> tuple[Tensor, ...]:
        """Of one picture of the step."""
        rng = np.random.default_rng([self.settings.seed, self.step, number])
        sample = as_batch(self.tuned.sample(rng), self.device)
        device = torch.device(self.device).type
        with torch.autocast(device, torch.bfloat16, enabled=computes_bfloat16(device)):
            loss, _ = generator_loss(self.tuned.pictures(self.net, sample, self.context, "full", 0.0), self.context)
        return torch.autograd.grad(loss, list(self.net.parameters()), allow_unused=True)

    def _rate(self) -> float:
        """Learning rate: a short warm-up, then half a cosine."""
        warm = min(1.0, (self.step + 1) / WARM_UP_STEPS)
        fall = 0.5 * (1 + math.cos(math.pi * self.step / self.settings.iterations))
        full = self.settings.learning_rate * min(1.0, self.settings.batch / FULL_RATE_BATCH)
        return full * warm * (LAST_RATE + (1 - LAST_RATE) * fall)

    def _check(self, progress: Progress, seconds_a_step: float) -> None:
        """Measure what would be written: the average of the weights, cut to the adapter's rank."""
        shipped = copy.deepcopy(self.average)
        change = compress_change(self.parent, self.average.state_dict(), self._rank())
        shipped.load_state_dict(apply_change(self.parent, change))
        figures = self.tuned.figures(shipped)
        gained = gain(figures, self.before)
        if gained > self.best_gain:
            self.best_gain, self.best_step, self.best_figures, self.stale = gained, self.step, figures, 0
            self.best.load_state_dict(self.average.state_dict())
        elif self.step >= PATIENT_UNTIL * self.settings.iterations:
            self.stale += 1
        self._log({"step": self.step, "gain": gained, **figures})
        left = (self.settings.iterations - self.step) * seconds_a_step / 60
        said = ", ".join(f"{name} {value:.3f} (was {self.before[name]:.3f})" for name, value in figures.items())
        verdict = "the best so far" if self.best_step == self.step else f"step {self.best_step} stays the best"
        progress.note(f"step {self.step}: {said}; {verdict}; about {left:.1f} min left")
        self._save()

    def _preview(self) -> None:
        every = self.settings.preview_every
        if (every and self.step % every == 0) or self.step == self.settings.iterations:
            self.tuned.show(self.average, str(self.folder / f"preview_{self.step:05d}.png"))

    def _is_stale(self) -> bool:
        return bool(self.settings.patience) and self.stale >= self.settings.patience

    def _rank(self) -> int:
        return self.settings.rank if self.settings.form == "adapter" else WHOLE_RANK

    def _networks(self) -> dict[str, nn.Module]:
        return {"net": self.net, "average": self.average, "best": self.best}

    def _save(self) -> None:
        counters = {"step": self.step, "best_step": self.best_step, "stale": self.stale, "best_gain": self.best_gain}
        for kind, figures in (("before", self.before), ("best", self.best_figures)):
            counters |= {f"{kind}.{name}": value for name, value in figures.items()}
        path = self.folder / "checkpoint.safetensors"
        save_checkpoint(path, self._networks(), {"net": self.optimizer}, counters)

    def _resume(self) -> None:
        path = self.folder / "checkpoint.safetensors"
        if not path.exists():
            return
        counters = load_checkpoint(path, self._networks(), {"net": self.optimizer})
        self.step, self.best_step = int(counters["step"]), int(counters["best_step"])
        self.stale, self.best_gain = int(counters["stale"]), counters["best_gain"]
        self.before = {n.removeprefix("before."): v for n, v in counters.items() if n.startswith("before.")}
        self.best_figures = {n.removeprefix("best."): v for n, v in counters.items() if n.startswith("best.")}

    def _log(self, event: dict[str, float]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        rounded = {name: float(f"{value:.5g}") if math.isfinite(value) else None for name, value in event.items()}
        with (self.folder / "log.jsonl").open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(rounded) + "\n")


def as_batch(sample: dict[str, np.ndarray], device: str) -> dict[str, Tensor]:
    """A sample as a batch of one on the device; its number is 0, which asks for no stepwise reenactment."""
    batch = {name: torch.from_numpy(np.asarray(value))[None].to(device) for name, value in sample.items()}
    laid_out = {
        name: value.contiguous(memory_format=torch.channels_last) if value.dim() == 4 else value
        for name, value in batch.items()
    }
    return {**laid_out, "number": torch.tensor(0)}
