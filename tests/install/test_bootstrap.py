"""The set-up refuses what cannot work with one sentence, and does nothing twice."""

from __future__ import annotations

import ast
import collections
import importlib.util
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

DiskUsage = collections.namedtuple("DiskUsage", "total used free")


@pytest.fixture
def bootstrap(repository: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("bootstrap", repository / "install" / "bootstrap.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def checkout(tmp_path: Path, repository: Path) -> Path:
    """A folder with what the set-up reads."""
    (tmp_path / "install").mkdir()
    for name in ("pyproject.toml", "install/constraints.txt"):
        shutil.copy(repository / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def calls(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that would have run; every one of them succeeds."""
    seen: list[list[str]] = []

    def call(command: list[str], **_: Any) -> int:
        seen.append(command)
        return 0

    monkeypatch.setattr(bootstrap.subprocess, "call", call)
    return seen


def make_environment(bootstrap: ModuleType, checkout: Path) -> Any:
    environment = bootstrap.Environment(str(checkout))
    os.makedirs(os.path.dirname(environment.python))
    Path(environment.python).touch()
    return environment


@pytest.mark.parametrize(("found", "advice"), [(None, "Install a newer Python"), ("python3.13", "with python3.13")])
def test_old_python_gets_one_sentence(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], found: str, advice: str
) -> None:
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 10, 4))
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: name if name == found else None)
    assert bootstrap.main(["demo"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("ERROR: This is Python 3.10, and fsgan needs 3.11 or newer.")
    assert advice in said
    assert said.count("\n") == 1


def test_old_python_can_read_the_script(repository: Path) -> None:
    text = (repository / "install" / "bootstrap.py").read_text(encoding="utf-8")
    tree = ast.parse(text, feature_version=(3, 4))
    newer = (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.Match)
    assert not [node for node in ast.walk(tree) if isinstance(node, newer)]
    assert text.isascii()


def test_full_disk_is_refused_before_anything_is_made(
    bootstrap: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch, calls: list[list[str]]
) -> None:
    monkeypatch.setattr(bootstrap.shutil, "disk_usage", lambda _: DiskUsage(1, 1, 1e9))
    with pytest.raises(bootstrap.SetupError, match=r"1\.0 GB free, and the set-up needs (4|12) GB"):
        bootstrap.Environment(str(checkout)).prepare("")
    assert calls == []
    assert not (checkout / ".venv").exists()


def test_disk_that_fills_up_while_pip_runs_is_named(
    bootstrap: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = make_environment(bootstrap, checkout)
    monkeypatch.setattr(bootstrap.subprocess, "call", lambda command, **_: int("install" in command))
    monkeypatch.setattr(bootstrap.shutil, "disk_usage", lambda _: DiskUsage(1, 1, 1e6))
    with pytest.raises(bootstrap.SetupError, match="is full"):
        environment.pip("install", "torch")


@pytest.mark.parametrize(("missing", "words"), [({"venv"}, "no venv"), ({"ensurepip", "pip"}, "no pip")])
def test_missing_venv_or_pip_is_named(
    bootstrap: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch, missing: set[str], words: str
) -> None:
    monkeypatch.setattr(bootstrap, "has_module", lambda name: name not in missing)
    with pytest.raises(bootstrap.SetupError, match=words):
        bootstrap.Environment(str(checkout)).make()


def test_system_without_ensurepip_uses_its_own_pip(
    bootstrap: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []

    def call(command: list[str], **_: Any) -> int:
        seen.append(command)
        return int(command[-1] == "import pip")

    monkeypatch.setattr(bootstrap.subprocess, "call", call)
    monkeypatch.setattr(bootstrap, "has_module", lambda name: name != "ensurepip")
    environment = bootstrap.Environment(str(checkout))
    environment.make()
    assert "--without-pip" in seen[-1]
    environment.pip("install", "torch")
    assert seen[-1][:5] == [sys.executable, "-m", "pip", "--python", environment.python]


def test_environment_without_pip_can_be_made_for_real(bootstrap: ModuleType, checkout: Path) -> None:
    venv.EnvBuilder(with_pip=False).create(checkout / ".venv")
    environment = bootstrap.Environment(str(checkout))
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "--python", environment.python, "list", "--disable-pip-version-check"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert listed.returncode == 0, listed.stderr
    assert "torch" not in listed.stdout


def test_second_run_installs_nothing(bootstrap: ModuleType, checkout: Path, calls: list[list[str]]) -> None:
    environment = make_environment(bootstrap, checkout)
    environment.prepare("")
    assert any("install" in command for command in calls)
    calls.clear()
    environment.prepare("")
    assert calls == [[environment.python, "-c", "import fsgan_core"]]


def test_test_environment_serves_the_demo_but_not_the_other_way(
    bootstrap: ModuleType, checkout: Path, calls: list[list[str]]
) -> None:
    environment = make_environment(bootstrap, checkout)
    environment.prepare(bootstrap.EXTRAS["demo"])
    assert not environment.is_ready(bootstrap.EXTRAS["test"])
    environment.prepare(bootstrap.EXTRAS["test"])
    assert environment.is_ready(bootstrap.EXTRAS["demo"])


def test_tests_get_the_detectors_of_others_without_the_packages_that_do_not_fit(
    bootstrap: ModuleType, checkout: Path, calls: list[list[str]]
) -> None:
    environment = make_environment(bootstrap, checkout)
    environment.prepare(bootstrap.EXTRAS["demo"])
    assert not [command for command in calls if "--no-deps" in command]
    environment.prepare(bootstrap.EXTRAS["test"])
    (command,) = [command for command in calls if "--no-deps" in command]
    assert {"face-alignment", "face-detection", environment.constraints} < set(command)


@pytest.mark.parametrize("name", ["pyproject.toml", "install/constraints.txt"])
def test_changed_requirements_install_again(
    bootstrap: ModuleType, checkout: Path, calls: list[list[str]], name: str
) -> None:
    environment = make_environment(bootstrap, checkout)
    environment.prepare("")
    with open(checkout / name, "a", encoding="utf-8") as stream:
        stream.write("# changed\n")
    assert not environment.is_ready("")


def test_interrupted_install_leaves_no_stamp(
    bootstrap: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch, calls: list[list[str]]
) -> None:
    environment = make_environment(bootstrap, checkout)
    environment.prepare("")
    monkeypatch.setattr(bootstrap.subprocess, "call", lambda command, **_: int("--editable" in command))
    with open(checkout / "pyproject.toml", "a", encoding="utf-8") as stream:
        stream.write("# changed\n")
    with pytest.raises(bootstrap.SetupError, match="pip could not install"):
        environment.prepare("")
    assert not os.path.exists(environment.stamp)


def test_index_out_of_reach_falls_back_to_the_usual_one(
    bootstrap: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[bool] = []

    def call(command: list[str], env: dict[str, str], **_: Any) -> int:
        if "install" in command:
            tried.append(bootstrap.TORCH_CPU_INDEX in env.get("PIP_EXTRA_INDEX_URL", ""))
            return int(len(tried) == 1)
        return 0

    monkeypatch.setattr(bootstrap.subprocess, "call", call)
    monkeypatch.setattr(bootstrap, "wants_cuda", lambda: False)
    monkeypatch.setattr(bootstrap.sys, "platform", "linux")
    make_environment(bootstrap, checkout).install_torch()
    assert tried == [True, False]


def test_gpu_machine_takes_the_usual_build(
    bootstrap: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch, calls: list[list[str]]
) -> None:
    monkeypatch.setattr(bootstrap, "wants_cuda", lambda: True)
    make_environment(bootstrap, checkout).install_torch()
    installs = [command for command in calls if "install" in command]
    assert len(installs) == 1
    assert "--timeout" not in installs[0]


def test_every_check_runs_and_a_failure_is_reported(
    bootstrap: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[str] = []

    def call(command: list[str], **_: Any) -> int:
        seen.append(" ".join(command))
        return int("mypy" in command)

    monkeypatch.setattr(bootstrap.subprocess, "call", call)
    assert bootstrap.run_tests(bootstrap.Environment(str(checkout)), ["-x"]) == 1
    assert len(seen) == 4
    assert seen[-1].endswith("-x")
    assert "FAILED: mypy" in capsys.readouterr().out


@pytest.fixture
def blender_checkout(checkout: Path, repository: Path, bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copy(repository / "install" / "constraints-blender.txt", checkout / "install")
    monkeypatch.setattr(bootstrap, "BLENDER_PYTHON", sys.version_info[:2])
    return checkout


def test_blender_has_an_environment_of_its_own_and_is_made_once(
    bootstrap: ModuleType, blender_checkout: Path, calls: list[list[str]]
) -> None:
    environment = bootstrap.BlenderEnvironment(str(blender_checkout))
    os.makedirs(os.path.dirname(environment.python))
    Path(environment.python).touch()
    environment.prepare()
    (install,) = [command for command in calls if "install" in command]
    assert install[0].startswith(str(blender_checkout / ".venv-blender"))
    assert install[-1].endswith("constraints-blender.txt")
    calls.clear()
    environment.prepare()
    assert len(calls) == 1 and "import bpy" in calls[0][-1]
    with open(environment.constraints, "a", encoding="utf-8") as stream:
        stream.write("# changed\n")
    environment.prepare()
    assert any("install" in command for command in calls)


def test_blender_that_does_not_start_leaves_no_stamp(
    bootstrap: ModuleType, blender_checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap.subprocess, "call", lambda command, **_: int("import bpy" in command[-1]))
    environment = bootstrap.BlenderEnvironment(str(blender_checkout))
    os.makedirs(os.path.dirname(environment.python))
    Path(environment.python).touch()
    with pytest.raises(bootstrap.SetupError, match="does not start"):
        environment.prepare()
    assert not os.path.exists(environment.stamp)


def test_wrong_python_for_blender_is_named(
    bootstrap: ModuleType, blender_checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "BLENDER_PYTHON", (3, 2))
    with pytest.raises(bootstrap.SetupError, match=r"made for Python 3\.2"):
        bootstrap.BlenderEnvironment(str(blender_checkout)).prepare()


@pytest.mark.parametrize(("required", "code"), [("1", 1), ("", 0)])
def test_missing_blender_fails_where_it_is_required(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, calls: list[list[str]], required: str, code: int,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv(bootstrap.BLENDER_REQUIRED, required)
    monkeypatch.setattr(bootstrap.Environment, "prepare", lambda self, extras: None)
    monkeypatch.setattr(bootstrap, "BLENDER_PYTHON", (3, 2))
    assert bootstrap.main(["test"]) == code
    assert "ERROR: Blender, for the tests of its add-on" in capsys.readouterr().err
    assert bool(calls) == (code == 0)


def test_hosts_python_settings_do_not_leak_in(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONHOME", "/opt/nuke")
    monkeypatch.setenv("PYTHONPATH", "/opt/nuke/lib")
    kept = bootstrap.clean_environ(OMP_NUM_THREADS="1")
    assert "PYTHONHOME" not in kept and "PYTHONPATH" not in kept
    assert kept["OMP_NUM_THREADS"] == "1"


def test_constraints_pin_torch_without_a_build_tag(repository: Path) -> None:
    lines = (repository / "install" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert "torch==2.13.0" in pins
    assert all("==" in pin and "+" not in pin for pin in pins)
    assert len({pin.split("==")[0].lower() for pin in pins}) == len(pins)
