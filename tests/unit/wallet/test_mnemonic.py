"""Recovery phrases: what is accepted, and errors that name the place and never the words."""

import bip39
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taocli.domain.errors import InvalidMnemonic, KeyDisagreement, TaoError, ValidationError
from taocli.wallet.mnemonic import (
    WORD_COUNTS,
    mini_secret,
    new_phrase,
    quiz_positions,
    tidy_phrase,
)

PHRASE = "tank lizard arch marble zone chef gasp liar guard inhale gym inch"
WORDS = PHRASE.split()


def with_words(**changes: str) -> str:
    """PHRASE with some words replaced: ``with_words(w3="arhc")``."""
    words = list(WORDS)
    for name, word in changes.items():
        words[int(name[1:]) - 1] = word
    return " ".join(words)


def refusal(phrase: str) -> InvalidMnemonic:
    with pytest.raises(InvalidMnemonic) as caught:
        mini_secret(phrase)
    return caught.value


@pytest.mark.parametrize("count", WORD_COUNTS)
def test_a_new_phrase_has_so_many_words_and_is_valid(count: int) -> None:
    phrase = new_phrase(count)
    assert len(phrase.split()) == count
    assert phrase == tidy_phrase(phrase)
    assert len(mini_secret(phrase)) == 32


def test_no_two_new_phrases_are_the_same() -> None:
    assert len({new_phrase() for _ in range(20)}) == 20


def test_a_new_phrase_that_does_not_hold_its_own_randomness_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import bip_utils

    class Planted:
        def __init__(self, language: object) -> None:
            pass

        def Encode(self, entropy: bytes) -> str:  # noqa: N802 - the library's name
            return PHRASE

    monkeypatch.setattr(bip_utils, "Bip39MnemonicEncoder", Planted)
    with pytest.raises(KeyDisagreement):
        new_phrase()


@pytest.mark.parametrize("count", [0, 11, 13, 25, -12])
def test_no_phrase_of_another_length_is_made(count: int) -> None:
    with pytest.raises(InvalidMnemonic):
        new_phrase(count)


@pytest.mark.parametrize(
    "typed",
    [
        PHRASE.upper(),
        PHRASE.title(),
        f"\n\t {PHRASE.replace(' ', '   ')} \r\n",
        PHRASE.replace(" ", "\u00a0"),
        PHRASE.replace(" ", "\u3000"),
    ],
)
def test_capitals_and_whitespace_do_not_change_the_key(typed: str) -> None:
    assert mini_secret(typed) == mini_secret(PHRASE)
    assert tidy_phrase(typed) == PHRASE


def test_a_password_makes_another_key() -> None:
    seeds = {mini_secret(PHRASE, password) for password in ("", "a", "A", "é", "e\u0301", " ")}
    assert len(seeds) == 6


def test_a_password_that_is_no_text_is_a_typed_error() -> None:
    with pytest.raises(ValidationError, match="password"):
        mini_secret(PHRASE, "\udcff")


@pytest.mark.parametrize("count", [0, 1, 11, 13, 16, 23, 25, 1000])
def test_a_wrong_number_of_words_is_said_with_the_number(count: int) -> None:
    error = refusal(" ".join((WORDS * 100)[:count]))
    assert f"not {count}" in error.what


def test_words_that_ran_together_are_pointed_at() -> None:
    error = refusal(PHRASE.replace("zone chef", "zonechef"))
    assert "not 11" in error.what
    assert "Word 5 is" in error.why


@pytest.mark.parametrize(
    ("place", "typed", "meant"),
    [(2, "lizrad", "lizard"), (12, "incg", "inch"), (1, "tnak", "tank"), (7, "gaspp", "gasp")],
)
def test_a_mistyped_word_is_named_by_its_place_with_near_words(
    place: int, typed: str, meant: str
) -> None:
    error = refusal(with_words(**{f"w{place}": typed}))
    assert error.what.startswith(f"Word {place} ")
    assert f"Word {place} may be " in error.why
    assert meant in error.why
    assert typed not in f"{error.what} {error.why} {error.fix}".split()


def test_a_shortened_word_is_recognised_by_its_first_letters() -> None:
    assert "marble" in refusal(with_words(w4="marb")).why


def test_several_wrong_words_are_all_named() -> None:
    error = refusal(with_words(w2="lizardo", w9="guuard", w10="qqqqqqqq"))
    assert error.what.startswith("Words 2, 9 and 10 ")
    assert "lizard" in error.why
    assert "Word 10 may be" not in error.why


def test_right_words_in_the_wrong_order_are_a_checksum_matter() -> None:
    for phrase in (" ".join(reversed(WORDS)), with_words(w1="zero")):
        error = refusal(phrase)
        assert "checksum" in error.what
        assert "order" in error.why


def test_no_error_shows_a_word_that_was_right() -> None:
    for phrase in (with_words(w2="lizrad"), PHRASE + " zoo", with_words(w1="zero")):
        error = refusal(phrase)
        shown = f"{error!r} {error.what} {error.why} {error.fix}".split()
        assert not {"marble", "chef", "gasp", "liar", "inhale", "gym"} & set(shown)


@pytest.mark.parametrize(
    "typed", ["\udcff " * 12, "x" * 100_000 + " a" * 11, "\0 " * 12, "0x" + "07" * 32, "é " * 12]
)
def test_hostile_text_is_a_typed_error(typed: str) -> None:
    assert refusal(typed).fix


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.text(max_size=60).map(lambda text: f"{PHRASE} {text}") | st.text(max_size=200))
def test_any_text_is_a_seed_or_a_typed_error(text: str) -> None:
    try:
        assert len(mini_secret(text)) == 32
    except TaoError as error:
        assert PHRASE not in f"{error.what}{error.why}{error.fix}"  # noqa: PT017 - either is right


def test_the_binding_is_asked_with_single_blanks(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    right = bip39.bip39_to_mini_secret
    monkeypatch.setattr(
        bip39, "bip39_to_mini_secret", lambda *given: asked.append(given) or right(*given)
    )
    mini_secret(PHRASE.upper().replace(" ", "\n"), "Pw")
    assert asked == [(PHRASE, "Pw")]


@pytest.mark.parametrize("count", [1, 3, 12])
def test_a_quiz_asks_for_different_words_in_order(count: int) -> None:
    for _ in range(50):
        places = quiz_positions(PHRASE, count)
        assert len(set(places)) == count
        assert list(places) == sorted(places)
        assert set(places) <= set(range(1, 13))


def test_a_quiz_can_ask_for_every_word_and_for_no_more() -> None:
    assert {place for _ in range(300) for place in quiz_positions(PHRASE)} == set(range(1, 13))
    assert quiz_positions(PHRASE, 99) == tuple(range(1, 13))
    assert quiz_positions("", 3) == ()
