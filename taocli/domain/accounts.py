"""Accounts that nobody holds a key of: they follow from other accounts or from an Ethereum address.

An EVM address (H160, 20 bytes) has a *mirror* account on the Substrate side: BLAKE2b-256 of ``evm:`` and
the address. TAO sent to the mirror is what the EVM address can spend. The other way round, the EVM knows
a Substrate account by the first 20 bytes of its public key; that is a shortening, and nothing leads back.

A multisig account is BLAKE2b-256 of a label, its sorted signatories and the threshold (Substrate's
``pallet_multisig``). Money sent to a wrong one is lost, so sets that could never spend are refused.
"""

import hashlib
from collections.abc import Sequence

from taocli.domain.address import Address
from taocli.domain.errors import ValidationError

H160_BYTES = 20
MAX_SIGNATORIES = 100
"""The runtime's ``Multisig.MaxSignatories``: an account of more could never spend."""


def evm_mirror(h160: bytes) -> Address:
    """The account that holds the TAO of a 20-byte EVM address."""
    if len(h160) != H160_BYTES:
        raise ValidationError(
            f"An EVM address has {H160_BYTES} bytes, not {len(h160)}.",
            fix="Give 0x and 40 hexadecimal digits.",
        )
    return Address(_blake2b_256(b"evm:" + h160))


def truncated_h160(address: Address) -> bytes:
    """The 20 bytes under which the EVM side knows a Substrate account."""
    return address.public_key[:H160_BYTES]


def multisig_account(signatories: Sequence[Address], threshold: int) -> Address:
    """The account that any ``threshold`` of the signatories spend together; their order is irrelevant.

    ``ValidationError`` for fewer than 2 or more than 100 signatories, for one that is named twice, and
    for a threshold that is not between 1 and their number.
    """
    count = len(signatories)
    if not 2 <= count <= MAX_SIGNATORIES:
        raise ValidationError(
            f"A multisig account has 2 to {MAX_SIGNATORIES} signatories, not {count}.",
            why="The chain accepts no other number, so the account could never spend.",
            fix="Name every signatory once, yourself included.",
        )
    if len(set(signatories)) != count:
        twice = next(one for one in signatories if signatories.count(one) > 1)
        raise ValidationError(
            f"{twice} is named twice.",
            why="Every signatory of a multisig account counts once.",
            fix="Leave out the second mention, or name the signatory that is missing.",
        )
    if not 1 <= threshold <= count:
        raise ValidationError(
            f"{threshold} of {count} signatories cannot be a threshold.",
            why="It is how many of them must approve.",
            fix=f"Choose 1 to {count}.",
        )
    keys = b"".join(sorted(one.public_key for one in signatories))
    return Address(
        _blake2b_256(b"modlpy/utilisuba" + _compact(count) + keys + threshold.to_bytes(2, "little"))
    )


def _compact(number: int) -> bytes:
    """SCALE's compact form, as far as ``MAX_SIGNATORIES`` needs it."""
    return bytes([number << 2]) if number < 1 << 6 else (number << 2 | 1).to_bytes(2, "little")


def _blake2b_256(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=32).digest()
