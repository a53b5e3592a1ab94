"""The program, run inside the test process."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest


@pytest.fixture
def fsgan_program(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    """Runs `fsgan ARGUMENTS`; gives its exit code and what it said."""

    def run(*arguments: str) -> tuple[int, str]:
        from fsgan_core.cli.main import main

        monkeypatch.setattr(sys, "argv", ["fsgan", *arguments])
        capsys.readouterr()
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        said = capsys.readouterr()
        return code, said.out + said.err

    return run
