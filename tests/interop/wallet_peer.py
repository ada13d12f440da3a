"""Runs inside a peer's virtual environment: opens our wallets, and makes some for us to open.

    python wallet_peer.py < REQUEST  ->  "RESULT " and one JSON object on stdout

One process answers everything, because starting it and deriving a key from a password are slow. Both
generations are driven through the classes that their command lines use; each answer is what was found, or
``{"refused": why}``.
"""

import ctypes
import json
import sys
from pathlib import Path

REQUEST = json.load(sys.stdin)
ROOT, MESSAGE, PASSWORD = REQUEST["root"], REQUEST["message"].encode(), REQUEST["password"]
ED25519 = 0


class Generation4:
    """bittensor-wallet 4.1 (Rust), under btcli 9 and SDK 10."""

    def __init__(self):
        import bittensor_wallet

        self.core, self.keypair = bittensor_wallet, bittensor_wallet.Keypair

    def wallet(self, item):
        return self.core.Wallet(name=item["wallet"], hotkey=item.get("hotkey") or "hot", path=ROOT)

    def write(self, item):
        """Make a key the way that the command for its kind does."""
        wallet, half = self.wallet(item), "hotkey" if item["hotkey"] else "coldkey"
        source, text = item["source"], item["text"]
        options = {
            "use_password": item["locked"], "suppress": True, "crypto_type": item["crypto_type"],
            f"{half}_password": PASSWORD if item["locked"] else None,
        }  # fmt: skip
        if source in {"mnemonic", "seed"}:
            getattr(wallet, f"regenerate_{half}")(**{source: text}, **options)
        elif source == "uri":
            getattr(wallet, f"create_{half}_from_uri")(text, **options)
        else:
            made = (
                self.keypair.create_from_encrypted_json(text, item["passphrase"])
                if source == "json"
                else self.keypair.create_from_private_key(text, item["crypto_type"])
            )
            getattr(wallet, f"set_{half}")(made, encrypt=False)
            getattr(wallet, f"set_{half}pub")(made)
        return wallet

    def vault(self, item):
        """Encrypt a plain file in place as the tools of 2022 did."""
        path = Path(item["path"])
        encrypt = self.core.keyfile.legacy_encrypt_keyfile_data
        path.write_bytes(encrypt(path.read_bytes(), PASSWORD))

    def evm(self, item):
        raise NotImplementedError("bittensor-wallet has no EVM keys")


class Generation11:
    """bittensor 11.3, whose Wallet and Keyfile its btcli uses."""

    def __init__(self):
        from bittensor.keyfiles import Keypair
        from bittensor.wallet import Wallet

        self.keypair, self._wallet = Keypair, Wallet

    def wallet(self, item):
        return self._wallet(item["wallet"], item.get("hotkey") or "hot", ROOT)

    def write(self, item):
        wallet, half = self.wallet(item), "hotkey" if item["hotkey"] else "coldkey"
        source, text = item["source"], item["text"]
        if source == "uri" or (source, half) == ("json", "hotkey"):
            made = (
                self.keypair.create_from_uri(text, item["crypto_type"])
                if source == "uri"
                else self.keypair.create_from_encrypted_json(text, item["passphrase"])
            )
            getattr(wallet, f"{half}_file").set_keypair(made, encrypt=False)
            return wallet
        options = {
            "use_password": item["locked"], "suppress": True, "crypto_type": item["crypto_type"],
            f"{half}_password": PASSWORD if item["locked"] else None,
        }  # fmt: skip
        given = {source: (text, item["passphrase"]) if source == "json" else text}
        return getattr(wallet, f"regenerate_{half}")(**given, **options)

    def vault(self, item):
        raise NotImplementedError("bittensor 11 writes no Ansible vaults")

    def evm(self, item):
        from bittensor.evm import keys

        opened = keys.unlock_evm_key(item["open"], item["wallet"], ROOT, password=PASSWORD)
        made = keys.create_evm_key(item["make"], item["wallet"], ROOT, password=PASSWORD)
        again = keys.unlock_evm_key(item["make"], item["wallet"], ROOT, password=PASSWORD)
        return {
            "private_key": bytes(opened.key).hex(),
            "listed": {k.name: [k.address, k.ss58_mirror] for k in keys.list_evm_keys(item["wallet"], ROOT)},
            "made": [made.address, bytes(again.key).hex()],
        }  # fmt: skip


try:
    PEER = Generation4()
except ImportError:
    PEER = Generation11()


def half(item, public=""):
    """One of the four files of a wallet."""
    return getattr(
        PEER.wallet(item), ("hotkey" if item.get("hotkey") else "coldkey") + public + "_file"
    )


def facts(key):
    return {
        "address": key.ss58_address,
        "public_key": as_hex(key.public_key),
        "crypto_type": key.crypto_type,
    }


def as_hex(value):
    return value.removeprefix("0x") if isinstance(value, str) else bytes(value).hex()


def remembered(file):
    """The variable that the peer's own helper sets, which Python's copy of the environment lacks."""
    file.save_password_to_env(PASSWORD)
    getenv = ctypes.CDLL(None).getenv
    getenv.restype = ctypes.c_char_p
    return [file.env_var_name(), getenv(file.env_var_name().encode()).decode()]


def opened(item):
    """Our key as the peer reads it, its signature, and whether ours convinces its public half."""
    file, public = half(item), half(item, "pub").get_keypair()
    variable = remembered(file) if item["unlock"] == "variable" else None
    key = file.get_keypair(PASSWORD) if item["unlock"] == "password" else file.get_keypair()
    said = facts(key) | {
        "variable": variable,
        "signature": as_hex(key.sign(MESSAGE)),
        "public": facts(public),
        "convinced": bool(public.verify(MESSAGE, bytes.fromhex(item["signature"]))),
    }
    if item.get("sealed"):
        said["unsealed"] = bytes(key.decrypt(bytes.fromhex(item["sealed"]))).hex()
    return said


def watched(item):
    """Our public file alone."""
    public = half(item, "pub").get_keypair()
    convinced = public.verify(MESSAGE, bytes.fromhex(item["signature"]))
    return facts(public) | {"convinced": bool(convinced)}


def made(item):
    """A key of the peer's own, from the same text that ours was made from."""
    wallet, file = PEER.write(item), half(item)
    if item["locked"]:  # the wallet still knows the key, which saves opening it once more
        key = wallet.hotkey if item["hotkey"] else wallet.coldkey
    else:
        key = file.get_keypair()
    said = facts(key) | {"signature": as_hex(key.sign(MESSAGE)), "encrypted": file.is_encrypted()}
    if key.crypto_type == ED25519:
        said["sealed"] = as_hex(PEER.keypair.encrypt_for(key.ss58_address, MESSAGE))
    return said


def posted(item):
    """A public file of the peer's own, alone."""
    name = "regenerate_hotkeypub" if item["hotkey"] else "regenerate_coldkeypub"
    getattr(PEER.wallet(item), name)(
        ss58_address=item["address"], crypto_type=item["crypto_type"], overwrite=False
    )
    return facts(half(item, "pub").get_keypair())


def old(item):
    """A file of years ago, with a password of its own."""
    return facts(half(item).get_keypair(item["password"]))


def attempt(act, item):
    """What ``act`` says, or why it refuses."""
    try:
        return act(item)
    except BaseException as error:  # noqa: BLE001 - a panic of a Rust half is no Exception
        return {"refused": f"{type(error).__name__}: {error}"}


ACTS = {
    "opened": opened,
    "watched": watched,
    "made": made,
    "posted": posted,
    "old": old,
    "vaults": PEER.vault,
    "evm": PEER.evm,
}
answer = {
    name: {key: attempt(ACTS[name], item) for key, item in items.items()}
    for name, items in REQUEST["acts"].items()
}
print("RESULT " + json.dumps(answer))
