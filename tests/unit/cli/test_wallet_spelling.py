"""How wallet commands may be written: help with a working example, and the spellings of both btclis."""

import re
import shlex
from collections.abc import Iterator

import pytest

from taocli.cli.commands import COMMANDS
from taocli.cli.group import load_command
from taocli.cli.root import root_command
from taocli.cli.secret_hygiene import SECRET_FLAGS
from taocli.cli.wallet.app import WALLET_COMMANDS
from tests.unit.cli.conftest import Desk


def all_commands() -> Iterator[tuple[str, ...]]:
    """Every command about keys and accounts, by its words."""
    yield from (("wallet", name) for name in WALLET_COMMANDS if name != "evm")
    yield from (("wallet", "evm", name) for name in subcommands("evm"))
    yield from (("addr", name) for name in load_command("addr", COMMANDS).commands)
    yield from (("unlock",), ("lock",))


def subcommands(name: str) -> list[str]:
    return list(load_command(name, WALLET_COMMANDS).commands)


ALL = [pytest.param(words, id=" ".join(words)) for words in all_commands()]


@pytest.mark.parametrize("words", ALL)
def test_help_has_an_example_that_the_parser_takes(desk: Desk, words: tuple[str, ...]) -> None:
    code, out, talk = desk.read(*words, "--help")
    assert (code, talk) == (0, "")
    example = re.search(r"^  Example: taocli (.+(?:\n  \S.*)*)", out, re.MULTILINE)
    assert example, out
    typed = shlex.split(example[1])
    bare = [word for word in words if word not in {"unlock", "lock"}]
    assert typed[: len(bare)] == bare or typed[0] == words[-1]
    context = root_command().make_context("taocli", typed)
    while True:  # groups parse the rest only when they run
        name, command, rest = context.command.resolve_command(
            context, [*context._protected_args, *context.args]
        )
        context = command.make_context(name, rest, parent=context)
        if not hasattr(command, "commands") and not hasattr(command, "table"):
            break


@pytest.mark.parametrize("words", ALL)
def test_every_command_speaks_json_and_has_one_line_of_help(
    desk: Desk, words: tuple[str, ...]
) -> None:
    _, out, _ = desk.read(*words, "-h")
    assert "--json" in out
    _, listed, _ = desk.read(*words[:-1], "--help")
    assert words[-1] in listed


ALIASES = [
    ((*group, alias), (*group, name))
    for group, table in (((), COMMANDS), (("wallet",), WALLET_COMMANDS))
    for name, spec in table.items()
    for alias in spec.aliases
]


@pytest.mark.parametrize(("alias", "name"), ALIASES, ids=" ".join)
def test_an_alias_is_the_command_itself(
    desk: Desk, alias: tuple[str, ...], name: tuple[str, ...]
) -> None:
    assert desk.read(*alias, "--help") == desk.read(*name, "--help")


def test_the_aliases_of_both_btclis_are_there() -> None:
    known = {" ".join(alias) for alias, _ in ALIASES}
    assert known >= {
        "w", "wallets", "wallet new_coldkey", "wallet new_hotkey", "wallet regen_coldkey",
        "wallet regen_hotkey", "wallet regen_coldkeypub", "wallet regen_hotkeypub",
    }  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        "wallet create --wallet.name a --wallet.hotkey b --wallet.path DIR --n_words 12",
        "wallet create --wallet-name a --wallet-hotkey b --wallet-path DIR --n-words 12",
        "w new_coldkey --wallet_name a --wallet_path DIR --n_words 12 --no-use-password",
        "w new_hotkey --name a -H b -p DIR --n_words 12 --no-use-password",
        "w regen_coldkey --name a -p DIR --mnemonic-file x --no-use-password --no-overwrite",
        "w regen_hotkey --name a --wallet_hotkey b --seed-file x --no-use-password",
        "w regen_coldkeypub --name a --ss58_address x",
        "w regen_coldkeypub --name a --public_key_hex x",
        "w regen_hotkeypub --name a -H b --ss58-address x --overwrite",
        "w list --wallet.path DIR --json-output",
        "w sign --name a --use-hotkey --message x --json-out",
        "w sign --name a --no-use-hotkey -m x",
        "w verify -m x -s y -a z",
        "w verify --message x --signature y --ss58 z",
        "wallet show --wallet.name a -p DIR --show-mnemonic",
        "wallet export -w a --json-password-file x -o y",
        "wallet import x --json-password-file y --wallet-password-file z",
    ],
)
def test_the_option_names_of_both_btclis_are_understood(line: str) -> None:
    _, name, *rest = shlex.split(line)
    spec = next(key for key, item in WALLET_COMMANDS.items() if name in {key, *item.aliases})
    context = load_command(spec, WALLET_COMMANDS).make_context(name, rest)
    assert context.args == []


@pytest.mark.parametrize("flag", SECRET_FLAGS)
@pytest.mark.parametrize("form", ["{} tank lizard arch", "{}='tank lizard arch'"])
def test_a_secret_in_an_argument_is_refused_and_not_repeated(
    desk: Desk, flag: str, form: str
) -> None:
    error = desk.refused(
        2, "UsageError", "wallet", "regen-coldkey", *shlex.split(form.format(flag))
    )
    assert SECRET_FLAGS[flag] in error["fix"]
    assert "lizard" not in str(error)


def test_no_command_has_an_option_for_a_secret(desk: Desk) -> None:
    for words in all_commands():
        out = desk.read(*words, "--help")[1]
        offered = set(re.findall(r"(--[a-z][a-z-]*)", out))
        assert not offered & set(SECRET_FLAGS), words


def test_a_phrase_without_quotes_is_not_repeated(desk: Desk) -> None:
    words = [
        "tank",
        "lizard",
        "arch",
        "marble",
        "zone",
        "chef",
        "gasp",
        "liar",
        "guard",
        "inhale",
        "gym",
        "inch",
    ]
    for command in ("regen-coldkey", "verify-backup", "lst", "tank"):
        error = desk.refused(2, "UsageError", "wallet", command, *words)
        assert not {"lizard", "gasp"} & set(str(error).replace("'", " ").split())


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("creat", "create"), ("lists", "list"), ("new-coldky", "new-coldkey"), ("docter", "doctor")],
)
def test_a_mistyped_command_suggests_the_near_one(desk: Desk, typed: str, meant: str) -> None:
    error = desk.refused(2, "UsageError", "wallet", typed)
    assert error["fix"] == f"Did you mean taocli wallet {meant}?"
