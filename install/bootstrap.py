#!/usr/bin/env python3
"""From a fresh checkout to a running demo or passing tests; needs Python 3.11 with pip, and nothing else.

    python3 install/bootstrap.py demo     make the environment, swap the faces of the bundled plates
    python3 install/bootstrap.py test     make the environment, run the linters and the tests

The environment is .venv in the checkout. Run again, it is only checked, which takes a second.
Standard library only, and spelled so that an old Python gets a sentence and not a syntax error.
"""

from __future__ import print_function

import argparse
import hashlib
import os
import shutil
import subprocess
import sys

OLDEST_PYTHON = (3, 11)
NEEDED_GB = 4
NEEDED_GB_CUDA = 12
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BLENDER_PYTHON = (3, 11)
BLENDER_REQUIRED = "FSGAN_BLENDER_REQUIRED"
TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"
EXTRAS = {"demo": "", "install": "", "test": "[dev,train,viewer,farm,provenance,face-alignment]"}
# Tested, though they ask for packages that do not go with ours: the full OpenCV, and a torchvision of another torch.
WITHOUT_DEPENDENCIES = ["face-alignment", "face-detection"]


class SetupError(Exception):
    """What stops the set-up, as a sentence that says what to do."""


def main(arguments=None):
    """Set up, then run what was asked for; gives the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, usage="%(prog)s {demo,test,install}"
    )
    parser.add_argument("task", choices=sorted(EXTRAS), help="what to do once the environment stands")
    parser.add_argument("rest", nargs=argparse.REMAINDER, help="options for `fsgan demo`, or for pytest")
    options = parser.parse_args(arguments)
    environment = Environment(ROOT)
    try:
        check_python()
        environment.prepare(EXTRAS[options.task])
    except SetupError as problem:
        print("ERROR: {}".format(problem), file=sys.stderr)
        return 1
    if options.task == "test":
        try:
            BlenderEnvironment(ROOT).prepare()
        except SetupError as problem:
            print("ERROR: Blender, for the tests of its add-on: {}".format(problem), file=sys.stderr)
            if os.environ.get(BLENDER_REQUIRED):
                return 1
        return run_tests(environment, options.rest)
    if options.task == "demo":
        return hand_over([environment.command("fsgan"), "demo"] + options.rest)
    print("Installed. Start with: {} --help".format(environment.command("fsgan")))
    return 0


def check_python():
    """Refuse a Python that is too old, and name a newer one if this machine has it."""
    if sys.version_info[:2] >= OLDEST_PYTHON:
        return
    newer = ["python3.{}".format(minor) for minor in range(14, OLDEST_PYTHON[1] - 1, -1)]
    found = [name for name in newer if hasattr(shutil, "which") and shutil.which(name)]
    advice = "Run it with {}.".format(found[0]) if found else "Install a newer Python and run this script with it."
    raise SetupError(
        "This is Python {}.{}, and fsgan needs {}.{} or newer. {}".format(
            sys.version_info[0], sys.version_info[1], OLDEST_PYTHON[0], OLDEST_PYTHON[1], advice
        )
    )


class Environment(object):
    """The virtual environment of one checkout.

    Args:
        root: The checkout, which holds pyproject.toml and install/constraints.txt.
    """

    def __init__(self, root):
        self.root = root
        self.folder = os.path.join(root, ".venv")
        self.stamp = os.path.join(self.folder, "fsgan_install.stamp")
        self.python = self.command("python")
        self.constraints = os.path.join(root, "install", "constraints.txt")

    def command(self, name):
        """The path of a program inside the environment."""
        if os.name == "nt":
            return os.path.join(self.folder, "Scripts", name + ".exe")
        return os.path.join(self.folder, "bin", name)

    def prepare(self, extras):
        """Install fsgan with `extras` ("" or "[dev,train]"), unless that has been done.

        Raises:
            SetupError: The disk is full or not writable, pip or venv is missing, or pip failed.
        """
        if self.is_ready(extras):
            return
        self.check_disk()
        print("Setting up {} (once; a few minutes).".format(self.folder))
        sys.stdout.flush()
        try:
            self.make()
            if os.path.exists(self.stamp):
                os.remove(self.stamp)
            self.install_torch()
            self.pip("install", "--editable", self.root + extras)
            if "face-alignment" in extras:
                self.pip("install", "--no-deps", *WITHOUT_DEPENDENCIES)
            with open(self.stamp, "w") as stream:
                stream.write(self.fingerprint(extras) + "\n")
        except OSError as problem:
            raise SetupError("{}: {}. Check the disk and its permissions.".format(self.folder, problem.strerror))

    def is_ready(self, extras):
        """Whether everything has been installed from the files as they are now, and Python still runs."""
        try:
            with open(self.stamp) as stream:
                stamp = stream.read().strip()
        except OSError:
            return False
        enough = {self.fingerprint(extras), self.fingerprint(EXTRAS["test"])}
        return stamp in enough and self.python_runs()

    def python_runs(self):
        """Whether the environment's Python starts; it does not after the system's Python was removed."""
        try:
            return subprocess.call([self.python, "-c", "import fsgan_core"], cwd=self.folder, env=clean_environ()) == 0
        except OSError:
            return False

    def fingerprint(self, extras):
        """A hash of everything that decides what is installed, and of where."""
        digest = hashlib.sha256("{}|{}|{}".format(self.root, extras, sys.version).encode("utf-8", "surrogateescape"))
        for name in ("pyproject.toml", os.path.join("install", "constraints.txt")):
            with open(os.path.join(self.root, name), "rb") as stream:
                digest.update(stream.read())
        return digest.hexdigest()

    def check_disk(self):
        """Refuse to start what the disk cannot hold."""
        needed_gb = NEEDED_GB_CUDA if wants_cuda() else NEEDED_GB
        if os.path.exists(self.python):
            needed_gb = 1
        free_gb = shutil.disk_usage(self.root).free / 1e9
        if free_gb < needed_gb:
            raise SetupError(
                "The disk of {} has {:.1f} GB free, and the set-up needs {} GB. Free some space and run this "
                "again.".format(self.root, free_gb, needed_gb)
            )

    def make(self):
        """Make the environment, anew where its Python no longer starts."""
        runs = os.path.exists(self.python) and subprocess.call([self.python, "-c", ""], env=clean_environ()) == 0
        if runs:
            return
        if not has_module("venv"):
            raise SetupError("This Python has no venv module. Install it (on Debian and Ubuntu: python3-venv).")
        if not has_module("ensurepip") and not has_module("pip"):
            raise SetupError("This Python has no pip. Install it (on Debian and Ubuntu: python3-pip).")
        options = [] if has_module("ensurepip") else ["--without-pip"]
        command = [sys.executable, "-m", "venv", "--clear"] + options + [self.folder]
        if subprocess.call(command, env=clean_environ()) != 0:
            raise SetupError("The environment {} could not be made; the reason stands above.".format(self.folder))

    def install_torch(self):
        """Install torch first: on Linux without an NVIDIA GPU from the index whose files carry no 3 GB of CUDA."""
        if sys.platform.startswith("linux") and not wants_cuda():
            # Only for this one package; should the index be out of reach, pip gives up after seconds.
            indices = " ".join(filter(None, [os.environ.get("PIP_EXTRA_INDEX_URL", ""), TORCH_CPU_INDEX]))
            try:
                self.pip("install", "--timeout", "20", "--retries", "1", "torch", PIP_EXTRA_INDEX_URL=indices)
                return
            except SetupError as problem:
                print("{} Trying without {}.".format(problem, TORCH_CPU_INDEX))
        self.pip("install", "torch")

    def pip(self, *arguments, **variables):
        """Run pip for this environment, with the constraints.

        Raises:
            SetupError: pip failed.
        """
        own = subprocess.call([self.python, "-c", "import pip"], env=clean_environ(), stderr=subprocess.DEVNULL) == 0
        pip = [self.python, "-m", "pip"] if own else [sys.executable, "-m", "pip", "--python", self.python]
        quiet = [] if sys.stdout.isatty() else ["--quiet"]
        command = pip + list(arguments) + quiet + ["--disable-pip-version-check", "--constraint", self.constraints]
        if subprocess.call(command, env=clean_environ(**variables)) != 0:
            if shutil.disk_usage(self.root).free < 200e6:
                raise SetupError("The disk of {} is full. Free some space and run this again.".format(self.root))
            raise SetupError("pip could not install {}; the reason stands above.".format(arguments[-1]))


class BlenderEnvironment(Environment):
    """The virtual environment with Blender as a module, apart because it wants an old numpy.

    Args:
        root: The checkout, which holds install/constraints-blender.txt.
    """

    def __init__(self, root):
        Environment.__init__(self, root)
        self.folder = os.path.join(root, ".venv-blender")
        self.stamp = os.path.join(self.folder, "fsgan_install.stamp")
        self.python = self.command("python")
        self.constraints = os.path.join(root, "install", "constraints-blender.txt")

    def prepare(self):
        """Install Blender, unless that has been done.

        Raises:
            SetupError: This Python is not Blender's, pip failed, or Blender does not start.
        """
        if sys.version_info[:2] != BLENDER_PYTHON:
            raise SetupError("it is made for Python {}.{}. Run this with that one.".format(*BLENDER_PYTHON))
        with open(self.constraints, "rb") as stream:
            wanted = hashlib.sha256(stream.read()).hexdigest()
        if os.path.exists(self.stamp):
            with open(self.stamp) as stream:
                if stream.read().strip() == wanted and self.python_runs():
                    return
        print("Setting up {} (once; 400 MB are fetched).".format(self.folder))
        sys.stdout.flush()
        try:
            self.make()
            self.pip("install", "bpy")
            if not self.python_runs():
                raise SetupError("it is installed and does not start; the reason stands above.")
            with open(self.stamp, "w") as stream:
                stream.write(wanted + "\n")
        except OSError as problem:
            raise SetupError("{}: {}. Check the disk and its permissions.".format(self.folder, problem.strerror))

    def python_runs(self):
        """Whether Blender starts. It can hang when it exits, so it leaves the short way."""
        command = [self.python, "-c", "import bpy, os; os._exit(0)"]
        try:
            return subprocess.call(command, cwd=self.folder, env=clean_environ(), stdout=subprocess.DEVNULL) == 0
        except OSError:
            return False


def run_tests(environment, options):
    """Run the linters and the tests, all of them, and give 1 if one failed."""
    python = environment.python
    checks = [
        ("ruff", [environment.command("ruff"), "check", "."]),
        ("mypy", [python, "-m", "mypy"]),
        ("import-linter", [environment.command("lint-imports")]),
        ("pytest", [python, "-m", "pytest", "-n", "auto", "--dist", "worksteal"] + options),
    ]
    variables = {"OMP_NUM_THREADS": "1", "PATH": os.path.dirname(python) + os.pathsep + os.environ.get("PATH", "")}
    failed = []
    for name, command in checks:
        print("== {}".format(name))
        sys.stdout.flush()
        if subprocess.call(command, cwd=environment.root, env=clean_environ(**variables)) != 0:
            failed.append(name)
    print("FAILED: {}".format(", ".join(failed)) if failed else "All checks passed.")
    return 1 if failed else 0


def hand_over(command):
    """Become `command` where the system can do that, so that signals reach it; else wait for it."""
    if os.name == "nt":
        return subprocess.call(command, env=clean_environ())
    sys.stdout.flush()
    os.execve(command[0], command, clean_environ())
    return 1


def wants_cuda():
    """Whether the CUDA build of torch is of use: there is an NVIDIA driver."""
    return shutil.which("nvidia-smi") is not None


def has_module(name):
    """Whether this Python can import `name`."""
    return subprocess.call([sys.executable, "-c", "import " + name], stderr=subprocess.DEVNULL) == 0


def clean_environ(**variables):
    """The environment variables without those by which a host application bends Python; `variables` added."""
    bent = ("PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "__PYVENV_LAUNCHER__")
    kept = {name: value for name, value in os.environ.items() if name not in bent}
    kept.update(variables)
    return kept


if __name__ == "__main__":
    sys.exit(main())
