"""Each thing an extrinsic is checked for fails with the chain's own error, and spends nothing."""

import pytest
from nacl.signing import SigningKey

from taocli.localnet.frame.extrinsic import (
    ChainIdentity,
    Conditions,
    encode_bare,
    encode_signed,
    signing_payload,
)
from taocli.localnet.frame.outcome import InvalidTransaction
from taocli.localnet.frame.scale import encode_compact
from taocli.localnet.pallets.system import BLOCK_HASH_COUNT

GENESIS_HASH = b"\x11" * 32


def refused(chain, extrinsic):
    """Both the pool and the block refuse, with the same words; nothing changes."""
    before = chain.runtime.state.take_changes()
    chain.runtime.state.base.apply(before)
    with pytest.raises(InvalidTransaction) as block:
        chain.runtime.apply(extrinsic)
    assert chain.runtime.state.take_changes() == {}
    return block.value


@pytest.mark.parametrize(
    "change",
    [
        {"spec_version": 424},
        {"transaction_version": 2},
        {"genesis_hash": bytes(32)},
        {"birth_hash": bytes(32)},
        {"metadata_hash": bytes(32)},
        {"signer": b"\7" * 32},
    ],
)
def test_a_signature_for_another_chain_runtime_or_account_is_bad_proof(chain, change):
    call = chain.call("System", "remark", remark=b"x")
    error = refused(chain, chain.signed(chain.alice, call, **change))
    assert (error.rpc_code, error.message) == (1010, "Invalid Transaction")
    assert error.data == "Transaction has a bad signature"


def test_every_byte_of_a_signed_extrinsic_matters(chain):
    good = chain.signed(chain.alice, chain.call("System", "remark", remark=b"hello"))
    for position in range(2, len(good)):
        bent = bytearray(good)
        bent[position] ^= 0x10
        with pytest.raises(InvalidTransaction):
            chain.runtime.apply(bytes(bent))
    assert chain.runtime.apply(good).ok


def test_nonces(chain):
    call = chain.call("System", "remark", remark=b"x")
    assert chain.apply(chain.alice, call).ok
    assert refused(chain, chain.signed(chain.alice, call, nonce=0)).reason == "Stale"
    ahead = chain.signed(chain.alice, call, nonce=3)
    assert refused(chain, ahead).reason == "Future"
    valid = chain.runtime.validate(ahead)
    assert valid.provides == (chain.alice.public + b"\3\0\0\0",)
    assert valid.requires == (chain.alice.public + b"\2\0\0\0",)
    with pytest.raises(InvalidTransaction, match="outdated"):
        chain.runtime.validate(chain.signed(chain.alice, call, nonce=0))


def test_accounts_without_money_cannot_pay(chain):
    call = chain.call("System", "remark", remark=b"x")
    assert refused(chain, chain.signed(chain.carol, call)).reason == "Payment"
    assert refused(chain, chain.signed(chain.bob, call, tip=10**9)).reason == "Payment"
    assert chain.apply(chain.carol, chain.call("Counter", "add_free", by=1)).ok


def test_mortality(chain):
    call = chain.call("System", "remark", remark=b"x")
    while chain.number < 20:
        chain.next_block()
    era = (8, 5)  # born at 13, so it holds for blocks 13 to 20
    good = chain.signed(chain.alice, call, era=era, birth_hash=chain.hash_of(13))
    assert chain.runtime.apply(good).ok
    last = chain.signed(chain.alice, call, era=era, birth_hash=chain.hash_of(13))
    chain.next_block()
    assert refused(chain, last).reason == "AncientBirthBlock"  # 21 would be its birth now
    chain.next_block()
    assert refused(chain, last).reason == "BadProof"  # the era now means block 21
    del chain.runtime.system.BlockHash[21]
    assert refused(chain, last).reason == "AncientBirthBlock"


def test_the_pool_accepts_an_era_born_at_the_head_and_tells_how_long_it_holds(chain):
    call = chain.call("System", "remark", remark=b"x")
    for _ in range(4):
        chain.next_block()
    chain.end()
    head = chain.number
    extrinsic = chain.signed(chain.alice, call, era=(64, head % 64), birth_hash=chain.hash_of(head))
    assert chain.runtime.validate(extrinsic).longevity == 63
    assert chain.runtime.block_number == head


def test_metadata_hash_mode_needs_a_digest_that_is_not_known(chain):
    call = chain.call("System", "remark", remark=b"x")
    error = refused(chain, chain.signed(chain.alice, call, check_metadata=True))
    assert (error.rpc_code, error.reason) == (1011, "CannotLookup")


def test_sudo_of_anybody_else_is_a_bad_signer(chain):
    call = chain.call("Sudo", "sudo", call=chain.call("System", "remark", remark=b"x"))
    assert refused(chain, chain.signed(chain.bob, call)).reason == "BadSigner"


def test_a_pallet_refuses_with_its_own_code(chain):
    error = refused(chain, chain.signed(chain.alice, chain.call("Counter", "add", by=13)))
    assert (error.rpc_code, error.data) == (1010, "Custom error: 6")


@pytest.mark.parametrize(
    "data", [b"", b"\0", b"\4\4", b"\x08\x05\0", b"\x10\x04\x63\x00\x00", b"\xff" * 40]
)
def test_garbage_is_no_extrinsic(chain, data):
    with pytest.raises(InvalidTransaction) as error:
        chain.runtime.validate(data)
    assert error.value.rpc_code == 1001


def test_bare_calls_are_for_authors(chain):
    call = chain.call("System", "remark", remark=b"x")
    assert refused(chain, encode_bare(call.encode())).rpc_code == 1011
    now = encode_bare(chain.call("Timestamp", "set", now=5).encode())
    with pytest.raises(InvalidTransaction):
        chain.runtime.validate(now)


def test_deep_nesting_is_refused_while_decoding(chain):
    call = chain.call("System", "remark", remark=b"")
    for _ in range(9):
        call = chain.call("Sudo", "sudo", call=call)
    with pytest.raises(InvalidTransaction) as error:
        chain.runtime.validate(chain.signed(chain.alice, call))
    assert error.value.rpc_code == 1001


def test_ed25519_counts_and_ecdsa_is_refused_by_name(chain):
    key = SigningKey(b"\5" * 32)
    who = bytes(key.verify_key)
    chain.runtime.balances.mint(who, 10**9)
    data = chain.call("System", "remark", remark=b"x").encode()
    conditions = Conditions(None, 0, 0)
    payload = signing_payload(data, conditions, ChainIdentity(425, 1, GENESIS_HASH, GENESIS_HASH))
    signature = key.sign(payload).signature
    assert chain.runtime.apply(encode_signed(who, ("Ed25519", signature), conditions, data)).ok
    error = refused(chain, encode_signed(who, ("Ecdsa", bytes(65)), conditions, data))
    assert "ecdsa" in error.data


def test_a_full_block_takes_no_more(chain):
    big = chain.call("System", "remark", remark=bytes(3_000_000))
    assert chain.apply(chain.alice, big).ok
    assert chain.apply(chain.alice, big).ok
    assert refused(chain, chain.signed(chain.alice, big)).reason == "ExhaustsResources"


def test_length_prefix_must_fit(chain):
    good = chain.signed(chain.alice, chain.call("System", "remark", remark=b"x"))
    body = good[2:]
    with pytest.raises(InvalidTransaction):
        chain.runtime.validate(encode_compact(len(body) + 1) + body)


def test_a_signature_names_block_0_however_long_the_chain_is(chain):
    chain.runtime.system.open_block(BLOCK_HASH_COUNT + 2, b"\2" * 32)
    assert chain.runtime.system.BlockHash[0] == GENESIS_HASH
    chain.runtime.system.open_block(BLOCK_HASH_COUNT + 3, b"\3" * 32)
    assert chain.runtime.system.BlockHash[0] == GENESIS_HASH
    assert chain.runtime.system.BlockHash[BLOCK_HASH_COUNT + 2] == b"\3" * 32
