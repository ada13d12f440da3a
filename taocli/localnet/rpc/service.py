"""The whole method table of a node."""

from taocli.localnet.rpc.author import AuthorMethods
from taocli.localnet.rpc.chain import ChainMethods
from taocli.localnet.rpc.dev import DevMethods
from taocli.localnet.rpc.node_seam import Node
from taocli.localnet.rpc.payment import PaymentMethods
from taocli.localnet.rpc.protocol import MethodTable
from taocli.localnet.rpc.state import StateMethods
from taocli.localnet.rpc.subtensor import SubtensorMethods
from taocli.localnet.rpc.system import SystemMethods


def build_methods(node: Node) -> MethodTable:
    """Every method this node answers to."""
    table = MethodTable()
    groups = (
        ChainMethods(node),
        StateMethods(node),
        AuthorMethods(node),
        PaymentMethods(node),
        SystemMethods(node, table),
        DevMethods(node),
    )
    SubtensorMethods(node).add_to(table)
    return table.collect(groups)
