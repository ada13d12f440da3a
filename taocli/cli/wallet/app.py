"""The commands of ``taocli wallet``, named here and imported only when one runs."""

from collections.abc import Mapping

from taocli.cli.commands import CommandSpec
from taocli.cli.group import lazy_app

_HERE = "taocli.cli.wallet"
WALLET_COMMANDS: Mapping[str, CommandSpec] = {
    "create": CommandSpec(f"{_HERE}.creating:create", "Make a coldkey and a hotkey."),
    "new-coldkey": CommandSpec(
        f"{_HERE}.creating:new_coldkey", "Make a coldkey.", aliases=("new_coldkey",)
    ),
    "new-hotkey": CommandSpec(
        f"{_HERE}.creating:new_hotkey", "Make a hotkey.", aliases=("new_hotkey",)
    ),
    "regen-coldkey": CommandSpec(
        f"{_HERE}.restoring:regen_coldkey",
        "Restore a coldkey from its phrase, seed or private key.",
        aliases=("regen_coldkey",),
    ),
    "regen-hotkey": CommandSpec(
        f"{_HERE}.restoring:regen_hotkey",
        "Restore a hotkey from its phrase, seed or private key.",
        aliases=("regen_hotkey",),
    ),
    "regen-coldkeypub": CommandSpec(
        f"{_HERE}.watching:regen_coldkeypub",
        "Write the public file of a coldkey.",
        aliases=("regen_coldkeypub",),
    ),
    "regen-hotkeypub": CommandSpec(
        f"{_HERE}.watching:regen_hotkeypub",
        "Write the public file of a hotkey.",
        aliases=("regen_hotkeypub",),
    ),
    "watch": CommandSpec(
        f"{_HERE}.watching:watch", "Make a wallet that only looks: an address without a key."
    ),
    "import": CommandSpec(
        f"{_HERE}.exchanging:import_key", "Take in a key from another program's file."
    ),
    "export": CommandSpec(
        f"{_HERE}.exchanging:export_key", "Write a key for polkadot-js and its relatives."
    ),
    "list": CommandSpec(f"{_HERE}.showing:list_wallets", "List the wallets on this machine."),
    "show": CommandSpec(f"{_HERE}.showing:show", "Show one wallet: addresses, files, key kinds."),
    "derive": CommandSpec(
        f"{_HERE}.showing:derive", "Show the addresses of a secret or a public key; write nothing."
    ),
    "rename": CommandSpec(f"{_HERE}.keeping:rename", "Give a wallet or a hotkey another name."),
    "passwd": CommandSpec(
        f"{_HERE}.keeping:passwd", "Set, change or remove the password of a key."
    ),
    "verify-backup": CommandSpec(
        f"{_HERE}.keeping:verify_backup", "Check that a written-down phrase gives this key."
    ),
    "doctor": CommandSpec(
        f"{_HERE}.doctor:doctor", "Examine the wallet folder, and repair what can be."
    ),
    "sign": CommandSpec(f"{_HERE}.messaging:sign", "Sign a message."),
    "verify": CommandSpec(f"{_HERE}.messaging:verify", "Check the signature of a message."),
    "encrypt": CommandSpec(
        f"{_HERE}.messaging:encrypt", "Encrypt a message to an ed25519 address."
    ),
    "decrypt": CommandSpec(f"{_HERE}.messaging:decrypt", "Decrypt a message with an ed25519 key."),
    "unlock": CommandSpec(
        f"{_HERE}.locking:unlock", "Open a key once, and hold it open for a while."
    ),
    "lock": CommandSpec(f"{_HERE}.locking:lock", "Let go of keys that are held open."),
    "evm": CommandSpec(f"{_HERE}.evm:app", "Ethereum keys beside the hotkeys."),
}

app = lazy_app("Make, keep and use coldkeys and hotkeys.", WALLET_COMMANDS)
