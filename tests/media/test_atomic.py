"""A file is complete or absent, and a refusing file system says what to do."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fsgan_core.errors import CancelledError, OutputError
from fsgan_core.media.atomic import complete_or_absent, output_error


def test_file_appears_only_when_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "a.exr"
    with complete_or_absent(str(path)) as temporary:
        Path(temporary).write_bytes(b"pixels")
        assert not path.exists()
        assert Path(temporary).parent == path.parent
    assert path.read_bytes() == b"pixels"
    assert os.listdir(path.parent) == ["a.exr"]


@pytest.mark.parametrize("error", [RuntimeError("broken"), CancelledError("stopped"), KeyboardInterrupt()])
def test_error_or_cancel_leaves_what_was_there(tmp_path: Path, error: BaseException) -> None:
    path = tmp_path / "a.exr"
    path.write_bytes(b"old")
    with pytest.raises(type(error)), complete_or_absent(str(path)) as temporary:  # noqa: PT012
        Path(temporary).write_bytes(b"half of the new")
        raise error
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.exr"]


@pytest.mark.parametrize(
    ("number", "advice"),
    [(errno.ENOSPC, "Free some space"), (errno.EDQUOT, "Free some space"), (errno.EACCES, "permissions"),
     (errno.EROFS, "permissions"), (errno.ENOTDIR, "not a folder"), (errno.ENAMETOOLONG, "Choose another")],
)  # fmt: skip
def test_system_errors_become_sentences_with_advice(tmp_path: Path, number: int, advice: str) -> None:
    path = str(tmp_path / "a.exr")
    with pytest.raises(OutputError, match=advice) as caught, complete_or_absent(path):
        raise OSError(number, os.strerror(number))
    assert caught.value.exit_code == 7
    assert path in str(caught.value)


def test_disk_that_is_full_to_the_system_is_named_so() -> None:
    """/dev/full answers every write with ENOSPC."""
    if not os.path.exists("/dev/full"):
        pytest.skip("this system has no /dev/full")
    with pytest.raises(OSError, match="No space") as caught, open("/dev/full", "wb") as file:
        file.write(b"pixels" * 10000)
    assert "disk of /out is full" in str(output_error("/out/a.exr", caught.value))


def test_output_that_is_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="is a folder"), complete_or_absent(str(tmp_path)):
        pass


_WRITE_WITHOUT_RIGHTS = """
import os, sys
from fsgan_core.errors import OutputError
from fsgan_core.media.atomic import complete_or_absent
os.chmod(sys.argv[1], 0o500)
if os.geteuid() == 0:  # root may write anywhere
    os.setuid(65534)
try:
    with complete_or_absent(os.path.join(sys.argv[1], "a.exr")) as temporary:
        open(temporary, "xb").close()
except OutputError as error:
    print(error)
    sys.exit(error.exit_code)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="rights of folders are POSIX")
def test_folder_without_write_permission_is_an_output_error(tmp_path: Path, repository: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir()
    for parent in (tmp_path, tmp_path.parent, tmp_path.parent.parent):  # let another user through to it
        parent.chmod(parent.stat().st_mode | 0o055)
    command = [sys.executable, "-c", _WRITE_WITHOUT_RIGHTS, str(folder)]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, timeout=60)
    folder.chmod(0o700)
    assert done.returncode == 7, done.stderr
    assert "may not be written to" in done.stdout
    assert not list(folder.iterdir())
