"""Runs inside a peer's virtual environment: opens our wallet, and makes one for us to open.

python wallet_peer.py PATH PASSWORD  ->  one JSON object on stdout
"""

import json
import sys

path, password = sys.argv[1:]
MESSAGE = b"taocli and its peers"


def with_bittensor_wallet() -> dict[str, str]:
    """bittensor-wallet 4.1 (Rust), as btcli 9 and SDK 10 use it."""
    from bittensor_wallet import Keypair, Wallet

    ours = Wallet(name="ours", hotkey="hot", path=path)
    coldkey = ours.coldkey_file.get_keypair(password=password)
    theirs = Wallet(name="theirs", hotkey="hot", path=path)
    made = Keypair.create_from_mnemonic(Keypair.generate_mnemonic())
    theirs.set_coldkey(
        made, encrypt=True, overwrite=False, save_coldkey_to_env=False, coldkey_password=password
    )
    theirs.set_coldkeypub(made, overwrite=False)
    theirs.set_hotkey(Keypair.create_from_uri("//Peer"), encrypt=False, overwrite=False)
    return {
        "coldkey": coldkey.ss58_address,
        "coldkeypub": ours.coldkeypub.ss58_address,
        "hotkey": ours.hotkey.ss58_address,
        "signature": ours.hotkey.sign(MESSAGE).hex(),
        "their_coldkey": made.ss58_address,
        "their_hotkey": theirs.hotkey.ss58_address,
        "their_signature": made.sign(MESSAGE).hex(),
    }


def with_bittensor_core() -> dict[str, str]:
    """bittensor 11.3 through its Rust core, whose keyfile functions its wallet calls."""
    from pathlib import Path

    import bittensor_core as core

    def opened(name: str) -> "core.Keypair":
        data = (Path(path) / "ours" / name).read_bytes()
        if core.keyfile_data_is_encrypted(data):
            data = core.decrypt_keyfile_data(data, password)
        return core.deserialize_keypair_from_keyfile_data(data)

    coldkey, hotkey, public = opened("coldkey"), opened("hotkeys/hot"), opened("coldkeypub.txt")
    made = core.Keypair.create_from_uri("//Peer")
    folder = Path(path) / "theirs" / "hotkeys"
    folder.mkdir(parents=True)
    plain = core.serialized_keypair_to_keyfile_data(made)
    (folder / "hot").write_bytes(plain)
    (folder.parent / "coldkey").write_bytes(core.encrypt_keyfile_data(plain, password))
    return {
        "coldkey": coldkey.ss58_address,
        "coldkeypub": public.ss58_address,
        "hotkey": hotkey.ss58_address,
        "signature": bytes(hotkey.sign(MESSAGE)).hex(),
        "their_coldkey": made.ss58_address,
        "their_hotkey": made.ss58_address,
        "their_signature": bytes(made.sign(MESSAGE)).hex(),
    }


try:
    import bittensor_wallet  # noqa: F401
except ImportError:
    result = with_bittensor_core()
else:
    result = with_bittensor_wallet()
print("RESULT " + json.dumps(result))
