"""Our reading of Tcl is that of Tcl."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fsgan_core.errors import JobError
from fsgan_core.exports.tcl_words import split_list, split_script


@settings(deadline=None, max_examples=150)
@given(st.text(st.sampled_from('ab1 \n\t{}"\\;.-'), max_size=24))
def test_any_list_is_split_as_tcl_does_it(real_tcl: Any, text: str) -> None:
    """Where Tcl refuses a list we may be more patient, and we may be stricter, but never read something else."""
    try:
        expected = real_tcl.read_words(text)
    except real_tcl.TclProblemError:
        return
    try:
        found = split_list(text)
    except JobError:
        return
    if "\\" not in text and '"' not in text:
        assert found == expected


@pytest.mark.parametrize(
    "text",
    [
        'a {b c} "d e" {}', "{a {b \\} c}} d", 'x "a\\"b" y', "curve x1001 900.5 s-0.3 L 4", "\u00e4 {\u5713 b}",
        "a\\ b c",
    ],  # fmt: skip
)
def test_lists_of_nuke_are_split_as_tcl_does_it(real_tcl: Any, text: str) -> None:
    assert split_list(text) == real_tcl.read_words(text)


def test_script_is_split_into_commands() -> None:
    text = '# a {comment\nset cut [stack 0]\nversion 16.0 v1;push $cut\nDot {\n name "a b"\n {x} {\n}\n}\n'
    assert split_script(text) == [
        ["set", "cut", "[stack 0]"],
        ["version", "16.0", "v1"],
        ["push", "$cut"],
        ["Dot", '\n name "a b"\n {x} {\n}\n'],
    ]


@pytest.mark.parametrize(("text", "words"), [("a\nb {c\n", "the { of line 2"), ('a "b', 'the " of line 1')])
def test_what_is_never_closed_is_refused(text: str, words: str) -> None:
    with pytest.raises(JobError, match=words):
        split_script(text)
