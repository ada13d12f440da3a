"""Recovery phrases: BIP-39 words, and the seed that Substrate makes of them.

Substrate does not use BIP-39's own seed: its mini-secret is the first half of PBKDF2 over the phrase's
*entropy*. Words are English; any whitespace between them will do.
"""

from taocli.domain.errors import InvalidMnemonic

WORD_COUNTS = (12, 15, 18, 21, 24)


def new_phrase(words: int = 12) -> str:
    """A fresh phrase from the system's randomness."""
    if words not in WORD_COUNTS:
        raise _wrong_count(words)
    import bip39  # noqa: PLC0415 - only making keys needs it

    return str(bip39.bip39_generate(words, None))


def mini_secret(phrase: str, password: str = "") -> bytes:
    """The 32-byte seed of a phrase; ``InvalidMnemonic`` names what is wrong with it."""
    words = phrase.split()
    if len(words) not in WORD_COUNTS:
        raise _wrong_count(len(words))
    import bip39  # noqa: PLC0415

    try:
        return bytes(bip39.bip39_to_mini_secret(" ".join(words), password))
    except ValueError:
        raise InvalidMnemonic(
            "The recovery phrase is not valid.",
            why="A word is not in the English list, or the words are in the wrong order.",
            fix="Compare each word with your backup; all are lower case.",
        ) from None


def _wrong_count(count: int) -> InvalidMnemonic:
    return InvalidMnemonic(
        f"A recovery phrase has 12, 15, 18, 21 or 24 words, not {count}.",
        fix="Check that no word is missing or doubled.",
    )
