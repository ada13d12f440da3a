"""What subscribers hear when a block is made.

Ten thousand of them may listen, so a block is written as JSON once for all, and a storage subscription
costs nothing in a block that changed none of its keys. The node is listened to while anybody is here.
"""

from collections import Counter
from collections.abc import Callable

from taocli.localnet.chain_block import Block
from taocli.localnet.rpc import limits
from taocli.localnet.rpc.node_seam import Node
from taocli.localnet.rpc.params import header_json, to_hex
from taocli.localnet.rpc.protocol import TOO_MANY_SUBSCRIPTIONS, JsonValue, RpcRefused, dump
from taocli.localnet.rpc.sink import Outbox, Sink
from taocli.localnet.state import Snapshot


class _Stream:
    """Listens to the node from the first subscriber to the last."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._leave: Callable[[], None] | None = None

    def _follow(self, *, listen: bool) -> None:
        if listen and self._leave is None:
            self._leave = self._node.listen(self._tell)
        elif not listen and self._leave is not None:
            self._leave()
            self._leave = None

    def _tell(self, block: Block) -> None:
        raise NotImplementedError


class HeadStream(_Stream):
    """The headers of new blocks."""

    def __init__(self, node: Node) -> None:
        super().__init__(node)
        self._sinks: dict[Sink, None] = {}

    def add(self, sink: Sink) -> None:
        """Send the best header now and every new one."""
        sink.send(header_json(self._node.head.header))
        self._sinks[sink] = None
        sink.on_close = lambda: self._remove(sink)
        self._follow(listen=True)

    def _remove(self, sink: Sink) -> None:
        del self._sinks[sink]
        self._follow(listen=bool(self._sinks))

    def _tell(self, block: Block) -> None:
        text = dump(header_json(block.header))
        for sink in self._sinks:
            sink.send_text(text)


class StorageStream(_Stream):
    """The values of keys that somebody watches."""

    def __init__(self, node: Node) -> None:
        super().__init__(node)
        self._watchers: dict[bytes, dict[Sink, None]] = {}
        self._keys_of: Counter[Outbox] = Counter()

    def add(self, sink: Sink, keys: list[bytes]) -> None:
        """Send the values of ``keys`` now, and of those that a block changes."""
        keys = list(dict.fromkeys(keys))
        if self._keys_of[sink.outbox] + len(keys) > limits.MAX_WATCHED_KEYS:
            why = "Too many subscriptions on the connection"
            raise RpcRefused.beyond(TOO_MANY_SUBSCRIPTIONS, why, limits.MAX_WATCHED_KEYS)
        head = self._node.head.hash
        sink.send(changes_json(head, keys, self._node.producer.store.state_at(head)))
        self._keys_of[sink.outbox] += len(keys)
        for key in keys:
            self._watchers.setdefault(key, {})[sink] = None
        sink.on_close = lambda: self._remove(sink, keys)
        self._follow(listen=True)

    def _remove(self, sink: Sink, keys: list[bytes]) -> None:
        for key in keys:
            del self._watchers[key][sink]
            if not self._watchers[key]:
                del self._watchers[key]
        self._keys_of[sink.outbox] -= len(keys)
        if not self._keys_of[sink.outbox]:
            del self._keys_of[sink.outbox]
        self._follow(listen=bool(self._watchers))

    def _tell(self, block: Block) -> None:
        store = self._node.producer.store
        hits: dict[Sink, list[bytes]] = {}
        for key in sorted(self._watchers.keys() & store.changed_keys(block.hash)):
            for sink in self._watchers[key]:
                hits.setdefault(sink, []).append(key)
        state = store.state_at(block.hash)
        texts: dict[tuple[bytes, ...], str] = {}
        for sink, keys in hits.items():
            name = tuple(keys)
            if name not in texts:
                texts[name] = dump(changes_json(block.hash, keys, state))
            sink.send_text(texts[name])


def changes_json(at: bytes, keys: list[bytes], state: Snapshot) -> JsonValue:
    """A StorageChangeSet: the values of some keys after a block."""
    pairs: list[list[str | None]] = []
    for key in keys:
        value = state.get(key)
        pairs.append([to_hex(key), None if value is None else to_hex(value)])
    return {"block": to_hex(at), "changes": pairs}
