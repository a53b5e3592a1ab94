"""Frames stream in order, few at a time, and what was begun is finished."""

from __future__ import annotations

import threading
import time

import pytest

from fsgan_core.pipeline.frame_stream import stream_frames


@pytest.mark.parametrize("workers", [1, 3])
def test_results_come_in_order_whatever_a_step_takes(workers: int) -> None:
    def step(frame: int) -> int:
        time.sleep(0.02 if frame % 3 == 0 else 0.0)
        return frame

    assert list(stream_frames(range(12), lambda n: n, step, step, workers)) == list(range(12))


def test_several_workers_work_at_once() -> None:
    meeting = threading.Barrier(3, timeout=20)

    def work(number: int) -> int:
        meeting.wait()
        return number

    assert list(stream_frames(range(9), lambda n: n, work, lambda n: n, workers=3)) == list(range(9))


def test_no_frames_give_no_results() -> None:
    assert list(stream_frames([], lambda n: n, lambda n: n, lambda n: n)) == []


@pytest.mark.parametrize("workers", [1, 3])
def test_only_a_few_frames_are_in_memory(workers: int) -> None:
    lock, living, most = threading.Lock(), 0, 0

    def read(number: int) -> int:
        nonlocal living, most
        with lock:
            living += 1
            most = max(most, living)
        return number

    def write(number: int) -> int:
        nonlocal living
        time.sleep(0.003)
        with lock:
            living -= 1
        return number

    assert len(list(stream_frames(range(60), read, lambda n: n, write, workers))) == 60
    assert most <= 5 + workers


def test_reading_stays_in_one_thread() -> None:
    readers = set()

    def read(number: int) -> int:
        readers.add(threading.get_ident())
        return number

    list(stream_frames(range(10), read, lambda n: n, lambda n: n))
    assert len(readers) == 1
    assert threading.get_ident() not in readers


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("failing_step", ["read", "work", "write"])
def test_an_error_comes_after_the_frames_before_it(failing_step: str, workers: int) -> None:
    def step(name: str):
        def run(number: int) -> int:
            if name == failing_step and number == 5:
                raise OSError("frame 5 is broken")
            return number

        return run

    done = []
    with pytest.raises(OSError, match="frame 5"):
        done.extend(stream_frames(range(10), step("read"), step("work"), step("write"), workers))
    assert done == [0, 1, 2, 3, 4]


def test_stopping_leaves_no_write_half_done() -> None:
    begun, ended = [], []

    def write(number: int) -> int:
        begun.append(number)
        time.sleep(0.01)
        ended.append(number)
        return number

    stream = stream_frames(range(100), lambda n: n, lambda n: n, write)
    for number in stream:
        if number == 3:
            break
    stream.close()
    assert sorted(begun) == sorted(ended)
    assert len(begun) < 10
