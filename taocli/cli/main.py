"""Entry point: parse, run, and turn every failure into an error document and an exit code.

``--version`` is answered before anything is imported. All other commands go through one boundary:
a ``TaoError`` is drawn and exits with its own code, a usage error with 2, Ctrl-C with 130, and
anything else is a bug of ours, code 1, with a traceback only under ``--debug``.
"""

import io
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from typer._click.exceptions import ClickException

_JSON_FLAGS = {"--json", "--json-output", "--json-out"}
_SECRET_FLAGS = {
    "--mnemonic": "--mnemonic-file",
    "--seed": "--seed-file",
    "--private-key": "--private-key-file",
    "--password": "--password-file",
    "--wallet-password": "--password-file",
    "--coldkey-password": "--password-file",
    "--json-password": "--json-password-file",
    "--passphrase": "--passphrase-file",
    "--secret": "--secret-file",
}
"""Options of other tools that put a secret where every user of the machine can read it."""
_PASSWORD_VARIABLES = ("TAOCLI_PASSWORD", "BT_WALLET_PASSWORD", "BT_PW_")
_FREE_TEXT = {"--message", "-m", "--note"}
_NUMBER = r"[0-9]{1,20}"
"""The seed of a run (`localnet start --seed 1`): a key's has 64 digits, and is refused."""
_PHRASE = r"[A-Za-z]{3,8}(?:[\s,]+[A-Za-z]{3,8}){11,}[\s,]*(?:/.*)?"


def main() -> NoReturn:
    """Run the command line and exit."""
    arguments = sys.argv[1:]
    if arguments in (["--version"], ["-V"]):
        from taocli import __version__  # noqa: PLC0415 - nothing else may load on this path

        sys.stdout.write(f"taocli {__version__}\n")
        sys.exit(0)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # not every terminal speaks UTF-8
            stream.reconfigure(errors="replace")
    sys.exit(run(arguments))


def run(arguments: Sequence[str]) -> int:
    """Run one command line in this process and return its exit code."""
    from taocli.cli.output import emit_error, mode  # noqa: PLC0415 - after the --version path
    from taocli.cli.unlocking import PASSWORD_VARIABLES  # noqa: PLC0415
    from taocli.domain.errors import ExitCode, TaoError  # noqa: PLC0415

    own = arguments[: arguments.index("--")] if "--" in arguments else arguments
    mode.json = bool(_JSON_FLAGS.intersection(own))
    mode.debug = "--debug" in own
    mode.quiet = bool({"--quiet", "-q"}.intersection(own))
    for name in [name for name in os.environ if name.startswith(_PASSWORD_VARIABLES)]:
        PASSWORD_VARIABLES[name] = os.environ.pop(name)
    try:
        _refuse_secret_arguments(own)
        return _dispatch([word for word in arguments if word not in {"--debug", "--quiet", "-q"}])
    except TaoError as error:
        if mode.debug:
            _print_traceback()
        emit_error(error)
        return int(error.exit_code)
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped.\n")
        return int(ExitCode.INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output went away; nobody is left to tell
        return int(ExitCode.OK)
    except Exception as error:  # noqa: BLE001 - the boundary of the program
        if mode.debug:
            _print_traceback()
        emit_error(
            TaoError(
                f"A bug in taocli: {type(error).__name__}.",
                why="This should never happen.",
                fix="Run the same command with --debug and report what it prints.",
            )
        )
        return int(ExitCode.BUG)
    finally:
        os.environ.update(PASSWORD_VARIABLES)  # for whoever runs several commands in one process
        PASSWORD_VARIABLES.clear()


def _dispatch(arguments: list[str]) -> int:
    import typer  # noqa: PLC0415 - see main
    from typer._click.exceptions import ClickException  # noqa: PLC0415 - vendored, no public path

    from taocli.cli.root import root_command  # noqa: PLC0415
    from taocli.domain.errors import ExitCode, UsageError  # noqa: PLC0415

    try:
        result = root_command().main(args=arguments, prog_name="taocli", standalone_mode=False)
    except typer.Abort:
        raise KeyboardInterrupt from None
    except ClickException as error:
        raise UsageError(_without_values(error), fix="Add --help to see what fits.") from None
    if result == int(ExitCode.INTERRUPTED):
        raise KeyboardInterrupt  # Typer makes an exit code of it; `run` says that it stopped
    return result if isinstance(result, int) else 0


def _refuse_secret_arguments(arguments: Sequence[str]) -> None:
    """Secrets never come by argument: those stand in the shell's history and the process list."""
    import re  # noqa: PLC0415 - see main

    from taocli.domain.errors import UsageError  # noqa: PLC0415 - see main

    afterwards = [*arguments[1:], ""]
    for before, word, after in zip(["", *arguments], arguments, afterwards, strict=False):
        flag, _, value = word.partition("=")
        typed = value if flag.startswith("--") else word
        if not _FREE_TEXT & {before, flag} and re.fullmatch(_PHRASE, typed, re.DOTALL):
            raise UsageError(
                "A recovery phrase stands on the command line, where it is not secret.",
                why="It is in the shell's history now, and in every user's process list.",
                fix="Type it when asked, or use --mnemonic-file FILE (- is standard input). Take the line "
                "out of your history; a key that others could read is no longer yours alone.",
            )
        repeats = flag == "--seed" and re.fullmatch(_NUMBER, value or after)
        if flag in _SECRET_FLAGS and not repeats:
            raise UsageError(
                f"{flag} is not an option here: a secret on the command line is not secret.",
                why="It is in the shell's history now, and in every user's process list.",
                fix=f"Type it when asked, or use {_SECRET_FLAGS[flag]} FILE (- is standard input). "
                "Take the line out of your history; a key that others could read is no longer yours alone.",
            )


def _without_values(error: "ClickException") -> str:
    """The message without what was typed: a phrase without quotes arrives as arguments too many."""
    text = error.format_message()
    options = getattr(getattr(error, "param", None), "opts", [])
    if text.startswith("Invalid value") and any("pass" in it or "secret" in it for it in options):
        return f"The value of {options[0]} does not fit."
    return "There are too many arguments." if text.startswith("Got unexpected extra") else text


def _print_traceback() -> None:
    import traceback  # noqa: PLC0415 - only a bug needs it

    traceback.print_exc()
