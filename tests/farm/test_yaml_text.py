"""Text that a YAML reader takes for exactly the data that went in."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from fsgan_core.farm.yaml_text import yaml_text

# YAML cannot carry surrogates and control characters at all; templates hold paths and names, which have none.
TEXT = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Cn"), blacklist_characters="\ufeff\u2028\u2029\x85"))
DATA = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False, width=32) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(DATA)
def test_any_data_comes_back(data: object) -> None:
    assert yaml.safe_load(yaml_text(data)) == data


@pytest.mark.parametrize("text", ["", "no", "Yes", "1", "1.0", "- a", "a: b", "{{Param.X}}", "#x", "null", "~", "1e3",
                                  "a #b", "0o7", "1:30", "=", "<<", "é", "a\\b", '"q"'])  # fmt: skip
def test_text_stays_text(text: str) -> None:
    assert yaml.safe_load(yaml_text({"key": text})) == {"key": text}


def test_anything_else_is_refused() -> None:
    with pytest.raises(TypeError):
        yaml_text({"key": object()})
