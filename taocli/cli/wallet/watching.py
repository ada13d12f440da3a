"""``taocli wallet watch``, ``regen-coldkeypub`` and ``regen-hotkeypub``: keys that only look.

A public file alone makes a wallet that every read works with and nothing can be signed from.
"""

from typing import TYPE_CHECKING, Annotated

import typer

from taocli import bootstrap
from taocli.cli.options import (
    CryptoType,
    HotkeyName,
    Json,
    Overwrite,
    WalletName,
    WalletPath,
    parse_crypto_type,
)
from taocli.cli.output import emit, note
from taocli.cli.prompt import ask_missing
from taocli.cli.wallet.target import Target, backup_lines, key_facts
from taocli.domain.address import Address
from taocli.domain.errors import InvalidAddress

if TYPE_CHECKING:
    from taocli.wallet.places import KeyPlace

Ss58 = Annotated[
    str | None,
    typer.Option(
        "--ss58", "--ss58-address", "--ss58_address", "--address",
        help="The address, or a name for it.", show_default=False,
    ),
]  # fmt: skip
PublicKey = Annotated[
    str | None,
    typer.Option(
        "--public-key", "--public-key-hex", "--public_key_hex",
        help="The public key as 64 hexadecimal digits.", show_default=False,
    ),
]  # fmt: skip


def watch(
    address: Annotated[str, typer.Argument(help="The address to look at, or a name for it.")],
    wallet: WalletName = None,
    wallet_path: WalletPath = None,
    crypto_type: CryptoType = "sr25519",
    overwrite: Overwrite = False,
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Make a wallet that only looks: an address without a key.

    Example: taocli wallet watch 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY --wallet cold-storage
    """
    target = Target.load(wallet, None, wallet_path)
    place = target.store.new_coldkey(target.settings.wallet)
    _write(target, place, address, None, crypto_type, overwrite=overwrite)


def regen_coldkeypub(
    wallet: WalletName = None,
    wallet_path: WalletPath = None,
    ss58: Ss58 = None,
    public_key: PublicKey = None,
    crypto_type: CryptoType = "sr25519",
    overwrite: Overwrite = False,
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Write the public file of a coldkey.

    Example: taocli wallet regen-coldkeypub --wallet alice --ss58 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY
    """
    target = Target.load(wallet, None, wallet_path)
    place = target.store.new_coldkey(target.settings.wallet)
    _write(target, place, ss58, public_key, crypto_type, overwrite=overwrite)


def regen_hotkeypub(
    wallet: WalletName = None,
    hotkey: HotkeyName = None,
    wallet_path: WalletPath = None,
    ss58: Ss58 = None,
    public_key: PublicKey = None,
    crypto_type: CryptoType = "sr25519",
    overwrite: Overwrite = False,
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Write the public file of a hotkey.

    Example: taocli wallet regen-hotkeypub --wallet alice --hotkey miner --ss58 5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty
    """
    target = Target.load(wallet, hotkey, wallet_path)
    place = target.store.new_hotkey(target.settings.wallet, target.settings.hotkey)
    _write(target, place, ss58, public_key, crypto_type, overwrite=overwrite)


def _write(
    target: Target,
    place: "KeyPlace",
    named: str | None,
    public_key: str | None,
    crypto_type: str,
    *,
    overwrite: bool,
) -> None:
    from taocli.wallet.keyfile import PublicHalf  # noqa: PLC0415 - help needs none of it
    from taocli.wallet.reading import encryption_at  # noqa: PLC0415
    from taocli.wallet.writing import write_public  # noqa: PLC0415

    kind = parse_crypto_type(crypto_type)
    address = _address(target, named, public_key)
    backups = write_public(place, PublicHalf(address, kind), overwrite=overwrite)
    if encryption_at(place) is None:
        note(f"Only the public half of {place.label} is here: it can look, not sign.")
    data = key_facts(place, address, kind)
    data |= {"backups": [str(path) for path in backups]}
    emit(data, f"{place.label}  {address}{backup_lines(backups)}")


def _address(target: Target, named: str | None, public_key: str | None) -> Address:
    """From a name or a public key; where both are given they must agree."""
    key = None if public_key is None else parse_public_key(public_key)
    if named is None and key is not None:
        return key
    text = ask_missing(named, "Address", "--ss58")
    address = bootstrap.build_accounts(target.settings).resolve(text).address
    if key is not None and key != address:
        raise InvalidAddress(
            "The address and the public key are of two accounts.",
            why=f"The public key is that of {key}.",
            fix="Give one of the two only, or correct it.",
        )
    return address


def parse_public_key(text: str) -> Address:
    """The account of a public key in hexadecimal; ``InvalidAddress`` otherwise."""
    try:
        raw = bytes.fromhex(text.strip().removeprefix("0x"))
    except ValueError:
        raw = b""
    if len(raw) != 32:
        raise InvalidAddress(
            "This is not a public key.",
            why="It is not hexadecimal." if not raw else f"It has {len(raw)} bytes, not 32.",
            fix="Write 0x and 64 hexadecimal digits.",
        )
    return Address(raw)
