"""Every command runs with marked secrets, in success and in failure, and lets none of them out.

Standard output and error, JSON, logs, tracebacks, files of any kind (also those that are gone again), and
arguments and environment of every process are searched; ``tests/canaries.py`` knows the forms, and
``tests/witness.py`` does the looking. A command without a scenario fails the test, so that a new one cannot
be forgotten. What people see on a terminal is in ``test_secrecy_terminal.py``.
"""

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from nacl.secret import SecretBox

from taocli.cli import main as entry
from taocli.cli.commands import COMMANDS
from taocli.cli.completions import command_nodes
from taocli.cli.group import load_command
from tests.canaries import CANARIES, GIVEN, NEW_PASSWORD, PASSWORD, Canary, leaks
from tests.canary_scenarios import PREPARATIONS, SCENARIOS, Run, ok
from tests.fixtures_localnet import RunningLocalnet
from tests.marked_home import HOT_FILE, LOCKED_FILE
from tests.marked_runs import (
    environment,
    exposed,
    judge,
    marked_home,
    on_terminal,
    perform,
    performing,
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(170)]
LIVE: set[str] = set()
"""Commands that need a chain or go on for a while; each is a scenario in a test of its own."""
Test = TypeVar("Test", bound=Callable[..., None])
SECRET_NAME = re.compile(r"pass(word|phrase)|mnemonic|seed|secret|phrase|private")


def covers(*commands: str) -> Callable[[Test], Test]:
    """Mark a test as the scenario of these commands."""
    LIVE.update(commands)
    return lambda test: test


@pytest.fixture
def home() -> Iterator[Path]:
    with marked_home() as root:
        yield root


def leaves() -> dict[str, Any]:
    """Every command that does something, by its path without ``taocli``."""
    paths = [node.path.removeprefix("taocli").strip() for node in command_nodes()]
    groups = {path.rpartition(" ")[0] for path in paths}
    return {path: command_at(path) for path in paths if path and path not in groups}


def command_at(path: str) -> Any:
    """The parser of a command."""
    found: Any = None
    for name in path.split():
        if found is None or hasattr(found, "table"):
            found = load_command(name, COMMANDS if found is None else found.table)
        else:
            found = found.commands[name]
    return found


def unexcused(*performed: tuple[Run, Any]) -> list[str]:
    """The leaks of several runs; keys that one of them makes are looked for in all that follow."""
    learned: list[Canary] = []
    return [
        f"{leak}, after: {run.line[:60]}"
        for run, performance in performed
        for leak in judge(run, performance.sightings, learned)
    ]


def test_every_command_has_a_scenario() -> None:
    assert {*SCENARIOS, *LIVE} == set(leaves())
    assert not SCENARIOS.keys() & LIVE
    for command, runs in SCENARIOS.items():
        assert {bool(run.error) for run in runs} == {True, False}, command  # it works, and it fails


@pytest.mark.parametrize("command", SCENARIOS)
def test_a_command_lets_no_secret_out(command: str, home: Path) -> None:
    PREPARATIONS.get(command, lambda _: None)(home)
    runs = SCENARIOS[command]
    assert all(run.line.startswith(command) or run is not runs[-1] for run in runs)
    assert unexcused(*((run, perform(home, run)) for run in runs)) == []
    if command == "wallet passwd":  # what the search takes for Argon2's answers is right
        for name, canary in (("coldkey", NEW_PASSWORD), ("hotkeys/locked", PASSWORD)):
            sealed = (home / "w/marked" / name).read_bytes().removeprefix(b"$NACL")
            assert b"secretPhrase" in SecretBox(canary.raw[0]).decrypt(sealed)


# Commands that go on, or that need a chain


@covers("localnet fund", "mine", "status")
def test_a_miner_and_its_worker_let_no_secret_out(
    home: Path, start_localnet: Callable[..., RunningLocalnet], free_port: Callable[[], int]
) -> None:
    localnet = start_localnet("--block-time", "0.25")  # one where our hotkey has no slot yet
    chain = f"--network {localnet.endpoint} --wallet marked"
    fund = ok(f"localnet fund marked 10 --network {localnet.endpoint}")
    mine = f"mine --subnet 1 --gpu cpu {chain} --port {free_port()} --yes"
    wrong = Run(f"{mine} --register --password-file in/wrong --debug --json", "WrongPassword")
    locked = Run(f"{mine} --hotkey locked --debug --json", "NotRegistered")
    performed = [(run, perform(home, run)) for run in (fund, wrong, locked)]
    serve = ok(f"{mine} --register")  # the password is in the environment
    with performing(home, serve) as miner:
        miner.wait_for(" serving ")
        assert exposed(miner.process.pid) == []
        assert miner.witness.processes.running("taocli.worker")
        status = ok(f"status {chain} --subnet 1 --json")
        performed.append((status, perform(home, status)))
        assert miner.stop() == 143
    assert unexcused(*performed, (serve, miner)) == []


@covers("localnet validator")
def test_a_validator_lets_no_secret_out(home: Path, localnet: RunningLocalnet) -> None:
    run = ok(f"localnet validator --network {localnet.endpoint} --wallet marked --json")
    with performing(home, run) as validator:
        validator.wait_for('"start"')
        assert exposed(validator.process.pid) == []
        assert validator.stop() in {-15, 143}
    wrong = Run(f"{run.line} --hotkey locked --debug", "WrongPassword", environ={
        "BT_WALLET_PASSWORD": "HN9aaYxp abhxhqGz"})  # fmt: skip
    assert unexcused((run, validator), (wrong, perform(home, wrong))) == []


DRIVING = (
    "mine-blocks 1", "accounts", "snapshot", "snapshots", "advance-time 1h", "advance-epoch 1",
    "set-time 2100-01-01T00:00", "revert 1", "reset", "logs", "status", "stop",
)  # fmt: skip


@covers("localnet start", "localnet replay", *(f"localnet {line.split()[0]}" for line in DRIVING))
def test_a_chain_in_the_background_knows_no_secret(home: Path) -> None:
    start = ok("localnet start --port 0 --detach --block-time instant --block-log log --json")
    with performing(home, start) as starting:
        starting.process.wait(60)
        running = json.loads(starting.stdout)["data"]
        assert starting.witness.processes.running("taocli") == [running["pid"]]
    port = running["endpoint"].rpartition(":")[2]
    others = [ok(f"localnet {line} --port {port}") for line in DRIVING]
    others.append(ok("localnet replay log"))
    assert unexcused((start, starting), *((run, perform(home, run)) for run in others)) == []


@covers("tui")
def test_the_dashboard_shows_no_secret(home: Path, localnet: RunningLocalnet) -> None:
    run = ok(f"tui --network {localnet.endpoint} --wallet marked")
    with on_terminal(home, run) as scene:
        scene.terminal.wait_for("marked", 60)
        scene.terminal.type("q")
        assert scene.terminal.finish() == 0
    assert leaks(scene.terminal.seen.encode(), CANARIES) == []
    assert unexcused((run, scene)) == []


@covers("demo")
def test_the_demo_knows_none_of_our_secrets_and_keeps_its_own(home: Path) -> None:
    run = ok("demo --headless --epochs 1 --gpu cpu --tempo 5 --block-time 0.25", plain=(
        "t/taocli-demo-*/wallets/*/coldkey", "t/taocli-demo-*/wallets/*/hotkeys/default"))  # fmt: skip
    assert unexcused((run, perform(home, run))) == []


def test_a_key_that_is_held_open_stays_in_the_agent(home: Path) -> None:
    unlock = ok("unlock --for 60s --wallet marked")
    with performing(home, unlock) as performance:
        assert performance.process.wait(60) == 0
        (agent,) = performance.witness.processes.running("taocli.agent")
        assert exposed(agent) == []
        sign = ok("wallet sign --wallet marked --message hi", BT_WALLET_PASSWORD=None)
        others = [(run, perform(home, run)) for run in (sign, ok("lock --list"), ok("lock"))]
    assert unexcused((unlock, performance), *others) == []


# Secrets where they do not belong


def mistakes(path: str, command: Any) -> Iterator[list[str]]:
    """A phrase or a password as an argument of the command, in every way that people do it."""
    words = path.split()
    yield [*words, *GIVEN.phrase.split()]
    yield [*words, GIVEN.phrase]
    yield [*words[:-1], GIVEN.phrase]
    yield [*words, "--mnemonic", *GIVEN.phrase.split()]
    yield [*words, f"--mnemonic={GIVEN.phrase}"]
    yield [*words, "--password", PASSWORD.text]
    yield [*words, f"--pasword={PASSWORD.text}"]
    for option in command.params:
        if option.param_type_name == "option" and not option.is_flag:
            yield [*words, option.opts[0], GIVEN.phrase]
            yield [*words, f"{option.opts[0]}={GIVEN.phrase.replace(' ', ', ')}"]
            if option.opts[0].endswith("-fd"):
                yield [*words, option.opts[0], PASSWORD.text]


@pytest.mark.parametrize("path", leaves())
def test_a_secret_among_the_arguments_is_not_repeated(
    path: str, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in environment(home, {}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(home)
    free_text = {"--note", "--message"}  # anything may stand there
    for arguments in mistakes(path, command_at(path)):
        if free_text & {word.partition("=")[0] for word in arguments}:
            continue
        for more in ([], ["--json"], ["--debug"]):
            assert entry.run([*arguments, *more]) != 0, arguments
            said = "".join(capsys.readouterr())
            assert leaks(said.encode(), [GIVEN, PASSWORD]) == [], arguments[:3]


@pytest.mark.parametrize("between", [", ", " 7."])
def test_a_phrase_with_marks_between_its_words_is_not_repeated(
    between: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "in/phrase").write_text(GIVEN.phrase.replace(" ", between))
    entry.run(["wallet", "derive", "--mnemonic-file", str(home / "in/phrase")])
    assert leaks("".join(capsys.readouterr()).encode(), [GIVEN]) == []


@pytest.mark.parametrize("path", leaves())
def test_no_option_takes_a_secret_as_its_value(path: str) -> None:
    offending = [
        name
        for option in command_at(path).params
        for name in (option.name, *option.opts, *option.secondary_opts)
        if SECRET_NAME.search(name) and not option.is_flag
        if not name.endswith(("-file", "-fd", "_file", "_fd"))
        if name.strip("-").replace("-", "_") != "question_seed"  # a number, and no secret
        if (path, option.name) != ("localnet start", "seed")  # of a run: longer ones are refused
    ]
    assert offending == []


def test_names_of_secret_options_are_recognised() -> None:
    bad = [
        "--password",
        "--json_password",
        "--seed",
        "--mnemonic",
        "--secret-phrase",
        "--private-key",
    ]
    assert all(SECRET_NAME.search(name) for name in bad)
    assert not SECRET_NAME.search("--public-key")


# Nothing is proven by a search that finds nothing: here is something to find


TOYS = {
    "nothing": "pass",
    "stderr": "print(secret, file=sys.stderr)",
    "JSON": "print(json.dumps({'a': secret}))",
    "repr": "print([secret.encode()])",
    "hexadecimal": "print(secret.encode().hex().upper())",
    "base64": "print(base64.b64encode(b'x' + secret.encode() + b'y').decode())",
    "URL": "print(urllib.parse.quote(secret))",
    "backwards": "print(secret[::-1])",
    "numbers": "print(list(secret.encode()))",
    "half": "print(secret[len(secret) // 2:])",
    "derived key": "print(bytes.fromhex('8ba0ae0f06906a44b07bece36e06775e')[2:])",
    "words": "print(', '.join(phrase[4:8]))",
    "words in a sentence": "print('Word 1 is', phrase[0], *(f'and {w}' for w in phrase[1:4]))",
    "log": "[open('log', 'a').write(part) for part in ('x' * 9, secret)]",
    "temporary file": "f = tempfile.NamedTemporaryFile('w'); f.write(secret); pause()",
    "file without a name": "f = tempfile.TemporaryFile('w'); f.write(secret); f.flush(); pause()",
    "file in a new folder": "os.makedirs('a/b'); open('a/b/c', 'w').write(secret)",
    "file that was moved": "open('a', 'w').write(secret); pause(); os.rename('a', 'b'); os.unlink('b')",
    "file elsewhere": "open(elsewhere, 'w').write(secret); pause(); os.unlink(elsewhere)",
    "arguments of a child": "subprocess.run(['sh', '-c', 'sleep .1', secret])",
    "environment of a child": "subprocess.run(['sleep', '.1'], env={'A': secret})",
    "environment that is passed on": "subprocess.run(['sleep', '.1'])",
    "environment of a daemon": "subprocess.run([sys.executable, '-c', 'import os, time; "
    "os.fork() and os._exit(0); time.sleep(.3)'], env={'A': secret}, start_new_session=True)",
}
"""One line of a program each, which knows the password and the words of a phrase."""


@pytest.mark.parametrize("toy", TOYS)
def test_a_planted_leak_is_found(toy: str, home: Path, tmp_path: Path) -> None:
    program = (
        "import base64, json, os, subprocess, sys, tempfile, time, urllib.parse\n"
        "def pause(): time.sleep(.1)\n"
        "elsewhere = sys.argv[1]\n"
        "secret = open('in/pw').read(); phrase = open('in/phrase').read().split()\n" + TOYS[toy]
    )
    variable = PASSWORD.text if toy == "environment that is passed on" else None
    run = Run("", environ={"BT_WALLET_PASSWORD": variable})
    argv = [sys.executable, "-c", program, str(tmp_path / "file")]
    with performing(home, run, argv, beside=(tmp_path,)) as performance:
        performance.process.wait(20)
        time.sleep(0.4 if "daemon" in toy else 0)
    assert bool(unexcused((run, performance))) == (toy != "nothing")


def test_secrets_may_stand_where_a_run_says_and_only_there(home: Path) -> None:
    copy = "import shutil; shutil.copy('w/marked/hotkeys/default', 'copy')"
    run = Run("", plain=(HOT_FILE, LOCKED_FILE), environ={"BT_WALLET_PASSWORD": None})
    with performing(home, run, [sys.executable, "-c", copy]) as performance:
        performance.process.wait(20)
    found = unexcused((run, performance))
    assert {leak.partition(" as ")[0] for leak in found} == {"the hotkey", "a new key"}
    excused = Run("", plain=("copy",), environ={"BT_WALLET_PASSWORD": None})
    assert unexcused((excused, performance)) == []


def test_an_open_process_is_told_from_a_protected_one(home: Path) -> None:
    wait = "import sys; print('ready', flush=True); sys.stdin.read()"
    protect = "from taocli.wallet.hardening import protect_process; protect_process();"
    for program, safe in ((wait, False), (protect + wait, True)):
        with performing(home, Run(""), [sys.executable, "-c", f"import os, time; {program}; time.sleep(9)"]) as one:  # fmt: skip
            one.wait_for("ready")
            assert (exposed(one.process.pid) == []) is safe


def test_a_traceback_shows_no_values(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: list[str]) -> int:
        password = PASSWORD.text
        raise RuntimeError(f"{len(password)} characters")

    monkeypatch.setattr(entry, "_dispatch", fail)
    assert entry.run(["wallet", "list", "--debug"]) == 1
    said = capsys.readouterr().err
    assert "25 characters" in said
    assert leaks(said.encode(), [PASSWORD]) == []
    assert os.environ.get("BT_WALLET_PASSWORD") is None
