"""Storage items: declared on a pallet, read and written like Python mappings.

    class Balances(Pallet):
        TotalIssuance = Value(u64)                                   # .get() / .set(value)
        Locks = Map((Blake2_128Concat, AccountId), Vec(Lock))        # self.Locks[who]
        Uids = Map((Identity, u16), (Blake2_128Concat, AccountId), u16, optional=True)

Signatures: ``Value(type, *, default=…, optional=False)``; ``Map(*(hasher, key type), value type, *,
default=…, optional=False)``. The attribute's name is the item's name on chain. An absent item reads as
``default`` (or the type's own default), or as None when ``optional``. ``item[key]``, ``item[k1, k2]``,
``in``, ``del``; ``items_under(k1, …)`` and ``keys_under`` iterate below a prefix of keys in order of the
hashed keys (as a trie would), giving ``((k1, k2, …), value)`` with all keys, or the bare key for one.
``mutate``: read, change, write back; changing what was read changes nothing on chain.

The key of an entry is xxhash128(pallet) ‖ xxhash128(item) ‖ each key through its hasher. Decoded
values are kept in ``State.decoded``, which the state empties where bytes change.
"""

import copy
import enum
from collections.abc import Callable, Iterator
from hashlib import blake2b
from typing import Any, Protocol, Self

import xxhash

from taocli.domain.errors import ValidationError
from taocli.localnet.frame.scale import Reader, Type, malformed, same

_MISSING: Any = object()
_MAX_CACHED_KEYS = 65_536


class Overlay(Protocol):
    """What storage needs of ``localnet.state.State``."""

    decoded: dict[bytes, Any]

    def get(self, key: bytes) -> bytes | None:
        """The value under ``key``."""

    def set(self, key: bytes, value: bytes) -> None:
        """Write one value."""

    def delete(self, key: bytes) -> None:
        """Remove one value."""

    def keys(
        self, prefix: bytes, after: bytes | None = None, limit: int | None = None
    ) -> list[bytes]:
        """Sorted keys under ``prefix``."""

    def begin(self) -> None:
        """Open a nested transaction."""

    def commit(self) -> None:
        """Keep what the innermost transaction did."""

    def rollback(self) -> None:
        """Undo what the innermost transaction did."""


def twox_64(data: bytes) -> bytes:
    """xxhash64, little-endian."""
    return xxhash.xxh64(data, seed=0).intdigest().to_bytes(8, "little")


def twox_128(data: bytes) -> bytes:
    """Two xxhash64 with seeds 0 and 1, little-endian."""
    return twox_64(data) + xxhash.xxh64(data, seed=1).intdigest().to_bytes(8, "little")


def blake2_128(data: bytes) -> bytes:
    """BLAKE2b with 16 bytes of output."""
    return blake2b(data, digest_size=16).digest()


def blake2_256(data: bytes) -> bytes:
    """BLAKE2b with 32 bytes of output; the hash of blocks and extrinsics."""
    return blake2b(data, digest_size=32).digest()


class Hasher(enum.Enum):
    """How a key of a map enters the storage key; the value is (metadata name, bytes in front)."""

    IDENTITY = ("Identity", 0)
    TWOX_64_CONCAT = ("Twox64Concat", 8)
    BLAKE2_128_CONCAT = ("Blake2_128Concat", 16)

    @property
    def label(self) -> str:
        """The name in the metadata."""
        return self.value[0]

    @property
    def skipped(self) -> int:
        """How many hash bytes stand before the raw key."""
        return self.value[1]

    def apply(self, raw: bytes) -> bytes:
        """Hash one encoded key; the raw key stays readable at the end."""
        if self is Hasher.IDENTITY:
            return raw
        return (twox_64(raw) if self is Hasher.TWOX_64_CONCAT else blake2_128(raw)) + raw


Identity = Hasher.IDENTITY
Twox64Concat = Hasher.TWOX_64_CONCAT
Blake2_128Concat = Hasher.BLAKE2_128_CONCAT


class StorageItem:
    """What ``Value`` and ``Map`` share: a name, a value type and a way to the state.

    A declaration is shared by all runtimes; ``bind`` makes the copy that a pallet works with.
    """

    def __init__(
        self,
        keys: tuple[tuple[Hasher, Type], ...],
        value_type: Type,
        default: Any,
        optional: bool,
        docs: str,
    ) -> None:
        if optional and default is not _MISSING:
            raise ValidationError(
                "A storage item is declared optional and with a default.",
                "Absence reads as None or as the default, not both.",
                "Drop one of the two.",
            )
        self.keys = keys
        self.value_type = value_type
        self.optional = optional
        self.docs = docs
        self.name = ""
        self.prefix = b""
        self.default_value = (
            None if optional else value_type.default() if default is _MISSING else default
        )
        self.default_bytes = b"\0" if optional else value_type.encode(self.default_value)
        self._state: Callable[[], Overlay]
        self._entries: dict[Any, bytes] = {}

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def bind(self, storage_prefix: str, state: Callable[[], Overlay]) -> Self:
        """The item of one pallet instance over the state that ``state()`` gives."""
        bound = copy.copy(self)
        bound.prefix = twox_128(storage_prefix.encode()) + twox_128(self.name.encode())
        bound._state = state  # noqa: SLF001  # a copy of ourselves
        bound._entries = {}  # noqa: SLF001  # a copy of ourselves
        return bound

    def _read(self, key: bytes) -> Any:
        state = self._state()
        snapshot = self.value_type.snapshot
        value = state.decoded.get(key, _MISSING)
        if value is _MISSING:
            raw = state.get(key)
            if raw is None:
                return self.default()
            value = self.value_type.decode_all(raw)
            if snapshot is None:
                return value
            state.decoded[key] = value
        return value if snapshot is same or snapshot is None else snapshot(value)

    def _write(self, key: bytes, value: Any) -> None:
        self._state().set(key, self.value_type.encode(value))

    def default(self) -> Any:
        """What an absent entry reads as."""
        snapshot = self.value_type.snapshot
        if self.optional or snapshot is same:
            return self.default_value
        if snapshot is None:
            return self.value_type.decode_all(self.default_bytes)
        return snapshot(self.default_value)


class Value(StorageItem):
    """A single value: ``Value(type, default=…)`` or ``Value(type, optional=True)``."""

    def __init__(
        self, value_type: Type, *, default: Any = _MISSING, optional: bool = False, docs: str = ""
    ) -> None:
        super().__init__((), value_type, default, optional, docs)

    def get(self) -> Any:
        """The value, or the default."""
        return self._read(self.prefix)

    def set(self, value: Any) -> None:
        """Write the value."""
        self._write(self.prefix, value)

    def exists(self) -> bool:
        """Whether the value was ever written."""
        return self._state().get(self.prefix) is not None

    def kill(self) -> None:
        """Remove the value."""
        self._state().delete(self.prefix)

    def take(self) -> Any:
        """The value, removed."""
        value = self.get()
        self.kill()
        return value


class Map(StorageItem):
    """A map of one or more keys; see the module."""

    def __init__(
        self,
        *keys_and_value: Any,
        default: Any = _MISSING,
        optional: bool = False,
        docs: str = "",
    ) -> None:
        *keys, value_type = keys_and_value
        super().__init__(tuple(keys), value_type, default, optional, docs)

    def storage_key(self, *keys: Any) -> bytes:
        """The storage key of an entry, or with fewer keys the prefix of all entries below."""
        if len(keys) == len(self.keys):
            return self._entry(keys if len(keys) > 1 else keys[0])
        return self._hashed(keys)

    def _entry(self, keys: Any) -> bytes:
        found = self._entries.get(keys)
        return self._new_entry(keys) if found is None else found

    def _new_entry(self, keys: Any) -> bytes:
        given = keys if isinstance(keys, tuple) and len(self.keys) > 1 else (keys,)
        if len(given) != len(self.keys):
            raise ValidationError(
                f"{self.name} has {len(self.keys)} keys and {len(given)} were given.",
                "An entry is named by all of its keys.",
                "Use items_under() for a part of the map.",
            )
        if len(self._entries) >= _MAX_CACHED_KEYS:
            self._entries.clear()
        found = self._entries[keys] = self._hashed(given)
        return found

    def _hashed(self, keys: tuple[Any, ...]) -> bytes:
        parts = [
            hasher.apply(kind.encode(key))
            for (hasher, kind), key in zip(self.keys, keys, strict=False)
        ]
        return self.prefix + b"".join(parts)

    def __getitem__(self, keys: Any) -> Any:
        return self._read(self._entry(keys))

    def __setitem__(self, keys: Any, value: Any) -> None:
        self._write(self._entry(keys), value)

    def __delitem__(self, keys: Any) -> None:
        self._state().delete(self._entry(keys))

    def __contains__(self, keys: Any) -> bool:
        return self._state().get(self._entry(keys)) is not None

    def take(self, *keys: Any) -> Any:
        """The value, removed."""
        entry = self.storage_key(*keys)
        value = self._read(entry)
        self._state().delete(entry)
        return value

    def mutate(self, *keys: Any, change: Callable[[Any], Any]) -> Any:
        """Replace the value by ``change(value)``, and return that."""
        entry = self.storage_key(*keys)
        value = change(self._read(entry))
        self._write(entry, value)
        return value

    def keys_under(self, *keys: Any) -> list[Any]:
        """All keys of the entries below the given first keys; a tuple each, or the bare key for one."""
        found = self._state().keys(self.storage_key(*keys))
        return [self._decode_keys(entry) for entry in found]

    def items_under(self, *keys: Any) -> Iterator[tuple[Any, Any]]:
        """``(keys, value)`` of the entries below; a snapshot of the keys, so entries may be changed."""
        for entry in self._state().keys(self.storage_key(*keys)):
            yield self._decode_keys(entry), self._read(entry)

    def clear_under(self, *keys: Any) -> int:
        """Remove the entries below the given first keys; how many there were."""
        state = self._state()
        entries = state.keys(self.storage_key(*keys))
        for entry in entries:
            state.delete(entry)
        return len(entries)

    def _decode_keys(self, entry: bytes) -> Any:
        reader = Reader(entry)
        reader.take(len(self.prefix))
        keys = []
        for hasher, kind in self.keys:
            reader.take(hasher.skipped)
            keys.append(kind.decode(reader))
        if reader.remaining:
            raise malformed(f"A key of {self.name} is longer than its types.")
        return keys[0] if len(keys) == 1 else tuple(keys)
