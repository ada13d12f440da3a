"""substrate-interface, with its own SCALE codec in Python, against a localnet."""

from collections.abc import Iterator
from typing import Any

import pytest
from fixtures_localnet import RunningLocalnet
from substrateinterface import Keypair, SubstrateInterface
from substrateinterface.exceptions import SubstrateRequestException

pytestmark = [pytest.mark.interop, pytest.mark.slow]

TAO = 1_000_000_000
TYPES = {"types": {"Balance": "u64"}}
"""Its built-in description of fees assumes 128 bits; Subtensor has 64, as every Bittensor tool sets."""


@pytest.fixture(scope="module")
def substrate(localnet: RunningLocalnet) -> Iterator[Any]:
    with SubstrateInterface(url=localnet.endpoint, type_registry=TYPES) as connection:
        yield connection


def free(substrate: Any, address: str) -> int:
    return int(substrate.query("System", "Account", [address]).value["data"]["free"])


def test_it_knows_the_chain(substrate: Any) -> None:
    assert substrate.chain == "Bittensor"
    assert substrate.token_symbol == "TAO"
    assert substrate.token_decimals == 9
    assert substrate.ss58_format == 42
    assert substrate.get_constant("Balances", "ExistentialDeposit").value == 500


def test_a_transfer_moves_money_and_its_events_can_be_read(substrate: Any) -> None:
    sender = Keypair.create_from_uri("//Charlie")
    receiver = Keypair.create_from_mnemonic(Keypair.generate_mnemonic()).ss58_address
    before = free(substrate, sender.ss58_address)
    call = substrate.compose_call(
        "Balances", "transfer_keep_alive", {"dest": receiver, "value": 5 * TAO}
    )
    fee = substrate.get_payment_info(call, sender)["partialFee"]
    extrinsic = substrate.create_signed_extrinsic(call, sender)
    receipt = substrate.submit_extrinsic(extrinsic, wait_for_inclusion=True)
    assert receipt.is_success, receipt.error_message
    assert free(substrate, receiver) == 5 * TAO
    assert free(substrate, sender.ss58_address) == before - 5 * TAO - receipt.total_fee_amount
    assert receipt.total_fee_amount == fee
    names = [event.value["event_id"] for event in receipt.triggered_events]
    assert names[-1] == "ExtrinsicSuccess"
    assert "Transfer" in names
    assert "TransactionFeePaid" in names


def test_a_failed_call_names_its_error(substrate: Any) -> None:
    sender = Keypair.create_from_uri("//Dave")
    call = substrate.compose_call(
        "Balances",
        "transfer_keep_alive",
        {"dest": Keypair.create_from_uri("//Eve").ss58_address, "value": 10**9 * TAO},
    )
    extrinsic = substrate.create_signed_extrinsic(call, sender)
    receipt = substrate.submit_extrinsic(extrinsic, wait_for_inclusion=True)
    assert not receipt.is_success
    assert "FundsUnavailable" in str([event.value for event in receipt.triggered_events])


def test_a_wrong_signature_is_refused_by_the_pool(substrate: Any) -> None:
    call = substrate.compose_call("System", "remark", {"remark": b"hello"})
    sender = Keypair.create_from_uri("//Dave")
    extrinsic = substrate.create_signed_extrinsic(call, sender, signature=bytes(64))
    with pytest.raises(SubstrateRequestException) as refused:
        substrate.submit_extrinsic(extrinsic)
    assert refused.value.args[0]["code"] == 1010


def test_a_mortal_transaction_is_included(substrate: Any) -> None:
    sender = Keypair.create_from_uri("//Eve")
    call = substrate.compose_call("System", "remark", {"remark": b"hello"})
    extrinsic = substrate.create_signed_extrinsic(call, sender, era={"period": 64}, tip=7)
    receipt = substrate.submit_extrinsic(extrinsic, wait_for_finalization=True)
    assert receipt.is_success
    assert receipt.extrinsic_idx == 2  # behind the time and the author's MevShield key


def test_heads_are_streamed(substrate: Any) -> None:
    seen: list[int] = []

    def take(header: Any, _count: int, _id: str) -> Any:
        seen.append(header["header"]["number"])
        return True if len(seen) == 3 else None

    substrate.subscribe_block_headers(take)
    assert seen == [seen[0], seen[0] + 1, seen[0] + 2]
