"""Which passwords would soon be guessed: tables of weak and strong ones, and what the estimate promises."""

import json
import random
import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taocli.domain.errors import WeakPassword
from taocli.wallet.passwords import check_strength
from taocli.wallet.strength import guess_bits

CASES = json.loads((Path(__file__).parents[2] / "vectors" / "wallet.json").read_text())["cases"]
WEAK = [
    "123456",
    "password1!",
    "qwertyuiop",
    "aaaaaaaaaaaa",
    "Bittensor2026",
    "abcdefghij",
    "P@ssw0rd2024!",
    "P455w0rd123",
    "iloveyou123",
    "letmein12345",
    "1q2w3e4r5t",
    "qazwsxedc123",
    "Summer2024!",
    "January2025",
    "Football1!",
    "trustno1trustno1",
    "abcabcabcabc",
    "1111222233",
    "0123456789",
    "19901990",
    "01/02/1990",
    "31.12.1999!",
    "2001-09-11x",
    "0791234567",
    "strawberry",
    "mycoldkey123",
    "drowssap123",
    "Monkey123!",
    "thisismypassword",
    "13579246810",
    "zyxwvutsrq",
    "!QAZ2wsx3edc",
    "asdfghjkl;'",
    "ILoveYou2023",
    "correcthorsebatterystaple",
    "dragon-monkey-1",
    "elephants1",
    "Wallet-Password-1",
    "P@$$w0rd!!!",
    "qwerty123456",
    "passwordpassword",
    "Michael1985!",
    "ｐａｓｓｗｏｒｄ１２３",
    "библиотека1",
    "blockchain2025!",
    "satoshi-2009",
    "Liverpool2005",
    "chocolate99",
    "1qaz2wsx3edc",
    "12345qwert",
    "pässwörd123",
    "..........!",
    "abababababab",
    "xxxxxxxxxxxxY",
    "subtensor1!",
    "b1tt3ns0r1",
    "9876543210",
    "qwertzuiop1",
    "azertyuiop",
    "AAAAAAAAAAAA",
    "aaaaaaaaaaab",
    "Password123",
    "PASSWORD123",
    "pAsSwOrD123",
    "2468101214",
]
STRONG = [
    "correct horse battery 7",
    "tea4two&three",
    "mölk-und-brot-19",
    "tundra velvet cactus orbit",
    "tundravelvetcactusorbit",
    "x7Kq9mWz2LpT",
    "kxvqzjwpmtbh",
    "q9$Zt!m2#Lw",
    "über-straße-käse-42",
    "crème brûlée à volonté",
    "雨は静かに降っている夜",
    "V3ry-L0ng&Weird_Thing",
    "seven purple llamas hum at 4am",
]


@pytest.mark.parametrize("password", ["", *WEAK])
def test_what_would_soon_be_guessed_is_refused(password: str) -> None:
    with pytest.raises(WeakPassword) as caught:
        check_strength(password)
    error = caught.value
    assert "share one salt" in error.why
    assert "random words" in error.fix
    assert not password or password not in f"{error.what} {error.why} {error.fix}"


@pytest.mark.parametrize("password", STRONG)
def test_what_is_worth_something_is_accepted(password: str) -> None:
    check_strength(password)


def test_four_random_words_are_accepted_whichever_they_are() -> None:
    phrases = {case["inputs"].get("mnemonic", "") for case in CASES}
    words = " ".join(sorted(phrases)).split()
    assert len(words) > 150
    for start in range(len(words) - 3):
        check_strength(" ".join(words[start : start + 4]))


def test_twelve_random_characters_are_accepted() -> None:
    source = random.Random(7)
    alphabet = string.ascii_letters + string.digits + string.punctuation
    for _ in range(300):
        check_strength("".join(source.choices(alphabet, k=12)))


def test_the_names_of_the_wallet_are_known_to_a_guesser() -> None:
    password = "zorbmaxwyll-kxq7"
    check_strength(password)
    for names in (["zorbmaxwyll"], ["Zorb_Maxwyll", "default"], ["ZORB", "llywxam"]):
        with pytest.raises(WeakPassword):
            check_strength(password, names)


def test_a_longer_password_of_the_same_kind_is_not_weaker() -> None:
    bits = [guess_bits("x7Kq9mWz2LpT"[:length]) for length in range(13)]
    assert bits == sorted(bits)
    assert guess_bits("") == 0


def test_hints_for_the_guesser_cost_less_than_what_they_replace() -> None:
    assert guess_bits("dragon") < guess_bits("dragno")
    assert guess_bits("1987") < guess_bits("3187")
    assert guess_bits("kxqkxqkxq") < guess_bits("kxqvjzwbm")


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.text(max_size=200), st.lists(st.text(max_size=20), max_size=3))
def test_any_text_gets_an_estimate_and_names_only_lower_it(text: str, names: list[str]) -> None:
    plain = guess_bits(text)
    assert 0 <= guess_bits(text, names) <= plain < 128 * 9


@pytest.mark.parametrize(
    "text", ["a" * 1_000_000, "ab1" * 1000, "🔑" * 500], ids=["a", "ab1", "key"]
)
def test_a_very_long_password_is_judged_quickly(text: str) -> None:
    assert guess_bits(text) < 64
