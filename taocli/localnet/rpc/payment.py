"""payment_*: what an extrinsic would cost, in JSON; ``state_call`` gives the same in SCALE.

A balance is text in one answer and a number in the other, as serde writes them; the tip is left out.
Source: Substrate ``frame/transaction-payment/rpc``.
"""

from typing import Any

from taocli.localnet.frame.outcome import InvalidTransaction
from taocli.localnet.frame.scale import Reader, ScaleError
from taocli.localnet.pallets.transaction_payment import FeeDetails, RuntimeDispatchInfo
from taocli.localnet.rpc.history import History
from taocli.localnet.rpc.node_seam import Node
from taocli.localnet.rpc.params import from_hex
from taocli.localnet.rpc.protocol import RUNTIME_ERROR, RpcRefused, method

DECODE_ERROR = 2


class PaymentMethods:
    """Fees before they are paid."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._history = History(node)

    @method("payment_queryInfo")
    def query_info(self, extrinsic: Any, block_hash: Any = None) -> dict[str, Any]:
        """Weight, class and fee of an extrinsic."""
        failure = "Unable to query dispatch info."
        answer = self._ask("query_info", extrinsic, block_hash, failure)
        found = RuntimeDispatchInfo.decode(Reader(answer))
        return {
            "weight": found["weight"],
            "class": found["class"].lower(),
            "partialFee": str(found["partial_fee"]),
        }

    @method("payment_queryFeeDetails")
    def query_fee_details(self, extrinsic: Any, block_hash: Any = None) -> dict[str, Any]:
        """The parts of an extrinsic's fee; null for one that pays none."""
        failure = "Unable to query fee details."
        answer = self._ask("query_fee_details", extrinsic, block_hash, failure)
        fee = FeeDetails.decode(Reader(answer))["inclusion_fee"]
        if fee is None:
            return {"inclusionFee": None}
        return {
            "inclusionFee": {
                "baseFee": fee["base_fee"],
                "lenFee": fee["len_fee"],
                "adjustedWeightFee": fee["adjusted_weight_fee"],
            }
        }

    def _ask(self, name: str, extrinsic: Any, block_hash: Any, failure: str) -> bytes:
        encoded = from_hex(extrinsic, "extrinsic")
        at = self._history.hash_of(block_hash)
        why = self._history.why_unreadable(at)
        if why is not None:
            why = f"Api called for an unknown Block: {why}"
            raise RpcRefused(RUNTIME_ERROR, failure, why)
        arguments = encoded + len(encoded).to_bytes(4, "little")
        try:
            api = f"TransactionPaymentApi_{name}"
            return self._node.producer.call_api(api, arguments, at)
        except (ScaleError, InvalidTransaction) as error:
            raise RpcRefused(DECODE_ERROR, failure, error.what) from None
