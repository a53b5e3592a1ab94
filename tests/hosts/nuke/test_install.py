"""`fsgan install nuke` adds a marked block to what an artist has, does it once, and takes it away without a trace."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from fsgan_core.errors import OutputError
from fsgan_nuke.install import BEGIN, END, install, uninstall

MINE = "# mine\nimport nuke\nnuke.pluginAddPath('./tools')"


@pytest.mark.parametrize("mine", ["", MINE, MINE + "\n", "# größe\r\nx = 1\r\n"])
def test_block_is_added_once_and_taken_away_without_a_trace(tmp_path: Path, gizmos: Path, mine: str) -> None:
    init = tmp_path / "init.py"
    if mine:
        init.write_bytes(mine.encode())
    assert install(str(tmp_path)) == [str(init), str(tmp_path / "menu.py")]
    text = init.read_bytes().decode()
    assert text.startswith(mine)
    assert repr(str(gizmos)) in text
    compile(text, "init.py", "exec")
    compile((tmp_path / "menu.py").read_text(), "menu.py", "exec")
    assert install(str(tmp_path)) == []
    assert uninstall(str(tmp_path)) == [str(init), str(tmp_path / "menu.py")]
    if mine:
        assert init.read_bytes().decode() in (mine, mine + "\n")
    assert init.exists() == bool(mine)
    assert not (tmp_path / "menu.py").exists()
    assert uninstall(str(tmp_path)) == []


def test_installing_again_from_elsewhere_replaces_the_block(tmp_path: Path) -> None:
    install(str(tmp_path))
    other = tmp_path / "other checkout"
    other.mkdir()
    (other / "init.py").write_text("")
    install(str(tmp_path), engine="C:\\fsgan\\fsgan.exe", gizmos=str(other))
    text = (tmp_path / "init.py").read_text()
    assert text.count(BEGIN) == text.count(END) == 1
    assert str(other) in text
    assert "os.environ.setdefault('FSGAN_ENGINE', 'C:/fsgan/fsgan.exe')" in text


def test_nuke_starts_with_what_was_written(tmp_path: Path, gizmos: Path, nuke_gui: Any) -> None:
    install(str(tmp_path))
    added: list[str] = []
    nuke_gui.module.pluginAddPath = added.append
    exec((tmp_path / "init.py").read_text(), {})  # noqa: S102 - just what Nuke does with it
    assert added == [str(gizmos)]


def test_half_a_block_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "init.py").write_text(f"x = 1\n{BEGIN}\nimport nuke\n")
    with pytest.raises(OutputError, match="was edited"):
        install(str(tmp_path))
    assert (tmp_path / "init.py").read_text() == f"x = 1\n{BEGIN}\nimport nuke\n"


def test_file_that_is_no_text_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "init.py").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(OutputError, match="left as it is"):
        install(str(tmp_path))


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_link_stays_a_link(tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.py"
    real.write_text("# shared\n")
    home = tmp_path / ".nuke"
    home.mkdir()
    (home / "init.py").symlink_to(real)
    install(str(home))
    assert (home / "init.py").is_symlink()
    assert BEGIN in real.read_text()


def test_missing_gizmos_are_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="works from a checkout"):
        install(str(tmp_path), gizmos=str(tmp_path / "none"))


def test_command_line_installs_prints_and_uninstalls(
    tmp_path: Path, gizmos: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    from fsgan_core.cli.main import main

    def fsgan(*words: str) -> str:
        monkeypatch.setattr(sys, "argv", ["fsgan", *words])
        with pytest.raises(SystemExit) as end:
            main()
        assert end.value.code in (0, None)
        return capsys.readouterr().out

    assert fsgan("install", "nuke", "--print-path").strip() == str(gizmos)
    assert "init.py" in fsgan("install", "nuke", "--nuke-dir", str(tmp_path))
    assert (tmp_path / "init.py").exists()
    assert "nothing to change" in fsgan("install", "nuke", "--nuke-dir", str(tmp_path))
    assert "init.py" in fsgan("install", "nuke", "--nuke-dir", str(tmp_path), "--uninstall")
    assert not (tmp_path / "init.py").exists()
