"""Plans to write for farms."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fsgan_core.farm.task_plan import TaskOptions, TaskPlan, plan_tasks
from fsgan_core.job.settings import SwapSettings
from fsgan_core.job.spec import FinetuneJob, Pictures, SwapJob
from fsgan_core.shot.frame_range import FrameRange


def make_plan(frames: str = "1001-1010", out: str = "/show/sh 010/swap.%04d.exr") -> TaskPlan:
    """A plan with every step there is; its paths hold spaces and an umlaut."""
    job = SwapJob(
        Pictures("/show/plätze/p.%04d.exr"), Pictures("/show/s.mov"), out, SwapSettings(weights="/show/weights/anna")
    )
    finetune = FinetuneJob((Pictures("/show/s.mov"),), "/show/weights/anna")
    return plan_tasks(job, FrameRange.parse(frames), TaskOptions(4, finetune, "sh 010"))


@pytest.fixture
def plan_of() -> Callable[..., TaskPlan]:
    """Makes a plan of the frames named."""
    return make_plan


@pytest.fixture
def plan() -> TaskPlan:
    """Ten frames in chunks of four at most."""
    return make_plan()


@pytest.fixture
def scattered_plan() -> TaskPlan:
    """Frames with holes between them."""
    return make_plan("1001-1009x2,1050")
