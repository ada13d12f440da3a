"""How long a key may be held, and what it may be called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taocli.agent.client import parse_lifetime
from taocli.agent.held import as_label, check_lifetime, is_label
from taocli.domain.errors import ValidationError


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("10m", 600),
        ("90s", 90),
        ("1h", 3600),
        ("24h", 86_400),
        ("45", 45),
        ("1", 1),
        (" 5M ", 300),
        ("0010s", 10),
        ("86400", 86_400),
        ("1440m", 86_400),
    ],
)
def test_a_length_of_time_is_read(text: str, seconds: int) -> None:
    assert parse_lifetime(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "m", "s10", "1.5h", "-1", "+5m", "1d", "1hm", "10 m", "1h30m", "1e3", "ten"),
        *("٣m", "²", "0", "0s", "25h", "1441m", "86401", "9" * 5000, "9" * 5000 + "h", "1\0"),
    ],
)
def test_what_is_no_length_of_time_or_out_of_bounds_is_refused(text: str) -> None:
    with pytest.raises(ValidationError) as caught:
        parse_lifetime(text)
    assert caught.value.fix
    assert len(caught.value.what) < 120


@given(st.text())
def test_any_text_is_a_lifetime_in_bounds_or_a_refusal(text: str) -> None:
    try:
        seconds = parse_lifetime(text)
    except ValidationError:
        return
    assert 1 <= seconds <= 86_400


@given(st.integers(1, 86_400))
def test_plain_seconds_are_themselves(seconds: int) -> None:
    assert parse_lifetime(str(seconds)) == parse_lifetime(f"{seconds}s") == seconds
    assert check_lifetime(seconds) == seconds


@given(st.text())
def test_every_name_has_a_label_and_a_label_is_its_own(text: str) -> None:
    label = as_label(text)
    assert is_label(label)
    assert as_label(label) == label
