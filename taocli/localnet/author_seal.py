"""What a block author draws at random, taken out of the blocks of a chain with a seed.

Two runs with the same calls shall have the same hashes. Two things stand in the way, both signatures: the
author's seal in the header, and the signatures under the extrinsics, which clients make anew each time.
So the seal is signed with a nonce that follows from key and message (as in RFC 6979), which any verifier
accepts; and the header covers extrinsics without their signatures, as Bitcoin's segregated witness does.
The signatures are checked all the same, and are part of the body.

Signing goes through plain Python (``wallet.schnorrkel``) and costs 1.5 ms a block; the sr25519 binding, a
hundred times as fast, always draws its nonce itself.
"""

import hashlib

from taocli.localnet.chain_block import compact, read_compact
from taocli.localnet.dev_keys import DevKey
from taocli.wallet.merlin import Transcript
from taocli.wallet.ristretto import ORDER, public_key

_MARK = 0x80  # the bit by which schnorrkel's signatures differ from ed25519's
_SIGNED = 0x84
_ID_BYTES = 1 + 32
_SIGNATURE_BYTES = {0: 64, 1: 64, 2: 65}


def repeatable_signature(key: DevKey, message: bytes) -> bytes:
    """An sr25519 signature in the context ``substrate``, the same each time for the same message."""
    scalar = int.from_bytes(key.secret_key[:32], "little")
    drawn = hashlib.sha512(b"taocli seal" + key.secret_key[:32] + message).digest()
    nonce = int.from_bytes(drawn, "little") % ORDER
    point = public_key(nonce)
    transcript = Transcript(b"SigningContext")
    transcript.append(b"", b"substrate")
    transcript.append(b"sign-bytes", message)
    transcript.append(b"proto-name", b"Schnorr-sig")
    transcript.append(b"sign:pk", key.public_key)
    transcript.append(b"sign:R", point)
    challenge = int.from_bytes(transcript.challenge(b"sign:c", 64), "little") % ORDER
    response = (challenge * scalar + nonce) % ORDER
    return point + (response | _MARK << 248).to_bytes(32, "little")


def without_signature(extrinsic: bytes) -> bytes:
    """An extrinsic with the signature cut out; bare ones, and what is no extrinsic, as they are."""
    try:
        _, start = read_compact(extrinsic)
    except ValueError:
        return extrinsic
    tag = start + 1 + _ID_BYTES
    if extrinsic[start : start + 2] != bytes((_SIGNED, 0)) or tag >= len(extrinsic):
        return extrinsic  # bare, or signed by something else than an account's key
    end = tag + 1 + _SIGNATURE_BYTES.get(extrinsic[tag], 0)
    body = extrinsic[start : tag + 1] + extrinsic[end:]
    return compact(len(body)) + body
