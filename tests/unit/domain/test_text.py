import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taocli.domain.text import clean


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Apex", "Apex"),
        ("  two\n\tlines \r\n", "two lines"),
        ("\x1b[2Jgone", "[2Jgone"),
        ("a\u202eb\u2066c\u200bd", "abcd"),
        ("\x9b31m", "31m"),
        ("中文 τ α", "中文 τ α"),
        ("Z\u0300\u0301\u0302\u0303\u0304", "Z\u0300\u0301"),
        ("x" * 300, "x" * 19 + "…"),
        ("", ""),
    ],
)
def test_examples(text: str, expected: str) -> None:
    assert clean(text, 20) == expected


@given(st.text(max_size=2000), st.integers(1, 80))
def test_whatever_comes_one_short_printable_line_leaves(text: str, limit: int) -> None:
    line = clean(text, limit)
    assert len(line) <= limit
    assert all(
        unicodedata.category(character)[0] not in "CZ" or character == " " for character in line
    )
    assert clean(line, limit) == line
