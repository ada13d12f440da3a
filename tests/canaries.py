"""Marked secrets, and a search that finds them however they are written down.

A canary is a secret that exists for these tests alone. If a trace of it turns up where it should not be,
something let it out: the password as it is, escaped or in base64; a key as bytes, digits or a list of
numbers; any four words of a phrase in their order, whatever stands between them. A leak need not be whole:
each form is cut into pieces, and a piece is enough.

The texts hold runs of letters and digits that no quoting changes, so that one search covers JSON, URLs,
shells and ``repr`` alike. The words of the phrases stand in no message of the program.
"""

import base64
import contextlib
import functools
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from bip_utils import Bip39Languages, Bip39MnemonicDecoder, Bip39SeedGenerator

from taocli.domain.errors import InvalidMnemonic
from taocli.wallet.keyfile import Secret
from taocli.wallet.keypair import ED25519, SR25519, Keypair
from taocli.wallet.mnemonic import mini_secret

_PIECE = 8
"""Bytes of a secret that count as a leak; a piece of text is as long."""
_WORDS = 4
_RARE_GAP, _ANY_GAP = rb".{0,60}?", rb"[^a-z]{0,30}"


class Kind(Enum):
    """Passwords belong nowhere; keys belong into the files that are made to hold them."""

    PASSWORD = "password"
    KEY = "key"


@dataclass(frozen=True, slots=True)
class Canary:
    """A marked secret: a text with marks in it, a phrase, raw keys, or several of them."""

    name: str
    kind: Kind
    text: str = ""
    phrase: str = ""
    raw: tuple[bytes, ...] = ()
    gap: bytes = _RARE_GAP

    def seen_in(self, content: bytes) -> str | None:
        """The form in which a piece of the secret stands in ``content``, or None."""
        lowered = content.lower()
        needles, words = _forms(self)
        found = next((form for needle, form in needles.items() if needle in lowered), None)
        if found is None and words is not None and words.search(lowered):
            return f"{_WORDS} words"
        return found

    @property
    def secret(self) -> Secret:
        """The sr25519 key of the phrase."""
        return self.as_key(SR25519)

    def as_key(self, crypto_type: int) -> Secret:
        """The key of the phrase."""
        seed = mini_secret(self.phrase)
        return Secret(Keypair.from_seed(seed, crypto_type), seed, self.phrase)


@functools.cache
def _forms(canary: Canary) -> tuple[dict[bytes, str], "re.Pattern[bytes] | None"]:
    """Lower-case needles with what they are called, and a pattern for words in order."""
    found: dict[bytes, str] = {}
    for mark in re.findall(rf"[A-Za-z0-9]{{{_PIECE},}}", canary.text):
        found |= {needle: form for form, needle in _text_forms(mark)}
    if canary.text:
        found |= {needle: form for form, needle in _byte_forms(canary.text.encode())}
    for raw in canary.raw:
        found |= {needle: form for form, needle in _byte_forms(raw)}
    return {needle.lower(): form for needle, form in found.items()}, _in_order(canary)


def _text_forms(mark: str) -> Iterator[tuple[str, bytes]]:
    yield "text", mark.encode()
    yield "text backwards", mark[::-1].encode()
    yield "UTF-16", mark.encode("utf-16-le")
    yield "UTF-32", mark.encode("utf-32-le")


def _byte_forms(raw: bytes) -> Iterator[tuple[str, bytes]]:
    for piece in _pieces(raw, _PIECE):
        yield "bytes", piece
        yield "hexadecimal", piece.hex().encode()
        yield "repr of bytes", repr(piece)[2:-1].encode()
        for comma in (",", ", "):
            yield "numbers", comma.join(map(str, piece)).encode()
    for offset in range(3):  # what stands in front decides how it is cut into groups of three
        text = base64.b64encode(raw[offset : offset + (len(raw) - offset) // 3 * 3])
        for piece in _pieces(text, 12):
            yield "base64", piece
            yield "base64 for URLs", piece.translate(bytes.maketrans(b"+/", b"-_"))
    for order in ("big", "little"):
        yield "one number", str(int.from_bytes(raw, order)).encode()


def _pieces(whole: bytes, size: int) -> Iterator[bytes]:
    """Whole pieces only: any run of twice the size holds at least one of them."""
    for start in range(0, len(whole) - size + 1, size):
        yield whole[start : start + size]


def _in_order(canary: Canary) -> "re.Pattern[bytes] | None":
    """Any four words of the phrase after one another; the first four letters decide a word."""
    words = [
        re.escape(word[:4].lower().encode()) + rb"[a-z]{0,4}" for word in canary.phrase.split()
    ]
    runs = [canary.gap.join(words[at : at + _WORDS]) for at in range(len(words) - _WORDS + 1)]
    return re.compile(rb"|".join(runs), re.DOTALL) if runs else None


def password(name: str, text: str, *keys: str) -> Canary:
    """A password, and the keys that are known to be derived from it."""
    return Canary(name, Kind.PASSWORD, text, raw=tuple(map(bytes.fromhex, keys)))


def phrase(name: str, words: str, *, gap: bytes = _RARE_GAP) -> Canary:
    """A phrase, and everything that can be spent with: entropy, seeds, and both kinds of keys."""
    import sr25519

    seed = mini_secret(words)
    private = Keypair.from_seed(seed).private_key
    raw = (
        bytes(Bip39MnemonicDecoder(Bip39Languages.ENGLISH).Decode(words)),
        seed,
        private,
        bytes(sr25519.convert_secret_key_to_ed25519(private)),
        Bip39SeedGenerator(words, Bip39Languages.ENGLISH).Generate(),
    )
    return Canary(name, Kind.KEY, phrase=words, raw=raw, gap=gap)


def key(name: str, *raw: bytes) -> Canary:
    """A seed or a private key without a phrase."""
    seeds = [one for one in raw if len(one) == 32]
    made = [Keypair.from_seed(seed).private_key for seed in seeds]
    return Canary(name, Kind.KEY, raw=(*raw, *made))


def keys_in(content: bytes, name: str) -> Canary | None:
    """The secrets in a plain keyfile, as a canary; None for anything else.

    Their words are chance, so only what cannot be prose counts between them.
    """
    try:
        fields = json.loads(content)
    except ValueError:
        return None
    if not isinstance(fields, dict):
        return None
    raw = [
        bytes.fromhex(fields[field].removeprefix("0x"))
        for field in ("privateKey", "secretSeed")
        if isinstance(fields.get(field), str)
    ]
    words = fields.get("secretPhrase")
    if isinstance(words, str):
        return phrase(name, words, gap=_ANY_GAP)
    return Canary(name, Kind.KEY, raw=tuple(raw)) if raw else None


def phrases_in(text: str, name: str) -> list[Canary]:
    """The phrases that a person is shown: their words in a row, or each behind its number."""
    found = re.findall(r"(?:^|[\s\"])((?:[a-z]{3,8} ){11}[a-z]{3,8})(?=[\s\"]|$)", text)
    words: list[str] = []
    for number, word in re.findall(r"\b(\d{1,2}) ([a-z]{3,8})\b", text):
        words = [*words, word] if int(number) == len(words) + 1 else [word]
        found += [" ".join(words)] if len(words) == 12 else []
    canaries = []
    for words_in_a_row in found:
        with contextlib.suppress(InvalidMnemonic):  # twelve words that are no phrase
            canaries.append(phrase(name, words_in_a_row, gap=_ANY_GAP))
    return canaries


def leaks(content: bytes, canaries: Iterable[Canary]) -> list[tuple[Canary, str]]:
    """Which of the canaries left a trace in ``content``, and in what form."""
    return [(canary, form) for canary in canaries if (form := canary.seen_in(content)) is not None]


PASSWORD = password(
    "the password",
    'M\u00fc\u00dfig"7 VXjB17dw oxpzVgqk',
    "8ba0ae0f06906a44b07bece36e06775e09f254d620d6eacbb55c18c781f804c5",
)
NEW_PASSWORD = password(
    "the new password",
    "rB7l4MZE\\n\u00f8 XRRQfCwh",
    "5e7761c03967a81e7d39b046d7d28e7df6ab135c39243af96ba516d58c400b4d",
)
"""The key behind each is what Argon2 makes of it; scenarios that open a file with it prove that."""
WRONG_PASSWORD = password("the wrong password", "HN9aaYxp'\u20ac abhxhqGz")
WEAK_PASSWORD = password("the weak password", "zyxwv987")
PASSPHRASE = password("the passphrase", "eQszuEto%\u00e5 9InqAc5J&fi81ScFe")
KEYSTORE_PASSWORD = password("the keystore's password", "RIo7mkAJ\u00f1 2hkK1EpW")
URI_PASSWORD = password("the password in the URI", "2pzepJf2KYVHe6Oq")

COLD = phrase(
    "the coldkey", "decrease service cigar west film tone debate unhappy skull evidence guitar mask"
)
HOT = phrase(
    "the hotkey", "ridge trophy snake aware gaze pull trade luggage cement voice acquire suggest"
)
LOCKED = phrase(
    "the encrypted hotkey",
    "lucky throw student lady firm toast fence tube razor ribbon blind exercise",
)
LETTERS = phrase(
    "the ed25519 coldkey",
    "ordinary climb runway average bike exile early vacant couple insect cover collect",
)
NACL = phrase(
    "the coldkey under $NACL",
    "brown gadget anxiety street bread admit seek veteran push unaware visit valve",
)
GIVEN = phrase(
    "the given phrase", "essay bring boost fringe useful ocean angle jelly galaxy silly deer lava"
)
LONG = phrase(
    "the long phrase",
    "theory chapter scissors sick slender nice cherry chef dream scout bitter mixture "
    "reflect ship remind embody illness praise figure grape youth squirrel foot pear",
)
DAMAGED = phrase(
    "the key in a damaged file",
    "drip unable rally crime mammal office slush jewel hedgehog collect tiny shoe",
)
SEED = key("the given seed", bytes.fromhex("3bd5a1f0c2947e68" * 2 + "91c7e35d0af6428b" * 2))
EVM = key("the EVM key", bytes.fromhex("6ea07cf21b8d3459" + "c04be8937fa2156d" * 3))
CANARIES = (
    PASSWORD, NEW_PASSWORD, WRONG_PASSWORD, WEAK_PASSWORD, PASSPHRASE, KEYSTORE_PASSWORD, URI_PASSWORD,
    COLD, HOT, LOCKED, LETTERS, NACL, GIVEN, LONG, DAMAGED, SEED, EVM,
)  # fmt: skip
ED25519_LETTERS = LETTERS.as_key(ED25519)
