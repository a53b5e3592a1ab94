"""`fsgan install resolve`: on three systems, once, and away without a trace."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fsgan_core.errors import OutputError
from fsgan_resolve.install import ENGINE_NOTE, fusion_files, fusion_folders, install, print_path, uninstall


def test_everything_is_placed_once_and_taken_away(tmp_path: Path) -> None:
    (tmp_path / "Macros").mkdir()
    (tmp_path / "Macros" / "mine.setting").write_text("mine")
    changed = install(str(tmp_path), "/opt/fsgan/bin/fsgan")
    assert (tmp_path / "Macros" / "FSGAN" / "FSGAN Swap.setting").is_file()
    assert (tmp_path / "Modules" / "Lua" / "fsgan.lua").is_file()
    assert (tmp_path / "Scripts" / "Utility" / "FSGAN Swap selected clips.lua").is_file()
    assert (tmp_path / ENGINE_NOTE).read_text() == "/opt/fsgan/bin/fsgan"
    assert len(changed) == len(fusion_files("x"))
    assert install(str(tmp_path), "/opt/fsgan/bin/fsgan") == []
    assert install(str(tmp_path), "/elsewhere/fsgan") == [str(tmp_path / "FSGAN" / "engine.txt")]
    assert uninstall(str(tmp_path))
    assert [path.name for path in tmp_path.rglob("*")] == ["Macros", "mine.setting"]
    assert uninstall(str(tmp_path)) == []


def test_file_of_an_older_version_is_removed(tmp_path: Path) -> None:
    install(str(tmp_path))
    record = tmp_path / "FSGAN" / "fsgan_files.json"
    record.write_text(record.read_text().replace("[", '["Macros/FSGAN/Old.setting",', 1))
    old = tmp_path / "Macros" / "FSGAN" / "Old.setting"
    old.write_text("old")
    assert install(str(tmp_path)) == [str(old)]
    assert not old.exists()


def test_record_cannot_reach_outside(tmp_path: Path) -> None:
    victim = tmp_path / "precious"
    victim.write_text("keep")
    folder = tmp_path / "Fusion"
    (folder / "FSGAN").mkdir(parents=True)
    (folder / "FSGAN" / "fsgan_files.json").write_text('["../precious"]')
    install(str(folder))
    uninstall(str(folder))
    assert victim.read_text() == "keep"


def test_unwritable_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "Macros").write_text("a file where the folder should be")
    with pytest.raises(OutputError, match="cannot be written") as caught:
        install(str(tmp_path))
    assert str(caught.value.path).startswith(str(tmp_path / "Macros"))


@pytest.mark.parametrize(
    ("system", "environ", "tail"),
    [
        ("linux", {}, ".local/share/DaVinciResolve/Fusion"),
        ("darwin", {}, "Library/Application Support/Blackmagic Design/DaVinci Resolve/Fusion"),
        ("win32", {}, "AppData/Roaming/Blackmagic Design/DaVinci Resolve/Support/Fusion"),
        ("win32", {"APPDATA": "roaming"}, "roaming/Blackmagic Design/DaVinci Resolve/Support/Fusion"),
    ],
)
def test_folders_of_three_systems(system: str, environ: dict[str, str], tail: str, tmp_path: Path) -> None:
    (found,) = fusion_folders(system, environ, str(tmp_path))
    assert found.replace(os.sep, "/").endswith(tail)


def test_fusion_studio_is_served_where_it_has_run(tmp_path: Path) -> None:
    (tmp_path / ".fusion" / "BlackmagicDesign" / "Fusion").mkdir(parents=True)
    assert len(fusion_folders("linux", {}, str(tmp_path))) == 2


def test_path_for_studios_is_a_folder_that_fusion_can_scan() -> None:
    assert {"Macros", "Modules", "Scripts"} <= {path.name for path in Path(print_path()).iterdir()}


def test_installed_python_part_is_enough_and_loads_nothing_heavy(tmp_path: Path) -> None:
    install(str(tmp_path))
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import fsgan_resolve.edit_page as page, fsgan_core\n"
        "assert page.__file__.startswith(sys.argv[1]) and fsgan_core.__file__.startswith(sys.argv[1])\n"
        "print([name for name in ('torch', 'numpy', 'cv2', 'OpenImageIO', 'typer') if name in sys.modules])"
    )
    folder = str(tmp_path / "FSGAN" / "python")
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, folder], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr
