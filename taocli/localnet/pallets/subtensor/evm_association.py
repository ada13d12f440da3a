"""Linking a neuron to an address of the EVM side, with the address's own consent.

The address signs, as Ethereum wallets sign messages (EIP-191), the hotkey followed by the Keccak-256 of a
block number. The chain recovers the address from the signature and remembers it for the neuron's uid.
Which block was named is not checked. Source: Subtensor spec 425, ``utils/evm.rs``.

Unlike spec 425, where the first association has to wait for as many blocks of the chain, only a change of
address has to wait.
"""

from taocli.localnet.frame.call import Invocation, call
from taocli.localnet.frame.outcome import InvalidTransaction, Origin
from taocli.localnet.frame.scale import Field
from taocli.localnet.frame.types import Array, u8, u16, u64
from taocli.localnet.pallets.subtensor.chain_types import H160
from taocli.localnet.pallets.subtensor.neurons import Neurons
from taocli.wallet.evm_keys import keccak_256

PAUSE, FAST_PAUSE = 7_200, 1
"""Blocks between two associations of a neuron; the short one is the fast runtime's."""

_FAST_SLOT_MS = 250
_SIGNATURE = Field(None, Array(u8, 65), "Signature")
_CODES = {"HotKeyNotRegisteredInSubNet": 19, "EvmKeyAssociateRateLimitExceeded": 20}
_ETHEREUM_OFFSET = 27  # Ethereum counts the recovery id from here


class EvmAssociation(Neurons):
    """``associate_evm_key``."""

    name = "SubtensorModule"

    @call(93, free=True, netuid=u16, evm_key=H160, block_number=u64, signature=_SIGNATURE)
    def associate_evm_key(
        self, origin: Origin, netuid: int, evm_key: bytes, block_number: int, signature: bytes
    ) -> None:
        """Link the signing hotkey's neuron to an address that signed for it."""
        hotkey = origin.signed()
        error = self._association_error(hotkey, netuid)
        if error is not None:
            self.fail(error)
        signer = recovered_address(association_digest(hotkey, block_number), signature)
        if signer is None:
            self.fail("InvalidIdentity")
        self.ensure(signer == evm_key, "InvalidRecoveredPublicKey")
        uid = self.uid_of(netuid, hotkey)
        self.AssociatedEvmAddress[netuid, uid] = (evm_key, self.block_number)
        self.deposit("EvmKeyAssociated", netuid, hotkey, evm_key, self.block_number)

    def check_evm_association(self, who: bytes, invocation: Invocation) -> None:
        """The pool's view: who is no neuron, or comes too soon, is turned away."""
        if invocation.declaration.name == "associate_evm_key":
            error = self._association_error(who, invocation.args["netuid"])
            if error is not None:
                raise InvalidTransaction.custom(_CODES[error])

    def _association_error(self, hotkey: bytes, netuid: int) -> str | None:
        uid = self.uid_of(netuid, hotkey)
        if uid is None:
            return "HotKeyNotRegisteredInSubNet"
        known = self.AssociatedEvmAddress[netuid, uid]
        fast = self.runtime.aura.constant("SlotDuration") == _FAST_SLOT_MS
        pause = FAST_PAUSE if fast else PAUSE
        too_soon = known is not None and self.block_number - known[1] < pause
        return "EvmKeyAssociateRateLimitExceeded" if too_soon else None


def association_digest(hotkey: bytes, block_number: int) -> bytes:
    """The 32 bytes that the address has to sign."""
    message = hotkey + keccak_256(u64.encode(block_number))
    head = b"\x19Ethereum Signed Message:\n" + str(len(message)).encode()
    return keccak_256(head + message)


def recovered_address(digest: bytes, signature: bytes) -> bytes | None:
    """Whose signature over ``digest`` it is; None when it is nobody's."""
    from coincurve import PublicKey  # noqa: PLC0415 - only this call needs the curve

    recovery = signature[64]
    recovery -= _ETHEREUM_OFFSET if recovery >= _ETHEREUM_OFFSET else 0
    try:
        public = PublicKey.from_signature_and_message(
            signature[:64] + bytes((recovery,)), digest, hasher=None
        )
    except ValueError:
        return None
    return keccak_256(public.format(compressed=False)[1:])[-20:]
