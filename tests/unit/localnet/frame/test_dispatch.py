"""What calls do, what failures undo, and what every extrinsic costs."""

import pytest

from taocli.localnet.frame.outcome import DispatchFailure
from taocli.localnet.frame.scale import Reader
from taocli.localnet.frame.types import AccountId, Unencodable, u64
from taocli.localnet.pallets.utility import derived_account

RAO = 10**9


def events(chain):
    """``Pallet.Event`` of all events so far in this block's newest extrinsic."""
    found = []
    for record in chain.runtime._events:
        if record[0] == 0 and int.from_bytes(record[1:5], "little") == chain.last:
            pallet = chain.runtime._by_index[record[5]]
            variant = next(v for v in pallet.event_variants.values() if v.index == record[6])
            found.append(f"{pallet.name}.{variant.name}")
    return found


def run(chain, key, call, **change):
    outcome = chain.apply(key, call, **change)
    chain.last = outcome.index
    return outcome


def total(chain):
    accounts = chain.runtime.system.Account.items_under()
    return sum(a["data"]["free"] + a["data"]["reserved"] for _, a in accounts)


def test_a_failed_call_leaves_only_fee_and_nonce(chain):
    before = chain.free(chain.alice)
    outcome = run(chain, chain.alice, chain.call("Counter", "add", by=94), tip=11)
    assert outcome.error.label == "Counter.TooHigh"
    assert outcome.error.value == ("Module", {"index": 40, "error": b"\0\0\0\0"})
    assert chain.runtime.counter.Total.get() == 7
    assert chain.runtime.counter.Marks.keys_under() == []
    assert chain.free(chain.alice) == before - outcome.fee - 11
    assert chain.runtime.system.Account[chain.alice.public]["nonce"] == 1
    assert events(chain) == [
        "Balances.Withdraw",
        "TransactionPayment.TransactionFeePaid",
        "System.ExtrinsicFailed",
    ]


def test_a_bug_in_a_pallet_passes_through_and_leaves_nothing(chain):
    before = chain.free(chain.alice)
    with pytest.raises(Unencodable):
        chain.apply(chain.alice, chain.call("Counter", "trip"))
    assert chain.free(chain.alice) == before
    assert chain.runtime.system.Account[chain.alice.public]["nonce"] == 0
    assert chain.runtime.counter.Total.get() == 7


def test_a_call_that_succeeds(chain):
    assert run(chain, chain.alice, chain.call("Counter", "add", by=3)).ok
    assert chain.runtime.counter.Total.get() == 10
    assert events(chain)[1] == "Counter.Counted"
    assert events(chain)[-1] == "System.ExtrinsicSuccess"


def test_the_fee_is_base_plus_length_plus_weight(chain):
    extrinsic = chain.signed(chain.alice, chain.call("System", "remark", remark=b"x"))
    outcome = chain.runtime.apply(extrinsic)
    assert outcome.fee == 54_078 + len(extrinsic) + 80_000
    free = run(chain, chain.alice, chain.call("Counter", "add_free", by=1))
    assert free.fee == 0
    assert "Balances.Withdraw" not in events(chain)


def test_the_author_earns_fees_and_without_one_they_burn(chain, chain_with_author):
    call = chain.call("System", "remark", remark=b"x")
    issued = chain.runtime.balances.TotalIssuance.get()
    outcome = chain.apply(chain.alice, call, tip=5)
    assert chain.runtime.balances.TotalIssuance.get() == issued - outcome.fee - 5
    author = chain_with_author.runtime.aura.author()
    outcome = chain_with_author.apply(chain_with_author.alice, call, tip=5)
    assert chain_with_author.runtime.balances.free(author) == outcome.fee + 5
    for one in (chain, chain_with_author):
        assert total(one) == one.runtime.balances.TotalIssuance.get()


def test_query_info_tells_the_fee_that_is_taken(chain):
    extrinsic = chain.signed(chain.alice, chain.call("System", "remark", remark=b"x"))
    argument = extrinsic + len(extrinsic).to_bytes(4, "little")
    answer = Reader(chain.runtime.call_api("TransactionPaymentApi_query_info", argument))
    assert (answer.take_compact(), answer.take_compact(), answer.take_byte()) == (160_000_000, 0, 0)
    fee = u64.decode(answer)
    details = chain.runtime.call_api("TransactionPaymentApi_query_fee_details", argument)
    parts = [int.from_bytes(details[i : i + 8], "little") for i in (1, 9, 17, 25)]
    assert sum(parts) == fee == chain.runtime.apply(extrinsic).fee


def transfer(chain, name, value):
    return chain.call("Balances", name, dest=chain.carol.public, value=value)


def test_transfers(chain):
    assert run(chain, chain.alice, transfer(chain, "transfer_keep_alive", 3 * RAO)).ok
    assert chain.free(chain.carol) == 3 * RAO
    assert events(chain)[1:4] == ["System.NewAccount", "Balances.Endowed", "Balances.Transfer"]
    assert total(chain) == chain.runtime.balances.TotalIssuance.get()


@pytest.mark.parametrize(
    ("name", "value", "label"),
    [
        ("transfer_keep_alive", 2 * RAO, "Token.FundsUnavailable"),
        ("transfer_allow_death", 499, "Token.BelowMinimum"),
        ("transfer_keep_alive", RAO - 200_000, None),
    ],
)
def test_transfer_errors(chain, name, value, label):
    outcome = run(chain, chain.bob, transfer(chain, name, value))
    assert (outcome.error.label if outcome.error else None) == label
    left = chain.free(chain.bob)
    if label is None:
        outcome = run(chain, chain.alice, chain.call("Utility", "batch_all", calls=[]))
        with pytest.raises(DispatchFailure) as error:
            chain.runtime.balances.transfer(
                chain.bob.public, chain.carol.public, left - 499, keep_alive=True
            )
        assert error.value.label == "Token.NotExpendable"


def test_dust_is_lost_and_the_account_goes(chain):
    balances = chain.runtime.balances
    balances.transfer(chain.bob.public, chain.carol.public, RAO - 400)
    assert chain.bob.public not in chain.runtime.system.Account
    assert total(chain) == balances.TotalIssuance.get()


def test_transfer_all_and_unknown_address_forms(chain):
    call = chain.call("Balances", "transfer_all", dest=chain.carol.public, keep_alive=True)
    assert run(chain, chain.bob, call).ok
    assert chain.free(chain.bob) == 500
    odd = chain.call("Balances", "transfer_keep_alive", dest=("Raw", b"hi"), value=1)
    assert run(chain, chain.alice, odd).error.value == "CannotLookup"


def test_reserve_and_unreserve(chain):
    balances = chain.runtime.balances
    balances.reserve(chain.bob.public, 1_000)
    assert chain.free(chain.bob) == RAO - 1_000
    assert balances.unreserve(chain.bob.public, 5_000) == 1_000
    with pytest.raises(DispatchFailure):
        balances.reserve(chain.bob.public, RAO)


def test_batches(chain):
    good, bad = chain.call("Counter", "add", by=1), chain.call("Counter", "add", by=1_000)
    assert run(chain, chain.alice, chain.call("Utility", "batch", calls=[good, bad, good])).ok
    assert chain.runtime.counter.Total.get() == 8
    assert "Utility.BatchInterrupted" in events(chain)
    outcome = run(chain, chain.alice, chain.call("Utility", "batch_all", calls=[good, bad]))
    assert outcome.error.label == "Counter.TooHigh"
    assert chain.runtime.counter.Total.get() == 8
    assert run(chain, chain.alice, chain.call("Utility", "force_batch", calls=[good, bad, good])).ok
    assert chain.runtime.counter.Total.get() == 10
    assert events(chain).count("Utility.ItemFailed") == 1
    assert "Utility.BatchCompletedWithErrors" in events(chain)


def test_no_batch_in_a_batch(chain):
    inner = chain.call("Utility", "batch", calls=[])
    outcome = run(chain, chain.alice, chain.call("Utility", "batch_all", calls=[inner]))
    assert outcome.error.label == "System.CallFiltered"
    as_root = chain.call("Sudo", "sudo", call=chain.call("Utility", "batch", calls=[inner]))
    assert run(chain, chain.alice, as_root).ok


def test_if_else_and_derived_accounts(chain):
    good, bad = chain.call("Counter", "add", by=1), chain.call("Counter", "add", by=1_000)
    assert run(chain, chain.alice, chain.call("Utility", "if_else", main=bad, fallback=good)).ok
    assert chain.runtime.counter.Total.get() == 8
    assert run(chain, chain.alice, chain.call("Utility", "as_derivative", index=3, call=good)).ok
    who = derived_account(chain.alice.public, 3)
    assert chain.runtime.counter.Marks[1, who] == 5


def test_sudo_is_free_and_reports_the_inner_result(chain):
    before = chain.free(chain.alice)
    raise_it = chain.call("Balances", "force_set_balance", who=chain.carol.public, new_free=RAO)
    assert run(chain, chain.alice, chain.call("Sudo", "sudo", call=raise_it)).fee == 0
    assert chain.free(chain.alice) == before
    assert chain.free(chain.carol) == RAO
    assert total(chain) == chain.runtime.balances.TotalIssuance.get()
    assert run(chain, chain.alice, raise_it).error.value == "BadOrigin"
    as_bob = chain.call("Counter", "add", by=2)
    call = chain.call("Sudo", "sudo_as", who=chain.bob.public, call=as_bob)
    assert run(chain, chain.alice, call).ok
    assert chain.runtime.counter.Marks[1, chain.bob.public] == 5
    assert run(chain, chain.alice, chain.call("Sudo", "set_key", new=chain.bob.public)).ok
    assert chain.runtime.sudo.Key.get() == chain.bob.public


def test_set_storage_by_root(chain):
    key = chain.runtime.counter.Total.prefix
    call = chain.call("System", "set_storage", items=[(key, u64.encode(42))])
    assert run(chain, chain.alice, chain.call("Sudo", "sudo", call=call)).ok
    assert chain.runtime.counter.Total.get() == 42
    gone = chain.call("System", "kill_storage", keys=[key])
    assert run(chain, chain.alice, chain.call("Sudo", "sudo", call=gone)).ok
    assert chain.runtime.counter.Total.get() == 7


def test_time_is_set_once_a_block(chain):
    assert chain.runtime.now_ms == 12_000
    from taocli.localnet.frame.extrinsic import encode_bare

    with pytest.raises(DispatchFailure):
        chain.runtime.apply(encode_bare(chain.call("Timestamp", "set", now=5).encode()))
    chain.next_block()
    assert chain.runtime.now_ms == 24_000


def test_nonce_api(chain):
    chain.apply(chain.alice, chain.call("System", "remark", remark=b""))
    answer = chain.runtime.call_api(
        "AccountNonceApi_account_nonce", AccountId.encode(chain.alice.public)
    )
    assert answer == b"\1\0\0\0"
    with pytest.raises(KeyError):
        chain.runtime.call_api("Nobody_nothing", b"")
