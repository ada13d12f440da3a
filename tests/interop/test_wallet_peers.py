"""The official wallets open our keyfiles, we open theirs, and signatures verify both ways."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from taocli.services.wallets import create_wallet
from taocli.wallet.keypair import verify
from taocli.wallet.store import WalletStore

ROOT = Path(__file__).parents[2]
PASSWORD = "correct horse battery 7"
MESSAGE = b"taocli and its peers"


@pytest.mark.interop
@pytest.mark.parametrize("peer", ["sdk10", "sdk11"])
def test_wallets_open_both_ways(peer: str, tmp_path: Path) -> None:
    store = WalletStore(tmp_path / "wallets")
    made = create_wallet(store, "ours", "hot", PASSWORD)
    finished = subprocess.run(
        [ROOT / ".interop" / peer / "bin" / "python", Path(__file__).with_name("wallet_peer.py"),
         store.root, PASSWORD],
        capture_output=True, text=True, timeout=170, check=False,
        env={"HOME": str(tmp_path), "PATH": os.environ["PATH"]},
    )  # fmt: skip
    assert finished.returncode == 0, finished.stderr
    said = json.loads(finished.stdout.rpartition("RESULT ")[2])
    assert said["coldkey"] == said["coldkeypub"] == made.coldkey.ss58
    assert said["hotkey"] == made.hotkey.ss58
    assert verify(made.hotkey.public_key, MESSAGE, bytes.fromhex(said["signature"]))

    theirs = store.unlock_coldkey("theirs", PASSWORD)
    assert theirs.address.ss58 == said["their_coldkey"]
    assert verify(theirs.public_key, MESSAGE, bytes.fromhex(said["their_signature"]))
    assert store.hotkey_signer("theirs", "hot").address.ss58 == said["their_hotkey"]
