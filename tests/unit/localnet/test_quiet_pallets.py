"""Pallets and APIs that clients look into: what of them works, and how the rest refuses."""

from typing import Any

import pytest
from fixtures_chain import TAO, Chain

from taocli.localnet.assemble import build_producer
from taocli.localnet.dev_keys import dev_key
from taocli.localnet.frame.extrinsic import (
    ChainIdentity,
    Conditions,
    UncheckedExtrinsic,
    encode_signed,
    signing_payload,
)
from taocli.localnet.frame.storage import twox_128
from taocli.localnet.frame.types import Bytes
from taocli.localnet.pallets.evm_placeholders import account_of
from taocli.localnet.pallets.randomness import KEPT
from taocli.localnet.pallets.shield_keys import key_of_block, shield

ADDRESS = b"\x11" * 20
ORDER = (
    "V1",
    {
        "signer": bytes(32),
        "hotkey": bytes(32),
        "netuid": 1,
        "order_type": "LimitBuy",
        "amount": TAO,
        "limit_price": TAO,
        "expiry": 0,
        "fee_rate": 0,
        "fee_recipient": bytes(32),
        "relayer": None,
        "max_slippage": None,
        "chain_id": 42,
        "partial_fills_enabled": False,
    },
)
SIGNED_ORDER = {"order": ORDER, "signature": ("Sr25519", bytes(64)), "partial_fill": None}


@pytest.fixture
def chain():
    return Chain()


def transfer(chain, amount=TAO):
    return chain.do("Alice", "Balances.transfer_keep_alive", dest=chain.key("Bob"), value=amount)


def last_events(chain):
    chain.runtime.end_block()
    return chain.runtime.system.EventCount.get()


def test_safe_mode_stops_transfers_until_root_ends_it(chain):
    assert transfer(chain) is None
    chain.ok(None, "SafeMode.force_enter")
    assert chain.runtime.safe_mode.EnteredUntil.get() == chain.number + 7_200
    assert transfer(chain) == "CallFiltered"
    assert chain.do("Alice", "System.remark", remark=b"still heard") is None
    assert chain.do(None, "SafeMode.force_enter") == "Entered"
    chain.ok(None, "SafeMode.force_extend")
    assert chain.runtime.safe_mode.EnteredUntil.get() == chain.number + 10_800
    chain.ok(None, "SafeMode.force_exit")
    assert transfer(chain) is None
    assert chain.do(None, "SafeMode.force_exit") == "Exited"
    assert chain.do(None, "SafeMode.force_extend") == "Exited"


def test_safe_mode_ends_by_itself(chain):
    chain.ok(None, "SafeMode.force_enter")
    chain.runtime.safe_mode.EnteredUntil.set(chain.number + 1)
    chain.mine()
    assert transfer(chain) == "CallFiltered"
    chain.mine()
    assert transfer(chain) is None


@pytest.mark.parametrize(
    ("who", "call", "error"),
    [
        ("Alice", "enter", "NotConfigured"),
        ("Alice", "extend", "NotConfigured"),
        ("Alice", "force_enter", "BadOrigin"),
        ("Alice", "force_exit", "BadOrigin"),
    ],
)
def test_nobody_but_root_touches_safe_mode(chain, who, call, error):
    assert chain.do(who, f"SafeMode.{call}") == error


def test_there_are_no_deposits_of_safe_mode(chain):
    about: dict[str, Any] = {"account": chain.key("Alice"), "block": 1}
    assert chain.do("Alice", "SafeMode.release_deposit", **about) == "NoDeposit"
    assert chain.do(None, "SafeMode.force_release_deposit", **about) == "NoDeposit"
    assert chain.do(None, "SafeMode.force_slash_deposit", **about) == "NoDeposit"
    assert chain.do("Alice", "SafeMode.force_slash_deposit", **about) == "BadOrigin"


def test_limit_orders_are_refused_and_stay_so(chain):
    orders = [SIGNED_ORDER]
    for call, args in (
        ("execute_orders", {"orders": orders, "should_fail": True}),
        ("execute_batched_orders", {"netuid": 1, "orders": orders}),
        ("cancel_order", {"order": ORDER}),
    ):
        assert chain.do("Alice", f"LimitOrders.{call}", **args) == "LimitOrdersDisabled"
    assert chain.do(None, "LimitOrders.set_pallet_status", enabled=True) == "LimitOrdersDisabled"
    chain.ok(None, "LimitOrders.set_pallet_status", enabled=False)
    assert chain.runtime.limit_orders.LimitOrdersEnabled.get() is False


def test_tao_sent_to_an_ethereum_address_comes_back_to_its_account(chain):
    address = chain.key("Alice")[:20]
    before = chain.free("Alice")
    chain.ok("Alice", "Balances.transfer_keep_alive", dest=account_of(address), value=TAO)
    assert chain.do("Bob", "EVM.withdraw", address=address, value=TAO) == "BadOrigin"
    assert chain.do("Alice", "EVM.withdraw", address=address, value=2 * TAO) == "FundsUnavailable"
    chain.ok("Alice", "EVM.withdraw", address=address, value=TAO)
    assert chain.free("Alice") == before
    assert chain.runtime.balances.free(account_of(address)) == 0


def test_root_sets_the_whitelist_and_the_price_of_gas(chain):
    chain.ok(None, "EVM.set_whitelist", new=[ADDRESS])
    chain.ok(None, "EVM.disable_whitelist", disabled=True)
    chain.ok(None, "BaseFee.set_base_fee_per_gas", fee=[1, 0, 0, 0])
    chain.ok(None, "BaseFee.set_elasticity", elasticity=5)
    runtime = chain.runtime
    assert runtime.evm.WhitelistedCreators.get() == [ADDRESS]
    assert runtime.evm.DisableWhitelistCheck.get() is True
    assert (runtime.base_fee.BaseFeePerGas.get(), runtime.base_fee.Elasticity.get()) == (
        [1, 0, 0, 0],
        5,
    )
    assert chain.do("Alice", "EVM.set_whitelist", new=[]) == "BadOrigin"
    assert chain.do("Alice", "BaseFee.set_elasticity", elasticity=1) == "BadOrigin"


def test_the_chain_has_the_number_of_subtensors_local_chain(chain):
    assert chain.runtime.evm_chain_id.ChainId.get() == 42


def test_the_last_81_parents_are_kept_each_in_its_slot(chain):
    chain.mine(KEPT + 4)
    kept = chain.runtime.randomness_collective_flip.RandomMaterial.get()
    assert len(kept) == KEPT
    assert kept[(chain.number - 1) % KEPT] == chain.runtime.system.ParentHash.get()
    assert len(set(kept)) == KEPT


def test_stalled_finality_is_noted_by_root_alone(chain):
    about = {"delay": 5, "best_finalized_block_number": 1}
    assert chain.do("Alice", "Grandpa.note_stalled", **about) == "BadOrigin"
    chain.ok(None, "Grandpa.note_stalled", **about)
    assert chain.runtime.grandpa.Stalled.get() == (5, 1)


@pytest.mark.parametrize(
    ("call", "args"),
    [
        (
            "add_liquidity",
            {"hotkey": bytes(32), "netuid": 1, "tick_low": -1, "tick_high": 1, "liquidity": 1},
        ),
        ("remove_liquidity", {"hotkey": bytes(32), "netuid": 1, "position_id": 1}),
        (
            "modify_position",
            {"hotkey": bytes(32), "netuid": 1, "position_id": 1, "liquidity_delta": -1},
        ),
        ("disable_lp", {}),
    ],
)
def test_user_liquidity_is_deprecated(chain, call, args):
    assert chain.do("Alice", f"Swap.{call}", **args) == "Deprecated"


def test_system_and_balances_take_the_calls_that_change_little(chain):
    chain.ok(None, "System.set_heap_pages", pages=64)
    assert chain.runtime.state.get(b":heappages") == (64).to_bytes(8, "little")
    assert chain.do("Alice", "System.set_heap_pages", pages=64) == "BadOrigin"
    before = chain.free("Bob")
    chain.ok("Alice", "Balances.upgrade_accounts", who=[chain.key("Bob")])
    assert chain.free("Bob") == before


@pytest.fixture
def producer():
    return build_producer()


def signed(producer, call, *, nonce=0, signer="Alice"):
    """A transaction of ``signer`` on the chain of ``producer``."""
    genesis = producer.store.head.hash
    key, conditions = dev_key(signer), Conditions(None, nonce, 0)
    payload = signing_payload(call.encode(), conditions, ChainIdentity(425, 1, genesis, genesis))
    return encode_signed(key.public_key, ("Sr25519", key.sign(payload)), conditions, call.encode())


def ask(producer, method, kinds_and_values=()):
    """What an API answers, decoded."""
    runtime = producer.runtime
    name, _, function = method.partition(".")
    arguments = b"".join(kind.encode(value) for kind, value in kinds_and_values)
    answer = producer.call_api(f"{name}_{function}", arguments, producer.store.head.hash)
    return runtime.apis[name].methods[function].output.decode_all(answer)


def declared(producer, method):
    name, _, function = method.partition(".")
    return [kind for _, kind in producer.runtime.apis[name].methods[function].inputs]


def payment(producer, amount=TAO):
    runtime = producer.runtime
    return runtime.pallet("Balances").invocation(
        "transfer_keep_alive", dest=dev_key("Bob").public_key, value=amount
    )


def test_a_transaction_is_validated_as_the_pool_would(producer):
    method = "TaggedTransactionQueue.validate_transaction"
    kinds = declared(producer, method)

    def verdict(extrinsic):
        given = zip(kinds, ("External", extrinsic, bytes(32)), strict=True)
        return ask(producer, method, given)

    good = signed(producer, payment(producer))
    kind, valid = verdict(good)
    assert (kind, valid["requires"], valid["propagate"]) == ("Ok", [], True)
    assert verdict(signed(producer, payment(producer), nonce=2))[1]["requires"] != []
    forged = good[:-1] + bytes([good[-1] ^ 1])
    assert verdict(forged) == ("Err", ("Invalid", "BadProof"))


def test_a_dry_run_tells_the_end_and_leaves_nothing(producer):
    method = "BlockBuilder.apply_extrinsic"
    before = producer.store.committed.root_after({})
    fine = ask(producer, method, [(UncheckedExtrinsic, signed(producer, payment(producer)))])
    assert fine == ("Ok", ("Ok", ()))
    poor = signed(producer, payment(producer, 10**17))
    assert ask(producer, method, [(UncheckedExtrinsic, poor)]) == (
        "Ok",
        ("Err", ("Token", "FundsUnavailable")),
    )
    early = signed(producer, payment(producer), nonce=1)
    assert ask(producer, method, [(UncheckedExtrinsic, early)]) == ("Err", ("Invalid", "Future"))
    assert producer.store.committed.root_after({}) == before
    assert producer.runtime.state.take_changes() == {}


def test_authors_slots_and_voters_are_told(producer):
    assert ask(producer, "AuraApi.slot_duration") == 12_000
    assert ask(producer, "AuraApi.authorities") == [dev_key("One").public_key]
    assert ask(producer, "GrandpaApi.grandpa_authorities") == []
    assert ask(producer, "GrandpaApi.current_set_id") == 0
    assert ask(producer, "GenesisBuilder.preset_names") == []
    keys = ask(producer, "SessionKeys.decode_session_keys", [(Bytes, bytes(32) + b"\1" * 32)])
    assert keys == [(bytes(32), b"aura"), (b"\1" * 32, b"gran")]
    assert ask(producer, "SessionKeys.decode_session_keys", [(Bytes, b"short")]) is None


def test_the_shield_api_takes_apart_and_opens(producer):
    pair = key_of_block(0)
    inner = signed(producer, payment(producer), nonce=1)
    carrier = producer.runtime.pallet("MevShield").invocation(
        "submit_encrypted", ciphertext=shield(pair.public, inner, b"\7" * 56)
    )
    outer = signed(producer, carrier)
    parts = ask(producer, "ShieldApi.try_decode_shielded_tx", [(UncheckedExtrinsic, outer)])
    assert parts["key_hash"] == twox_128(pair.public)
    assert ask(producer, "ShieldApi.try_decode_shielded_tx", [(UncheckedExtrinsic, inner)]) is None
    kinds = declared(producer, "ShieldApi.try_unshield_tx")

    def opened(secret):
        return ask(producer, "ShieldApi.try_unshield_tx", zip(kinds, (secret, parts), strict=True))

    assert opened(pair.secret) == inner
    assert opened(key_of_block(1).secret) is None
    assert opened(b"") is None
    (kind,) = declared(producer, "ShieldApi.is_shielded_using_current_key")
    asked = [(kind, parts["key_hash"])]
    assert ask(producer, "ShieldApi.is_shielded_using_current_key", asked) is False
    producer.runtime.mev_shield.PendingKey.set(pair.public)
    assert ask(producer, "ShieldApi.is_shielded_using_current_key", asked) is True


def test_the_subnet_to_prune_is_the_one_that_would_give_way(chain):
    answer = chain.runtime.apis["SubnetInfoRuntimeApi"].get_subnet_to_prune
    assert answer() is None
    chain.module.NetworkImmunityPeriod.set(0)
    assert answer() == 1
