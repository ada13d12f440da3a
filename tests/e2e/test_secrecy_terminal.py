"""Secrets at a terminal: typed unseen or on the private screen, shown there once, and gone.

Each dialogue is held with marked secrets. At every question the process is already protected: core dumps are
off, and other programs of the same user cannot look into it. At the end the whole transcript is searched;
what stands between switching to the alternate screen and wiping it may hold keys, never a password.
"""

import os
import re
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.canaries import (
    COLD,
    GIVEN,
    HOT,
    KEYSTORE_PASSWORD,
    LONG,
    NEW_PASSWORD,
    PASSPHRASE,
    PASSWORD,
    SEED,
    WEAK_PASSWORD,
    WRONG_PASSWORD,
    Canary,
    leaks,
)
from tests.canary_scenarios import Run, ok
from tests.fixtures_localnet import RunningLocalnet
from tests.marked_runs import PRIVATE_SCREEN, exposed, judge, marked_home, on_terminal, perform
from tests.terminal import Terminal

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
CTRL_C, ENTER = "\x03", "\n"
OLD_FORMAT = ("old format", "n\n")
"""Keys in the marked home are mostly sealed in an old format, and offered a new one."""


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A command, the questions it asks with the answers typed, and its exit code."""

    line: str
    turns: tuple[tuple[str, str], ...]
    code: int = 0
    plain: tuple[str, ...] = ()


def typed(canary: Canary) -> str:
    return f"{canary.text or canary.phrase}\n"


ASKED = ("Password of coldkey marked:", typed(PASSWORD))
AGAIN = "The same again:"
TYPE_SECRET = "\r\n\r\n> "
DIALOGUES = {
    "create": Dialogue(
        "wallet create --wallet new",
        (("New password", typed(WEAK_PASSWORD)), (AGAIN, typed(WEAK_PASSWORD)),
         ("New password", typed(PASSWORD)), (AGAIN, typed(WRONG_PASSWORD)),
         ("New password", typed(PASSWORD)), (AGAIN, typed(PASSWORD)), ("Press Enter", CTRL_C)),
        130,
    ),
    "new-coldkey": Dialogue(
        "wallet new-coldkey --wallet new --no-password --no-quiz --json", (("Press Enter", ENTER),),
        plain=("w/new/coldkey",),
    ),
    "new-hotkey": Dialogue(
        "wallet new-hotkey --wallet marked --hotkey new", (("Press Enter", ENTER), ("word", CTRL_C)),
        130,
    ),
    "regen-coldkey": Dialogue(
        "wallet regen-coldkey --wallet new",
        ((TYPE_SECRET, typed(GIVEN)), ("New password", typed(PASSWORD)), (AGAIN, CTRL_C)), 130,
    ),
    "regen-hotkey": Dialogue(
        "wallet regen-hotkey --wallet new", ((TYPE_SECRET, SEED.raw[0].hex() + ENTER),),
        plain=("w/new/hotkeys/default",),
    ),
    "a mistyped word": Dialogue(
        "wallet regen-hotkey --wallet new --debug",
        ((TYPE_SECRET, GIVEN.phrase.replace("ocean", "oceam") + ENTER),), 12,
    ),
    "show --phrase": Dialogue(
        "wallet show --wallet marked --phrase", (ASKED, OLD_FORMAT, ("Press Enter", ENTER)),
    ),
    "show --phrase of a hotkey": Dialogue(
        "wallet show --wallet marked/default --phrase --json", (("Press Enter", ENTER),),
    ),
    "verify-backup": Dialogue(
        "wallet verify-backup --wallet marked", ((TYPE_SECRET, typed(COLD)),)
    ),
    "derive": Dialogue("wallet derive", ((TYPE_SECRET, typed(LONG)),)),
    "passwd": Dialogue(
        "wallet passwd --wallet marked",
        (ASKED, OLD_FORMAT, ("New password", typed(NEW_PASSWORD)), (AGAIN, CTRL_C)), 130,
    ),
    "a wrong password": Dialogue(
        "wallet sign --wallet marked --message hi --debug",
        ((ASKED[0], typed(WRONG_PASSWORD)),) * 3, 11,
    ),
    "export": Dialogue(
        "wallet export --wallet marked --out out.json --light",
        (ASKED, OLD_FORMAT, ("Passphrase", typed(PASSPHRASE)), (AGAIN, typed(PASSPHRASE))),
    ),
    "import": Dialogue(
        "wallet import in/account.json --wallet new",
        (("Passphrase", typed(PASSPHRASE)), ("New password", typed(PASSWORD)), (AGAIN, CTRL_C)), 130,
    ),
    "evm new": Dialogue(
        "wallet evm new --wallet marked", (("EVM key", typed(PASSWORD)), (AGAIN, CTRL_C)), 130,
    ),
    "evm import": Dialogue(
        "wallet evm import --wallet marked --keystore in/keystore.json",
        (("Pass", typed(KEYSTORE_PASSWORD)), ("EVM key", typed(PASSWORD)), (AGAIN, CTRL_C)), 130,
    ),
    "unlock": Dialogue("unlock --wallet marked", (ASKED, OLD_FORMAT)),
    "doctor": Dialogue(
        "wallet doctor --fix --wallet marked",
        (("Password of hotkey marked/locked:", typed(PASSWORD)), OLD_FORMAT),
    ),
}  # fmt: skip


@pytest.fixture
def home() -> Iterator[Path]:
    with marked_home() as root:
        yield root


def hold(terminal: Terminal, turns: tuple[tuple[str, str], ...]) -> list[str]:
    """Answer every question; how the process could have been looked into meanwhile."""
    found = []
    for question, answer in turns:
        terminal.wait_for(question)
        found += [f"{way} at {question!r}" for way in exposed(terminal.pid)]
        terminal.type(answer)
    return found


@pytest.mark.parametrize("name", DIALOGUES)
def test_a_dialogue_leaves_no_secret_behind(name: str, home: Path) -> None:
    dialogue = DIALOGUES[name]
    run = Run(dialogue.line, environ={"BT_WALLET_PASSWORD": None}, plain=dialogue.plain)
    with on_terminal(home, run) as scene:
        ways_in = hold(scene.terminal, dialogue.turns)
        assert scene.terminal.finish() == dialogue.code, scene.terminal.seen
    assert ways_in == []
    assert judge(run, scene.sightings, []) == []


def test_a_new_phrase_is_seen_on_the_private_screen_and_asked_for(home: Path) -> None:
    run = Run("wallet new-hotkey --wallet marked --hotkey new", plain=("w/marked/hotkeys/new",))
    with on_terminal(home, run) as scene:
        terminal = scene.terminal
        shown = terminal.wait_for("Press Enter")
        words = dict(re.findall(r"\b(\d{1,2}) ([a-z]{3,8})\b", shown))
        assert len(words) == 12
        terminal.type(ENTER)
        for _ in range(3):
            terminal.wait_for("  word ")
            terminal.type(words[terminal.wait_for(":").rstrip(":")] + ENTER)
        assert terminal.finish() == 0
    learned: list[Canary] = []
    assert judge(run, scene.sightings, learned) == []
    private = next(one.content for one in scene.sightings if one.place == PRIVATE_SCREEN)
    assert {form for _, form in leaks(private, learned)} == {"4 words"}


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)]
)
def test_a_signal_wipes_the_private_screen(number: int, code: int, home: Path) -> None:
    run = Run("wallet show --wallet marked/default --phrase")
    with on_terminal(home, run) as scene:
        scene.terminal.wait_for("Press Enter")
        scene.terminal.type("\x1a")  # Ctrl-Z, which does nothing here
        os.kill(scene.terminal.pid, number)
        assert scene.terminal.finish() == code
    assert judge(run, scene.sightings, []) == []


def test_what_is_shown_on_the_open_screen_is_found(home: Path) -> None:
    show = f"print('\\x1b[?1049h{HOT.phrase}\\x1b[2J\\x1b[H\\x1b[?1049l{COLD.phrase}\\x1b[?1049h{GIVEN.phrase}')"
    with on_terminal(home, Run(""), [sys.executable, "-c", show]) as scene:
        assert scene.terminal.finish() == 0
    shown = next(one.content for one in scene.sightings if one.place == "terminal")
    assert [canary.name for canary, _ in leaks(shown, (HOT, COLD, GIVEN))] == [
        COLD.name,
        GIVEN.name,
    ]


def test_the_rest_of_a_pasted_phrase_does_not_reach_the_shell(home: Path) -> None:
    shell = [
        "/bin/sh",
        "-c",
        f"{sys.executable} -m taocli wallet derive; echo BEGIN; timeout --foreground 1 cat; echo END",
    ]
    half = " ".join(LONG.phrase.split()[:12])
    run = Run("", environ={"BT_WALLET_PASSWORD": None})
    with on_terminal(home, run, shell) as scene:
        scene.terminal.wait_for(TYPE_SECRET)
        scene.terminal.type(f"{half}\n{LONG.phrase.removeprefix(half).strip()}\n")
        scene.terminal.wait_for("BEGIN")
        assert leaks(scene.terminal.wait_for("END").encode(), [LONG]) == []
        scene.terminal.finish()
    assert judge(run, scene.sightings, []) == []


def test_a_miner_is_protected_when_it_asks_for_the_password(
    home: Path, start_localnet: Callable[..., RunningLocalnet], free_port: Callable[[], int]
) -> None:
    localnet = start_localnet("--block-time", "0.25")  # one where our hotkey has no slot yet
    perform(home, ok(f"localnet fund marked 10 --network {localnet.endpoint}"))
    line = f"mine --subnet 1 --gpu cpu --wallet marked --register --port {free_port()}"
    run = Run(f"{line} --network {localnet.endpoint}", environ={"BT_WALLET_PASSWORD": None})
    with on_terminal(home, run) as scene:
        assert hold(scene.terminal, (("[y/N]", "y\n"), (ASKED[0], CTRL_C))) == []
        assert scene.terminal.finish() == 130
    assert judge(run, scene.sightings, []) == []
