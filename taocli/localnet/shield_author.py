"""The block author's part in shielded transactions: announce a key, and open what was sent to it.

Every block gets ``MevShield.announce_next_key`` as its second inherent. A carrier that was put into the block
is opened at once, and the signed extrinsic inside follows it in the same block. What cannot be opened, or is
no signed extrinsic, stays where it is: its sender paid for the carrier and finds nothing behind it.

A real author opens only what was meant for its own coming block and waits with the rest; here one author makes
every block and holds every key, so nobody waits. Source: Subtensor spec 425, ``pallets/shield``.
"""

from taocli.localnet.frame.extrinsic import decode_extrinsic, encode_bare
from taocli.localnet.frame.outcome import InvalidTransaction
from taocli.localnet.frame.types import u32
from taocli.localnet.pallets.shield_keys import (
    LEAST_BYTES,
    Shielded,
    key_of_block,
    open_with_ring,
)
from taocli.localnet.producer import Revealed
from taocli.localnet.runtime import Runtime

FIRST_KEYS = (key_of_block(-1).public, key_of_block(0).public)
"""What genesis publishes: the key to encrypt to in block 0, and the one announced with it."""


class ShieldAuthor:
    """The keys' holder for one runtime; see ``producer.Companion``."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self._announcements: dict[bytes, bytes] = {}  # every block keeps one: let them be the same

    def inherents(self) -> tuple[bytes, ...]:
        """The announcement of the block that is open."""
        key = key_of_block(self.runtime.block_number).public
        if key not in self._announcements:
            call = self.runtime.pallet("MevShield").invocation("announce_next_key", enc_key=key)
            self._announcements[key] = encode_bare(call.encode())
        return (self._announcements[key],)

    def reveal(self, encoded: bytes) -> Revealed | None:
        """The signed extrinsic inside a carrier, else None."""
        if len(encoded) < LEAST_BYTES:
            return None
        carrier = decode_extrinsic(encoded, self.runtime).call
        if carrier.label != "MevShield.submit_encrypted":
            return None
        shielded = Shielded.parse(carrier.args["ciphertext"])
        plain = None if shielded is None else open_with_ring(shielded)
        if plain is None:
            return None
        try:
            inner = decode_extrinsic(plain, self.runtime)
        except InvalidTransaction:
            return None
        if inner.signer is None or inner.conditions is None:
            return None
        return Revealed(plain, inner.signer + u32.encode(inner.conditions.nonce))
