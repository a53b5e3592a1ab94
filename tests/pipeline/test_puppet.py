"""A puppet turns a painted source, and a real one fast enough."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fsgan_core.errors import JobError
from fsgan_core.job.progress import Progress
from fsgan_core.job.settings import SwapSettings
from fsgan_core.pipeline.engine import open_engine
from fsgan_core.pipeline.puppet import Puppet, open_puppet
from fsgan_core.shot.plate import Plate


@pytest.fixture
def puppet(swap_bench: Any) -> Puppet:
    from fsgan_core.pipeline import swap_shot

    pack: Any = swap_shot.open_engine("painted", "cpu")
    analysis = str(swap_bench.folder / "source.npz")
    return open_puppet(Plate(swap_bench.source()), pack, SwapSettings(), Progress(), analysis)


def test_the_picture_is_that_of_the_views_around_the_pose(puppet: Puppet) -> None:
    picture = puppet.picture(np.array([-20.0, 0.0, 0.0]))
    assert picture.shape == (256, 256, 3)
    # Blue says which way a painted face looks, green who it is.
    assert picture[128, 128, 2] == pytest.approx(-1 / 3, abs=0.03)
    assert puppet.picture(np.array([20.0, 0, 0]))[128, 128, 2] == pytest.approx(1 / 3, abs=0.03)
    assert picture[128, 128, 1] == pytest.approx(-0.6, abs=0.03)


def test_an_unknown_expression_is_named(puppet: Puppet) -> None:
    with pytest.raises(JobError, match="no expression wink; there are jaw"):
        puppet.picture(np.zeros(3), {"wink": 1.0})


@pytest.mark.slow
def test_a_real_puppet_follows_fast_enough_in_cpu_time(sample_plates: Any) -> None:
    import time

    pack = open_engine("compact", "cpu")
    plate = Plate(str(sample_plates / "a" / "plate.%04d.exr"))
    real = open_puppet(plate, pack, SwapSettings(), Progress())
    real.picture(np.zeros(3))
    began = time.thread_time()
    for yaw in range(-20, 20, 5):
        real.picture(np.array([yaw, 3.0, 2.0]))
    # Two cores at 8 pictures a second leave 0.25 s of one core for each.
    assert (time.thread_time() - began) / 8 < 0.25
