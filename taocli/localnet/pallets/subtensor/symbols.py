"""The signs that subnets' tokens can have, and an owner's choice among them.

A new subnet gets the sign at its netuid's place in the table, or the first free one when another subnet
took it. Owners may pick any free sign of the table, and no other. The table is 439 single characters of 21
scripts in a fixed order, written here as spans of code points; place 0 is the root network's and cannot
be picked. Source: Subtensor spec 425, ``subnets/symbols.rs``.
"""

from taocli.localnet.frame.call import call
from taocli.localnet.frame.outcome import DispatchFailure, Origin
from taocli.localnet.frame.types import Bytes, u16
from taocli.localnet.pallets.subtensor.storage import SubtensorStorage

# Several scripts leave gaps and change order, as does the chain; a span is "first-last" or one code point.
_SPANS = (
    "3a4 3b1-3c1 3c3 74 3c5-3c9",  # Greek; the chain writes a Latin t for tau
    "5d0-5ea",  # Hebrew
    "627-628 62a-63a 641-648 64a 649",  # Arabic
    "16a0 16a2 16a6 16a8 16b1 16b3 42b 16c9 16d2",  # Runes, and one Cyrillic letter
    "1680-1685 169b",  # Ogham
    "10d0-10d5",  # Georgian
    "531-536 55e",  # Armenian
    "400-405 44a",  # Cyrillic
    "2c80-2c85",  # Coptic
    "11000-11003 11005",  # Brahmi
    "db1 db3-db7",  # Sinhala, the end
    "2c00-2c20",  # Glagolitic
    "e01-e23 e25 e27-e2e",  # Thai
    "3131 3134 3137 3139 3141 3142 3145 3147 3148 314a-314e 314f-3163",  # Hangul
    "12a0-12a7 12c8-12ce 12b0-12b6 1310-1312 1218 1314-1316",  # Ethiopic
    "905-90b 90f 910 913 914 915-928 92a-930 932 935-939",  # Devanagari
    "30a2 30a4 30a6 30a8 30aa 30ab 30ad 30af 30b1 30b3 30b5 30b7 30b9 30bb 30bd 30bf",  # Katakana
    "30c1 30c4 30c6 30c8 30ca-30cf 30d2 30d5 30d8 30db 30de-30e2 30e4 30e6 30e8-30ed 30ef 30f2 30f3",
    "2d30-2d53",  # Tifinagh
    "d85 d86 d89-d96 d9a-d9e da0-da4 da7 da5 da6 da9 da8 daa-db0",  # Sinhala, the beginning
)


def _expanded(span: str) -> list[bytes]:
    first, _, last = span.partition("-")
    return [chr(point).encode() for point in range(int(first, 16), int(last or first, 16) + 1)]


SYMBOLS = tuple(sign for script in _SPANS for span in script.split() for sign in _expanded(span))
"""Every sign by its place, as UTF-8."""

ROOT_SYMBOL = SYMBOLS[0]


class Symbols(SubtensorStorage):
    """``update_symbol``, and the sign of a new subnet."""

    name = "SubtensorModule"

    @call(112, netuid=u16, symbol=Bytes)
    def update_symbol(self, origin: Origin, netuid: int, symbol: bytes) -> None:
        """Choose a free sign, as the subnet's owner or root."""
        if not origin.is_root and origin.signed() != self.SubnetOwner[netuid]:
            raise DispatchFailure.bad_origin()
        self.ensure(self.NetworksAdded[netuid], "SubnetNotExists")
        self.ensure(symbol in SYMBOLS[1:], "SymbolDoesNotExist")
        self.ensure(symbol not in self._used(), "SymbolAlreadyInUse")
        self.TokenSymbol[netuid] = symbol
        self.deposit("SymbolUpdated", netuid, symbol)

    def next_symbol(self, netuid: int) -> bytes:
        """The sign for a new subnet; root's own once all others are taken."""
        used = self._used()
        wanted = SYMBOLS[netuid : netuid + 1]
        free = (sign for sign in (*wanted, *SYMBOLS[1:]) if sign not in used)
        return next(free, ROOT_SYMBOL)

    def _used(self) -> set[bytes]:
        return {sign for _, sign in self.TokenSymbol.items_under()}
