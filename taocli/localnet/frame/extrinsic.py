"""Extrinsics of format 4: a call, and for signed ones who signs it and under which conditions.

    compact length ‖ 0x84 ‖ MultiAddress ‖ MultiSignature ‖ era ‖ nonce ‖ tip ‖ mode ‖ call
    compact length ‖ 0x04 ‖ call                                    (bare: inherents of the block author)

What is signed is call ‖ explicit parts ‖ implicit parts, or its BLAKE2-256 when longer than 256 bytes.
Bytes handed to this module include the length prefix, which is also what the extrinsic hash covers.
"""

from dataclasses import dataclass
from typing import Any

import sr25519
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from taocli.localnet.frame.call import Invocation
from taocli.localnet.frame.extensions import EXTRA, MODE
from taocli.localnet.frame.outcome import InvalidTransaction
from taocli.localnet.frame.scale import (
    CallDecoder,
    Reader,
    ScaleError,
    Type,
    TypeDefinition,
    TypeRegistry,
    encode_compact,
)
from taocli.localnet.frame.storage import blake2_256
from taocli.localnet.frame.types import (
    H256,
    Array,
    Bytes,
    Compact,
    Era,
    Field,
    MultiAddress,
    MultiSignature,
    Option,
    RuntimeCall,
    u8,
    u32,
    u64,
)

VERSION = 4
SIGNED = 0x80 | VERSION
BARE = VERSION
MAX_PLAIN_PAYLOAD = 256
_METADATA_HASH = Option(Array(u8, 32))
_NONCE = Compact(u32)
_TIP = Compact(u64)


@dataclass(frozen=True, slots=True)
class Conditions:
    """The explicit extension parts: era is None or (period, phase), tip is in rao."""

    era: tuple[int, int] | None
    nonce: int
    tip: int
    check_metadata: bool = False

    def encode(self) -> bytes:
        """The explicit parts in a row; the other nine extensions have none."""
        mode = MODE.encode("Enabled" if self.check_metadata else "Disabled")
        return Era.encode(self.era) + _NONCE.encode(self.nonce) + _TIP.encode(self.tip) + mode

    @classmethod
    def decode(cls, reader: Reader) -> "Conditions":
        """Read the explicit parts."""
        era, nonce, tip = Era.decode(reader), _NONCE.decode(reader), _TIP.decode(reader)
        return cls(era, nonce, tip, MODE.decode(reader) == "Enabled")


@dataclass(frozen=True, slots=True)
class ChainIdentity:
    """The implicit parts: what a signature is bound to without sending it."""

    spec_version: int
    transaction_version: int
    genesis_hash: bytes
    birth_hash: bytes
    metadata_hash: bytes | None = None

    def encode(self) -> bytes:
        """The implicit parts in order of the extensions."""
        return (
            u32.encode(self.spec_version)
            + u32.encode(self.transaction_version)
            + H256.encode(self.genesis_hash)
            + H256.encode(self.birth_hash)
            + _METADATA_HASH.encode(self.metadata_hash)
        )


@dataclass(frozen=True, slots=True)
class Extrinsic:
    """A decoded extrinsic; ``signer``, ``signature`` and ``conditions`` are None for bare ones."""

    call: Invocation
    call_data: bytes
    length: int
    hash: bytes
    signer: bytes | None = None
    signature: tuple[str, bytes] | None = None
    conditions: Conditions | None = None


def signing_payload(call_data: bytes, conditions: Conditions, identity: ChainIdentity) -> bytes:
    """The bytes that a signer signs."""
    payload = call_data + conditions.encode() + identity.encode()
    return blake2_256(payload) if len(payload) > MAX_PLAIN_PAYLOAD else payload


def encode_signed(
    signer: bytes, signature: tuple[str, bytes], conditions: Conditions, call_data: bytes
) -> bytes:
    """A signed extrinsic with its length prefix."""
    body = (
        bytes((SIGNED,))
        + MultiAddress.encode(signer)
        + MultiSignature.encode(signature)
        + conditions.encode()
        + call_data
    )
    return encode_compact(len(body)) + body


def encode_bare(call_data: bytes) -> bytes:
    """An unsigned extrinsic with its length prefix."""
    return encode_compact(len(call_data) + 1) + bytes((BARE,)) + call_data


def decode_extrinsic(data: bytes, calls: CallDecoder) -> Extrinsic:
    """Decode untrusted bytes; ``InvalidTransaction`` (1001) when they are no extrinsic."""
    try:
        return _decode(data, calls)
    except ScaleError as error:
        raise InvalidTransaction.undecodable(error.what) from error


def _decode(data: bytes, calls: CallDecoder) -> Extrinsic:
    reader = Reader(data, calls)
    if reader.take_compact() != reader.remaining:
        raise InvalidTransaction.undecodable("The length prefix is not the extrinsic's length.")
    first = reader.take_byte()
    if first not in {SIGNED, BARE}:
        raise InvalidTransaction.undecodable(f"0x{first:02x} is no extrinsic of format {VERSION}.")
    signer, signature, conditions = None, None, None
    if first == SIGNED:
        signer = MultiAddress.decode(reader)
        signature = MultiSignature.decode(reader)
        conditions = Conditions.decode(reader)
    start = reader.position
    call = RuntimeCall.decode(reader)
    reader.finish()
    if signer is not None and not isinstance(signer, bytes):
        raise InvalidTransaction.unknown()
    return Extrinsic(call, data[start:], len(data), blake2_256(data), signer, signature, conditions)


def signature_holds(signer: bytes, signature: tuple[str, bytes], payload: bytes) -> bool:
    """Whether ``signer`` signed ``payload``; ecdsa is refused by name, for its check is not built."""
    scheme, raw = signature
    if scheme == "Ecdsa":
        raise InvalidTransaction("BadProof", "This dev chain checks no ecdsa signatures.")
    if scheme == "Ed25519":
        try:
            VerifyKey(signer).verify(payload, raw)
        except BadSignatureError:
            return False
        return True
    try:
        return bool(sr25519.verify(raw, payload, signer))
    except ValueError:  # the key or the signature is no point of the curve
        return False


class _UncheckedExtrinsic(Type):
    """An extrinsic inside other data: its bytes with the length prefix, not yet decoded."""

    name = "UncheckedExtrinsic"
    identity = "sp_runtime::generic::unchecked_extrinsic::UncheckedExtrinsic"

    def encode(self, value: bytes) -> bytes:
        """Extrinsics are carried as they are."""
        return value

    def decode(self, reader: Reader) -> bytes:
        """Take as many bytes as the prefix tells, prefix included."""
        start = reader.position
        reader.take(reader.take_compact())
        return reader.data[start : reader.position]

    def define(self, registry: TypeRegistry) -> TypeDefinition:
        """Bytes to the codec; the parameters tell clients what they hold."""
        params: tuple[tuple[str, Any], ...] = (
            ("Address", registry.id_of(MultiAddress)),
            ("Call", registry.id_of(RuntimeCall)),
            ("Signature", registry.id_of(MultiSignature)),
            ("Extra", registry.id_of(EXTRA)),
        )
        return TypeDefinition(
            ("Composite", {"fields": registry.fields((Field(None, Bytes),))}),
            tuple(self.identity.split("::")),
            params,
        )


UncheckedExtrinsic = _UncheckedExtrinsic()
