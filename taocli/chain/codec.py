"""SCALE in and out, on the chain's own Rust codec.

``bittensor_core.Runtime`` reads the metadata of a runtime in some 8 ms and then encodes and decodes
everything that metadata describes: storage keys and values, runtime API arguments and results, calls,
extrinsics, events and module errors. This is the only module that touches it. Accounts come out as SS58
text; ``account`` makes an ``Address`` of one. What does not decode is the node's fault: ``RpcFailed``.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import bittensor_core

from taocli.domain.address import Address
from taocli.domain.block import ChainEvent
from taocli.domain.errors import RpcFailed, UnsupportedRuntime
from taocli.domain.text import clean

_MAGIC = b"meta"


@dataclass(frozen=True, slots=True)
class Extensions:
    """What the signed extensions of an extrinsic carry (``period`` and block of the mortal era)."""

    nonce: int
    period: int
    era_block: int
    era_block_hash: str
    genesis_hash: str

    @property
    def era(self) -> dict[str, int]:
        """The era as the codec takes it."""
        return {"period": self.period, "current": self.era_block}


class Codec:
    """Encodes and decodes for one runtime."""

    def __init__(self, metadata: bytes, spec_version: int, transaction_version: int) -> None:
        if metadata[:4] != _MAGIC:
            raise _garbled("metadata", "it lacks the magic bytes")
        with _node_is_to_blame("metadata"):
            self._runtime = bittensor_core.Runtime(metadata, spec_version, transaction_version)
        self.spec_version = spec_version

    @cached_property
    def _apis(self) -> Mapping[str, Mapping[str, Any]]:
        apis: Mapping[str, Mapping[str, Any]] = self._runtime.runtime_api_map()
        return apis

    def storage_key(self, pallet: str, item: str, *keys: object) -> bytes:
        """The key of a storage item; ``keys`` may be integers and addresses."""
        plain = [_plain(key) for key in keys]
        try:
            return bytes(self._runtime.storage_key(pallet, item, plain))
        except KeyError:
            raise _absent(f"the storage item {pallet}.{item}") from None

    def storage_value(self, pallet: str, item: str, raw: bytes | None) -> Any:
        """The decoded value; the item's default, or None, where nothing is stored."""
        entry = self._runtime.storage_entry(pallet, item)
        if raw is None:
            if entry.modifier == "Optional":
                return None
            raw = bytes(entry.default_bytes)
        with _node_is_to_blame(f"{pallet}.{item}"):
            return self._runtime.decode(entry.value_type, raw)

    def has_api(self, api: str, method: str) -> bool:
        """Whether the runtime offers a method."""
        return method in self._apis.get(api, {})

    def api_arguments(self, api: str, method: str, *arguments: object) -> bytes:
        """The SCALE arguments of a runtime API method."""
        inputs = self._method(api, method)["inputs"]
        pairs = zip(inputs, arguments, strict=True)
        return b"".join(self._runtime.encode(kind, _plain(value)) for (_, kind), value in pairs)

    def api_result(self, api: str, method: str, raw: bytes) -> Any:
        """The decoded result of a runtime API method."""
        with _node_is_to_blame(f"{api}.{method}"):
            return self._runtime.decode(self._method(api, method)["output"], raw)

    def call(self, pallet: str, function: str, arguments: Mapping[str, object]) -> bytes:
        """A call as bytes; ``UnsupportedRuntime`` when the runtime has none of that name."""
        plain = {name: _plain(value) for name, value in arguments.items()}
        try:
            return bytes(self._runtime.compose_call(pallet, function, plain))
        except (ValueError, KeyError, TypeError, OverflowError) as error:
            raise UnsupportedRuntime(
                f"{pallet}.{function} cannot be encoded for this runtime.",
                why=f"{error}.",
                fix="Check the values, or update taocli to match the chain.",
            ) from None

    def signing_payload(self, call: bytes, extensions: Extensions) -> bytes:
        """What a signer signs: hashed with BLAKE2-256 when it is longer than 256 bytes."""
        return bytes(
            self._runtime.signature_payload(
                call,
                era=extensions.era,
                nonce=extensions.nonce,
                tip=0,
                tip_asset_id=None,
                genesis_hash=_hash(extensions.genesis_hash),
                era_block_hash=_hash(extensions.era_block_hash),
            )
        )

    def signed_extrinsic(
        self,
        call: bytes,
        extensions: Extensions,
        *,
        signer: Address,
        crypto_type: int,
        signature: bytes,
    ) -> tuple[bytes, str]:
        """The extrinsic with its length prefix, and its hash."""
        raw, digest = self._runtime.encode_signed_extrinsic(
            call,
            public_key=signer.public_key,
            signature=signature,
            signature_version=crypto_type,
            era=extensions.era,
            nonce=extensions.nonce,
            tip=0,
            tip_asset_id=None,
        )
        return bytes(raw), "0x" + bytes(digest).hex()

    def events(self, raw: bytes | None) -> tuple[ChainEvent, ...]:
        """The events of a block from the value of ``System.Events``."""
        records: Sequence[Mapping[str, Any]] = self.storage_value("System", "Events", raw)
        return tuple(_event(record) for record in records)

    def module_error(self, pallet_index: int, error_index: int) -> tuple[str, str]:
        """Name and documentation of a pallet's error."""
        try:
            name, docs = self._runtime.module_error(pallet_index, error_index)
        except (ValueError, KeyError, IndexError):
            return f"Module {pallet_index} error {error_index}", ""
        return str(name), " ".join(str(line).strip() for line in docs)

    def _method(self, api: str, method: str) -> Mapping[str, Any]:
        if not self.has_api(api, method):
            raise _absent(f"the runtime API {api}.{method}")
        described: Mapping[str, Any] = self._apis[api][method]
        return described


def account(text: str) -> Address:
    """The address behind SS58 text that the codec produced."""
    return Address(bytes(bittensor_core.ss58_decode(text)))


def era_birth(period: int, current: int) -> int:
    """The block whose hash a mortal era signs."""
    return int(bittensor_core.era_birth(period, current))


def _event(record: Mapping[str, Any]) -> ChainEvent:
    attributes = record["attributes"]
    if isinstance(attributes, Mapping):
        fields = dict(attributes)
    elif isinstance(attributes, tuple | list):
        fields = {str(position): value for position, value in enumerate(attributes)}
    else:
        fields = {} if attributes is None else {"0": attributes}
    fields = {name: _clean(value) for name, value in fields.items()}
    index = record["extrinsic_idx"] if record["phase"] == "ApplyExtrinsic" else None
    return ChainEvent(str(record["module_id"]), str(record["event_id"]), fields, index)


def _clean(value: object) -> object:
    if isinstance(value, str):
        return clean(value, 4096)
    if isinstance(value, Mapping):
        return {str(key): _clean(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_clean(item) for item in value]
    return value


def _plain(value: object) -> object:
    if isinstance(value, Address):
        return value.ss58
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value


def _hash(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


@contextmanager
def _node_is_to_blame(what: str) -> Iterator[None]:
    try:
        yield
    except (ValueError, KeyError, TypeError, OverflowError) as error:
        raise _garbled(what, str(error)) from None


def _garbled(what: str, why: str) -> RpcFailed:
    return RpcFailed(
        f"The node's answer for {what} cannot be decoded.",
        why=f"{why[:1].upper()}{why[1:]}.",
        fix="Name another endpoint with --network; this one may be broken or serve another chain.",
    )


def _absent(what: str) -> UnsupportedRuntime:
    return UnsupportedRuntime(
        f"This chain's runtime lacks {what}.",
        why="taocli speaks the interface of Subtensor spec 424 and 425.",
        fix="Name another network, or update taocli.",
    )
