"""``taocli localnet mine-blocks``, ``advance-epoch``, ``advance-time``, ``set-time``: what comes next, and when."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from taocli.cli.localnet.target import Port, ask
from taocli.cli.options import Json, Network
from taocli.cli.output import JsonValue, balance_json, emit
from taocli.domain.balance import Balance
from taocli.domain.errors import InvalidSetting

_BLOCKS_AT_ONCE = 100
_EPOCH_REACH = 500
_UNITS = {"": 1_000, "ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_DURATION = re.compile(r"([0-9]{1,12})(ms|[smhd]?)")


def mine_blocks(
    count: Annotated[int, typer.Argument(min=1, max=1_000_000, help="How many.")] = 1,
    port: Port = None,
    network: Network = "local",
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Make blocks at once, whatever the block time.

    Example: taocli localnet mine-blocks 100
    """
    _mine(port, network, count)
    state = ask(port, network, "dev_status")
    emit(
        {"mined": count, "block": state["block"], "hash": state["hash"]},
        f"Block #{state['block']} ({state['hash']})",
        block=state["block"],
    )


def advance_epoch(
    netuid: Annotated[int, typer.Argument(min=1, max=65_535, help="Number of the subnet.")],
    port: Port = None,
    network: Network = "local",
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Make blocks up to a subnet's next epoch, and show what it paid.

    Example: taocli localnet advance-epoch 1
    """
    left = ask(port, network, "dev_blocksToEpoch", netuid)
    ahead = max(0, left - _EPOCH_REACH)
    _mine(port, network, ahead)
    ran = ask(port, network, "dev_advanceEpoch", netuid)
    emit(_epoch_json(ran, ahead), _epoch_text(ran), block=ran["block"])


def advance_time(
    duration: Annotated[
        str, typer.Argument(help="How much later: 90 (seconds), 500ms, 15m, 2h or 7d.")
    ],
    port: Port = None,
    network: Network = "local",
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Let the following blocks come later. Time goes forward only.

    Example: taocli localnet advance-time 2h
    """
    _tell_time(ask(port, network, "dev_advanceTime", parse_duration(duration)))


def set_time(
    when: Annotated[
        str, typer.Argument(help="Date and time (UTC unless it says), or Unix milliseconds.")
    ],
    port: Port = None,
    network: Network = "local",
    json: Json = False,  # noqa: ARG001 - read by main before parsing
) -> None:
    """Let the next block come at a time, and the others behind it.

    Example: taocli localnet set-time 2030-01-01T12:00
    """
    _tell_time(ask(port, network, "dev_setTime", parse_moment(when)))


def parse_duration(text: str) -> int:
    """Milliseconds of ``90``, ``500ms``, ``15m``, ``2h`` or ``7d``; ``InvalidSetting``."""
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        raise InvalidSetting(
            f"{text!r} is no duration.",
            why="It is a whole number, in seconds or with one of ms, s, m, h, d.",
            fix="Write it like 90, 15m or 2h.",
        )
    return int(found.group(1)) * _UNITS[found.group(2)]


def parse_moment(text: str) -> int:
    """Unix milliseconds of a date and time, UTC unless it says otherwise; ``InvalidSetting``."""
    if text.isascii() and text.isdigit() and len(text) < 16:
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidSetting(
            f"{text!r} is no date and time.",
            why=str(error),
            fix="Write it like 2030-01-01T12:00, or in Unix milliseconds.",
        ) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - datetime.fromtimestamp(0, UTC)) // timedelta(milliseconds=1)


def _mine(port: int | None, network: str | None, count: int) -> None:
    while count > 0:
        ask(port, network, "dev_mineBlocks", min(count, _BLOCKS_AT_ONCE))
        count -= _BLOCKS_AT_ONCE


def _tell_time(milliseconds: int) -> None:
    moment = datetime.fromtimestamp(milliseconds // 1_000, UTC)
    text = moment.replace(tzinfo=None).isoformat() + f".{milliseconds % 1_000:03d}Z"
    emit({"next_time": milliseconds, "iso": text}, f"The next block comes at {text} or later.")


def _epoch_json(ran: dict[str, Any], ahead: int) -> JsonValue:
    netuid = ran["netuid"]
    rows: list[JsonValue] = [
        {**row, "emission": balance_json(Balance(int(row["emission"]), netuid))}
        for row in ran["paid"]
    ]
    total = balance_json(Balance(int(ran["total"]), netuid))
    return {**ran, "mined": ran["mined"] + ahead, "total": total, "paid": rows}


def _epoch_text(ran: dict[str, Any]) -> str:
    netuid = ran["netuid"]
    total = Balance(int(ran["total"]), netuid)
    lines = [f"Block #{ran['block']}: the epoch of subnet {netuid} paid {total.text}."]
    for row in ran["paid"]:
        amount = Balance(int(row["emission"]), netuid)
        if amount.rao:
            shares = f"incentive {row['incentive']:>5}  dividends {row['dividends']:>5}"
            lines.append(f"  uid {row['uid']:<3} {row['hotkey']}  {shares}  {amount.text}")
    return "\n".join(lines)
