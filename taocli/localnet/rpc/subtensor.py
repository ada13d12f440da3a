"""Subtensor's own methods: runtime APIs under JSON names, for tools older than ``state_call``.

Parameters are JSON values, the last one an optional block hash. What comes back is the runtime's SCALE
answer as a list of numbers (Rust's ``Vec<u8>``); only costs, prices and the subnet to prune are plain
JSON. Errors have code 1 and say what could not be got. Source: Subtensor ``pallets/subtensor/rpc`` and
``pallets/swap/rpc``; ``subnetInfo_getBlockEmission`` and the basket methods are left out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from taocli.localnet.frame.scale import Reader, encode_compact
from taocli.localnet.rpc.history import History
from taocli.localnet.rpc.node_seam import Node
from taocli.localnet.rpc.params import account_from, bytes_from, count_from, invalid
from taocli.localnet.rpc.protocol import RUNTIME_ERROR, Method, MethodTable, RpcRefused

MAX_INDEXES = 1_000
_Encoder = Callable[[Any], bytes]
_Writer = Callable[[bytes], Any]


def _integer(what: str, width: int) -> _Encoder:
    most = (1 << 8 * width) - 1
    return lambda value: count_from(value, what, most).to_bytes(width, "little")


def _account(value: Any) -> bytes:
    """An account as a list of numbers; what follows 32 of them is not read."""
    found = bytes_from(value)[:32]
    if len(found) < 32:
        why = 'Unable to get delegates info: Error { cause: None, desc: "Not enough data" }'
        raise RpcRefused(RUNTIME_ERROR, why)
    return found


def _indexes(value: Any) -> bytes:
    if not isinstance(value, list) or len(value) > MAX_INDEXES:
        raise invalid(f"Indexes are a list of at most {MAX_INDEXES} numbers")
    return encode_compact(len(value)) + b"".join(_index(item) for item in value)


_index = _integer("An index", 2)
_netuid = _integer("netuid", 2)
_uid = _integer("uid", 2)
_mecid = _integer("mecid", 1)
_amount = _integer("The amount", 8)


def _number(answer: bytes) -> int:
    return int.from_bytes(answer, "little")


def _optional_number(answer: bytes) -> int | None:
    return None if answer == b"\0" else _number(answer[1:])


def _prices(answer: bytes) -> list[dict[str, int]]:
    reader = Reader(answer)
    return [
        {"netuid": _number(reader.take(2)), "price": _number(reader.take(8))}
        for _ in range(reader.take_length())
    ]


@dataclass(frozen=True, slots=True)
class Query:
    """One method: its name, the runtime API behind it, its parameters, and what a failure says."""

    name: str
    api: str
    failure: str
    parameters: tuple[_Encoder, ...] = ()
    write: _Writer = list


_DELEGATE, _NEURON = "DelegateInfoRuntimeApi_get_", "NeuronInfoRuntimeApi_get_"
_SUBNET, _SWAP = "SubnetInfoRuntimeApi_get_", "SwapRuntimeApi_"
_COST = "SubnetRegistrationRuntimeApi_get_network_registration_cost"
_DELEGATES, _LITE = "get delegates info", "get neurons lite info"
_INFO, _INFOS, _DYNAMIC = "get subnet info", "get subnets info", "get dynamic subnets info"
_GRAPHS, _SELECTIVE = "get metagraps", "get selective metagraph"  # the node's spelling
_N, _NM, _NI = (_netuid,), (_netuid, _mecid), (_netuid, _indexes)
_NMI, _NU, _NA, _CN = (*_NM, _indexes), (_netuid, _uid), (_netuid, _amount), (account_from, _netuid)

QUERIES = (
    Query("delegateInfo_getDelegates", f"{_DELEGATE}delegates", _DELEGATES),
    Query("delegateInfo_getDelegate", f"{_DELEGATE}delegate", _DELEGATES, (_account,)),
    Query("delegateInfo_getDelegated", f"{_DELEGATE}delegated", _DELEGATES, (_account,)),
    Query("neuronInfo_getNeuronsLite", f"{_NEURON}neurons_lite", _LITE, _N),
    Query("neuronInfo_getNeuronLite", f"{_NEURON}neuron_lite", _LITE, _NU),
    Query("neuronInfo_getNeurons", f"{_NEURON}neurons", "get neurons info", _N),
    Query("neuronInfo_getNeuron", f"{_NEURON}neuron", "get neuron info", _NU),
    Query("subnetInfo_getSubnetInfo", f"{_SUBNET}subnet_info", _INFO, _N),
    Query("subnetInfo_getSubnetsInfo", f"{_SUBNET}subnets_info", _INFOS),
    Query("subnetInfo_getSubnetInfo_v2", f"{_SUBNET}subnet_info_v2", _INFO, _N),
    Query("subnetInfo_getSubnetsInfo_v2", f"{_SUBNET}subnets_info_v2", _INFOS),
    Query("subnetInfo_getSubnetHyperparams", f"{_SUBNET}subnet_hyperparams", _INFO, _N),
    Query("subnetInfo_getSubnetHyperparamsV2", f"{_SUBNET}subnet_hyperparams_v2", _INFO, _N),
    Query("subnetInfo_getAllDynamicInfo", f"{_SUBNET}all_dynamic_info", _DYNAMIC),
    Query("subnetInfo_getDynamicInfo", f"{_SUBNET}dynamic_info", _DYNAMIC, _N),
    Query("subnetInfo_getAllMetagraphs", f"{_SUBNET}all_metagraphs", _GRAPHS),
    Query("subnetInfo_getMetagraph", f"{_SUBNET}metagraph", _DYNAMIC, _N),
    Query("subnetInfo_getAllMechagraphs", f"{_SUBNET}all_mechagraphs", _GRAPHS),
    Query("subnetInfo_getMechagraph", f"{_SUBNET}mechagraph", _DYNAMIC, _NM),
    Query("subnetInfo_getSubnetState", f"{_SUBNET}subnet_state", "get subnet state info", _N),
    Query("subnetInfo_getLockCost", _COST, "get subnet lock cost", (), _number),
    Query("subnetInfo_getSelectiveMetagraph", f"{_SUBNET}selective_metagraph", _SELECTIVE, _NI),
    Query("subnetInfo_getSelectiveMechagraph", f"{_SUBNET}selective_mechagraph", _SELECTIVE, _NMI),
    Query(
        "subnetInfo_getColdkeyAutoStakeHotkey", f"{_SUBNET}coldkey_auto_stake_hotkey",
        "get coldkey auto stake hotkey", _CN,
    ),
    Query(
        "subnetInfo_getSubnetToPrune", f"{_SUBNET}subnet_to_prune",
        "get subnet to prune", (), _optional_number,
    ),
    Query("subnetInfo_getSubnetAccountId", f"{_SUBNET}subnet_account_id", "get account id", _N),
    Query(
        "stakeInfo_getColdkeyLock", "StakeInfoRuntimeApi_get_coldkey_lock",
        "get coldkey lock", _CN,
    ),
    Query(
        "swap_currentAlphaPrice", f"{_SWAP}current_alpha_price",
        "get current alpha price", _N, _number,
    ),
    Query(
        "swap_currentAlphaPriceAll", f"{_SWAP}current_alpha_price_all",
        "get all current alpha prices", (), _prices,
    ),
    Query(
        "swap_simSwapTaoForAlpha", f"{_SWAP}sim_swap_tao_for_alpha",
        "simulate tao -> alpha swap", _NA,
    ),
    Query(
        "swap_simSwapAlphaForTao", f"{_SWAP}sim_swap_alpha_for_tao",
        "simulate alpha -> tao swap", _NA,
    ),
)  # fmt: skip


class SubtensorMethods:
    """All of ``QUERIES`` over a node."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._history = History(node)

    def add_to(self, table: MethodTable) -> None:
        """Serve them from a table."""
        for query in QUERIES:
            needed = len(query.parameters)
            table.methods[query.name] = Method(query.name, self._bind(query), needed, needed + 1)

    def _bind(self, query: Query) -> Callable[..., Any]:
        def call(*params: Any) -> Any:
            needed = len(query.parameters)
            encoders = zip(query.parameters, params[:needed], strict=True)
            arguments = b"".join(encode(value) for encode, value in encoders)
            at = self._history.hash_of(params[needed] if len(params) > needed else None)
            why = self._history.why_unreadable(at)
            if why is not None:
                text = f'Unable to {query.failure}: UnknownBlock("{why}")'
                raise RpcRefused(RUNTIME_ERROR, text)
            return query.write(self._node.producer.call_api(query.api, arguments, at))

        return call
