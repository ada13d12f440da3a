import pytest
from hypothesis import given
from hypothesis import strategies as st
from taocli.tui.chart import area, nice_top, thin_out

readings = st.lists(st.none() | st.floats(0, 1e12), max_size=300)


@pytest.mark.parametrize(
    ("highest", "top"), [(0, 1), (1, 1), (1.1, 2), (4.9, 5), (5.1, 10), (1000, 1000), (1001, 2000)]
)
def test_the_top_is_a_round_number(highest: float, top: float) -> None:
    assert nice_top([highest, None, 0.0]) == pytest.approx(top)


def test_baseline_is_zero_and_gaps_are_empty() -> None:
    lines = area([0.0, None, 3.0, 6.0], 4, 2, 6.0, braille=False)
    assert lines == ["   |", ". ||"]


def test_braille_holds_two_readings_a_cell() -> None:
    assert area([1.0, 4.0], 1, 1, 4.0, braille=True) == [
        chr(0x2800 + 0x40 + 0x80 + 0x20 + 0x10 + 0x08)
    ]


def test_thinning_is_aligned_to_the_newest() -> None:
    assert thin_out([1.0, 2.0, 4.0, None, None, 6.0, 8.0], 2) == (1.0, 3.0, None, 7.0)


@given(readings, st.integers(1, 60), st.integers(1, 12), st.booleans())
def test_a_chart_always_fills_its_box(
    values: list[float | None], width: int, height: int, braille: bool
) -> None:
    lines = area(values, width, height, nice_top(values), braille=braille)
    assert [len(line) for line in lines] == [width] * height
