"""What must hold before a signed extrinsic may run: the thirteen extensions, checked in order.

The pool asks before a block exists, so ``check_signed`` looks at the state as the next block would
see it. A nonce ahead of the account's is valid for the pool (it requires the one before) and refused
by a block.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from taocli.localnet.frame.dispatch import dispatch_info, fee_payer
from taocli.localnet.frame.extrinsic import (
    ChainIdentity,
    Conditions,
    Extrinsic,
    signature_holds,
    signing_payload,
)
from taocli.localnet.frame.outcome import InvalidTransaction, Pays
from taocli.localnet.frame.types import u32

if TYPE_CHECKING:
    from taocli.localnet.runtime import Runtime

FOR_EVER = (1 << 64) - 1
SHORT_LIVED = {"MevShield.submit_encrypted": 8}
"""Calls whose signatures may hold for so many blocks at most."""


@dataclass(frozen=True, slots=True)
class ValidTransaction:
    """The pool's view: tags it provides and requires, its rank, and for how many blocks it holds."""

    provides: tuple[bytes, ...]
    requires: tuple[bytes, ...]
    priority: int
    longevity: int


@dataclass(frozen=True, slots=True)
class Checked:
    """A signed extrinsic that passed: who pays which tip, and the nonce the account has now."""

    signer: bytes
    conditions: Conditions
    account_nonce: int
    longevity: int

    @property
    def is_future(self) -> bool:
        """Whether an earlier nonce is still missing."""
        return self.conditions.nonce > self.account_nonce

    def as_valid(self) -> ValidTransaction:
        """What the pool needs; a tag is the account and the nonce, encoded."""
        nonce = self.conditions.nonce
        requires = (self.signer + u32.encode(nonce - 1),) if self.is_future else ()
        provides = (self.signer + u32.encode(nonce),)
        return ValidTransaction(provides, requires, self.conditions.tip, self.longevity)


def check_signed(runtime: "Runtime", extrinsic: Extrinsic) -> Checked:
    """Check a signed extrinsic against the state; ``InvalidTransaction`` names the first failure."""
    signer, signature, conditions = extrinsic.signer, extrinsic.signature, extrinsic.conditions
    if signer is None or signature is None or conditions is None:
        raise InvalidTransaction(
            "NoUnsignedValidator",
            "Could not find an unsigned validator for the unsigned transaction",
            rpc_code=1011,
        )
    _short_life(extrinsic, conditions)
    birth, longevity = _mortality(runtime, conditions)
    if conditions.check_metadata:  # this runtime, like one built without it, knows no RFC-78 digest
        raise InvalidTransaction.unknown()
    version = runtime.version
    identity = ChainIdentity(
        version.spec_version, version.transaction_version, runtime.system.BlockHash[0], birth
    )
    payload = signing_payload(extrinsic.call_data, conditions, identity)
    if not signature_holds(signer, signature, payload):
        raise InvalidTransaction.named("BadProof")
    if not any(signer):
        raise InvalidTransaction.named("BadSigner")
    nonce = _nonce(runtime, signer, extrinsic, conditions)
    _room_and_fee(runtime, extrinsic, signer, conditions)
    for pallet in runtime.pallets:
        pallet.check_signed(signer, extrinsic.call)
    return Checked(signer, conditions, nonce, longevity)


def _short_life(extrinsic: Extrinsic, conditions: Conditions) -> None:
    """Some calls may wait only so many blocks. Source: Subtensor ``runtime/src/check_mortality.rs``."""
    longest = SHORT_LIVED.get(extrinsic.call.label)
    if longest is not None and (conditions.era is None or conditions.era[0] > longest):
        raise InvalidTransaction.named("Stale")


def _mortality(runtime: "Runtime", conditions: Conditions) -> tuple[bytes, int]:
    """The hash of the block the signature was born in, and for how many blocks it still holds."""
    system = runtime.system
    if conditions.era is None:
        return system.BlockHash[0], FOR_EVER
    current = runtime.block_number  # of the block that would include it
    period, phase = conditions.era
    birth = (max(current, phase) - phase) // period * period + phase
    if birth not in system.BlockHash:
        raise InvalidTransaction.named("AncientBirthBlock")
    return system.BlockHash[birth], birth + period - runtime.block_number


def _nonce(runtime: "Runtime", signer: bytes, extrinsic: Extrinsic, conditions: Conditions) -> int:
    """The account's nonce. Only calls that pay need an account that exists: a hotkey has no money.

    Source: Subtensor ``runtime/src/check_nonce.rs``, whose wrapper asks for ``Pays::Yes`` as well.
    """
    account = runtime.system.Account[signer]
    pays = dispatch_info(extrinsic.call).pays is Pays.YES
    if pays and account["providers"] == 0 and account["sufficients"] == 0:
        raise InvalidTransaction.named("Payment")
    nonce: int = account["nonce"]
    if conditions.nonce < nonce:
        raise InvalidTransaction.named("Stale")
    return nonce


def _room_and_fee(
    runtime: "Runtime", extrinsic: Extrinsic, signer: bytes, conditions: Conditions
) -> None:
    info = dispatch_info(extrinsic.call)
    if not runtime.has_room(extrinsic.length, info.weight):
        raise InvalidTransaction.named("ExhaustsResources")
    if info.dispatch_class == "Mandatory":
        raise InvalidTransaction.named("MandatoryValidation")
    payment = runtime.transaction_payment
    owed = payment.fee(info, extrinsic.length) + conditions.tip
    payer = fee_payer(runtime, signer, extrinsic.call)
    if not payment.can_pay(payer, owed, extrinsic.call):
        raise InvalidTransaction.named("Payment")
