"""system_*, account_* and rpc_*: who the node is, and the next nonce of an account."""

from typing import Any

from taocli import __version__
from taocli.localnet.rpc.node_seam import Node
from taocli.localnet.rpc.params import account_from
from taocli.localnet.rpc.protocol import MethodTable, method

CHAIN = "Bittensor"
PROPERTIES = {"ss58Format": 42, "tokenDecimals": 9, "tokenSymbol": "TAO"}


class SystemMethods:
    """Answers about the node; it has no peers and is always in sync."""

    def __init__(self, node: Node, table: MethodTable) -> None:
        self._node = node
        self._table = table

    @method("rpc_methods")
    def rpc_methods(self) -> dict[str, Any]:
        """Every name this node answers to."""
        return {"methods": self._table.names()}

    @method("system_chain")
    def chain(self) -> str:
        """The chain's name, the same as that of Subtensor's own local chain."""
        return CHAIN

    @method("system_chainType")
    def chain_type(self) -> str:
        """Local: not the network where tokens have a price."""
        return "Local"

    @method("system_name")
    def name(self) -> str:
        """The node's name."""
        return "taocli localnet"

    @method("system_version")
    def version(self) -> str:
        """The version of taocli and the runtime interface it imitates."""
        return f"{__version__}-subtensor{self._node.producer.runtime.version.spec_version}"

    @method("system_properties")
    def properties(self) -> dict[str, Any]:
        """SS58 prefix, decimals and symbol."""
        return dict(PROPERTIES)

    @method("system_health")
    def health(self) -> dict[str, Any]:
        """In sync, alone."""
        return {"peers": 0, "isSyncing": False, "shouldHavePeers": False}

    @method("system_peers")
    def peers(self) -> list[Any]:
        """Nobody."""
        return []

    @method("system_nodeRoles")
    def node_roles(self) -> list[str]:
        """The node authors blocks."""
        return ["Authority"]

    @method("system_localPeerId")
    def local_peer_id(self) -> str:
        """A fixed name: the node has no peer-to-peer identity."""
        return "12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp"

    @method("system_localListenAddresses")
    def local_listen_addresses(self) -> list[str]:
        """It listens for clients only."""
        return []

    @method("system_syncState")
    def sync_state(self) -> dict[str, int]:
        """Where the node stands."""
        number = self._node.head.number
        return {"startingBlock": 0, "currentBlock": number, "highestBlock": number}

    @method("account_nextIndex", "system_accountNextIndex")
    def next_index(self, account: Any) -> int:
        """The nonce for the account's next transaction, counting those that wait in the pool."""
        public_key = account_from(account)
        producer = self._node.producer
        answer = producer.call_api(
            "AccountNonceApi_account_nonce", public_key, self._node.head.hash
        )
        return producer.next_nonce(public_key, int.from_bytes(answer, "little"))
