"""Scores and questions: right before fast, and nothing for nonsense."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from taocli.domain.address import Address
from taocli.validator.questions import Question, QuestionSource
from taocli.validator.scoring import Scorebook

A, B, C = (Address(bytes([letter]) * 32) for letter in b"abc")


def _book(*miners):
    book = Scorebook()
    for hotkey, answers in miners:
        for right, seconds in answers:
            book.record(hotkey, right=right, seconds=seconds)
    return book


def test_right_beats_wrong_however_fast():
    book = _book((A, [(True, 5.0)] * 8), (B, [(False, 0.001)] * 8))
    assert book.weights({A: 1, B: 2}) == {1: 1}


def test_among_equals_the_faster_gets_a_little_more():
    weights = _book((A, [(True, 0.1)] * 8), (B, [(True, 4.0)] * 8)).weights({A: 1, B: 2})
    assert weights[2] < weights[1] < weights[2] * Fraction(12, 10)


def test_one_mistake_costs_less_than_many():
    weights = _book(
        (A, [(True, 1.0)] * 8), (B, [(True, 1.0)] * 7 + [(False, 1.0)]), (C, [(True, 1.0)] + [(False, 1.0)] * 7)
    ).weights({A: 1, B: 2, C: 3})  # fmt: skip
    assert weights[1] > weights[2] > weights.get(3, 0)


def test_only_those_who_were_asked_and_are_still_there():
    book = _book((A, [(True, 1.0)]), (B, [(True, 1.0)]))
    assert set(book.weights({A: 4, C: 5})) == {4}
    assert book.weights({}) == {}
    assert Scorebook().weights({A: 1}) == {}


@given(
    st.lists(st.tuples(st.sampled_from([A, B, C]), st.booleans(), st.floats(0, 100)), max_size=60)
)
def test_shares_are_positive_and_add_up_to_one(answers):
    book = Scorebook()
    for hotkey, right, seconds in answers:
        book.record(hotkey, right=right, seconds=seconds)
    weights = book.weights({A: 1, B: 2, C: 3})
    assert all(share > 0 for share in weights.values())
    assert sum(weights.values()) == (1 if weights else 0)


def test_questions_repeat_with_their_seed_and_know_their_answer():
    first, again = QuestionSource(7).draw(50), QuestionSource(7).draw(50)
    assert first == again
    assert first != QuestionSource(8).draw(50)
    assert all(question.is_right(f" {question.answer}.") for question in first)


def test_an_answer_is_the_number_and_nothing_else():
    question = Question("What is 2+3?", 5)
    assert question.is_right("5")
    for wrong in ("", "6", "5 or 6", "the answer is 5", "55", "-5", "5" * 5000):
        assert not question.is_right(wrong)
