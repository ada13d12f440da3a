"""``taocli unlock`` and ``taocli lock``: a key that is held open needs no password."""

from collections.abc import Iterator

import pytest

from taocli.agent.client import lock as let_go
from taocli.domain.address import Address
from taocli.wallet.keyfile import Secret
from taocli.wallet.keypair import Keypair, verify
from tests.unit.cli.conftest import Desk

COLD = Keypair.from_seed(bytes([5] * 32))
HOT = Keypair.from_seed(bytes([6] * 32))
ADDRESS = COLD.address.ss58
PASSWORD = "correct horse battery 7"
ONE_KEY = {"wallet", "hotkey", "address", "public_key", "crypto_type", "held_s"}


@pytest.fixture
def locked(desk: Desk, cheap_argon2: list[bytes]) -> Iterator[Desk]:
    """Wallet ``a``, coldkey and hotkey under PASSWORD; whatever is held is let go at the end."""
    desk.put("a", None, Secret(COLD), PASSWORD)
    desk.put("a", "default", Secret(HOT), PASSWORD)
    yield desk
    let_go()


def given(desk: Desk) -> tuple[object, ...]:
    return ("--wallet", "a", "--password-file", desk.file(PASSWORD))


@pytest.mark.parametrize("command", [("unlock",), ("wallet", "unlock")])
def test_without_a_time_the_password_is_only_tried(locked: Desk, command: tuple[str, ...]) -> None:
    said = locked.run(*command, *given(locked))
    assert set(said.data) == ONE_KEY
    assert (said.data["address"], said.data["held_s"]) == (ADDRESS, 0)
    assert COLD.private_key.hex() not in said.everything
    assert locked.run("lock", "--list").data == []
    wrong = ("--password-file", locked.file("something else 9"))
    locked.refused(11, "WrongPassword", *command, "-w", "a", *wrong)
    locked.refused(22, "NoTerminal", *command, "-w", "a")


def test_a_held_key_signs_without_its_password_until_it_is_locked(locked: Desk) -> None:
    said = locked.run("unlock", "--for", "10m", *given(locked))
    assert said.data["held_s"] == 600
    sign = ("wallet", "sign", "-w", "a", "-m", "hi")
    signed = bytes.fromhex(locked.run(*sign).data["signed_message"])
    assert verify(Address.parse(ADDRESS).public_key, b"hi", signed, 1)
    rows = locked.run("wallet", "lock", "--list").data
    assert [(row["label"], row["address"]) for row in rows] == [("coldkey a", ADDRESS)]
    assert set(rows[0]) == {"label", "address", "seconds_left"}
    assert 590 <= rows[0]["seconds_left"] <= 600
    assert locked.run("lock").data == {"locked": 1}
    locked.refused(22, "NoTerminal", *sign)
    assert locked.run("lock").data == {"locked": 0}


def test_one_of_two_held_keys_is_let_go(locked: Desk) -> None:
    assert locked.run("unlock", "--for", "60", *given(locked)).data["held_s"] == 60
    assert (
        locked.run("unlock", "--for", "1h", "-H", "default", *given(locked)).data["held_s"] == 3600
    )
    assert "coldkey a" in locked.read("lock", "--list")[1]
    assert locked.run("lock", "-w", "a", "-H", "default").data == {"locked": 1}
    assert [row["label"] for row in locked.run("lock", "--list").data] == ["coldkey a"]
    code, out, _ = locked.read("lock", "--wallet", "a")
    assert (code, out) == (0, "Let go of 1 key.\n")
    assert locked.read("lock", "--list")[1] == "No key is held open.\n"


@pytest.mark.parametrize("time", ["", "soon", "10x", "-1", "0", "25h", "1.5h", "9" * 30])
def test_a_time_that_makes_no_sense_is_refused_before_the_password(
    locked: Desk, cheap_argon2: list[bytes], time: str
) -> None:
    made = list(cheap_argon2)
    locked.refused(12, "ValidationError", "unlock", f"--for={time}", *given(locked))
    assert cheap_argon2 == made
    assert locked.run("lock", "--list").data == []


def test_a_key_that_is_not_here_can_neither_be_held_nor_let_go(locked: Desk) -> None:
    locked.refused(11, "WalletNotFound", "unlock", "-w", "b")
    locked.refused(11, "WalletNotFound", "lock", "-w", "b")
    locked.refused(11, "WalletNotFound", "lock", "-w", "a", "-H", "b")
    (locked.wallets / "a" / "coldkeypub.txt").unlink()
    error = locked.refused(11, "WalletError", "lock", "-w", "a")
    assert "taocli lock alone" in error["fix"]
    (locked.wallets / "a" / "coldkey").unlink()
    error = locked.refused(11, "KeyMissing", "unlock", "-w", "a")
    assert "not on this machine" in error["what"]
    error = locked.refused(11, "KeyMissing", "lock", "-w", "a")
    assert "not on this machine" in error["what"]
