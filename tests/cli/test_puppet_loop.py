"""The loop of `fsgan puppet` answers what it is asked, and ends when nobody asks."""

from __future__ import annotations

import io
import json
import os
import threading
from typing import Any, BinaryIO

import numpy as np
import pytest

from fsgan_core.cli.puppet_loop import PuppetLoop
from fsgan_core.errors import CancelledError
from fsgan_core.job.progress import Progress
from fsgan_core.job.puppet_protocol import PuppetRequest, request_line
from fsgan_core.job.settings import SwapSettings
from fsgan_core.pipeline.puppet import Puppet, open_puppet
from fsgan_core.shot.plate import Plate


@pytest.fixture
def puppet(swap_bench: Any) -> Puppet:
    from fsgan_core.pipeline import swap_shot

    pack: Any = swap_shot.open_engine("painted", "cpu")
    analysis = str(swap_bench.folder / "source.npz")
    return open_puppet(Plate(swap_bench.source()), pack, SwapSettings(), Progress(), analysis)


def read_answers(raw: bytes) -> list[tuple[dict[str, Any], bytes]]:
    stream, answers = io.BytesIO(raw), []
    while line := stream.readline():
        message = json.loads(line)
        answers.append((message, stream.read(message.get("bytes", 0))))
    return answers


def answers_to(puppet: Puppet, *lines: str) -> list[tuple[dict[str, Any], bytes]]:
    requests, answers = io.BytesIO("".join(lines).encode()), io.BytesIO()
    PuppetLoop(puppet, requests, answers).run("cpu", lambda: None)
    return read_answers(answers.getvalue())


def test_the_map_comes_first_and_pictures_carry_their_query(puppet: Puppet) -> None:
    (about_map, _), (header, pixels) = answers_to(puppet, request_line(PuppetRequest(7, (-18.0, 0.0, 3.0))))
    assert about_map["event"] == "map"
    assert len(about_map["views"]) == len(puppet.source.views)
    assert about_map["owners"].count(-1) == 4
    assert (header["event"], header["id"]) == ("picture", 7)
    assert len(pixels) == header["bytes"] == 3 * header["width"] * header["height"]
    assert sum(header["weights"]) == pytest.approx(1)
    middle = np.frombuffer(pixels, np.uint8).reshape(256, 256, 3)[128, 128]
    # A painted face: red on, who and where it looks in green and blue.
    assert middle[0] > 230 and middle[1] < 90


def test_views_are_shown_and_what_is_no_request_is_refused(puppet: Puppet) -> None:
    lines = ['{"id": 1, "view": 0}\n', '{"id": 2, "pose": [90, 0, 0]}\n', "nonsense\n", '{"id": 4, "view": 99}\n']
    answers = {message.get("id"): message for message, _ in answers_to(puppet, *lines)[1:]}
    assert answers[1]["event"] == "picture" and answers[1]["view"] == 0
    assert "yaw is 90" in answers[2]["message"]
    assert answers[0]["event"] == "refused"
    assert "no view 99" in answers[4]["message"]


def test_a_newer_pose_overtakes_but_those_to_keep_are_made(puppet: Puppet) -> None:
    poses = [PuppetRequest(number, (float(number), 0.0, 0.0), keep=number == 3) for number in range(12)]
    answers = [message for message, _ in answers_to(puppet, *map(request_line, poses))[1:]]
    made = [message["id"] for message in answers if message["event"] == "picture"]
    skipped = [message["id"] for message in answers if message["event"] == "skipped"]
    assert sorted(made + skipped) == list(range(12))
    assert {3, 11} <= set(made) and made == sorted(made)
    assert skipped


class ClosedPipe(io.BytesIO):
    """A reader that has gone away after the map."""

    def write(self, data: Any) -> int:
        if b'"map"' not in data:
            raise BrokenPipeError
        return len(data)


def test_a_reader_that_goes_away_ends_the_loop(puppet: Puppet) -> None:
    requests = io.BytesIO(request_line(PuppetRequest(1, (0.0, 0.0, 0.0))).encode())
    PuppetLoop(puppet, requests, ClosedPipe()).run("cpu", lambda: None)


def test_a_wish_to_stop_is_heard_while_nothing_is_asked(puppet: Puppet) -> None:
    waiting, never = os.pipe()
    requests: BinaryIO = os.fdopen(waiting, "rb", buffering=0)

    def stop() -> None:
        raise CancelledError("stop", signal_number=15)

    with pytest.raises(CancelledError):
        PuppetLoop(puppet, requests, io.BytesIO()).run("cpu", stop)
    os.close(never)
    for thread in threading.enumerate():
        if thread.name == "requests":
            thread.join(5)
    requests.close()
