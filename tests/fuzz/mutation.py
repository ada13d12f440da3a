"""Changing an input at random, from one ``random.Random``: by its structure where it has one, else by its bytes.

JSON is changed as a tree (fields swapped, retyped, renamed, doubled, nested) and hexadecimal and base64 inside of text are
decoded, changed and encoded again, layer by layer, so that a change lands in the salt or the cost of
a box and not only in its spelling.
"""

import base64
import json
import random
import re
from typing import Any, TypeVar

_NUMBERS = (
    0, 1, -1, 2, 3, 7, 8, 9, 16, 32, 42, 64, 255, 256, 65535, 1 << 18, (1 << 18) + 1, 1 << 19, 1 << 21,
    1 << 30, (1 << 31) - 1, 1 << 31, (1 << 32) - 1, 1 << 62, 1 << 63, 1 << 64, -(1 << 63), 10**30, 10**400,
)  # fmt: skip
_TEXTS = (
    "", " ", "0", "1", "3", "0x", "0x00", "-1", "1e9", "null", "\0", "\u202e", "\ud800", "\u00e9", "e\u0301",
    "\U0001f600", "\ufeff", "\x1b[2J", "a\nb", "٣", "ß", "İ", "none", "scrypt", "pbkdf2", "pkcs8", "xsalsa20-poly1305",
    "sr25519", "ed25519", "ecdsa", "batch-pkcs8", "hmac-sha256", "aes-128-ctr", "aes-256-gcm",
    "0x" + "00" * 32, "ff" * 32, "0x" + "00" * 64, "5" * 48, "A" * 300, "//", "///", "0b1", "1_000", "+1", "NaN",
)  # fmt: skip
_NAMES = (
    "accountId", "publicKey", "privateKey", "ss58Address", " ss58Address", "secretSeed", "secretPhrase",
    "cryptoType", "accountType", "encoded", "encoding", "address", "meta", "version", "type", "content",
    "crypto", "kdf", "kdfparams", "n", "r", "p", "c", "prf", "dklen", "salt", "mac", "iv", "ciphertext",
    "addresses", "note", "v", "is", "label", "message", "keys", "which", "reason", "lifetime_s", "pid",
)  # fmt: skip
_HEX = re.compile(r"(0[xX])?((?:[0-9a-fA-F]{2})+)")
_CHUNKS = (
    b"\0", b"\xff", b"\n", b"\r\n", b" ", b"/", b"//", b"///", b"{", b"}", b"[", b"]", b'"', b"\\u0000", b":", b",",
    b"0x", b"=", b"-", b"+", b"$NACL", b"$ANSIBLE_VAULT;1.1;AES256\n", b"gAAAAA", b"\xef\xbb\xbf", b"\xed\xa0\x80",
    b"\xff\xfe", b"\x80\0\0\0", b"\xff\xff\xff\xff", b"\0\0\4\0", b"1e999", b"NaN", b"-Infinity", b"9" * 20, b"9" * 5000,
)  # fmt: skip
_Part = TypeVar("_Part", str, bytes)
_REPEATS = (2, 3, 16, 300, 5000)


class Mutator:
    """A stream of inputs, all from one seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._most = 0

    def mutate(self, data: bytes, max_bytes: int, other: bytes = b"") -> bytes:
        """One to four changes; ``other`` is a second input that parts may come from."""
        self._most = max_bytes
        for _ in range(self._random.choice((1, 1, 1, 2, 2, 4))):
            data = self._once(data, other)[:max_bytes]
        return data

    def _once(self, data: bytes, other: bytes) -> bytes:
        chance = self._random.random()
        tree = _tree(data)
        if tree is not None and chance < 0.7:
            return self._dumped(self._in_cost(tree) or self._in_tree(tree, _tree(other)))
        if data.startswith(b"$ANSIBLE") and chance < 0.7:
            return self._in_vault(data)
        if chance < 0.75:
            text = data.decode("utf-8", "surrogateescape")
            return self._in_text(text).encode("utf-8", "surrogatepass")
        return self._in_bytes(data, other)

    def _in_tree(self, tree: Any, other: Any) -> Any:
        root = [tree]
        slots = _slots(root)
        holder, key = self._random.choices(slots, [_weight(*slot) for slot in slots])[0]
        value = holder[key]
        act = self._random.randrange(8 if type(value) is not int else 20)
        if act == 0:
            holder[key] = self._anything()
        elif act == 1 and holder is not root:
            del holder[key]
        elif act == 2:
            other_holder, other_key = self._random.choice(slots)
            if not _contains(value, other_holder) and not _contains(
                other_holder[other_key], holder
            ):
                holder[key], other_holder[other_key] = other_holder[other_key], value
        elif act == 3 and other is not None:
            there, place = self._random.choice(_slots([other]))
            holder[key] = there[place]
        elif act == 4 and isinstance(holder, dict):
            holder[self._name(str(key))] = holder.pop(key)
        elif act == 5 and isinstance(value, dict):
            value[self._random.choice(_NAMES)] = self._anything()
        else:
            holder[key] = self._leaf(value)
        return root[0]

    def _in_cost(self, tree: Any) -> Any:
        """Now and then, one of the three numbers that stand before the box of a polkadot-js export."""
        raw = _from_base64(tree.get("encoded")) if isinstance(tree, dict) else None
        if not raw or self._random.random() > 0.3:
            return None
        place = 32 + 4 * self._random.choice((0, 0, 1, 2))
        cost = int.from_bytes(raw[place : place + 4], "little") or 1
        changed = (cost * 2, cost << self._random.randrange(12), self._random.choice(_NUMBERS))
        new = (self._random.choice(changed) % (1 << 32)).to_bytes(4, "little")
        return tree | {"encoded": base64.b64encode(raw[:place] + new + raw[place + 4 :]).decode()}

    def _leaf(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._in_text(value)
        if isinstance(value, bool) or value is None:
            return self._anything()
        if isinstance(value, int | float):
            changed = (value + 1, value - 1, -value, str(value), [value], value == 1)
            larger = value << self._random.randrange(1, 24) if isinstance(value, int) else 1e300
            return self._random.choice((*changed, *(larger,) * 6, _as_float(value)))
        if isinstance(value, list) and value:
            return self._random.choice((value * 2, value[1:], value[::-1], [value], value[0], []))
        return self._random.choice(([value], {}, str(value)[:200], self._anything()))

    def _anything(self) -> Any:
        chance = self._random.randrange(5)
        if chance == 0:
            return self._random.choice(
                (None, True, False, [], {}, 0.5, 3.0, float("nan"), float("inf"))
            )
        if chance == 1:
            nested: Any = self._random.choice(_TEXTS)
            for _ in range(self._random.choice((1, 2, 50))):
                nested = [nested] if self._random.random() < 0.5 else {self._name(""): nested}
            return nested
        return self._random.choice(_NUMBERS if chance == 2 else _TEXTS)

    def _name(self, name: str) -> str:
        return self._random.choice(
            (
                self._random.choice(_NAMES),
                f" {name}",
                f"{name} ",
                name.upper(),
                name.lower(),
                name + "\0",
            )
        )

    def _dumped(self, tree: Any) -> bytes:
        ascii_only = self._random.random() < 0.7
        separators = self._random.choice((None, (",", ":"), (" ,\n", " :\t")))
        text = json.dumps(tree, ensure_ascii=ascii_only, separators=separators)
        chance = self._random.random()
        if chance < 0.06 and text.startswith("{"):
            again = json.dumps({self._random.choice(_NAMES): self._anything()})
            text = f"{again[:-1]}, {text[1:]}"
        elif chance < 0.08:
            text = text.replace(":", ":" + "[" * self._random.choice((10, 3000)), 1)
        elif chance < 0.10:
            text = re.sub(r"\d+", "9" * self._random.choice((20, 4000, 5000)), text, count=1)
        coding = self._random.choice(("utf-8",) * 20 + ("utf-16", "utf-32", "utf-8-sig"))
        return text.encode(coding, "surrogatepass")

    def _in_vault(self, data: bytes) -> bytes:
        """Inside the hexadecimal of an Ansible vault, which holds hexadecimal again."""
        header, _, body = data.partition(b"\n")
        try:
            inner = bytes.fromhex(b"".join(body.split()).decode())
        except ValueError:
            return self._in_bytes(data, b"")
        parts = inner.decode("latin-1").split("\n")
        place = self._random.randrange(len(parts))
        parts[place] = self._in_text(parts[place])
        return header + b"\n" + "\n".join(parts).encode("utf-8", "surrogatepass").hex().encode()

    def _in_text(self, text: str) -> str:
        if self._random.random() < 0.6:
            digits = _HEX.fullmatch(text)
            if digits is not None:
                return self._hex(digits[1] or "", bytes.fromhex(digits[2]))
            raw = _from_base64(text)
            if raw is not None:
                changed = base64.b64encode(
                    self._in_bytes(raw, b""), b"-_" if text[0] == "g" else None
                )
                return changed.decode()
        pieces = re.split(r"(///|//|/|\s+)", text)
        if len(pieces) > 2 and self._random.random() < 0.8:
            return self._pieces(pieces)
        place = self._random.randrange(len(text) + 1)
        end = min(len(text), place + self._random.choice((0, 1, 2, 8)))
        chance = self._random.randrange(6)
        if chance == 0:
            return self._random.choice(
                (text.upper(), text.lower(), text.swapcase(), text.title(), text[::-1])
            )
        if chance == 1:
            return text[:place]
        if chance == 2:
            return text[:place] + self._repeated(text[place:end]) + text[end:]
        return text[:place] + self._random.choice(_TEXTS) + text[end if chance < 5 else place :]

    def _repeated(self, part: _Part) -> _Part:
        """The part many times, but not much more than fits: the fuzzer's own memory is watched too."""
        times = min(self._random.choice(_REPEATS), self._most // max(1, len(part)) + 1)
        return part * times

    def _hex(self, prefix: str, raw: bytes) -> str:
        digits = (self._in_bytes(raw, b"") if self._random.random() < 0.7 else raw).hex()
        digits = self._random.choice((digits, digits, digits.upper(), digits[:-1], " " + digits))
        return self._random.choice((prefix, prefix, "0x", "", "0X", "0x0x")) + digits

    def _pieces(self, pieces: list[str]) -> str:
        place, other = (self._random.randrange(len(pieces)) for _ in range(2))
        chance = self._random.randrange(6)
        if chance == 0:
            pieces[place], pieces[other] = pieces[other], pieces[place]
        elif chance == 1:
            pieces[place] = self._random.choice((*_TEXTS, "", "1", "007", str(1 << 64)))
        elif chance == 2:
            low, high = sorted((place, other))
            pieces[low:high] = [self._repeated("".join(pieces[low:high]))]
        elif chance == 3:
            pieces[place] = self._random.choice(("/", "//", "///", " ", "\t", "\n", "\u3000"))
        elif chance == 4:
            del pieces[place]
        else:
            pieces[place] = pieces[place].swapcase()[: self._random.choice((1, 4, 1000))]
        return "".join(pieces)

    def _in_bytes(self, data: bytes, other: bytes) -> bytes:
        changed = bytearray(data)
        place = self._random.randrange(len(data) + 1)
        end = min(len(data), place + self._random.choice((1, 1, 2, 4, 16, 64)))
        chance = self._random.randrange(8)
        if chance == 0 and data:
            changed[min(place, len(data) - 1)] ^= 1 << self._random.randrange(8)
        elif chance == 1:
            changed[place:end] = self._random.randbytes(end - place)
        elif chance == 2:
            changed[place:place] = self._random.choice(_CHUNKS)
        elif chance == 3:
            del changed[place:end]
        elif chance == 4:
            changed[place:end] = self._repeated(bytes(changed[place:end]))
        elif chance == 5:
            number = self._random.choice(_NUMBERS) % (1 << 32)
            changed[place : place + 4] = number.to_bytes(4, "little")
        elif chance == 6:
            del changed[place:]
        else:
            start = self._random.randrange(len(other) + 1)
            changed[place:end] = other[start : start + self._random.choice((1, 8, 64, 512))]
        return bytes(changed)


def _tree(data: bytes) -> Any:
    if data.lstrip()[:1] not in {b"{", b"["}:
        return None
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def _slots(root: Any) -> list[tuple[Any, Any]]:
    """Every place of a tree that holds a value: its holder, and the key or index there."""
    found, waiting = [], [root]
    while waiting:
        holder = waiting.pop()
        keys = list(holder) if isinstance(holder, dict) else range(len(holder))
        found += [(holder, key) for key in keys]
        waiting += [holder[key] for key in keys if isinstance(holder[key], dict | list)]
    return found


def _weight(holder: Any, key: Any) -> int:
    """Numbers are costs and versions, where much depends on little."""
    return 4 if type(holder[key]) is int else 1


def _contains(tree: Any, part: Any) -> bool:
    return tree is part or (
        isinstance(tree, dict | list) and any(holder is part for holder, _ in _slots(tree))
    )


def _from_base64(text: object) -> bytes | None:
    if not isinstance(text, str) or len(text) < 8:
        return None
    try:
        return base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
    except ValueError:
        return None


def _as_float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf")
