"""How many guesses a password would take, as bits: our own estimate, on the careful side.

A guesser does not try every string; he tries words, names, years, rows of the keyboard, sequences and what
was just typed once more, and only then single characters. So the password is cut into such pieces in the
cheapest way (dynamic programming over its characters), and each piece costs what a guesser pays for it.
Letters that follow each other as in English cost less than random ones, since whole dictionaries exist.
The numbers are rough; the tables of weak and strong passwords in the tests are what they are tuned to.
"""

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping

_CONSIDERED = 128  # characters; more cannot make a password weaker
_WORD_BITS = 8.5
_NAME_BITS = 4.0
_CHANGE_BITS = 1.0  # each for capitals, for symbols in place of letters, and for backwards
_YEAR_BITS = 6.0
_DATE_BITS = 15.0
_RUN_BITS = 5.0
_COPY_BITS = 3.0
_SHORTEST_PIECE = 3
_LETTER_BITS, _LIKELY_LETTER_BITS = 4.7, 3.0
_LONGEST_LIKELY_WORD, _LIKELY_SHARE, _LIKELY_WORD_BITS = 12, 0.8, 18.0
_ALPHABET_BITS, _IDEOGRAPH_BITS = 3.5, 7.0  # letters of other scripts
_DIGIT_BITS, _SYMBOL_BITS, _SEPARATOR_BITS = 3.3, 5.0, 2.0

_OWN_WORDS = "bittensor coldkey hotkey wallet subtensor finney taocli opentensor tao btc crypto"
_COMMON_WORDS = """
password passwort passwd pass word letmein welcome login admin administrator root master user guest test
secret private access changeme default hello iloveyou loveyou love you trustno1 whatever nothing something
dragon monkey shadow sunshine princess superman batman spiderman starwars pokemon naruto matrix hunter
ranger killer ninja samurai warrior wizard phoenix tiger lion eagle falcon wolf panther puppy kitty football
baseball basketball soccer hockey tennis cricket arsenal chelsea liverpool barcelona juventus michael jordan
jennifer jessica michelle ashley nicole amanda andrew anthony charlie daniel david george robert thomas
william joshua matthew christian patrick maggie buster ginger pepper cookie banana chocolate butterfly
flower angel heaven jesus christ devil satan baby girl mother father family sister brother friend forever
summer winter spring autumn january february march april june july august september october november december
monday tuesday wednesday thursday friday saturday sunday black white green purple silver golden diamond
computer internet google facebook twitter youtube amazon samsung android iphone windows linux ubuntu cisco
mercedes ferrari porsche corvette mustang harley yamaha honda toyota money dollar bitcoin ethereum binance
satoshi blockchain hodl moon lambo freedom america london paris berlin canada texas qwerty azerty asdf zxcv
abc the and this that is my your for with please thank thanks good best super cool
correcthorsebatterystaple
"""
_ROWS = """
qwertyuiop asdfghjkl zxcvbnm 1234567890 qwertzuiop yxcvbnm azertyuiop qsdfghjklm wxcvbn !@#$%^&*()
1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik qazwsxedcrfvtgbyhnujmik 1q2w3e4r5t6y7u8i9o0p q1w2e3r4t5y6u7i8o9p0
1a2b3c4d5e6f7g8h a1b2c3d4e5f6g7h8 147258369 159753 741852963 789456123
"""
_LIKELY_PAIRS = """
th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le ve co me de hi ri
ro ic ne ea ra ce li ch ll be ma si om ur ca el ta la ns di fo ho pe ec pr no ct us ac ot il tr ly nc et ut
ss so rs un lo wa ge ie wh ee wi em ad ol rt po we na ul ni ts mo ow pa im mi ai sh ir su id os iv ia am fi
ci vi pl ig tu ev ld ry mp fe bl ab gh ty op wo sa ay ex ke fr oo av ag if ap gr od bo sp rd do uc bu ei ov
by rm ep tt oc fa ef cu rn sc gi da yo cr cl du ga qu ue ff ba ey ls va um pp ua up lu go ht ru ug ds lt pi
rr eg au ck ew br bi pt ak pu
"""
_PAIRS = frozenset(_LIKELY_PAIRS.split())
_LEETS = tuple(str.maketrans("@4305$7+8!1", "aaeossttb" + letter * 2) for letter in "il")
_WORD = re.compile(r"[a-z]+")
_YEAR = re.compile(r"(19|20)\d\d")
_DATE = re.compile(
    r"(0?[1-9]|[12]\d|3[01])([./-]?)(0?[1-9]|1[0-2])\2(19|20)?\d\d"
    r"|(19|20)\d\d([./-]?)(0[1-9]|1[0-2])\6(0[1-9]|[12]\d|3[01])"
)


def guess_bits(password: str, names: Iterable[str] = ()) -> float:
    """The estimate: log2 of the guesses; ``names`` count as words that the guesser knows already."""
    text = password[:_CONSIDERED]
    plain = "".join(_folded(character) for character in text)
    pieces: list[list[tuple[int, float]]] = [
        [(start + 1, _single(text, plain, start))] for start in range(len(text))
    ]
    for start, end, bits in _patterns(text, plain, _vocabulary(names)):
        pieces[start].append((end, bits + _capitals(text[start:end])))
    best = [0.0] + [math.inf] * len(text)
    for start, ways in enumerate(pieces):
        for end, bits in ways:
            best[end] = min(best[end], best[start] + bits)
    return best[-1]


def _patterns(
    text: str, plain: str, words: Mapping[str, float]
) -> Iterator[tuple[int, int, float]]:
    """Every piece as ``(start, end, bits)``."""
    yield from _known_words(plain, words)
    yield from _likely_words(text, plain)
    for start in range(len(plain) - _SHORTEST_PIECE + 1):
        for length, bits in (
            (_row_length(plain, start), _RUN_BITS),
            (_sequence_length(plain, start), _RUN_BITS),
            (_copy_length(plain, start), _COPY_BITS),
        ):
            if length >= _SHORTEST_PIECE:
                yield start, start + length, bits + math.log2(length)
        for expression, bits in ((_YEAR, _YEAR_BITS), (_DATE, _DATE_BITS)):
            match = expression.match(plain, start)
            if match is not None:
                yield start, match.end(), bits


def _known_words(plain: str, words: Mapping[str, float]) -> Iterator[tuple[int, int, float]]:
    longest = max(map(len, words))
    for reading in (plain, *(plain.translate(leet) for leet in _LEETS)):
        for start in range(len(plain)):
            for end in range(start + 2, min(start + longest, len(plain)) + 1):
                bits = words.get(reading[start:end])
                if bits is not None:
                    disguised = reading[start:end] != plain[start:end]
                    yield start, end, bits + (_CHANGE_BITS if disguised else 0)


def _likely_words(text: str, plain: str) -> Iterator[tuple[int, int, float]]:
    """Runs of letters that look like one word of a large dictionary."""
    for match in _WORD.finditer(plain):
        word = match.group()
        likely = sum(word[i : i + 2] in _PAIRS for i in range(len(word) - 1))
        if (
            len(word) <= _LONGEST_LIKELY_WORD
            and likely >= _LIKELY_SHARE * (len(word) - 1)
            and _capitals(text[match.start() : match.end()]) <= _CHANGE_BITS
        ):
            yield match.start(), match.end(), _LIKELY_WORD_BITS


def _vocabulary(names: Iterable[str]) -> dict[str, float]:
    words = dict.fromkeys(_COMMON_WORDS.split(), _WORD_BITS)
    known = [*_OWN_WORDS.split(), *("".join(map(_folded, name)) for name in names)]
    parts = [part for name in known for part in (name, *re.split(r"[\W_]+", name))]
    words |= dict.fromkeys((part for part in parts if len(part) > 1), _NAME_BITS)
    backwards = {word[::-1]: bits + _CHANGE_BITS for word, bits in words.items()}
    return backwards | words


def _row_length(plain: str, start: int) -> int:
    """How far the text from here follows a row or a zigzag of the keyboard, either way."""
    length = _SHORTEST_PIECE
    ways = [way for row in _ROWS.split() for way in (row, row[::-1])]
    while start + length <= len(plain) and any(
        plain[start : start + length] in way for way in ways
    ):
        length += 1
    return length - 1


def _sequence_length(plain: str, start: int) -> int:
    """How far letters or digits go up or down in steps of one or two."""
    step = ord(plain[start + 1]) - ord(plain[start])
    end = start + 1
    if abs(step) not in {1, 2} or not plain[start].isalnum():
        return 1
    while end < len(plain) and ord(plain[end]) - ord(plain[end - 1]) == step:
        end += 1
    return end - start


def _copy_length(plain: str, start: int) -> int:
    """How long the longest repetition of something before this place is; it may overlap itself."""
    longest = 0
    for source in range(start):
        length = 0
        while start + length < len(plain) and plain[source + length] == plain[start + length]:
            length += 1
        longest = max(longest, length)
    return longest


def _single(text: str, plain: str, place: int) -> float:
    """The cost of one character that belongs to no pattern."""
    letter = plain[place]
    if letter.isdigit():
        return _DIGIT_BITS
    if not letter.isalpha():
        last = place == len(plain) - 1
        return _SEPARATOR_BITS if letter in " -_.," or (last and letter in "!?") else _SYMBOL_BITS
    if not letter.isascii():
        ideograph = unicodedata.category(letter) == "Lo"
        return _IDEOGRAPH_BITS if ideograph else _ALPHABET_BITS
    likely = plain[max(place - 1, 0) : place + 1] in _PAIRS
    changed = text[place].isupper() + (not text[place].isascii())
    return (_LIKELY_LETTER_BITS if likely else _LETTER_BITS) + changed * _CHANGE_BITS


def _capitals(piece: str) -> float:
    """Capitals at the front or everywhere are tried first; scattered ones cost a little more."""
    count = sum(character.isupper() for character in piece)
    if not count:
        return 0
    usual = piece[0].isupper() and count in {1, len(piece)}
    return _CHANGE_BITS if usual else min(count, len(piece) - count, 3) + _CHANGE_BITS


def _folded(character: str) -> str:
    """One small letter without its accent; other characters as they are."""
    return unicodedata.normalize("NFKD", character)[0].lower()[0]
