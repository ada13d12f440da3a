"""`taocli status`: the dashboard's numbers, once, for people and for scripts."""

from typing import TYPE_CHECKING, Annotated

import typer

from taocli.cli.options import HotkeyName, Json, Netuid, Network, WalletName, WalletPath

if TYPE_CHECKING:
    from rich.console import Console

    from taocli.config import Settings
    from taocli.feeds.readings import Watched
    from taocli.feeds.snapshot import Overview

Watch = Annotated[
    str | None,
    typer.Option("--address", help="Hotkey address; no wallet needed.", show_default=False),
]
Check = Annotated[
    bool, typer.Option("--check", help="Exit 30 unless the miner is registered and serving.")
]


def status(
    network: Network = None,
    subnet: Netuid = 1,
    wallet: WalletName = None,
    hotkey: HotkeyName = None,
    wallet_path: WalletPath = None,
    address: Watch = None,
    check: Check = False,
    json: Json = False,  # noqa: ARG001 - read by main before parsing; here for --help
) -> None:
    """Print the dashboard's numbers once: chain, standing, earnings, miner.

    Examples: `taocli status --network local --subnet 1`, `taocli status --json --check`.
    """
    from taocli.bootstrap import resolve_watched  # noqa: PLC0415 - only when the command runs
    from taocli.cli.asyncrun import run_async  # noqa: PLC0415 - as above
    from taocli.config import load_settings  # noqa: PLC0415 - as above

    settings = load_settings(network=network, wallet=wallet, hotkey=hotkey, wallet_path=wallet_path)
    watched = resolve_watched(settings, subnet, address)
    run_async(_status(settings, watched, check=check))


async def _status(settings: "Settings", watched: "Watched", *, check: bool) -> None:
    from taocli.bootstrap import build_collector  # noqa: PLC0415 - only when the command runs
    from taocli.cli.output import emit  # noqa: PLC0415 - as above
    from taocli.domain.errors import NotRegistered, Unhealthy  # noqa: PLC0415 - as above
    from taocli.feeds.samples import Freshness  # noqa: PLC0415 - as above
    from taocli.feeds.snapshot import take  # noqa: PLC0415 - as above
    from taocli.feeds.snapshot_json import overview_json  # noqa: PLC0415 - as above
    from taocli.feeds.store import Store  # noqa: PLC0415 - as above

    store = Store(watched)
    async with build_collector(settings, store) as collector:
        await collector.once()
    overview = take(store)
    if check and overview.problems:
        what = overview.problems[0]
        registered = overview.standing is not None or overview.chain.state is not Freshness.LIVE
        raise (Unhealthy if registered else NotRegistered)(
            f"{what[0].upper()}{what[1:]}.",
            why="; ".join(overview.problems[1:]),
            fix="Run taocli status without --check to see everything.",
        )
    emit(
        overview_json(overview),
        lambda console: _draw(console, overview),
        block=overview.block.number if overview.block else None,
        network=settings.network,
    )


def _draw(console: "Console", overview: "Overview") -> None:
    width = max(len(label) for label, _ in _lines(overview))
    for label, value in _lines(overview):
        console.print(f"{label:<{width}}  {value}", soft_wrap=True)


def _lines(overview: "Overview") -> list[tuple[str, str]]:
    watched, chain, standing = overview.watched, overview.chain, overview.standing
    earnings, report = overview.earnings, overview.report
    block = f", block {overview.block.number:,}" if overview.block else ""
    lines = [
        ("network", f"{watched.network}, subnet {watched.netuid}"),
        ("hotkey", str(watched.hotkey or "none yet")),
        ("chain", f"{chain.state.value}{block}" + (f" ({chain.error})" if chain.error else "")),
    ]
    if overview.epoch_in_blocks is not None:
        lines.append(("epoch", f"in {overview.epoch_in_blocks} blocks"))
    if standing is not None:
        lines += [
            ("uid", str(standing.uid)),
            (
                "incentive",
                f"{float(standing.incentive):.5f}, position {standing.position} of {standing.neurons}",
            ),
            ("per tempo", f"{earnings.per_tempo} (= {earnings.per_tempo_tao})"),
            ("stake", f"{earnings.stake} (= {earnings.stake_tao})"),
        ]
    elif overview.standing_known:
        lines.append(("uid", "not registered"))
    if report is None:
        lines.append(("miner", "none has run here"))
    else:
        state = "exited" if report.exited else report.status.state.value
        age = f", {overview.miner.age_s:.0f}s ago" if overview.miner.age_s is not None else ""
        lines += [
            (
                "miner",
                f"{state}{age}" + (f": {report.status.detail}" if report.status.detail else ""),
            ),
            ("worker", f"{report.status.worker.state.value} on {report.status.worker.device}"),
            ("requests", f"{report.status.requests:,}, {report.status.failed:,} failed"),
            ("tokens", f"{report.status.worker.generated_tokens:,}"),
        ]
    return lines
