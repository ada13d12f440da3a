import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taocli.feeds.backoff import Backoff
from taocli.feeds.rates import CounterRate


def test_two_readings_make_a_rate() -> None:
    rate = CounterRate()
    assert rate.per_second() is None
    rate.add(10.0, 100)
    assert rate.per_second() is None
    rate.add(12.0, 130)
    assert rate.per_second() == pytest.approx(15.0)


def test_only_the_window_counts() -> None:
    rate = CounterRate(window_s=5)
    rate.add(0.0, 0)
    for second in range(1, 20):
        rate.add(float(second), 1000 if second < 10 else 1000 + (second - 10) * 3)
    assert rate.per_second() == pytest.approx(3.0)


def test_a_restart_is_not_a_negative_rate() -> None:
    rate = CounterRate()
    rate.add(1.0, 500)
    rate.add(2.0, 600)
    rate.add(3.0, 5)
    assert rate.per_second() is None
    rate.add(4.0, 9)
    assert rate.per_second() == pytest.approx(4.0)


def test_a_report_seen_twice_changes_nothing() -> None:
    rate = CounterRate()
    for time, count in ((1.0, 0), (2.0, 8), (2.0, 8), (2.0, 8)):
        rate.add(time, count)
    assert rate.per_second() == pytest.approx(8.0)


@given(st.lists(st.tuples(st.floats(0, 1e9), st.integers(0, 2**63)), max_size=40))
def test_no_input_gives_a_negative_or_endless_rate(readings: list[tuple[float, int]]) -> None:
    rate = CounterRate()
    for time, count in readings:
        rate.add(time, count)
    value = rate.per_second()
    assert value is None or value >= 0


def test_backoff_grows_to_thirty_seconds_and_starts_again() -> None:
    backoff = Backoff(random.Random(1))
    delays = [backoff.next_s() for _ in range(12)]
    assert 0.375 <= delays[0] <= 0.5
    assert all(later > earlier * 1.4 for earlier, later in pairwise(delays[:7]))
    assert all(22.5 <= delay <= 30 for delay in delays[7:])
    backoff.reset()
    assert backoff.next_s() <= 0.5
