"""Completion scripts for bash, zsh and fish, written from the command tree.

The scripts are static: TAB never starts Python. Each knows every command path and offers its
subcommands and options; a test compares the committed files with what this module writes.

    python -m taocli.cli.completions
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from taocli.cli.commands import COMMANDS
from taocli.cli.group import load_command
from taocli.cli.root import root_command

FOLDER = Path(__file__).parents[2] / "completions"
_HEADER = "# Written by `python -m taocli.cli.completions`; do not edit."


@dataclass(frozen=True, slots=True)
class Word:
    """Something to offer after a command path."""

    text: str
    help: str


@dataclass(frozen=True, slots=True)
class Node:
    """A command path such as ``taocli wallet`` and the words that may follow it."""

    path: str
    words: tuple[Word, ...]


def command_nodes() -> Iterator[Node]:
    """Every command path of the program, the root first."""
    names = [Word(name, spec.help) for name, spec in COMMANDS.items()]
    yield Node("taocli", (*names, *_options(root_command())))
    for name in COMMANDS:
        yield from _walk(f"taocli {name}", load_command(name))


def _walk(path: str, command: Any) -> Iterator[Node]:
    table = getattr(command, "table", None)
    if table is None:
        children = getattr(command, "commands", {})
    else:
        children = {name: load_command(name, table) for name in command.list_commands(None)}
    shown = {name: child for name, child in children.items() if not child.hidden}
    names = [Word(name, child.get_short_help_str(limit=200)) for name, child in shown.items()]
    yield Node(path, (*names, *_options(command)))
    for name, child in shown.items():
        yield from _walk(f"{path} {name}", child)


def _options(command: Any) -> tuple[Word, ...]:
    words = [
        Word(spelling, _first_line(getattr(option, "help", None)))
        for option in command.params
        for spelling in (*option.opts, *option.secondary_opts)
        if spelling.startswith("--") and "." not in spelling and "_" not in spelling
    ]
    return (*words, Word("--help", "Show this message and exit."))


def _first_line(text: str | None) -> str:
    return (text or "").strip().partition("\n")[0]


def bash(nodes: list[Node]) -> str:
    """The script for bash 4 and later."""
    cases = "\n".join(
        f"        '{node.path}') words='{' '.join(word.text for word in node.words)}' ;;"
        for node in nodes
    )
    return f"""{_HEADER}
_taocli() {{
    local current path word words position
    current="${{COMP_WORDS[COMP_CWORD]}}"
    path=taocli
    for ((position = 1; position < COMP_CWORD; position++)); do
        word="${{COMP_WORDS[position]}}"
        _taocli_words "$path"
        [[ "$word" != -* && " $words " == *" $word "* ]] && path="$path $word"
    done
    _taocli_words "$path"
    COMPREPLY=($(compgen -W "$words" -- "$current"))
    [[ ${{#COMPREPLY[@]}} -eq 0 && "$current" != -* ]] && COMPREPLY=($(compgen -f -- "$current"))
}}
_taocli_words() {{
    case "$1" in
{cases}
        *) words='' ;;
    esac
}}
complete -F _taocli taocli
"""


def zsh(nodes: list[Node]) -> str:
    """The script for zsh, found through ``fpath``."""
    cases = "\n".join(
        f"        '{node.path}') offers=({' '.join(_zsh_word(word) for word in node.words)}) ;;"
        for node in nodes
    )
    return f"""#compdef taocli
{_HEADER}
_taocli() {{
    local -a offers
    local path_so_far=taocli position word
    for ((position = 2; position < CURRENT; position++)); do
        word="${{words[position]}}"
        _taocli_offers "$path_so_far"
        [[ "$word" != -* && -n "${{(M)offers:#${{word}}:*}}" ]] && path_so_far="$path_so_far $word"
    done
    _taocli_offers "$path_so_far"
    _describe 'taocli' offers || _files
}}
_taocli_offers() {{
    case "$1" in
{cases}
        *) offers=() ;;
    esac
}}
_taocli "$@"
"""


def _zsh_word(word: Word) -> str:
    text = f"{word.text}:{word.help}".replace("'", "'\\''")
    return f"'{text}'"


def fish(nodes: list[Node]) -> str:
    """The script for fish 3 and later."""
    lines = [
        _HEADER,
        "function __taocli_path",
        "    set -l words (commandline -opc)",
        "    set -l path taocli",
        "    for word in $words[2..]",
        "        string match -q -- '-*' $word; and continue",
        '        contains -- "$path $word" $__taocli_paths; and set path "$path $word"',
        "    end",
        '    test "$path" = "$argv"',
        "end",
        "set -g __taocli_paths " + " ".join(f"'{node.path}'" for node in nodes),
        "complete -c taocli -f",
    ]
    for node in nodes:
        for word in node.words:
            name = f"-l {word.text[2:]}" if word.text.startswith("--") else f"-a {word.text}"
            help_text = word.help.replace("\\", "\\\\").replace("'", "\\'")
            lines.append(
                f"complete -c taocli -n '__taocli_path {node.path}' {name} -d '{help_text}'"
            )
    return "\n".join(lines) + "\n"


def scripts() -> dict[str, str]:
    """File name -> content, as committed in ``completions/``."""
    nodes = list(command_nodes())
    return {"taocli.bash": bash(nodes), "_taocli": zsh(nodes), "taocli.fish": fish(nodes)}


if __name__ == "__main__":
    for name, content in scripts().items():
        (FOLDER / name).write_text(content)
