"""Recovery phrases: BIP-39 words, and the seed that Substrate makes of them.

Substrate does not use BIP-39's own seed: its mini-secret is the first half of PBKDF2 over the phrase's
*entropy*. Words are English and lower case; capitals and any whitespace are forgiven when typed, and
``tidy_phrase`` gives the one form that other tools accept, which is the form to store. An error names a
bad word by its place and suggests what it may have been; it never shows what was typed.
"""

import difflib
import hashlib
import re
import secrets
from functools import cache

from taocli.domain.errors import InvalidMnemonic, KeyDisagreement, ValidationError

WORD_COUNTS = (12, 15, 18, 21, 24)
_WORDS = re.compile(r"[^\W\d_]+")
_MOST_SUGGESTED_FOR = 3
_MOST_WORDS_LOOKED_AT = 48
_LONGEST_WORD_LOOKED_AT = 16  # the list's longest has 8 letters
_SUGGESTIONS = 3


def new_phrase(words: int = 12) -> str:
    """A fresh phrase of 12, 15, 18, 21 or 24 words from the system's randomness.

    The entropy is drawn here and not by a library, and a second library has to find it again in the
    words: so neither can slip in a phrase that somebody else knows.
    """
    if words not in WORD_COUNTS:
        raise _wrong_count(words)
    from bip_utils import Bip39Languages, Bip39MnemonicEncoder  # noqa: PLC0415 - 260 ms, for new keys

    entropy = secrets.token_bytes(words * 4 // 3)
    phrase = str(Bip39MnemonicEncoder(Bip39Languages.ENGLISH).Encode(entropy))
    if mini_secret(phrase) != hashlib.pbkdf2_hmac("sha512", entropy, b"mnemonic", 2048, 64)[:32]:
        raise KeyDisagreement(
            "The new recovery phrase was refused.",
            why="Two libraries do not agree on the randomness that its words stand for.",
            fix="Install taocli anew in an empty environment, from a source that you trust.",
        )
    return phrase


def tidy_phrase(phrase: str) -> str:
    """Lower case and single blanks: the form that every tool reads, and the one to store.

    Numbers, commas and the like between the words, as people note them, are left out.
    """
    return " ".join(_WORDS.findall(phrase.lower()))


def mini_secret(phrase: str, password: str = "") -> bytes:
    """The 32-byte seed of a phrase and a BIP-39 password; ``InvalidMnemonic`` says what is wrong."""
    words = tidy_phrase(phrase).split()
    if len(words) not in WORD_COUNTS:
        raise _wrong_count(len(words), _unknown(words))
    if any("\ud800" <= character <= "\udfff" for character in password):
        raise ValidationError(
            "The password of the phrase is not text.",
            why="It holds bytes that are not UTF-8.",
            fix="Type it again on a UTF-8 terminal.",
        )
    import bip39  # noqa: PLC0415 - only making and opening keys needs it

    try:
        return bytes(bip39.bip39_to_mini_secret(" ".join(words), password))
    except ValueError:
        raise _invalid(words) from None


def quiz_positions(phrase: str, count: int = 3) -> tuple[int, ...]:
    """Places of words to ask for, counted from 1, ascending: has the phrase really been written down?"""
    places = range(1, len(phrase.split()) + 1)
    return tuple(sorted(secrets.SystemRandom().sample(places, min(max(count, 0), len(places)))))


def _invalid(words: list[str]) -> InvalidMnemonic:
    unknown = _unknown(words)
    if not unknown:
        return InvalidMnemonic(
            "The recovery phrase does not pass its checksum.",
            why="Every word is in the list, so one was swapped for another or the order is wrong.",
            fix="Compare each word and the order with your backup.",
        )
    return InvalidMnemonic(
        f"{_named(unknown)} of the recovery phrase {_are(unknown)} not in the English list.",
        why=_suggestions(words, unknown) or "No word of the list is close to what was typed.",
        fix="Compare with your backup; the first four letters of a word decide it.",
    )


def _wrong_count(count: int, unknown: tuple[int, ...] = ()) -> InvalidMnemonic:
    return InvalidMnemonic(
        f"A recovery phrase has 12, 15, 18, 21 or 24 words, not {count}.",
        why=f"{_named(unknown)} {_are(unknown)} not in the English list either; two words may have "
        "run together."
        if unknown
        else "",
        fix="Check that no word is missing or doubled.",
    )


def _unknown(words: list[str]) -> tuple[int, ...]:
    """Places, from 1, of the words that are not in the list."""
    known = _english() if words and len(words) <= _MOST_WORDS_LOOKED_AT else ()
    return tuple(place for place, word in enumerate(words, 1) if known and word not in known)


def _suggestions(words: list[str], unknown: tuple[int, ...]) -> str:
    """Near words for a few places; for many they would spell the phrase out."""
    if len(unknown) > _MOST_SUGGESTED_FOR:
        return ""
    found = ((place, _near(words[place - 1])) for place in unknown)
    return " ".join(f"Word {place} may be {' or '.join(near)}." for place, near in found if near)


def _near(word: str) -> list[str]:
    if len(word) > _LONGEST_WORD_LOOKED_AT:
        return []
    short = [known for known in _english() if len(word) >= 4 and known.startswith(word[:4])]
    close = difflib.get_close_matches(word, _english(), 3 * _SUGGESTIONS, cutoff=0.7)
    # the start of a word is seldom mistyped
    close.sort(key=lambda known: -_same_start(word, known))
    return list(dict.fromkeys(short + close))[:_SUGGESTIONS]


def _same_start(one: str, other: str) -> int:
    pairs = zip(one, other, strict=False)
    return next((place for place, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _named(places: tuple[int, ...]) -> str:
    *most, last = map(str, places)
    return f"Words {', '.join(most)} and {last}" if most else f"Word {last}"


def _are(places: tuple[int, ...]) -> str:
    return "are" if len(places) > 1 else "is"


@cache
def _english() -> dict[str, None]:
    """The 2048 words, in order; loaded only to explain an error."""
    from bip_utils import Bip39Languages  # noqa: PLC0415 - 260 ms
    from bip_utils.bip.bip39.bip39_mnemonic_utils import (  # noqa: PLC0415 - as above
        Bip39WordsListGetter,
    )

    words = Bip39WordsListGetter.Instance().GetByLanguage(Bip39Languages.ENGLISH)
    return {str(words.GetWordAtIdx(index)): None for index in range(words.Length())}
