"""Several processes that train one network together, as `torchrun` starts them: one a GPU, or on the CPU.

    torchrun --nproc-per-node 4 -m fsgan_core.cli.main train reenactment-paper --data DATA --out RUN

Each process makes its own share of every batch; DistributedDataParallel averages their gradients. The first one alone
writes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from fsgan_core.errors import EngineError, JobError


@dataclass(frozen=True)
class Processes:
    """Which process this is, from 0, and of how many."""

    rank: int = 0
    count: int = 1

    @property
    def first(self) -> bool:
        """Whether this process is the one that writes."""
        return self.rank == 0

    def share(self, batch: int) -> range:
        """The samples of a batch that this process makes.

        Raises:
            JobError: The batch cannot be divided evenly.
        """
        if batch % self.count:
            raise JobError(
                f"a batch of {batch} cannot be shared by {self.count} processes; start another number of them"
            )
        return range(self.rank, batch, self.count)

    def together(self, module: nn.Module) -> nn.Module:
        """The module, its gradients averaged over all processes; itself where there is one."""
        if self.count == 1:
            return module
        # The enhancer has no gradient while the global generator trains alone.
        return DistributedDataParallel(module, find_unused_parameters=True)


ALONE = Processes()


@contextmanager
def joined_processes(device: str) -> Iterator[Processes]:
    """This process as one of those that `torchrun` started; alone where it did not.

    Args:
        device: "cpu" or "cuda"; each process takes the GPU of its local rank.

    Raises:
        EngineError: There are fewer GPUs than processes on this machine, or they cannot reach each other.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield ALONE
        return
    if device == "cuda":
        local = int(os.environ.get("LOCAL_RANK", "0"))
        if local >= torch.cuda.device_count():
            raise EngineError(f"process {local} has no GPU: this machine has {torch.cuda.device_count()}; start fewer")
        torch.cuda.set_device(local)
    try:
        dist.init_process_group("nccl" if device == "cuda" else "gloo")
    except (RuntimeError, ValueError) as error:
        raise EngineError(
            f"the training processes cannot reach each other ({error}); check torchrun's options"
        ) from error
    try:
        yield Processes(dist.get_rank(), dist.get_world_size())
    finally:
        dist.destroy_process_group()
