"""ShieldApi: what a block's author asks about shielded transactions.

``is_shielded_using_current_key`` asks for PendingKey, as the real runtime does: by the time that the block is
made, the key that was pending is the author's own. Source: Subtensor spec 425, ``pallets/shield`` and
``primitives/shield``.
"""

from typing import Any

from taocli.localnet.frame.extrinsic import UncheckedExtrinsic, decode_extrinsic
from taocli.localnet.frame.outcome import InvalidTransaction
from taocli.localnet.frame.runtime_api import RuntimeApi, method
from taocli.localnet.frame.storage import twox_128
from taocli.localnet.frame.types import Array, Bytes, Option, Struct, boolean, u8
from taocli.localnet.pallets.ml_kem import SECRET_KEY_BYTES
from taocli.localnet.pallets.shield_keys import Shielded

ShieldedTransaction = Struct(
    "stp_shield::shielded_tx::ShieldedTransaction",
    key_hash=Array(u8, 16),
    kem_ct=Bytes,
    aead_ct=Bytes,
    nonce=Array(u8, 24),
)


class ShieldApi(RuntimeApi):
    """Recognise shielded transactions and open them."""

    @method(Option(ShieldedTransaction), uxt=UncheckedExtrinsic)
    def try_decode_shielded_tx(self, uxt: bytes) -> dict[str, Any] | None:
        """The ciphertext that an extrinsic carries, taken apart; None when it carries none."""
        try:
            call = decode_extrinsic(uxt, self.runtime).call
        except InvalidTransaction:
            return None
        if call.label != "MevShield.submit_encrypted":
            return None
        found = Shielded.parse(call.args["ciphertext"])
        if found is None:
            return None
        return {
            "key_hash": found.key_hash,
            "kem_ct": found.kem,
            "aead_ct": found.sealed,
            "nonce": found.nonce,
        }

    @method(boolean, key_hash=Array(u8, 16))
    def is_shielded_using_current_key(self, key_hash: bytes) -> bool:
        """Whether a ciphertext is for the author of the block in the making."""
        key = self.runtime.mev_shield.PendingKey.get()
        return key is not None and twox_128(key) == key_hash

    @method(Option(UncheckedExtrinsic), dec_key_bytes=Bytes, shielded_tx=ShieldedTransaction)
    def try_unshield_tx(self, dec_key_bytes: bytes, shielded_tx: dict[str, Any]) -> bytes | None:
        """The extrinsic inside, with the author's secret key; None when it is not for that key."""
        parts = [shielded_tx[name] for name in ("key_hash", "kem_ct", "nonce", "aead_ct")]
        if len(dec_key_bytes) != SECRET_KEY_BYTES:
            return None
        plain = Shielded(*parts).open(dec_key_bytes)
        if plain is None:
            return None
        try:
            decode_extrinsic(plain, self.runtime)
        except InvalidTransaction:
            return None
        return plain
