"""state_*: storage, runtime calls, metadata, and the stream of storage changes."""

from typing import Any

from taocli.localnet.chain_block import Block, blake2_256
from taocli.localnet.rpc.node_seam import Node
from taocli.localnet.rpc.params import (
    MAX_KEYS,
    count_from,
    from_hex,
    hash_from,
    invalid,
    keys_from,
    to_hex,
)
from taocli.localnet.rpc.protocol import CLIENT_ERROR, RpcRefused, Sink, method, subscription
from taocli.localnet.state import Snapshot

MAX_LISTED_KEYS = 100_000


class StateMethods:
    """Reads of the state after a block; without a hash, after the best."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._store = node.producer.store

    @method("state_getStorage", "state_getStorageAt")
    def get_storage(self, key: Any, block_hash: Any = None) -> str | None:
        """The raw value under a key."""
        value = self._state(block_hash).get(from_hex(key, "storage key"))
        return None if value is None else to_hex(value)

    @method("state_getStorageHash", "state_getStorageHashAt")
    def get_storage_hash(self, key: Any, block_hash: Any = None) -> str | None:
        """BLAKE2-256 of the value under a key."""
        value = self._state(block_hash).get(from_hex(key, "storage key"))
        return None if value is None else to_hex(blake2_256(value))

    @method("state_getStorageSize", "state_getStorageSizeAt")
    def get_storage_size(self, key: Any, block_hash: Any = None) -> int | None:
        """The length of the value under a key, in bytes."""
        value = self._state(block_hash).get(from_hex(key, "storage key"))
        return None if value is None else len(value)

    @method("state_getKeys")
    def get_keys(self, prefix: Any, block_hash: Any = None) -> list[str]:
        """All keys under a prefix."""
        state = self._state(block_hash)
        found = state.keys(from_hex(prefix, "prefix"), None, MAX_LISTED_KEYS)
        return [to_hex(key) for key in found]

    @method("state_getKeysPaged", "state_getKeysPagedAt")
    def get_keys_paged(
        self, prefix: Any = None, count: Any = MAX_KEYS, start: Any = None, block_hash: Any = None
    ) -> list[str]:
        """A page of keys under a prefix, after ``start``."""
        after = None if start is None else from_hex(start, "start key")
        below = b"" if prefix is None else from_hex(prefix, "prefix")
        found = self._state(block_hash).keys(below, after, count_from(count, "count", MAX_KEYS))
        return [to_hex(key) for key in found]

    @method("state_getPairs")
    def get_pairs(self, prefix: Any, block_hash: Any = None) -> list[list[str]]:
        """All keys and values under a prefix."""
        state = self._state(block_hash)
        found = state.keys(from_hex(prefix, "prefix"), None, MAX_LISTED_KEYS)
        return [[to_hex(key), to_hex(state.get(key) or b"")] for key in found]

    @method("state_queryStorageAt")
    def query_storage_at(self, keys: Any, block_hash: Any = None) -> list[dict[str, Any]]:
        """The values of many keys after one block."""
        at = self._hash(block_hash)
        return [_changes(at, keys_from(keys), self._store.state_at(at))]

    @method("state_call", "state_callAt")
    def call(self, name: Any, arguments: Any, block_hash: Any = None) -> str:
        """Run a runtime API method over SCALE arguments."""
        if not isinstance(name, str) or len(name) > 200:
            raise invalid("The method is a name such as Core_version")
        try:
            found = self._node.producer.call_api(
                name, from_hex(arguments, "arguments"), self._hash(block_hash)
            )
        except KeyError:
            why = f"Client error: Execution failed: Other: Exported method {name} is not found"
            raise RpcRefused(CLIENT_ERROR, why) from None
        return to_hex(found)

    @method("state_getMetadata")
    def get_metadata(self, block_hash: Any = None) -> str:
        """The metadata, version 14."""
        self._hash(block_hash)
        return to_hex(self._node.producer.runtime.metadata(14))

    @method("state_getRuntimeVersion", "chain_getRuntimeVersion")
    def get_runtime_version(self, block_hash: Any = None) -> dict[str, Any]:
        """The runtime's identity; it never changes while a localnet runs."""
        self._hash(block_hash)
        version = self._node.producer.runtime.version
        return {
            "specName": version.spec_name,
            "implName": version.impl_name,
            "authoringVersion": version.authoring_version,
            "specVersion": version.spec_version,
            "implVersion": version.impl_version,
            "apis": [[to_hex(identifier), number] for identifier, number in version.apis],
            "transactionVersion": version.transaction_version,
            "systemVersion": version.system_version,
            "stateVersion": version.system_version,
        }

    @subscription(
        "state_subscribeRuntimeVersion", "chain_subscribeRuntimeVersion",
        notify="state_runtimeVersion",
        ends=("state_unsubscribeRuntimeVersion", "chain_unsubscribeRuntimeVersion"),
    )  # fmt: skip
    def subscribe_runtime_version(self, sink: Sink) -> None:
        """The runtime's identity, once: a localnet is never upgraded while it runs."""
        sink.send(self.get_runtime_version())

    @subscription(
        "state_subscribeStorage", notify="state_storage", ends=("state_unsubscribeStorage",)
    )
    def subscribe_storage(self, sink: Sink, keys: Any) -> None:
        """The values of some keys now, and whenever a block changes one."""
        watched = keys_from(keys)
        if not watched:
            raise invalid("Name the keys to watch")
        head = self._node.head.hash
        sink.send(_changes(head, watched, self._store.state_at(head)))

        def report(block: Block) -> None:
            changed = self._store.changed_keys(block.hash)
            hit = [key for key in watched if key in changed]
            if hit:
                sink.send(_changes(block.hash, hit, self._store.state_at(block.hash)))

        sink.on_close = self._node.listen(report)

    def _hash(self, block_hash: Any) -> bytes:
        if block_hash is None:
            return self._node.head.hash
        at = hash_from(block_hash)
        self._store.state_at(at)
        return at

    def _state(self, block_hash: Any) -> Snapshot:
        at = self._node.head.hash if block_hash is None else hash_from(block_hash)
        return self._store.state_at(at)


def _changes(at: bytes, keys: list[bytes], state: Snapshot) -> dict[str, Any]:
    pairs: list[list[str | None]] = []
    for key in keys:
        value = state.get(key)
        pairs.append([to_hex(key), None if value is None else to_hex(value)])
    return {"block": to_hex(at), "changes": pairs}
