import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taocli.domain.errors import Unauthenticated
from taocli.protocol.signature import (
    MAX_WINDOW_S,
    NonceStore,
    Verifier,
    signed_text,
    verify_sr25519,
)
from taocli.protocol.synapse import Claim, RequestHead

NOW = 1_800_000_000_000_000_000


def head(key, receiver, nonce, *, timeout_s=12.0, body_hash="00"):
    claim = Claim(key.address.ss58, str(nonce), "u", "")
    signature = "0x" + key.sign(signed_text(claim, receiver.ss58, body_hash)).hex()
    claim = Claim(claim.hotkey, claim.nonce, claim.uuid, signature)
    return RequestHead("Dummy", timeout_s, claim, receiver.ss58, body_hash, ())


def test_an_absent_uuid_is_signed_as_none():
    assert signed_text(Claim("a", "1", "", ""), "b", "c") == b"1.a.b.None.c"


@pytest.mark.parametrize("signature", ["", "0x", "0xzz", "0x" + "00" * 64, "0x" + "ff" * 64, "é"])
def test_malformed_signatures_are_wrong(key, signature):
    assert not verify_sr25519(key(1).address.public_key, b"m", signature)


@settings(max_examples=30, deadline=None)
@given(st.permutations(range(20)))
def test_fresh_nonces_pass_once_in_any_order(order):
    store = NonceStore()
    for step in order:
        store.accept("a", NOW + step, NOW)
    for step in order:
        with pytest.raises(Unauthenticated):
            store.accept("a", NOW + step, NOW)


def test_nonces_are_forgotten_when_they_could_not_come_again():
    store = NonceStore()
    for step in range(1000):
        store.accept(f"caller {step}", NOW + step, NOW)
    later = NOW + int((MAX_WINDOW_S + 1) * 1e9)
    store.accept("b", later, later)
    assert len(store) == 1


def test_one_caller_cannot_fill_the_store(monkeypatch):
    monkeypatch.setattr("taocli.protocol.signature._MAX_NONCES_PER_CALLER", 10)
    store = NonceStore()
    for step in range(10):
        store.accept("greedy", NOW + step, NOW)
    with pytest.raises(Unauthenticated, match="Too many"):
        store.accept("greedy", NOW + 11, NOW)
    store.accept("other", NOW, NOW)


def test_a_wide_timeout_header_does_not_widen_the_window_beyond_memory(key):
    miner, caller = key(1), key(2)
    verifier = Verifier(miner.address, started_ns=0)
    old = NOW - int((MAX_WINDOW_S + 1) * 1e9)
    with pytest.raises(Unauthenticated, match="too old"):
        verifier.check(head(caller, miner.address, old, timeout_s=600.0), caller.address, NOW)


def test_a_wrong_signature_does_not_spend_the_nonce(key):
    miner, caller = key(1), key(2)
    verifier = Verifier(miner.address, started_ns=0)
    good = head(caller, miner.address, NOW)
    bad = RequestHead("Dummy", 12.0, good.claim, good.axon_hotkey, "01", ())
    with pytest.raises(Unauthenticated, match="Signature mismatch"):
        verifier.check(bad, caller.address, NOW)
    verifier.check(good, caller.address, NOW)
