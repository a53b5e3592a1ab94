import os
from functools import partial

import pytest

from fsgan_core.errors import EngineError
from fsgan_core.training.synthesis.worker_pool import work_through


def reverse(ending: str, name: str) -> str:
    return name[::-1] + ending


def die(name: str) -> str:
    os._exit(3)


@pytest.mark.parametrize("workers", [1, 2])
def test_every_name_comes_with_its_result(workers: int) -> None:
    done = dict(work_through(partial(reverse, "!"), ["anna", "bert", "carl"], workers))
    assert done == {"anna": "anna!", "bert": "treb!", "carl": "lrac!"}


def test_a_worker_that_dies_is_an_engine_error() -> None:
    with pytest.raises(EngineError, match="--workers"):
        list(work_through(die, ["anna", "bert"], 2))
