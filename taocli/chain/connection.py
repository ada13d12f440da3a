"""A network with its runtime: which chain this is, how to encode for it, and pinned reads.

On every new link the node is asked for its genesis hash and runtime version before anything else. The
genesis hash must stay the same for the life of the connection; a new runtime version replaces the
codec. Metadata comes from the disk when it is known there. All reads name the block they speak of, and
are decoded with the newest runtime; blocks older than the last upgrade may not decode.
"""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from taocli.chain.codec import Codec
from taocli.chain.headers import block_ref
from taocli.chain.link import Json, Link
from taocli.chain.metadata_cache import MAX_METADATA_BYTES, MetadataCache
from taocli.chain.networks import Network
from taocli.chain.transport import REQUEST_S, Transport
from taocli.domain.block import BlockRef
from taocli.domain.errors import NetworkError, RpcFailed, UnsupportedRuntime

RUNTIME_CHECK_S = 30.0
_METADATA_V15 = (15).to_bytes(4, "little")

StorageRead = tuple[str, str, tuple[object, ...]]
"""Pallet, item and keys."""


class Connection:
    """The chain behind a transport; ``open`` before use."""

    def __init__(self, network: Network, cache_directory: Path) -> None:
        self._network = network
        self._cache = MetadataCache(cache_directory)
        self._codec: Codec | None = None
        self._checked_at = 0.0
        self._checking = asyncio.Lock()
        self.genesis_hash = network.genesis_hash
        self.transport = Transport(network.endpoints, self._introduce)

    async def open(self) -> None:
        """Connect and learn the runtime."""
        await self.transport.open()

    async def codec(self, *, fresh: bool = False) -> Codec:
        """The codec of the present runtime, looked up again after 30 s, or at once when ``fresh``."""
        await self.transport.open()
        async with self._checking:
            if (
                self._codec is None
                or fresh
                or time.monotonic() - self._checked_at > RUNTIME_CHECK_S
            ):
                self._adopt(*await self._runtime_of(self.transport))
        if self._codec is None:
            raise NetworkError("The chain's runtime is not known yet.")
        return self._codec

    async def head(self) -> BlockRef:
        """The best block."""
        return block_ref(await self.transport.read("chain_getHeader"))

    async def block_hash(self, number: int) -> str | None:
        """The hash of a block by number, or None when it is not made yet."""
        answer = await self.transport.read("chain_getBlockHash", [number])
        return answer if isinstance(answer, str) else None

    async def storage(self, at: BlockRef, pallet: str, item: str, *keys: object) -> Any:
        """One storage value at a block."""
        codec = await self.codec()
        key = "0x" + codec.storage_key(pallet, item, *keys).hex()
        return codec.storage_value(pallet, item, await self.raw_storage(at, key))

    async def raw_storage(self, at: BlockRef, key: str) -> bytes | None:
        """The undecoded value under a ``0x`` key, or None."""
        answer = await self.transport.read("state_getStorage", [key, at.hash])
        return None if answer is None else unhex(answer)

    async def storages(self, at: BlockRef, reads: Sequence[StorageRead]) -> list[Any]:
        """Many storage values at a block in one request."""
        if not reads:
            return []
        codec = await self.codec()
        keys = ["0x" + codec.storage_key(pallet, item, *keys).hex() for pallet, item, keys in reads]
        answer = await self.transport.read("state_queryStorageAt", [keys, at.hash])
        try:
            found = dict(answer[0]["changes"]) if answer else {}
        except (KeyError, TypeError, ValueError, IndexError):
            raise _unreadable("state_queryStorageAt") from None
        return [
            codec.storage_value(pallet, item, None if found.get(key) is None else unhex(found[key]))
            for (pallet, item, _), key in zip(reads, keys, strict=True)
        ]

    async def api(self, at: BlockRef, api: str, method: str, *arguments: object) -> Any:
        """The result of a runtime API method at a block."""
        codec = await self.codec()
        encoded = "0x" + codec.api_arguments(api, method, *arguments).hex()
        answer = await self.transport.read("state_call", [f"{api}_{method}", encoded, at.hash])
        return codec.api_result(api, method, unhex(answer))

    async def close(self) -> None:
        """Let the connection go."""
        await self.transport.close()

    async def _introduce(self, link: Link) -> None:
        genesis, version = await link.batch(
            [("chain_getBlockHash", [0]), ("state_getRuntimeVersion", [])], REQUEST_S
        )
        if not isinstance(genesis, str):
            raise _unreadable("chain_getBlockHash")
        if self.genesis_hash is not None and genesis != self.genesis_hash:
            raise NetworkError(
                f"{link.endpoint} serves another chain than {self._network.name}.",
                why=f"Its genesis is {genesis[:66]!r}, not {self.genesis_hash}.",
                fix="Name an endpoint of the right network with --network.",
            )
        self.genesis_hash = genesis
        self._adopt(*await self._runtime_of(link, version))

    async def _runtime_of(
        self, asked: "Link | Transport", version: Json = None
    ) -> tuple[bytes | None, int, int]:
        """Metadata (None when the codec in use already fits), spec and transaction version."""
        if version is None:
            version = await asked.request("state_getRuntimeVersion", [], REQUEST_S)
        try:
            spec, transaction = int(version["specVersion"]), int(version["transactionVersion"])
        except (KeyError, TypeError, ValueError):
            raise _unreadable("state_getRuntimeVersion") from None
        if self._codec is not None and self._codec.spec_version == spec:
            return None, spec, transaction
        genesis = self.genesis_hash or ""
        metadata = self._cache.load(genesis, spec)
        if metadata is None:
            arguments = ["Metadata_metadata_at_version", "0x" + _METADATA_V15.hex()]
            answer = await asked.request("state_call", arguments, REQUEST_S)
            metadata = _opaque_metadata(unhex(answer))
            Codec(metadata, spec, transaction)  # nothing unreadable goes to the disk
            self._cache.store(genesis, spec, metadata)
        return metadata, spec, transaction

    def _adopt(self, metadata: bytes | None, spec: int, transaction: int) -> None:
        if metadata is not None:
            self._codec = Codec(metadata, spec, transaction)
        self._checked_at = time.monotonic()


def unhex(answer: Json) -> bytes:
    """Bytes of a ``0x`` string; ``RpcFailed`` for anything else."""
    if not isinstance(answer, str) or not answer.startswith("0x"):
        raise _unreadable("a request for bytes")
    try:
        return bytes.fromhex(answer[2:])
    except ValueError:
        raise _unreadable("a request for bytes") from None


def _opaque_metadata(raw: bytes) -> bytes:
    """The metadata inside ``Option<OpaqueMetadata>``: a tag, a compact length, the bytes."""
    if raw[:1] != b"\1":
        raise UnsupportedRuntime(
            "This node does not serve metadata of version 15.",
            why="Runtime APIs are described there, and taocli reads through them.",
            fix="Name another endpoint, or update the node.",
        )
    width = {0: 1, 1: 2, 2: 4}.get(raw[1] & 3) if len(raw) > 1 else None
    length = int.from_bytes(raw[1 : 1 + width], "little") >> 2 if width else 0
    start = 1 + (width or 0)
    if not 0 < length <= MAX_METADATA_BYTES or len(raw) != start + length:
        raise _unreadable("Metadata_metadata_at_version")
    return raw[start:]


def _unreadable(what: str) -> RpcFailed:
    return RpcFailed(
        f"The node's answer to {what} has the wrong shape.",
        why="It is not what a Substrate node sends.",
        fix="Name another endpoint with --network.",
    )
