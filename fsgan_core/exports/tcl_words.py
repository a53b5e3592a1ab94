"""Tcl as far as a .nk file uses it: a script into commands, a list into elements. Nothing is substituted or run."""

from __future__ import annotations

from fsgan_core.errors import JobError

_SPACE = " \t\r\v\f"
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


def split_script(text: str) -> list[list[str]]:
    """The commands of a script, each as its words; comments are left out.

    Raises:
        JobError: A brace or a quote is never closed.
    """
    commands: list[list[str]] = []
    words: list[str] = []
    position, end = 0, len(text)
    while position < end:
        sign = text[position]
        if sign in _SPACE or text.startswith("\\\n", position):
            position += 1 if sign in _SPACE else 2
        elif sign in "\n;":
            if words:
                commands.append(words)
            words = []
            position += 1
        elif sign == "#" and not words:
            newline = text.find("\n", position)
            position = end if newline < 0 else newline
        else:
            word, position = _word(text, position, _SPACE + "\n;")
            words.append(word)
    return [*commands, words] if words else commands


def split_list(text: str) -> list[str]:
    """The elements of a list.

    Raises:
        JobError: A brace or a quote is never closed.
    """
    elements: list[str] = []
    position, end = 0, len(text)
    while position < end:
        if text[position] in _SPACE + "\n":
            position += 1
        else:
            element, position = _word(text, position, _SPACE + "\n")
            elements.append(element)
    return elements


def _word(text: str, start: int, ends: str) -> tuple[str, int]:
    """The word at `start` without its braces or quotes, and the position after it."""
    if text[start] == "{":
        return _braced(text, start)
    is_quoted = text[start] == '"'
    position = start + 1 if is_quoted else start
    letters: list[str] = []
    depth = 0
    while position < len(text):
        sign = text[position]
        if sign == "\\" and position + 1 < len(text):
            letter = text[position + 1]
            letters.append(_ESCAPES.get(letter, " " if letter == "\n" else letter))
            position += 2
            continue
        if is_quoted and sign == '"':
            return "".join(letters), position + 1
        # A command in brackets, such as [stack 0], holds spaces and is one word.
        depth += {"[": 1, "]": -1}.get(sign, 0) if not is_quoted else 0
        if not is_quoted and sign in ends and depth <= 0:
            break
        letters.append(sign)
        position += 1
    if is_quoted:
        raise _never_closed('"', text, start)
    return "".join(letters), position


def _braced(text: str, start: int) -> tuple[str, int]:
    """The text between a brace and the one that closes it, as it stands."""
    depth, position = 0, start
    while position < len(text):
        sign = text[position]
        if sign == "\\":
            position += 2
            continue
        depth += {"{": 1, "}": -1}.get(sign, 0)
        position += 1
        if depth == 0:
            return text[start + 1 : position - 1], position
    raise _never_closed("{", text, start)


def _never_closed(sign: str, text: str, start: int) -> JobError:
    line = text.count("\n", 0, start) + 1
    return JobError(f"the {sign} of line {line} is never closed. Copy the whole node.")
