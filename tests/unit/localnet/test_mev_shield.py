"""Shielded transactions: ML-KEM-768 against known answers, keys that move up, and what a block does."""

import hashlib

import bittensor_core
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taocli.localnet.assemble import build_producer
from taocli.localnet.dev_keys import dev_key
from taocli.localnet.frame.extrinsic import (
    ChainIdentity,
    Conditions,
    encode_bare,
    encode_signed,
    signing_payload,
)
from taocli.localnet.frame.outcome import ROOT, Origin
from taocli.localnet.frame.storage import blake2_256, twox_128
from taocli.localnet.frame.types import Bytes
from taocli.localnet.pallets.ml_kem import decapsulate, encapsulate, generate
from taocli.localnet.pallets.shield_keys import (
    KEY_BYTES,
    RING,
    Shielded,
    key_of_block,
    open_with_ring,
    shield,
)
from taocli.localnet.pool import PoolRefused

TAO = 10**9
RANDOM = bytes(range(56))
PAIR = generate(b"d" * 32, b"z" * 32)


class TestMlKem:
    def test_a_hundred_rounds_give_the_known_digest(self):
        """The accumulated vectors of C2SP's CCTV for ML-KEM-768, of which Go's tests use this digest."""
        stream, position = hashlib.shake_128(b"").digest(100 * (96 + 1_088)), 0
        answers = hashlib.shake_128()

        def take(length):
            nonlocal position
            position += length
            return stream[position - length : position]

        for _ in range(100):
            pair = generate(take(32), take(32))
            shared, sent = encapsulate(pair.public, take(32))
            assert decapsulate(pair.secret, sent) == shared
            for answer in (pair.public, sent, shared, decapsulate(pair.secret, take(1_088))):
                answers.update(answer)
        known = "1114b1b6699ed191734fa339376afa7e285c9e6acf6ff0177d346696ce564415"
        assert answers.hexdigest(32) == known

    def test_a_changed_ciphertext_gives_another_secret(self):
        shared, sent = encapsulate(PAIR.public, bytes(32))
        forged = bytes([sent[0] ^ 1]) + sent[1:]
        assert decapsulate(PAIR.secret, sent) == shared != decapsulate(PAIR.secret, forged)


class TestCiphertexts:
    def test_what_a_client_encrypts_can_be_read(self):
        sent = bittensor_core.encrypt_mlkem768(PAIR.public, b"an extrinsic", include_key_hash=True)
        parsed = Shielded.parse(sent)
        assert parsed.key_hash == twox_128(PAIR.public)
        assert parsed.open(PAIR.secret) == b"an extrinsic"

    @settings(max_examples=5)
    @given(st.binary(max_size=100))
    def test_what_is_shielded_comes_back(self, plain):
        parsed = Shielded.parse(shield(PAIR.public, plain, RANDOM))
        assert parsed.open(PAIR.secret) == plain

    def test_only_the_right_key_opens_unchanged_bytes(self):
        parsed = Shielded.parse(shield(PAIR.public, b"x", RANDOM))
        assert parsed.open(key_of_block(0).secret) is None
        assert open_with_ring(parsed) is None
        changed = Shielded(parsed.key_hash, parsed.kem, parsed.nonce, parsed.sealed[:-1] + b"?")
        assert changed.open(PAIR.secret) is None
        assert Shielded(parsed.key_hash, b"short", parsed.nonce, b"").open(PAIR.secret) is None
        assert Shielded(parsed.key_hash, parsed.kem, parsed.nonce, b"").open(PAIR.secret) is None

    @given(st.binary(max_size=80))
    def test_any_bytes_are_taken_apart_or_refused(self, junk):
        parsed = Shielded.parse(junk)
        assert parsed is None or parsed.encode() == junk


class Shop:
    """A chain with real blocks; Alice signs, at the nonce that she says."""

    def __init__(self, **options):
        self.producer = build_producer(**options)
        self.runtime = self.producer.runtime
        self.shield = self.runtime.mev_shield
        self.producer.seal_block()

    def call(self, name, **args):
        pallet, _, call = name.partition(".")
        return self.runtime.pallet(pallet).invocation(call, **args)

    def pay(self, amount=TAO):
        return self.call("Balances.transfer_keep_alive", dest=key("Payee"), value=amount)

    def sign(self, call, nonce, era=8, who="Alice"):
        head, version = self.producer.store.head, self.runtime.version
        genesis = self.producer.store.hash_at(0)
        signer = dev_key(who)
        conditions = Conditions(era and (era, head.number % era), nonce, 0)
        birth = head.hash if era else genesis
        identity = ChainIdentity(version.spec_version, 1, genesis, birth)
        payload = signing_payload(call.encode(), conditions, identity)
        signature = ("Sr25519", signer.sign(payload))
        return encode_signed(signer.public_key, signature, conditions, call.encode())

    def carry(self, plain, nonce=0, era=8, public=None, who="Alice"):
        sent = shield(public or self.shield.NextKey.get(), plain, RANDOM)
        return self.sign(self.call("MevShield.submit_encrypted", ciphertext=sent), nonce, era, who)

    def submit(self, *extrinsics):
        for extrinsic in extrinsics:
            self.producer.submit(extrinsic)
        return self.producer.seal_block().extrinsics[2:]

    def dispatch(self, name, origin, **args):
        failure = self.runtime.try_dispatch(self.call(name, **args), origin)
        return None if failure is None else failure.label

    @property
    def paid(self):
        return self.runtime.balances.free(key("Payee"))


def key(name):
    return dev_key(name).public_key


@pytest.fixture
def shop():
    return Shop()


class TestBlocks:
    def test_the_inner_extrinsic_follows_its_carrier(self, shop):
        inner = shop.sign(shop.pay(), nonce=1)
        carrier = shop.carry(inner)
        assert shop.submit(carrier) == (carrier, inner)
        assert shop.paid == TAO
        assert shop.runtime.system.Account[key("Alice")]["nonce"] == 2

    def test_its_outcome_is_its_own(self, shop):
        inner = shop.sign(shop.pay(10**16), nonce=1)  # more than she has
        carrier = shop.carry(inner)
        assert shop.submit(carrier) == (carrier, inner)
        assert shop.paid == 0
        assert shop.runtime.system.Account[key("Alice")]["nonce"] == 2

    def test_a_key_is_good_until_its_carrier_is_too_old(self, shop):
        inner = shop.sign(shop.pay(), nonce=1)
        carrier = shop.carry(inner)
        for _ in range(6):
            shop.producer.seal_block()
        assert shop.submit(carrier) == (carrier, inner)

    def test_on_demand_they_share_a_block_too(self):
        shop = Shop(block_time=None)
        carrier = shop.carry(inner := shop.sign(shop.pay(), nonce=1))
        shop.producer.submit(carrier)
        assert shop.producer.seal_block(max_transactions=1).extrinsics[2:] == (carrier, inner)

    def test_the_pool_learns_of_the_inner_nonce(self, shop):
        third = shop.sign(shop.pay(), nonce=2)
        shop.producer.submit(third)
        shop.submit(shop.carry(shop.sign(shop.pay(), nonce=1)))
        assert shop.producer.seal_block().extrinsics[2:] == (third,)

    def test_carriers_of_two_people_share_a_block(self, shop):
        inners = [shop.sign(shop.pay(), 1, who=who) for who in ("Alice", "Bob")]
        carriers = [shop.carry(inners[0]), shop.carry(inners[1], who="Bob")]
        assert shop.submit(*carriers) == (carriers[0], inners[0], carriers[1], inners[1])
        assert shop.paid == 2 * TAO

    def test_carriers_of_one_person_follow_block_by_block(self, shop):
        """The pool does not see the nonce between them before the first is opened."""
        inners = [shop.sign(shop.pay(), nonce=nonce) for nonce in (1, 3)]
        carriers = [shop.carry(inner, nonce=2 * i) for i, inner in enumerate(inners)]
        assert shop.submit(*carriers) == (carriers[0], inners[0])
        assert shop.submit() == (carriers[1], inners[1])

    @pytest.mark.parametrize("what", ["junk", "nonce", "signature", "inherent", "key", "carrier"])
    def test_what_may_not_run_leaves_the_carrier_alone(self, shop, what):
        good = shop.sign(shop.pay(), nonce=1)
        plain = {
            "junk": b"no extrinsic at all",
            "nonce": shop.sign(shop.pay(), nonce=0),
            "signature": good[:40] + bytes([good[40] ^ 1]) + good[41:],
            "inherent": encode_bare(shop.call("Timestamp.set", now=1).encode()),
            "key": good,
            "carrier": shop.carry(good, nonce=1),  # one that carries one is only the outer two
        }[what]
        carrier = shop.carry(plain, public=PAIR.public if what == "key" else None)
        expected = (carrier, plain) if what == "carrier" else (carrier,)
        assert shop.submit(carrier) == expected
        assert shop.paid == 0

    def test_the_carrier_pays_and_says_who_sent_what(self, shop):
        carrier = shop.carry(b"nothing")
        before = shop.runtime.balances.free(key("Alice"))
        shop.submit(carrier)
        assert shop.runtime.balances.free(key("Alice")) < before
        sent = shield(key_of_block(0).public, b"nothing", RANDOM)
        digest = blake2_256(key("Alice") + Bytes.encode(sent))
        assert bytes([30, 0]) + digest + key("Alice") in raw_events(shop)


class TestRefusals:
    @pytest.mark.parametrize("era", [None, 16, 64])
    def test_a_carrier_lives_eight_blocks_at_most(self, shop, era):
        with pytest.raises(PoolRefused) as refused:
            shop.producer.submit(shop.carry(b"late", era=era))
        assert refused.value.data == "Transaction is outdated"
        shop.producer.submit(shop.carry(b"in time", era=4))

    def test_a_ciphertext_must_have_its_parts(self, shop):
        call = shop.call("MevShield.submit_encrypted", ciphertext=bytes(41))
        with pytest.raises(PoolRefused) as refused:
            shop.producer.submit(shop.sign(call, nonce=0))
        assert refused.value.data == "Custom error: 23"

    def test_only_the_author_announces(self, shop):
        for origin in (ROOT, Origin.from_account(key("Alice"))):
            assert shop.dispatch("MevShield.announce_next_key", origin, enc_key=None) == "BadOrigin"
        bare = encode_bare(shop.call("MevShield.announce_next_key", enc_key=None).encode())
        with pytest.raises(PoolRefused):
            shop.producer.submit(bare)


class TestKeys:
    def test_keys_move_up_once_per_block(self, shop):
        shield_pallet = shop.shield
        seen = []
        for _ in range(RING + 2):
            before = shield_pallet.NextKey.get()
            shop.producer.seal_block()
            number = shop.producer.store.head.number
            assert shield_pallet.PendingKey.get() == before
            assert shield_pallet.NextKey.get() == key_of_block(number - 1).public
            assert shield_pallet.AuthorKeys[key("One")] == key_of_block(number).public
            assert shield_pallet.PendingKeyExpiresAt.get() == number + 2
            assert shield_pallet.NextKeyExpiresAt.get() == number + 3
            seen.append(before)
        assert shield_pallet.CurrentKey.get() == seen[-2]
        assert len(set(seen)) == RING
        assert {len(item) for item in seen} == {KEY_BYTES}

    def test_block_zero_has_a_key_to_encrypt_to(self):
        producer = build_producer(block_time=None)
        key_of_genesis = producer.runtime.mev_shield.NextKey.get()
        producer.seal_block()
        assert producer.runtime.mev_shield.PendingKey.get() == key_of_genesis

    def test_an_author_without_a_key_empties_the_line(self, shop):
        nobody = Origin(kind=type(ROOT.kind).NONE)
        assert shop.dispatch("MevShield.announce_next_key", nobody, enc_key=b"short") == (
            "MevShield.BadEncKeyLen"
        )
        for _ in range(2):
            assert shop.dispatch("MevShield.announce_next_key", nobody, enc_key=None) is None
        assert shop.shield.NextKey.get() is None
        assert shop.shield.NextKeyExpiresAt.get() is None
        assert not list(shop.shield.AuthorKeys.items_under())


class TestStoredCalls:
    def test_they_wait_for_a_block_and_cannot_be_opened(self, shop):
        alice = Origin.from_account(key("Alice"))
        for content in (b"one", b"two"):
            stored = shop.dispatch("MevShield.store_encrypted", alice, encrypted_call=content)
            assert stored is None
        assert shop.shield.PendingExtrinsics[1] == {
            "who": key("Alice"),
            "encrypted_call": b"two",
            "submitted_at": 1,
        }
        assert shop.shield.CounterForPendingExtrinsics.get() == 2
        shop.producer.seal_block()
        assert shop.shield.CounterForPendingExtrinsics.get() == 0
        assert shop.shield.NextPendingExtrinsicIndex.get() == 2
        assert bytes([30, 2, 1, 0, 0, 0]) in raw_events(shop)

    def test_too_old_ones_expire(self, shop):
        alice = Origin.from_account(key("Alice"))
        shop.dispatch("MevShield.store_encrypted", alice, encrypted_call=b"one")
        shop.shield.on_initialize(12)
        assert not list(shop.shield.PendingExtrinsics.items_under())

    def test_there_is_room_for_so_many(self, shop):
        alice = Origin.from_account(key("Alice"))
        set_limit = "MevShield.set_max_pending_extrinsics_number"
        assert shop.dispatch(set_limit, alice, value=1) == "BadOrigin"
        assert shop.dispatch(set_limit, ROOT, value=1) is None
        results = [
            shop.dispatch("MevShield.store_encrypted", alice, encrypted_call=b"x") for _ in "ab"
        ]
        assert results == [None, "MevShield.TooManyPendingExtrinsics"]

    @pytest.mark.parametrize(
        ("name", "item"),
        [
            ("set_on_initialize_weight", "OnInitializeWeight"),
            ("set_max_extrinsic_weight", "MaxExtrinsicWeight"),
        ],
    )
    def test_weights_have_a_limit(self, shop, name, item):
        most = 2_000_000_000_000
        assert shop.dispatch(f"MevShield.{name}", ROOT, value=most) is None
        over = shop.dispatch(f"MevShield.{name}", ROOT, value=most + 1)
        assert over == "MevShield.WeightExceedsAbsoluteMax"
        assert getattr(shop.shield, item).get() == most

    def test_the_lifetime_is_roots(self, shop):
        name = "MevShield.set_stored_extrinsic_lifetime"
        assert shop.dispatch(name, Origin.from_account(key("Alice")), value=3) == "BadOrigin"
        assert shop.dispatch(name, ROOT, value=3) is None
        assert shop.shield.ExtrinsicLifetime.get() == 3


def raw_events(shop):
    return shop.producer.store.state_at(shop.producer.store.head.hash).get(
        shop.runtime.system.Events.prefix
    )
