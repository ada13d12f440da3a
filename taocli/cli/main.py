"""Entry point: parse, run, and turn every failure into an error document and an exit code.

``--version`` is answered before anything is imported. All other commands go through one boundary:
a ``TaoError`` is drawn and exits with its own code, a usage error with 2, Ctrl-C with 130, and
anything else is a bug of ours, code 1, with a traceback only under ``--debug``.
"""

import io
import sys
from collections.abc import Sequence
from typing import NoReturn

_JSON_FLAGS = {"--json", "--json-output", "--json-out"}
_OWN_FLAGS = {"--debug", "--quiet", "-q"}


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
    from taocli.cli.secret_hygiene import (  # noqa: PLC0415
        passwords_set_aside,
        refuse_secret_arguments,
    )
    from taocli.domain.errors import ExitCode, TaoError  # noqa: PLC0415

    own = arguments[: arguments.index("--")] if "--" in arguments else arguments
    mode.json = bool(_JSON_FLAGS.intersection(own))
    mode.debug = "--debug" in own
    mode.quiet = bool({"--quiet", "-q"}.intersection(own))
    try:
        refuse_secret_arguments(own)
        with passwords_set_aside():
            return _dispatch([word for word in arguments if word not in _OWN_FLAGS])
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


def _dispatch(arguments: list[str]) -> int:
    import typer  # noqa: PLC0415 - see main
    from typer._click.exceptions import ClickException  # noqa: PLC0415 - vendored, no public path

    from taocli.cli.root import root_command  # noqa: PLC0415
    from taocli.cli.secret_hygiene import without_values  # noqa: PLC0415
    from taocli.domain.errors import ExitCode, UsageError  # noqa: PLC0415

    try:
        result = root_command().main(args=arguments, prog_name="taocli", standalone_mode=False)
    except typer.Abort:
        raise KeyboardInterrupt from None
    except ClickException as error:
        raise UsageError(without_values(error), fix="Add --help to see what fits.") from None
    if result == int(ExitCode.INTERRUPTED):
        raise KeyboardInterrupt  # Typer makes an exit code of it; `run` says that it stopped
    return result if isinstance(result, int) else 0


def _print_traceback() -> None:
    import traceback  # noqa: PLC0415 - only a bug needs it

    traceback.print_exc()
