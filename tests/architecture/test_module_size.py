"""Files and functions stay small enough to read: 400 lines a file, 60 lines and 7 arguments a function."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

FILE_LINES = 400
FUNCTION_LINES = 60
FUNCTION_ARGUMENTS = 7
PACKAGES = ("fsgan_core", "fsgan_nuke", "fsgan_resolve", "fsgan_blender", "fsgan_viewer", "install")
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "lib"}

EXCEPTIONS: dict[str, str] = {}
"""`path::function` (or `path`) to the reason why it may be larger."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules(repository: Path) -> list[Path]:
    found = [path for package in PACKAGES for path in (repository / package).rglob("*.py")]
    assert len(found) > 10, "the packages were not found"
    return found


def functions(tree: ast.AST) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def code_lines(function: Function) -> int:
    """Lines of a function without its docstring, which says what and not how."""
    first = function.body[0]
    has_docstring = ast.get_docstring(function, clean=False) is not None
    docstring_lines = (first.end_lineno or 0) - first.lineno + 1 if has_docstring else 0
    return (function.end_lineno or 0) - function.lineno + 1 - docstring_lines


def argument_count(function: Function) -> int:
    arguments = function.args
    names = [argument.arg for argument in arguments.posonlyargs + arguments.args + arguments.kwonlyargs]
    return len([name for name in names if name not in ("self", "cls")])


def is_command(function: Function) -> bool:
    """Whether typer makes one command-line option of each argument, so that their number is the artist's matter."""
    return any("typer." in ast.unparse(argument.annotation) for argument in function.args.args if argument.annotation)


def too_large(path: Path, name: str) -> list[str]:
    """What is wrong with one file, one line each."""
    text = path.read_text(encoding="utf-8")
    wrong = []
    lines = text.count("\n")
    if lines > FILE_LINES and name not in EXCEPTIONS:
        wrong.append(f"{name}: {lines} lines")
    for function in functions(ast.parse(text)):
        place = f"{name}::{function.name}"
        if place in EXCEPTIONS:
            continue
        if code_lines(function) > FUNCTION_LINES:
            wrong.append(f"{place}: {code_lines(function)} lines")
        if argument_count(function) > FUNCTION_ARGUMENTS and not is_command(function):
            wrong.append(f"{place}: {argument_count(function)} arguments")
    return wrong


def test_modules_and_functions_keep_their_size(repository: Path) -> None:
    wrong = [line for path in modules(repository) for line in too_large(path, path.relative_to(repository).as_posix())]
    assert not wrong, "\n".join(["too large; split by idea, or give the reason in EXCEPTIONS:", *wrong])


def test_every_exception_still_exists_and_has_a_reason(repository: Path) -> None:
    for place, reason in EXCEPTIONS.items():
        name, _, function = place.partition("::")
        text = (repository / name).read_text(encoding="utf-8")
        assert reason
        assert not function or function in [found.name for found in functions(ast.parse(text))], place


def test_no_module_is_named_for_nothing(repository: Path) -> None:
    wrong = [
        path
        for path in modules(repository)
        if FORBIDDEN_NAMES & set(path.relative_to(repository).with_suffix("").parts)
    ]
    assert not wrong


def test_every_module_says_where_it_sits(repository: Path) -> None:
    wrong = []
    for path in modules(repository):
        text = path.read_text(encoding="utf-8")
        if text.strip() and not ast.get_docstring(ast.parse(text)):
            wrong.append(path.relative_to(repository).as_posix())
    assert not wrong, f"without a module docstring: {wrong}"


def test_oversized_module_is_noticed(tmp_path: Path) -> None:
    long_function = "def f():\n" + "    x = 1\n" * 61
    many_arguments = "def g(self, a, b, c, d, e, f, *, g, h): ...\n"
    path = tmp_path / "big.py"
    path.write_text(long_function + many_arguments + "y = 2\n" * 400)
    assert too_large(path, "big.py") == ["big.py: 463 lines", "big.py::f: 62 lines", "big.py::g: 8 arguments"]
