from hypothesis import given
from hypothesis import strategies as st

from taocli.feeds.samples import Cell, Freshness, Ring, Sample


def cell_of_age(age: float, interval: float = 2.0, error: str = "") -> Freshness:
    cell: Cell[int] = Cell(interval)
    cell.put(Sample(1, 100.0, 0.0, "test"))
    if error:
        cell.fail(error, None)
    return cell.freshness(100.0 + age)


def test_states_follow_age() -> None:
    assert Cell[int](2.0).freshness(0.0) is Freshness.NEVER
    assert cell_of_age(4.0) is Freshness.LIVE
    assert cell_of_age(4.1) is Freshness.STALE
    assert cell_of_age(20.0) is Freshness.STALE
    assert cell_of_age(20.1) is Freshness.DOWN


def test_a_rare_value_is_not_down_before_two_of_its_intervals() -> None:
    assert cell_of_age(170, interval=90) is Freshness.LIVE
    assert cell_of_age(181, interval=90) is Freshness.DOWN


def test_a_failure_makes_a_young_value_stale_and_keeps_it() -> None:
    assert cell_of_age(0.1, error="gone") is Freshness.STALE


def test_the_next_sample_ends_the_failure() -> None:
    cell: Cell[int] = Cell(1.0)
    cell.fail("no answer", retry_at=5.0)
    assert cell.freshness(0.0) is Freshness.NEVER
    cell.put(Sample(7, 1.0, 1.0, "test"))
    assert (cell.value, cell.error, cell.retry_at) == (7, "", None)


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.floats(0.1, 1e4))
def test_older_is_never_fresher(first: float, second: float, interval: float) -> None:
    order = [Freshness.LIVE, Freshness.STALE, Freshness.DOWN]
    young, old = sorted((first, second))
    assert order.index(cell_of_age(young, interval)) <= order.index(cell_of_age(old, interval))


def test_a_ring_drops_the_oldest() -> None:
    ring = Ring(2)
    for reading in (1.0, None, 3.0):
        ring.append(reading)
    assert ring.readings() == (None, 3.0)
