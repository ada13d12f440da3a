"""Drand: public randomness by the clock, and the true pulses that open what was locked in time.

Drand's quicknet publishes a signed random number, a *pulse*, every three seconds; the number of a pulse is
its *round*. The real chain's validators fetch each one and write it here (``write_pulse``), and with the
signature of a round the chain opens what was encrypted to it (``drand_timelock``).

A dev chain cannot drand: nobody can forge a pulse, and it must work offline. So the *clock* stands in.
Rounds come and go with the time of the blocks, ``LastStoredRound`` follows, and whatever only asks
whether a round has come gets the real answer. No pulse is stored and no ``NewPulse`` recorded for them.
What real clients encrypt stays closed until somebody writes the true pulse of its round; dev envelopes
open by the clock. Source: Subtensor spec 425, pallet ``drand``.

What differs: ``write_pulse`` also obeys sudo, since this pool takes no unsigned extrinsics; it takes any
round that has no pulse yet, because the clock has long passed it; and it looks at a pulse's shape and
hash only, not at the signature. A false signature opens nothing. ``NextUnsignedAt`` says when the last
pulse came; nothing is pruned.
"""

from hashlib import sha256
from typing import Any, NamedTuple

from taocli.domain.errors import ValidationError
from taocli.localnet.frame.call import call
from taocli.localnet.frame.outcome import Origin
from taocli.localnet.frame.pallet import Constant, Error, Event, Pallet
from taocli.localnet.frame.scale import Field
from taocli.localnet.frame.storage import Blake2_128Concat, Identity, Map, Value
from taocli.localnet.frame.types import (
    Array,
    BoundedVec,
    Enum,
    MultiSignature,
    Option,
    Struct,
    Variant,
    Vec,
    boolean,
    u8,
    u32,
    u64,
)
from taocli.localnet.pallets.drand_pairing import read_g1
from taocli.localnet.pallets.drand_timelock import open_dev_envelope, open_timelock

_Hash = BoundedVec(u8)
Metadata = Struct("pallet_drand::types::Metadata", beacon_id=_Hash)
BeaconConfiguration = Struct(
    "pallet_drand::types::BeaconConfiguration",
    public_key=BoundedVec(u8),
    period=u32,
    genesis_time=u32,
    hash=_Hash,
    group_hash=_Hash,
    scheme_id=_Hash,
    metadata=Metadata,
)
Pulse = Struct(
    "pallet_drand::types::Pulse", round=u64, randomness=BoundedVec(u8), signature=BoundedVec(u8)
)
MultiSigner = Enum(
    "sp_runtime::MultiSigner",
    Variant(0, "Ed25519", Field(None, Array(u8, 32), "ed25519::Public")),
    Variant(1, "Sr25519", Field(None, Array(u8, 32), "sr25519::Public")),
    Variant(2, "Ecdsa", Field(None, Array(u8, 33), "ecdsa::Public")),
)
_PARAMS = {"Public": MultiSigner, "BlockNumber": u32}
PulsesPayload = Struct(
    "pallet_drand::types::PulsesPayload",
    _PARAMS,
    block_number=u32,
    pulses=Vec(Pulse),
    public=MultiSigner,
)
BeaconConfigurationPayload = Struct(
    "pallet_drand::types::BeaconConfigurationPayload",
    _PARAMS,
    block_number=u32,
    config=BeaconConfiguration,
    public=MultiSigner,
)
QUICKNET = {
    "public_key": bytes.fromhex(
        "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451"
        "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a"
    ),
    "period": 3,
    "genesis_time": 1_692_803_367,
    "hash": bytes.fromhex("52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"),
    "group_hash": bytes.fromhex("f477d5c89f21a17c863a7f937c6a6d15859414d2be09cd448d4279af331c5d3e"),
    "scheme_id": b"bls-unchained-g1-rfc9380",
    "metadata": {"beacon_id": b"quicknet"},
}


class Opening(NamedTuple):
    """How opening something went: until it ``may_open`` it waits; then ``content`` None is for ever."""

    may_open: bool
    content: bytes | None


class Drand(Pallet):
    """Rounds by the clock; pulses that somebody brought."""

    name = "Drand"
    index = 26
    crate = "pallet_drand"

    BeaconConfig = Value(BeaconConfiguration, default=QUICKNET)
    HasMigrationRun = Map((Identity, BoundedVec(u8)), boolean)
    Pulses = Map((Blake2_128Concat, u64), Pulse, optional=True)
    LastStoredRound = Value(u64)
    OldestStoredRound = Value(u64)
    NextUnsignedAt = Value(u32)

    events = (
        Event("BeaconConfigChanged"),
        Event("NewPulse", rounds=Field(None, Vec(u64), "Vec<RoundNumber>")),
        Event("SetOldestStoredRound", u64),
    )
    errors = (
        Error("NoneValue", "The value retrieved was `None` as no value was previously set."),
        Error(
            "StorageOverflow",
            "There was an attempt to increment the value in storage over `u32::MAX`.",
        ),
        Error("DrandConnectionFailure", "Failed to connect to drand."),
        Error("UnverifiedPulse", "The pulse is invalid."),
        Error("InvalidRoundNumber", "The round number did not increment."),
        Error("PulseVerificationError", "The pulse could not be verified."),
    )
    constants = (
        Constant("UnsignedPriority", u64, 1 << 20),
        Constant("HttpFetchTimeout", u64, 1_000),
    )

    @call(
        0,
        pulses_payload=Field(None, PulsesPayload, "PulsesPayload<T::Public, BlockNumberFor<T>>"),
        signature=Field(None, Option(MultiSignature), "Option<T::Signature>"),
    )
    def write_pulse(
        self,
        origin: Origin,
        pulses_payload: dict[str, Any],
        signature: Any,  # noqa: ARG002 - the bringer's; the pool would check it
    ) -> None:
        """Store pulses; the block's author or, here, sudo brings them."""
        if not origin.is_root:
            origin.none()
        last = self.LastStoredRound.get()
        rounds = []
        for pulse in pulses_payload["pulses"]:
            self.ensure(_is_plausible(pulse), "PulseVerificationError")
            known = pulse["round"] in self.Pulses
            self.ensure(pulse["round"] > 0 and not known, "InvalidRoundNumber")
            self.Pulses[pulse["round"]] = pulse
            last = max(last, pulse["round"])
            rounds.append(pulse["round"])
        self._advance(last)
        self.NextUnsignedAt.set(self.block_number)
        if rounds:
            self.deposit("NewPulse", rounds)

    @call(
        1,
        config_payload=Field(
            None,
            BeaconConfigurationPayload,
            "BeaconConfigurationPayload<T::Public, BlockNumberFor<T>>",
        ),
        signature=Field(None, Option(MultiSignature), "Option<T::Signature>"),
    )
    def set_beacon_config(
        self,
        origin: Origin,
        config_payload: dict[str, Any],
        signature: Any,  # noqa: ARG002 - root needs none
    ) -> None:
        """Name another beacon: its clock counts from here on. Clients do not look."""
        origin.root()
        self.BeaconConfig.set(config_payload["config"])
        self.NextUnsignedAt.set(self.block_number + 1)
        self.deposit("BeaconConfigChanged")

    @call(2, oldest_round=u64)
    def set_oldest_stored_round(self, origin: Origin, oldest_round: int) -> None:
        """Say which round is the oldest kept."""
        origin.root()
        self.OldestStoredRound.set(oldest_round)
        self.deposit("SetOldestStoredRound", oldest_round)

    def on_finalize(self, number: int) -> None:  # noqa: ARG002 - the hook's signature
        """Let the clock advance to the block's time; the next block sees it, as it sees pulses."""
        self._advance(self.round_at(self.now_ms))

    def round_at(self, now_ms: int) -> int:
        """The newest round at a time, 0 before the beacon's first."""
        config = self.BeaconConfig.get()
        if now_ms < config["genesis_time"] * 1_000:
            return 0
        elapsed = now_ms // 1_000 - config["genesis_time"]
        return int(elapsed // max(1, config["period"]) + 1)

    def open(self, sealed: bytes, round_number: int) -> Opening:
        """Open what was locked until a round, by the clock or by the round's pulse."""
        plain = open_dev_envelope(sealed)
        if plain is not None:
            has_come = round_number <= self.LastStoredRound.get()
            return Opening(has_come, plain if has_come else None)
        pulse = self.Pulses[round_number]
        if pulse is None:
            return Opening(False, None)
        return Opening(True, open_timelock(sealed, pulse["signature"]))

    def _advance(self, last: int) -> None:
        if last > self.LastStoredRound.get():
            self.LastStoredRound.set(last)
            if not self.OldestStoredRound.get():
                self.OldestStoredRound.set(last)


def _is_plausible(pulse: dict[str, Any]) -> bool:
    """Whether the signature is a point, and the random number its hash."""
    try:
        read_g1(pulse["signature"])
    except ValidationError:
        return False
    return bool(pulse["randomness"] == sha256(pulse["signature"]).digest())
