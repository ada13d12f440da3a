"""``taocli wallet doctor``: examine the wallet folder, and with ``--fix`` repair what can be."""

from typing import TYPE_CHECKING, Annotated

import typer

from taocli import bootstrap
from taocli.cli.options import Json, PasswordFd, PasswordFile, WalletName, WalletPath
from taocli.cli.output import JsonValue, emit
from taocli.cli.unlocking import PasswordInput, unlock
from taocli.cli.wallet.target import Target
from taocli.domain.errors import ExitCode, TaoError, WalletNotFound

if TYPE_CHECKING:
    from taocli.wallet.audit import Finding


def doctor(
    wallet: WalletName = None,
    wallet_path: WalletPath = None,
    fix: Annotated[
        bool, typer.Option("--fix", help="Repair what can be repaired without risk.")
    ] = False,
    password_file: PasswordFile = None,
    password_fd: PasswordFd = None,
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Examine the wallet folder, and repair what can be.

    Permissions, unencrypted coldkeys, old encryption, missing or contradicting public files, leftovers
    of killed programs, and coldkeys on a machine that mines. Exit code 30 while something serious is
    left. No password is needed, except to write the missing public file of an encrypted key.

    Example: taocli wallet doctor --fix
    """
    from taocli.wallet.audit import audit_wallet  # noqa: PLC0415 - help needs none of it

    target = Target.load(wallet, None, wallet_path)
    store = target.store
    names = [entry.name for entry in store.list() if wallet in {None, entry.name}]
    if wallet is not None and not names:
        store.coldkey(wallet)
    if not names:
        raise WalletNotFound(
            f"No wallets in {store.root}.", fix="Make one with taocli wallet create."
        )
    mines = bootstrap.has_mined()
    findings = [item for name in names for item in audit_wallet(store.root, name, mines=mines)]
    given = PasswordInput(password_file, password_fd)
    rows = [_treated(finding, given, fix=fix) for finding in findings]
    _report(rows, wallets=len(names))


def _treated(finding: "Finding", given: PasswordInput, *, fix: bool) -> "tuple[Finding, bool, str]":
    """The finding, whether it is repaired now, and why not."""
    from taocli.wallet.mending import mend  # noqa: PLC0415 - help needs none of it

    if not fix or finding.repair is None:
        return finding, False, ""
    try:
        return finding, mend(finding, lambda place: unlock(place, given)), ""
    except TaoError as error:
        return finding, False, error.what
    except OSError as error:
        return finding, False, error.strerror or str(error)


def _report(rows: "list[tuple[Finding, bool, str]]", *, wallets: int) -> None:
    data: list[JsonValue] = [
        {
            "what": finding.what,
            "fix": finding.fix,
            "path": str(finding.path),
            "serious": finding.serious,
            "repairable": finding.repair is not None,
            "repaired": repaired,
            "not_repaired_because": why or None,
        }
        for finding, repaired, why in rows
    ]
    left = [finding for finding, repaired, _ in rows if not repaired]
    sound = not any(finding.serious for finding in left)
    lines = []
    for finding, repaired, why in rows:
        mark = "repaired" if repaired else ("PROBLEM" if finding.serious else "note")
        lines.append(f"{mark:<8}  {finding.what}")
        if not repaired:
            lines.append(f"{'':<8}  fix: {finding.fix}" + (f" ({why})" if why else ""))
    if any(finding.repair is not None for finding in left):
        lines.append("taocli wallet doctor --fix repairs what can be repaired.")
    lines.append(f"{wallets} {'wallet' if wallets == 1 else 'wallets'} examined: " + _verdict(left))
    emit({"sound": sound, "wallets": wallets, "findings": data}, "\n".join(lines))
    if not sound:
        raise typer.Exit(int(ExitCode.UNHEALTHY))


def _verdict(left: "list[Finding]") -> str:
    serious = sum(finding.serious for finding in left)
    if not left:
        return "nothing to complain about."
    return f"{serious} to repair, {len(left) - serious} to think about."
