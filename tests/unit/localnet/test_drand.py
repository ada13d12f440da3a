"""Drand: rounds by the clock, pulses that are brought, and what a signature opens."""

from hashlib import sha256
from typing import Any

import pytest
from fixtures_chain import Chain
from fixtures_events import listen

from taocli.localnet.frame.outcome import NOBODY
from taocli.localnet.pallets.drand_pairing import (
    GENERATOR,
    multiply,
    pairing,
    read_g1,
    read_g2,
    times_generator,
)
from taocli.localnet.pallets.drand_timelock import dev_envelope, open_timelock

GENESIS = 1_692_803_367
ROUND_1000 = bytes.fromhex(
    "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"
)
"""What quicknet signed in its round 1000; its hash is the published randomness."""


@pytest.fixture
def chain() -> Chain:
    return Chain()


def payload(*pulses: dict[str, Any]) -> dict[str, Any]:
    return {"block_number": 1, "pulses": list(pulses), "public": ("Sr25519", bytes(32))}


def pulse(number: int = 1000, signature: bytes = ROUND_1000) -> dict[str, Any]:
    digest = sha256(signature).digest()
    return {"round": number, "randomness": digest, "signature": signature}


def write(chain: Chain, *pulses: dict[str, Any], who: str | None = None) -> str | None:
    return chain.do(who, "Drand.write_pulse", pulses_payload=payload(*pulses), signature=None)


def at(chain: Chain, seconds: int) -> None:
    """Close a block at a time after the beacon's first round."""
    chain.runtime.timestamp.Now.set((GENESIS + seconds) * 1000)
    chain.mine()


class TestClock:
    def test_rounds_follow_the_blocks_time(self, chain: Chain) -> None:
        drand = chain.runtime.drand
        assert drand.LastStoredRound.get() == 0
        at(chain, 0)
        assert drand.LastStoredRound.get() == 1
        assert drand.OldestStoredRound.get() == 1
        at(chain, 2)
        assert drand.LastStoredRound.get() == 1
        at(chain, 3)
        assert drand.LastStoredRound.get() == 2
        at(chain, 2997)
        assert drand.LastStoredRound.get() == 1000
        assert drand.OldestStoredRound.get() == 1

    def test_a_clock_set_back_takes_no_round_back(self, chain: Chain) -> None:
        at(chain, 300)
        at(chain, 0)
        assert chain.runtime.drand.LastStoredRound.get() == 101

    def test_no_pulse_is_made_up(self, chain: Chain) -> None:
        heard = listen(chain.runtime.drand)
        at(chain, 300)
        assert not heard
        assert chain.runtime.drand.Pulses.keys_under() == []

    def test_dev_envelopes_open_by_it(self, chain: Chain) -> None:
        sealed = dev_envelope(b"secret")
        assert chain.runtime.drand.open(sealed, 101) == (False, None)
        at(chain, 300)
        assert chain.runtime.drand.open(sealed, 101) == (True, b"secret")


class TestPulses:
    def test_sudo_and_block_authors_bring_them(self, chain: Chain) -> None:
        heard = listen(chain.runtime.drand)
        assert write(chain, pulse(), who="Alice") == "BadOrigin"
        assert write(chain, pulse()) is None
        assert heard == [("NewPulse", ([1000],))]
        drand = chain.runtime.drand
        assert drand.Pulses[1000] == pulse()
        assert drand.LastStoredRound.get() == 1000
        call = chain.invocation(
            "Drand.write_pulse", pulses_payload=payload(pulse(1001)), signature=None
        )
        assert chain.runtime.try_dispatch(call, NOBODY) is None
        assert drand.LastStoredRound.get() == 1001

    def test_a_round_that_the_clock_has_passed_can_still_come(self, chain: Chain) -> None:
        at(chain, 6000)
        assert write(chain, pulse()) is None
        assert chain.runtime.drand.LastStoredRound.get() == 2001

    @pytest.mark.parametrize(
        ("bad", "error"),
        [
            (pulse(0), "InvalidRoundNumber"),
            (pulse() | {"randomness": bytes(32)}, "PulseVerificationError"),
            (pulse(signature=bytes(48)), "PulseVerificationError"),
            (pulse(signature=ROUND_1000[:-1]), "PulseVerificationError"),
        ],
    )
    def test_one_bad_pulse_spoils_all(self, chain: Chain, bad: Any, error: str) -> None:
        assert write(chain, pulse(), bad) == error
        assert chain.runtime.drand.Pulses.keys_under() == []

    def test_each_round_has_one(self, chain: Chain) -> None:
        assert write(chain, pulse()) is None
        assert write(chain, pulse()) == "InvalidRoundNumber"


class TestSettings:
    def test_clients_find_quicknet_there(self, chain: Chain) -> None:
        config = chain.runtime.drand.BeaconConfig.get()
        assert (config["period"], config["genesis_time"]) == (3, GENESIS)
        assert config["public_key"].hex().startswith("83cf0f2896adee7eb8b5f01f")

    def test_root_names_another_beacon_and_the_clock_goes_by_it(self, chain: Chain) -> None:
        config = chain.runtime.drand.BeaconConfig.get() | {"period": 30}
        message = {"block_number": 1, "config": config, "public": ("Ed25519", bytes(32))}
        args = {"config_payload": message, "signature": None}
        assert chain.do("Alice", "Drand.set_beacon_config", **args) == "BadOrigin"
        chain.ok(None, "Drand.set_beacon_config", **args)
        at(chain, 300)
        assert chain.runtime.drand.LastStoredRound.get() == 11

    def test_root_sets_the_oldest_round(self, chain: Chain) -> None:
        assert chain.do("Bob", "Drand.set_oldest_stored_round", oldest_round=7) == "BadOrigin"
        chain.ok(None, "Drand.set_oldest_stored_round", oldest_round=7)
        assert chain.runtime.drand.OldestStoredRound.get() == 7


class TestTimelock:
    """Against the real clients' encryption; ``bittensor_core`` is what taocli's own client uses."""

    @staticmethod
    def sealed(content: bytes) -> bytes:
        """Encrypted to round 1000: the library adds a length in front and the round behind."""
        core = pytest.importorskip("bittensor_core")
        wrapped, _ = core.encrypt_at_round(content, 1000)
        front = {0: 1, 1: 2, 2: 4}[wrapped[0] & 3]
        return bytes(wrapped[front:-8])

    def test_the_rounds_signature_opens_it(self) -> None:
        assert open_timelock(self.sealed(b"weights"), ROUND_1000) == b"weights"
        assert open_timelock(self.sealed(b""), ROUND_1000) == b""

    def test_anything_else_does_not(self) -> None:
        sealed = self.sealed(b"weights")
        for place in (0, 100, 140, 200, len(sealed) - 30):
            spoiled = bytearray(sealed)
            spoiled[place] ^= 1
            assert open_timelock(bytes(spoiled), ROUND_1000) is None
        assert open_timelock(sealed[:150], ROUND_1000) is None
        assert open_timelock(b"", ROUND_1000) is None
        assert open_timelock(sealed, bytes(48)) is None
        other = bytearray(ROUND_1000)
        other[0] ^= 0x20  # the point's negative
        assert open_timelock(sealed, bytes(other)) is None

    def test_it_waits_for_a_pulse_that_nobody_may_ever_bring(self, chain: Chain) -> None:
        sealed = self.sealed(b"weights")
        at(chain, 6000)
        assert chain.runtime.drand.open(sealed, 1000) == (False, None)
        assert write(chain, pulse()) is None
        assert chain.runtime.drand.open(sealed, 1000) == (True, b"weights")
        assert chain.runtime.drand.open(b"junk", 1000) == (True, None)


def test_pairings_are_bilinear() -> None:
    point = read_g1(ROUND_1000)
    once, twice = pairing(point, GENERATOR), times_generator(2)
    assert twice is not None
    assert pairing(point, twice) == multiply(once, once)


def test_points_survive_their_compressed_form() -> None:
    key = bytes.fromhex(
        "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451"
        "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a"
    )
    (x, _) = read_g2(key)
    assert x[1].to_bytes(48, "big")[1:] == key[1:48]
    assert x[0].to_bytes(48, "big") == key[48:]
