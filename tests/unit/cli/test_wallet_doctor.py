"""``taocli wallet doctor``: what it finds, what it repairs, and what it leaves to its owner."""

import base64
import json
import os
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from taocli.wallet.encryption import encrypt
from taocli.wallet.keyfile import Secret, private_json, public_json
from taocli.wallet.keypair import Keypair
from tests.unit.cli.conftest import Desk

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "wallet.json").read_text())["cases"]
MINE = Secret(Keypair.from_seed(bytes([1] * 32)))
STRANGER = Keypair.from_seed(bytes([7] * 32))
PASSWORD = "correct horse battery 7"
FINDING = {
    "what", "fix", "path", "serious", "repairable", "repaired", "not_repaired_because"
}  # fmt: skip


@pytest.fixture
def sound(desk: Desk, cheap_argon2: list[bytes]) -> Desk:
    """Wallet ``a`` with nothing to complain about: encrypted coldkey, plain hotkey."""
    desk.put("a", None, MINE, PASSWORD)
    desk.put("a", "default", MINE, None)
    return desk


def examined(desk: Desk, code: int, *more: object) -> list[dict[str, Any]]:
    said = desk.run("wallet", "doctor", *more)
    assert said.code == code, said
    assert set(said.document["data"]) == {"sound", "wallets", "findings"}
    assert said.document["data"]["sound"] is (code == 0)
    found: list[dict[str, Any]] = said.document["data"]["findings"]
    assert all(set(row) == FINDING for row in found)
    return found


def test_a_sound_folder_has_nothing_to_complain_about(sound: Desk) -> None:
    assert examined(sound, 0) == []
    code, out, _ = sound.read("wallet", "doctor")
    assert (code, out) == (0, "1 wallet examined: nothing to complain about.\n")


def open_folder(a: Path) -> Path:
    a.chmod(0o755)
    return a


def open_hotkeys(a: Path) -> Path:
    return open_folder(a / "hotkeys")


def open_coldkey(a: Path) -> Path:
    (a / "coldkey").chmod(0o644)
    return a / "coldkey"


def open_hotkey(a: Path) -> Path:
    (a / "hotkeys" / "default").chmod(0o604)
    return a / "hotkeys" / "default"


def open_evm_key(a: Path) -> Path:
    (a / "evmkeys").mkdir(0o700)
    (a / "evmkeys" / "default").write_text("{}")
    (a / "evmkeys" / "default").chmod(0o640)
    return a / "evmkeys" / "default"


def linked_folder(a: Path) -> Path:
    a.rename(a.with_name(".elsewhere"))
    a.symlink_to(".elsewhere")
    a.chmod(0o755)
    return a


def half_written(a: Path) -> Path:
    path = a / "hotkeys" / ".default.0123456789abcdef.tmp"
    path.write_bytes(b"half")
    path.chmod(0o600)
    os.utime(path, (time.time() - 3600,) * 2)
    return path


def hotkey_without_public_file(a: Path) -> Path:
    (a / "hotkeys" / "defaultpub.txt").unlink()
    return a / "hotkeys" / "defaultpub.txt"


def hotkey_with_a_strangers_public_file(a: Path) -> Path:
    (a / "hotkeys" / "defaultpub.txt").write_bytes(public_json(STRANGER))
    return a / "hotkeys" / "defaultpub.txt"


def hotkey_with_a_damaged_public_file(a: Path) -> Path:
    (a / "hotkeys" / "defaultpub.txt").write_bytes(b"{")
    return a / "hotkeys" / "defaultpub.txt"


def coldkey_without_public_file(a: Path) -> Path:
    (a / "coldkeypub.txt").unlink()
    return a / "coldkeypub.txt"


def coldkey_with_a_damaged_public_file(a: Path) -> Path:
    (a / "coldkeypub.txt").write_bytes(b"\xff")
    return a / "coldkeypub.txt"


SERIOUS = (
    open_folder, open_hotkeys, open_coldkey, open_hotkey, open_evm_key, linked_folder,
    hotkey_with_a_strangers_public_file, hotkey_with_a_damaged_public_file,
    coldkey_with_a_damaged_public_file,
)  # fmt: skip
WORTH_A_NOTE = (half_written, hotkey_without_public_file, coldkey_without_public_file)


@pytest.mark.parametrize("harm", [*SERIOUS, *WORTH_A_NOTE], ids=lambda harm: harm.__name__)
def test_what_can_be_repaired_is_repaired_and_then_sound(
    sound: Desk, harm: Callable[[Path], Path]
) -> None:
    path = harm(sound.wallets / "a")
    before = examined(sound, 30 if harm in SERIOUS else 0)
    assert [(row["path"], row["repairable"], row["repaired"]) for row in before] == [
        (str(path), True, False)
    ]
    assert before[0]["serious"] is (harm in SERIOUS)
    assert before[0]["fix"]
    given = ("--password-file", sound.file(PASSWORD))
    repaired = examined(sound, 0, "--fix", *given)
    assert [(row["path"], row["repaired"]) for row in repaired] == [(str(path), True)]
    assert examined(sound, 0) == []
    listed = sound.run("wallet", "list").data["wallets"][0]
    for key in (listed["coldkey"], *listed["hotkeys"]):
        assert key["address"] == MINE.key.address.ss58


def test_repairs_are_private_and_keep_what_they_replace(sound: Desk) -> None:
    path = hotkey_with_a_strangers_public_file(sound.wallets / "a")
    wrong = path.read_bytes()
    examined(sound, 0, "--fix")
    kept = [name for name, content in sound.files().items() if content == wrong]
    assert [name.partition(".bak-")[0] for name in kept] == ["a/hotkey-defaultpub.txt"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_public_file_behind_a_password_is_not_repaired_without_it(sound: Desk) -> None:
    path = coldkey_without_public_file(sound.wallets / "a")
    for more in ((), ("--password-file", sound.file("something else 9"))):
        row = examined(sound, 0, "--fix", *more)[0]
        assert row["repaired"] is False
        assert row["not_repaired_because"]
    assert not path.exists()


def plain_coldkey(a: Path) -> None:
    (a / "coldkey").write_bytes(private_json(MINE))


def damaged_hotkey(a: Path) -> None:
    (a / "hotkeys" / "default").write_bytes(b"{")


def strange_account(a: Path) -> None:
    content = json.loads(private_json(MINE)) | {"ss58Address": STRANGER.address.ss58}
    (a / "hotkeys" / "default").write_text(json.dumps(content))


def damaged_public_half(a: Path) -> None:
    (a / "hotkeys" / "elsewherepub.txt").touch(0o600)


@pytest.mark.parametrize(
    ("harm", "hint"),
    [
        (plain_coldkey, "taocli wallet passwd --wallet a"),
        (damaged_hotkey, ""),
        (strange_account, ""),
        (damaged_public_half, ""),
    ],
)
def test_what_only_the_owner_can_repair_keeps_exit_code_30(
    sound: Desk, harm: Callable[[Path], None], hint: str
) -> None:
    harm(sound.wallets / "a")
    for more in ((), ("--fix",)):
        serious = [row for row in examined(sound, 30, *more) if row["serious"]]
        assert [row["repaired"] for row in serious] == [False]
        assert hint in serious[0]["fix"]
        assert serious[0]["fix"]


def test_an_old_format_and_an_odd_name_are_worth_a_note(sound: Desk) -> None:
    case = next(case for case in VECTORS if case["id"] == "d030-keyfile_read")
    folder = sound.wallets / "a"
    (folder / "coldkey").write_bytes(base64.b64decode(case["inputs"]["file_b64"]))
    (folder / "hotkeys" / "-odd").touch(0o600)
    (sound.wallets / "odd\x1b[1m").mkdir(0o700)
    found = examined(sound, 0)
    assert not any(row["serious"] for row in found)
    assert any("--upgrade --wallet a" in row["fix"] for row in found)
    assert sum("is no key" in row["what"] or "is no wallet" in row["what"] for row in found) == 2


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a file away")
def test_a_file_of_another_user_is_serious(sound: Desk) -> None:
    path = sound.wallets / "a" / "hotkeys" / "default"
    os.chown(path, 4242, 4242)
    for more in ((), ("--fix",)):
        (row,) = examined(sound, 30, *more)
        assert (row["path"], row["serious"], row["repairable"]) == (str(path), True, False)
        assert "uid 4242" in row["what"]


def test_development_keys_need_no_password(desk: Desk) -> None:
    desk.dev_wallet("alice")
    assert examined(desk, 0) == []


def test_a_coldkey_beside_a_miner_is_worth_a_note(sound: Desk) -> None:
    from taocli.config import runtime_dir
    from taocli.feeds.status_wire import STATE_NAME

    left = runtime_dir() / "net" / "miner" / STATE_NAME
    left.parent.mkdir(parents=True)
    left.write_text("{}")
    row = examined(sound, 0)[0]
    assert (row["serious"], row["repairable"]) == (False, False)
    assert "mining needs hotkeys/" in row["fix"]
    (sound.wallets / "a" / "coldkey").unlink()
    assert examined(sound, 0) == []


def test_a_key_that_only_looks_is_sound(desk: Desk) -> None:
    desk.run("wallet", "watch", MINE.key.address, "-w", "w")
    desk.run("wallet", "regen-hotkeypub", "-w", "w", "-H", "h", "--ss58", MINE.key.address)
    assert examined(desk, 0) == []


def test_one_wallet_is_examined_alone(sound: Desk) -> None:
    other = sound.wallets / "b"
    other.mkdir(0o755)
    (other / "coldkey").write_bytes(encrypt(private_json(Secret(STRANGER)), PASSWORD))
    examined(sound, 0, "--wallet", "a")
    examined(sound, 30, "--wallet", "b")
    assert sound.run("wallet", "doctor").document["data"]["wallets"] == 2
    sound.refused(11, "WalletNotFound", "wallet", "doctor", "--wallet", "c")


def test_people_read_what_to_do(sound: Desk) -> None:
    plain_coldkey(sound.wallets / "a")
    open_hotkey(sound.wallets / "a")
    code, out, _ = sound.read("wallet", "doctor")
    assert code == 30
    assert "PROBLEM   coldkey a is not encrypted" in out
    assert "fix: taocli wallet passwd --wallet a" in out
    assert "taocli wallet doctor --fix repairs" in out
    assert out.splitlines()[-1].startswith("1 wallet examined: 2 to repair")
    code, out, _ = sound.read("wallet", "doctor", "--fix")
    assert code == 30
    assert "repaired " in out


def test_a_machine_without_wallets_says_so(desk: Desk) -> None:
    error = desk.refused(11, "WalletNotFound", "wallet", "doctor")
    assert "taocli wallet create" in error["fix"]
