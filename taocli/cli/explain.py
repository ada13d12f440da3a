"""``taocli explain``: what an error code or a topic means."""

import inspect
from typing import Annotated

import typer

from taocli.cli.options import Json
from taocli.cli.output import emit
from taocli.domain.errors import ExitCode, TaoError, UsageError, error_classes

_MEANING = {
    ExitCode.OK: "done",
    ExitCode.BUG: "a bug in taocli",
    ExitCode.USAGE: "the command line does not make sense",
    ExitCode.NETWORK: "an endpoint cannot be reached or answers nonsense",
    ExitCode.WALLET: "wallet, keyfile or password",
    ExitCode.VALIDATION: "a value that cannot be right",
    ExitCode.CHAIN: "the chain refused",
    ExitCode.FILE_SYSTEM: "disk, permissions or a lock",
    ExitCode.TIMEOUT: "no answer in time",
    ExitCode.WORKER: "the model or its worker process",
    ExitCode.PLUGIN: "a subnet plug-in",
    ExitCode.PRICE: "beyond a price limit; nothing was spent",
    ExitCode.POLICY: "forbidden by the owner's policy; nothing was signed",
    ExitCode.DECLINED: "the user said no, or there was no terminal to ask on",
    ExitCode.UNHEALTHY: "not registered, or a check failed",
    ExitCode.INTERRUPTED: "stopped by Ctrl-C",
    ExitCode.TERMINATED: "stopped by SIGTERM",
}


def explain(
    topic: Annotated[str, typer.Argument(help="An error code such as W101, or exit-codes.")],
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Explain an error code or a topic.

    Example: taocli explain W101
    """
    if topic.lower() == "exit-codes":
        rows = {str(int(code)): _MEANING[code] for code in ExitCode}
        emit(rows, "\n".join(f"{code:>4}  {text}" for code, text in rows.items()))
        return
    found = next((item for item in error_classes() if item.code == topic.upper()), None)
    if found is None:
        codes = ", ".join(item.code for item in error_classes())
        raise UsageError(
            f"There is nothing to explain under {topic!r}.",
            fix=f"Use exit-codes or one of: {codes}.",
        )
    emit(_facts(found), _text(found))


def _facts(error: type[TaoError]) -> dict[str, str | int]:
    return {
        "code": error.code,
        "name": error.__name__,
        "exit_code": int(error.exit_code),
        "meaning": inspect.cleandoc(error.__doc__ or ""),
    }


def _text(error: type[TaoError]) -> str:
    family = error.__mro__[1].__name__ if error is not TaoError else "Exception"
    retry = " It may go away by itself: try again." if error.retryable else ""
    return (
        f"{error.code} {error.__name__} ({family}), exit code {int(error.exit_code)}\n"
        f"{inspect.cleandoc(error.__doc__ or '')}{retry}"
    )
