"""Keys of the dev chain by URI: ``//Alice``, ``//dev/0``, ``//Bob//stash``. None of them is a secret.

A URI is what every Substrate tool derives from the public development phrase: ``//`` before a hard step, ``/`` before
a soft one, numbers as 64-bit integers, anything else as text. The accounts of ``--accounts`` are ``//dev/0``, ``//dev/1``
and so on.
"""

import re

import sr25519

from taocli.domain.address import Address
from taocli.domain.errors import InvalidAddress
from taocli.localnet.dev_keys import DevKey, dev_key
from taocli.wallet.derivation import keypair_from_uri

_SR25519 = 1
_PLAIN = re.compile(r"//([A-Za-z][A-Za-z0-9_-]{0,30})")


def key_of(uri: str) -> DevKey:
    """The key of a development URI; ``InvalidAddress`` for anything else, phrases and seeds included."""
    plain = _PLAIN.fullmatch(uri)
    if plain is not None:
        return dev_key(plain.group(1))
    if not uri.startswith("//") or uri.startswith("///") or "///" in uri:
        raise InvalidAddress(
            "This is no development key.",
            why="Its URI begins with // and has no password, as //Alice or //dev/0.",
            fix="Use such a URI; no other key belongs on a dev chain.",
        )
    made = keypair_from_uri(uri, _SR25519, dev=True)
    return DevKey(uri.removeprefix("//"), made.public_key, made.private_key)


def account_key(number: int) -> DevKey:
    """The key of ``//dev/NUMBER``."""
    parent = dev_key("dev")
    chain_code = number.to_bytes(32, "little")
    _, public, secret = sr25519.derive_keypair(
        (chain_code, parent.public_key, parent.secret_key), b""
    )
    return DevKey(f"dev/{number}", bytes(public), bytes(secret))


def account_of(text: str) -> Address:
    """The account of a development URI or an SS58 address; ``InvalidAddress``."""
    return key_of(text).address if text.startswith("//") else Address.parse(text)
