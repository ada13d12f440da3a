"""state_*: storage, runtime calls, metadata, and the stream of storage changes."""

from typing import Any

from taocli.localnet.chain_block import blake2_256
from taocli.localnet.frame.outcome import InvalidTransaction
from taocli.localnet.frame.scale import ScaleError
from taocli.localnet.rpc import limits
from taocli.localnet.rpc.history import History
from taocli.localnet.rpc.node_seam import Node
from taocli.localnet.rpc.params import (
    MAX_PAGE,
    count_from,
    from_hex,
    invalid,
    key_from,
    keys_from,
    to_hex,
)
from taocli.localnet.rpc.protocol import (
    ANSWER_TOO_BIG,
    CLIENT_ERROR,
    INVALID_COUNT,
    RpcRefused,
    method,
    subscription,
)
from taocli.localnet.rpc.sink import Sink
from taocli.localnet.rpc.streams import StorageStream, changes_json
from taocli.localnet.state import Snapshot


class StateMethods:
    """Reads of the state after a block; without a hash, after the best."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._history = History(node)
        self._storage = StorageStream(node)

    @method("state_getStorage", "state_getStorageAt")
    def get_storage(self, key: Any, block_hash: Any = None) -> str | None:
        """The raw value under a key."""
        value = self._history.state(block_hash).get(key_from(key))
        return None if value is None else to_hex(value)

    @method("state_getStorageHash", "state_getStorageHashAt")
    def get_storage_hash(self, key: Any, block_hash: Any = None) -> str | None:
        """BLAKE2-256 of the value under a key."""
        value = self._history.state(block_hash).get(key_from(key))
        return None if value is None else to_hex(blake2_256(value))

    @method("state_getStorageSize", "state_getStorageSizeAt")
    def get_storage_size(self, key: Any, block_hash: Any = None) -> int | None:
        """The length of the value under a key in bytes, or of all values under a prefix."""
        state, wanted = self._history.state(block_hash), key_from(key)
        value = state.get(wanted)
        if value is not None:
            return len(value)
        return sum(len(state.get(found) or b"") for found in state.keys(wanted)) or None

    @method("state_getKeys")
    def get_keys(self, prefix: Any, block_hash: Any = None) -> list[str]:
        """All keys under a prefix."""
        found = self._history.state(block_hash).keys(key_from(prefix))
        _refuse_bulk(sum(map(len, found)))
        return [to_hex(key) for key in found]

    @method("state_getKeysPaged", "state_getKeysPagedAt")
    def get_keys_paged(
        self, prefix: Any, count: Any, start: Any = None, block_hash: Any = None
    ) -> list[str]:
        """A page of keys under a prefix, after ``start``."""
        most = count_from(count, "count", 2**32 - 1)
        if most > MAX_PAGE:
            why = f"count exceeds maximum value. value: {most}, max: {MAX_PAGE}"
            raise RpcRefused(INVALID_COUNT, why)
        after = None if start is None else key_from(start)
        below = b"" if prefix is None else key_from(prefix)
        return [to_hex(key) for key in self._history.state(block_hash).keys(below, after, most)]

    @method("state_getPairs")
    def get_pairs(self, prefix: Any, block_hash: Any = None) -> list[list[str]]:
        """All keys and values under a prefix."""
        state = self._history.state(block_hash)
        found = state.keys(key_from(prefix))
        _refuse_bulk(_size(state, found))
        return [[to_hex(key), to_hex(state.get(key) or b"")] for key in found]

    @method("state_queryStorageAt")
    def query_storage_at(self, keys: Any, block_hash: Any = None) -> list[dict[str, Any]]:
        """The values of many keys after one block."""
        state, wanted = self._history.state(block_hash), keys_from(keys)
        _refuse_bulk(_size(state, wanted))
        return [changes_json(self._history.hash_of(block_hash), wanted, state)]

    @method("state_call", "state_callAt")
    def call(self, name: Any, arguments: Any, block_hash: Any = None) -> str:
        """Run a runtime API method over SCALE arguments."""
        if not isinstance(name, str) or len(name) > 200:
            raise invalid("The method is a name such as Core_version")
        encoded = from_hex(arguments, "arguments")
        at = self._history.hash_of(block_hash)
        self._history.state(block_hash)
        try:
            return to_hex(self._node.producer.call_api(name, encoded, at))
        except KeyError as error:
            if error.args != (name,):
                raise  # a bug in the method, which does exist
            why = f"Other: Exported method {name} is not found"
        except (ScaleError, InvalidTransaction) as error:
            why = f"Bad input data provided to {name.partition('_')[2]}: {error.what}"
        raise RpcRefused(CLIENT_ERROR, f"Client error: Execution failed: {why}")

    @method("state_getMetadata")
    def get_metadata(self, block_hash: Any = None) -> str:
        """The metadata, version 14."""
        self._history.readable_hash(block_hash)
        return to_hex(self._node.producer.runtime.metadata(14))

    @method("state_getRuntimeVersion", "chain_getRuntimeVersion")
    def get_runtime_version(self, block_hash: Any = None) -> dict[str, Any]:
        """The runtime's identity; it never changes while a localnet runs."""
        self._history.readable_hash(block_hash)
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
        watched = keys_from(keys, limits.MAX_WATCHED_KEYS)
        if not watched:
            raise invalid("Name the keys to watch")
        self._storage.add(sink, watched)


def _size(state: Snapshot, keys: list[bytes]) -> int:
    return sum(len(key) + len(state.get(key) or b"") for key in keys)


def _refuse_bulk(size: int) -> None:
    """Refuse before it is written what would not fit into an answer: a byte is two digits."""
    if 2 * size > limits.MAX_ANSWER:
        raise RpcRefused.beyond(ANSWER_TOO_BIG, "Response is too big", limits.MAX_ANSWER)
