"""``taocli wallet sign``, ``verify``, ``encrypt`` and ``decrypt``: messages, not transactions."""

from pathlib import Path
from typing import Annotated

import typer

from taocli import bootstrap
from taocli.cli.options import (
    HotkeyName,
    Json,
    PasswordFd,
    PasswordFile,
    WalletName,
    WalletPath,
    parse_crypto_type,
)
from taocli.cli.output import emit, note
from taocli.cli.prompt import ask_missing
from taocli.cli.unlocking import PasswordInput, signer_for, unlock
from taocli.cli.wallet.target import Target
from taocli.config import load_settings
from taocli.domain.errors import SignatureInvalid, UsageError, ValidationError

_HASH_BYTES = 32
Message = Annotated[
    str | None, typer.Option("--message", "-m", help="The message as text.", show_default=False)
]
MessageFile = Annotated[
    Path | None,
    typer.Option(
        "--message-file", help="File with the message, byte for byte; - is standard input.",
        show_default=False,
    ),
]  # fmt: skip
Hex = Annotated[
    bool, typer.Option("--hex", help="The message is hexadecimal; sign the bytes it stands for.")
]
UseHotkey = Annotated[
    bool, typer.Option("--use-hotkey/--no-use-hotkey", help="The hotkey, not the coldkey.")
]


def sign(
    message: Message = None,
    message_file: MessageFile = None,
    hex_bytes: Hex = False,
    wallet: WalletName = None,
    hotkey: HotkeyName = None,
    use_hotkey: UseHotkey = False,
    wallet_path: WalletPath = None,
    password_file: PasswordFile = None,
    password_fd: PasswordFd = None,
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Sign a message.

    The coldkey signs, or with --hotkey or --use-hotkey the hotkey. Exactly the bytes of the text are
    signed, as btcli does; a text that begins with 0x is text unless --hex is given.

    Example: taocli wallet sign --wallet alice --use-hotkey --message hello
    """
    content = _content(message, message_file, hex_bytes=hex_bytes)
    place = Target.load(wallet, hotkey, wallet_path).existing(use_hotkey=use_hotkey)
    if hex_bytes and len(content) == _HASH_BYTES:
        note(
            "warning: 32 bytes may be the hash of a transaction; sign only what you made yourself."
        )
    signer = signer_for(place, PasswordInput(password_file, password_fd))
    signature = signer.sign(content).hex()
    emit(
        {"signed_message": signature, "signer_address": signer.address.ss58},
        f"{signature}\n{signer.address}",
    )


def verify(
    message: Message = None,
    message_file: MessageFile = None,
    hex_bytes: Hex = False,
    signature: Annotated[
        str | None,
        typer.Option("--signature", "-s", help="The signature in hexadecimal.", show_default=False),
    ] = None,
    address: Annotated[
        str | None,
        typer.Option(
            "--address",
            "--ss58",
            "--public-key",
            "-a",
            help="Who should have signed: an address, a name or a public key.",
            show_default=False,
        ),
    ] = None,
    crypto_type: Annotated[
        str | None, typer.Option("--crypto-type", help="Only this kind; both are tried otherwise.")
    ] = None,
    wallet_path: WalletPath = None,
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Check the signature of a message; exit code 30 when it is not valid.

    A signature over the message as browser extensions wrap it, <Bytes>...</Bytes>, counts too.

    Example: taocli wallet verify --message hello --signature 0x12ab --address alice
    """  # fmt: skip
    from taocli.wallet.messages import parse_signature, verify_message  # noqa: PLC0415 - help needs none

    content = _content(message, message_file, hex_bytes=hex_bytes)
    raw = parse_signature(ask_missing(signature, "Signature", "--signature"))
    text = ask_missing(address, "Address of the signer", "--address")
    settings = load_settings(wallet_path=wallet_path)
    who = bootstrap.build_accounts(settings).resolve_or_public_key(text).address
    kind = None if crypto_type is None else parse_crypto_type(crypto_type)
    if not verify_message(who, content, raw, kind):
        raise SignatureInvalid(
            f"This is not a signature of {who} over that message.",
            why="Neither the message as it is nor its wrapped form fits the signature.",
            fix="Compare all three: one changed character makes it another message.",
        )
    emit({"valid": True, "address": who.ss58}, f"Valid: signed by {who}.")


def encrypt(
    to: Annotated[
        str | None,
        typer.Option(
            "--to", "-t", "--to-ss58", "--recipient", help="An ed25519 address, or a name for it."
        ),
    ] = None,
    message: Message = None,
    message_file: MessageFile = None,
    wallet_path: WalletPath = None,
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Encrypt a message to an ed25519 address.

    Only its owner can read it. sr25519 keys, which most wallets are, cannot receive messages.

    Example: taocli wallet encrypt --to 5DEAGWRtntYNZRyyEMKVNcSfCuTTLtjgYBfc5fgtPN1NWdqS --message hello
    """
    from taocli.wallet.messages import seal  # noqa: PLC0415 - help needs none of it

    text = ask_missing(to, "Address of the reader", "--to")
    content = _content(message, message_file, hex_bytes=False)
    settings = load_settings(wallet_path=wallet_path)
    reader = bootstrap.build_accounts(settings).resolve(text).address
    note("Only the owner of an ed25519 key can read this; an address does not tell its kind.")
    sealed = "0x" + seal(reader, content).hex()
    emit({"ciphertext": sealed, "recipient": reader.ss58}, sealed)


def decrypt(
    ciphertext: Annotated[
        str | None, typer.Option("--ciphertext", "-c", help="What encrypt printed.")
    ] = None,
    ciphertext_file: Annotated[
        Path | None, typer.Option("--ciphertext-file", help="File with it; - is standard input.")
    ] = None,
    wallet: WalletName = None,
    hotkey: HotkeyName = None,
    use_hotkey: UseHotkey = False,
    wallet_path: WalletPath = None,
    password_file: PasswordFile = None,
    password_fd: PasswordFd = None,
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Decrypt a message with an ed25519 key.

    Example: taocli wallet decrypt --wallet letters --ciphertext-file letter.txt
    """
    from taocli.wallet.messages import open_sealed  # noqa: PLC0415 - help needs none of it

    if ciphertext is None and ciphertext_file is not None:
        ciphertext = _read(ciphertext_file).decode(errors="replace")
    sealed = _unhex(ask_missing(ciphertext, "Ciphertext", "--ciphertext"))
    place = Target.load(wallet, hotkey, wallet_path).existing(use_hotkey=use_hotkey)
    plain = open_sealed(unlock(place, PasswordInput(password_file, password_fd)).key, sealed)
    text = plain.decode(errors="replace")
    emit({"message": text, "message_hex": "0x" + plain.hex()}, text)


def _content(message: str | None, file: Path | None, *, hex_bytes: bool) -> bytes:
    """Exactly the bytes that are meant."""
    if message is not None and file is not None:
        raise UsageError("The message comes from two places.", fix="Name one source only.")
    raw = _read(file) if file is not None else None
    if raw is not None and not hex_bytes:
        return raw
    text = raw.decode(errors="replace") if raw is not None else message
    text = ask_missing(text, "Message", "--message")
    return _unhex(text) if hex_bytes else text.encode(errors="surrogateescape")


def _read(file: Path) -> bytes:
    from taocli.wallet.secret_sources import read_secret  # noqa: PLC0415 - help needs none of it

    given = read_secret("message", file, None)
    return b"" if given is None else given.content


def _unhex(text: str) -> bytes:
    try:
        return bytes.fromhex(text.strip().removeprefix("0x"))
    except ValueError:
        raise ValidationError(
            "This is not hexadecimal.",
            why="It holds other characters than 0-9 and a-f, or an odd number of them.",
            fix="Copy the whole text that was printed.",
        ) from None
