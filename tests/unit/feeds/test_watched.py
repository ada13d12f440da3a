"""Whom the dashboard watches, found without touching a private key of the coldkey."""

import json
import sys

import pytest

from taocli.bootstrap import resolve_watched
from taocli.config import load_settings
from taocli.domain.errors import NameUnknown, WalletNotFound

OPENED: list[str] = []
LISTENING = [False]


def _listen(event, arguments):
    if LISTENING[0] and event == "open":
        OPENED.append(str(arguments[0]))


sys.addaudithook(_listen)


@pytest.fixture
def wallets(tmp_path, make):
    home = tmp_path / "w"
    (home / "hotkeys").mkdir(parents=True)
    (home / "coldkey").write_text("secret")
    (home / "coldkeypub.txt").write_text(json.dumps({"ss58Address": make.coldkey.ss58}))
    hotkey = {"ss58Address": make.hotkey.ss58, "publicKey": "0x" + make.hotkey.public_key.hex()}
    (home / "hotkeys" / "h").write_text(json.dumps(hotkey))
    (home / "hotkeys" / "hpub.txt").write_text(json.dumps(hotkey))
    for path in [home / "coldkey", *(home / "hotkeys").iterdir()]:
        path.chmod(0o600)
    return tmp_path


def settings(wallets, **flags):
    return load_settings(network="local", wallet_path=wallets, environ={"HOME": "/"}, **flags)


def test_a_wallet_is_resolved_from_public_halves(wallets, make) -> None:
    LISTENING[0] = True
    try:
        watched = resolve_watched(settings(wallets, wallet="w", hotkey="h"), 1, None)
    finally:
        LISTENING[0] = False
    assert (watched.hotkey, watched.coldkey, watched.label) == (make.hotkey, make.coldkey, "w/h")
    assert OPENED
    assert not [path for path in OPENED if path.endswith("/coldkey")]


def test_no_wallet_at_all_is_no_error_but_a_named_one_must_exist(tmp_path) -> None:
    assert resolve_watched(settings(tmp_path), 1, None).hotkey is None
    with pytest.raises(WalletNotFound):
        resolve_watched(settings(tmp_path, wallet="nobody"), 1, None)


def test_an_address_needs_no_wallet(tmp_path, make) -> None:
    watched = resolve_watched(settings(tmp_path), 3, make.hotkey.ss58)
    assert (watched.hotkey, watched.netuid, watched.label) == (make.hotkey, 3, "")
    with pytest.raises(NameUnknown):
        resolve_watched(settings(tmp_path), 3, "5nonsense")
