"""Registering by work, and the faucet: the seal's exact bytes, what is refused, how hard it gets.

The three seals of ``TestSeal`` are those that the official miner tests itself with: netuid 1, block hash 01..,
hotkey 02.., coldkey 03.., nonces 0, 1 and 2^64 - 1.
"""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
from fixtures_chain import TAO, Chain
from fixtures_events import listen

from taocli.localnet.assemble import APIS, pallets
from taocli.localnet.dev_keys import dev_key
from taocli.localnet.frame.extrinsic import (
    ChainIdentity,
    Conditions,
    encode_signed,
    signing_payload,
)
from taocli.localnet.genesis import genesis_config
from taocli.localnet.pallets.subtensor import proof_of_work
from taocli.localnet.pallets.subtensor.pools import subnet_account
from taocli.localnet.pallets.subtensor.proof_of_work import (
    FAUCET_PAYS,
    faucet_seal,
    keccak_256,
    meets,
    registration_seal,
)
from taocli.localnet.runtime import Runtime

EASY = 16
U64_MAX = (1 << 64) - 1


class TestSeal:
    def test_keccak_is_the_one_before_sha3(self) -> None:
        empty = "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
        assert keccak_256(b"").hex() == empty

    @pytest.mark.parametrize(
        ("nonce", "seal"),
        [
            (0, "7cdaced691a70795a7656ad9b76ef2c16b961686a14a790bcb22eed6226ef103"),
            (1, "c2291b632879447b6fe0785b0f25b5151c85a7e07df23a7860cf029e8a03f466"),
            (U64_MAX, "69f1aef50783893195365b4fb62a4745085c31fee525a0984bc20301ab377aaf"),
        ],
    )
    def test_a_registrations_seal_is_the_official_one(self, nonce: int, seal: str) -> None:
        made = registration_seal(1, b"\1" * 32, b"\2" * 32, b"\3" * 32, nonce)
        assert made.hex() == seal

    def test_a_registration_hashes_131_bytes(self) -> None:
        words = b"subtensor-pow-register-v1\1\0" + b"\1" * 32 + b"\2" * 32 + b"\3" * 32
        words += (258).to_bytes(8, "little")
        assert len(words) == 131
        seal = registration_seal(1, b"\1" * 32, b"\2" * 32, b"\3" * 32, 258)
        assert seal == keccak_256(sha256(words).digest())

    def test_the_faucets_seal(self) -> None:
        inner = keccak_256(b"\1" * 32 + b"\2" * 32)
        words = (7).to_bytes(8, "little") + inner
        assert faucet_seal(b"\1" * 32, b"\2" * 32, 7) == keccak_256(sha256(words).digest())

    def test_small_numbers_win(self) -> None:
        limit = ((1 << 256) - 1) // 1_000
        assert meets(limit.to_bytes(32, "little"), 1_000)
        assert not meets((limit + 1).to_bytes(32, "little"), 1_000)
        assert meets(b"\xff" * 32, 1)


@pytest.fixture
def open_chain(chain: Chain) -> Chain:
    """Subnet 1 takes work of little difficulty; a few blocks have passed."""
    chain.module.NetworkPowRegistrationAllowed[1] = True
    chain.module.MinDifficulty[1] = EASY
    chain.module.Difficulty[1] = EASY
    chain.mine(8)
    return chain


def mine(
    chain: Chain, who: str = "Bob", hotkey: str = "Hot", age: int = 1, difficulty: int | None = None
) -> dict[str, Any]:
    """Arguments of ``pow_register`` with work that is good enough."""
    block = chain.number - age
    block_hash = chain.runtime.system.BlockHash[block]
    wanted = chain.module.difficulty(1) if difficulty is None else difficulty
    for nonce in range(1 << 20):
        seal = registration_seal(1, block_hash, chain.key(hotkey), chain.key(who), nonce)
        if meets(seal, wanted):
            return {
                "netuid": 1, "work_block": block, "nonce": nonce, "work": seal, "hotkey": hotkey,
            }  # fmt: skip
    raise AssertionError("no seal found")


class TestRegistering:
    def test_work_buys_a_slot_for_nothing(self, open_chain: Chain) -> None:
        before, price = open_chain.free("Bob"), open_chain.module.Burn[1]
        heard = listen(open_chain.module)
        work = mine(open_chain)
        open_chain.ok("Bob", "pow_register", **work)
        hot, bob = open_chain.key("Hot"), open_chain.key("Bob")
        module = open_chain.module
        assert open_chain.uid("Hot") == 1
        assert (open_chain.free("Bob"), module.Burn[1]) == (before, price)
        assert module.Owner[hot] == bob
        assert module.LastPowRegistrationBlock[hot] == work["work_block"]
        assert module.RegistrationsThisBlock[1] == 1
        assert heard == [("NeuronRegistered", (1, 1, hot))]
        assert open_chain.invocation("pow_register", **work).declaration.free

    def test_it_gets_harder_with_success_and_easier_with_time(self, open_chain: Chain) -> None:
        module = open_chain.module
        module.Difficulty[1] = 1_000
        module.MinDifficulty[1] = 100
        open_chain.ok("Bob", "pow_register", **mine(open_chain))
        assert module.Difficulty[1] == 1_260
        module.BurnHalfLife[1] = 10
        open_chain.mine(10)
        assert module.Difficulty[1] == pytest.approx(630, abs=10)
        open_chain.mine(60)
        assert module.difficulty(1) == 100

    def test_without_the_switch_difficulty_rests(self, open_chain: Chain) -> None:
        open_chain.module.NetworkPowRegistrationAllowed[1] = False
        open_chain.module.Difficulty[1] = 1_000
        open_chain.mine(5)
        assert open_chain.module.Difficulty[1] == 1_000

    def test_errors_come_in_the_chains_order(self, open_chain: Chain) -> None:
        module = open_chain.module
        bad = {"work_block": 0, "nonce": 0, "work": b"\xff" * 32, "hotkey": "AliceHotkey"}

        def register(**changed: Any) -> str | None:
            return open_chain.do("Bob", "pow_register", **{"netuid": 1, **bad, **changed})

        assert register(netuid=0) == "RegistrationNotPermittedOnRootSubnet"
        assert register(netuid=9) == "SubnetNotExists"
        module.NetworkPowRegistrationAllowed[1] = False
        assert register() == "SubNetRegistrationDisabled"
        module.NetworkPowRegistrationAllowed[1] = True
        assert register() == "HotKeyAlreadyRegisteredInSubNet"
        bad["hotkey"] = "Hot"
        module.MaxAllowedUids[1] = 0
        assert register() == "NoNeuronIdAvailable"
        module.MaxAllowedUids[1] = 8
        module.RegistrationsThisBlock[1] = 1
        assert register() == "TooManyRegistrationsThisBlock"
        module.RegistrationsThisBlock[1] = 0
        assert register() == "InvalidWorkBlock"
        bad["work_block"] = open_chain.number - 1
        assert register() == "InvalidSeal"
        weak = mine(open_chain, difficulty=1)
        module.MinDifficulty[1] = 1 << 40
        assert register(**weak) == "InvalidDifficulty"
        module.MinDifficulty[1] = EASY
        open_chain.ok("Dave", "try_associate_hotkey", hotkey="Hot")
        assert register(**mine(open_chain)) == "NonAssociatedColdKey"

    @pytest.mark.parametrize(("age", "error"), [(0, False), (1, True), (5, True), (6, False)])
    def test_work_is_five_blocks_old_at_most(
        self, open_chain: Chain, age: int, error: bool
    ) -> None:
        refused = open_chain.do("Bob", "pow_register", **mine(open_chain, age=age))
        assert refused == (None if error else "InvalidWorkBlock")

    def test_work_is_bound_to_who_did_it(self, open_chain: Chain) -> None:
        work = mine(open_chain)
        assert open_chain.do("Dave", "pow_register", **work) == "InvalidSeal"
        assert open_chain.do("Bob", "pow_register", **{**work, "hotkey": "Own"}) == "InvalidSeal"

    def test_a_block_serves_a_hotkey_once(self, open_chain: Chain) -> None:
        work = mine(open_chain)
        open_chain.module.LastPowRegistrationBlock[open_chain.key("Hot")] = work["work_block"]
        assert open_chain.do("Bob", "pow_register", **work) == "InvalidWorkBlock"

    def test_the_owner_alone_leaves_no_room_and_the_work_is_not_used_up(
        self, open_chain: Chain
    ) -> None:
        open_chain.module.MaxAllowedUids[1] = 1
        error = open_chain.do("Bob", "pow_register", **mine(open_chain))
        assert error == "NoNeuronIdAvailable"
        hot = open_chain.key("Hot")
        assert open_chain.module.LastPowRegistrationBlock[hot] is None
        assert hot not in open_chain.module.Owner

    def test_a_subnets_account_is_no_hotkey(self, open_chain: Chain) -> None:
        hotkey, block = subnet_account(1), open_chain.number - 1
        open_chain.module.MinDifficulty[1] = open_chain.module.Difficulty[1] = 1
        block_hash = open_chain.runtime.system.BlockHash[block]
        seal = registration_seal(1, block_hash, hotkey, open_chain.key("Bob"), 0)
        error = open_chain.do(
            "Bob", "pow_register", netuid=1, work_block=block, nonce=0, work=seal, hotkey=hotkey
        )
        assert error == "CannotUseSystemAccount"

    def test_the_pool_looks_at_the_work_too(self, open_chain: Chain) -> None:
        work = mine(open_chain)
        assert open_chain.refused("Bob", "pow_register", **work) is None
        assert open_chain.refused("Dave", "pow_register", **work) == "Custom(255)"
        assert open_chain.refused("Bob", "pow_register", **{**work, "netuid": 9}) == "Custom(3)"
        open_chain.module.RegistrationsThisBlock[1] = 9
        assert open_chain.refused("Bob", "pow_register", **work) == "Custom(6)"

    def test_closed_by_default(self, chain: Chain) -> None:
        assert not chain.module.NetworkPowRegistrationAllowed[1]


class TestFaucet:
    @pytest.fixture
    def easy(self, chain: Chain, monkeypatch: pytest.MonkeyPatch) -> Chain:
        monkeypatch.setattr(proof_of_work, "FAUCET_DIFFICULTY", EASY)
        chain.module.AllowFaucet.set(True)
        chain.mine(5)
        return chain

    @staticmethod
    def work(chain: Chain, who: str, age: int = 1) -> dict[str, Any]:
        block = chain.number - age
        block_hash = chain.runtime.system.BlockHash[block]
        found: Callable[[int], bytes] = lambda nonce: faucet_seal(  # noqa: E731 - used twice below
            block_hash, chain.key(who), nonce
        )
        nonce = next(nonce for nonce in range(1 << 20) if meets(found(nonce), EASY))
        return {"block_number": block, "nonce": nonce, "work": found(nonce)}

    def test_it_pays_for_work(self, easy: Chain) -> None:
        balances, module = easy.runtime.balances, easy.module
        before = easy.free("Nobody"), balances.TotalIssuance.get(), module.TotalIssuance.get()
        heard = listen(module)
        work = self.work(easy, "Nobody")
        easy.ok("Nobody", "faucet", **work)
        after = easy.free("Nobody"), balances.TotalIssuance.get(), module.TotalIssuance.get()
        assert [new - old for old, new in zip(before, after, strict=True)] == [FAUCET_PAYS] * 3
        assert FAUCET_PAYS == 1_000 * TAO
        assert heard == [("Faucet", (easy.key("Nobody"), FAUCET_PAYS))]
        assert module.UsedWork[work["work"]] == easy.number

    def test_it_is_closed_by_default(self, chain: Chain) -> None:
        chain.mine(5)
        work = {"block_number": 0, "nonce": 0, "work": b""}
        assert chain.do("Bob", "faucet", **work) == "FaucetDisabled"

    def test_genesis_opens_it(self) -> None:
        runtime = Runtime(pallets(fast=False), APIS)
        config = dict(genesis_config("dev", None))
        config["SubtensorModule"] = {**config["SubtensorModule"], "faucet": True}
        runtime.build_genesis(config)
        assert runtime.subtensor_module.AllowFaucet.get()

    def test_errors_come_in_the_chains_order(self, easy: Chain) -> None:
        good = self.work(easy, "Bob")

        def ask(who: str = "Bob", **changed: Any) -> str | None:
            return easy.do(who, "faucet", **{**good, **changed})

        for block in (easy.number + 1, easy.number - 3):
            assert ask(block_number=block, work=b"\xff" * 32) == "InvalidWorkBlock"
        assert ask(work=b"\xff" * 32) == "InvalidDifficulty"
        assert ask(work=b"") == "InvalidDifficulty"
        assert ask(work=bytes(32)) == "InvalidSeal"
        assert ask("Dave") == "InvalidSeal"
        assert ask(**self.work(easy, "Bob", age=2)) is None


def test_who_has_nothing_may_sign_and_registers_for_free(open_chain: Chain) -> None:
    runtime = open_chain.runtime
    call = open_chain.invocation("pow_register", **mine(open_chain, who="Nobody"))
    genesis = runtime.system.BlockHash[0]
    version = runtime.version
    identity = ChainIdentity(version.spec_version, version.transaction_version, genesis, genesis)
    conditions = Conditions(None, 0, 0)
    payload = signing_payload(call.encode(), conditions, identity)
    signature = ("Sr25519", dev_key("Nobody").sign(payload))
    outcome = runtime.apply(
        encode_signed(open_chain.key("Nobody"), signature, conditions, call.encode())
    )
    assert (outcome.ok, outcome.fee) == (True, 0)
    assert open_chain.uid("Hot") == 1
    assert open_chain.free("Nobody") == 0
