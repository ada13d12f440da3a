"""From a call to bytes that a node takes: extensions, signature, envelope.

Subtensor signs thirteen extensions; four of them carry data (mortality, nonce, tip, metadata hash) and
the codec puts all of them in order. Transactions live for 64 blocks, so that one that got lost can
never come back later. Tips are always 0: Subtensor ignores them.
"""

from dataclasses import dataclass

from taocli.chain.codec import Codec, Extensions
from taocli.domain.address import Address
from taocli.domain.block import BlockRef
from taocli.domain.errors import ValidationError
from taocli.domain.extrinsic import Call
from taocli.domain.ports import Signer

ERA_PERIOD = 64
"""Blocks; a power of two up to 4096, for which an era may be born in any block."""

_ESTIMATE_SIGNATURE = b"\1" * 64


@dataclass(frozen=True, slots=True)
class SignedExtrinsic:
    """Bytes to submit, their hash, and the last block that may include them."""

    raw: bytes
    hash: str
    born: BlockRef

    @property
    def dies_at(self) -> int:
        """The first block number in which it is too old."""
        return self.born.number + ERA_PERIOD


def sign(
    codec: Codec, call: Call, signer: Signer, *, nonce: int, head: BlockRef, genesis_hash: str
) -> SignedExtrinsic:
    """Sign a call, to live from ``head`` on."""
    extensions = _extensions(nonce, head, genesis_hash)
    encoded = codec.call(call.pallet, call.function, call.args)
    signature = signer.sign(codec.signing_payload(encoded, extensions))
    if len(signature) != 64:
        raise ValidationError(f"A signature has 64 bytes, not {len(signature)}.")
    raw, digest = codec.signed_extrinsic(
        encoded,
        extensions,
        signer=signer.address,
        crypto_type=signer.crypto_type,
        signature=signature,
    )
    return SignedExtrinsic(raw, digest, head)


def unsigned_like(codec: Codec, call: Call, signer: Address, head: BlockRef) -> bytes:
    """An extrinsic of the right size with an invalid signature, for estimating its fee."""
    encoded = codec.call(call.pallet, call.function, call.args)
    raw, _ = codec.signed_extrinsic(
        encoded,
        _extensions(0, head, "0x" + "00" * 32),
        signer=signer,
        crypto_type=1,
        signature=_ESTIMATE_SIGNATURE,
    )
    return raw


def _extensions(nonce: int, head: BlockRef, genesis_hash: str) -> Extensions:
    return Extensions(
        nonce=nonce,
        period=ERA_PERIOD,
        era_block=head.number,
        era_block_hash=head.hash,
        genesis_hash=genesis_hash,
    )
