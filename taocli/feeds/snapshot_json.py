"""The overview as scripts get it: plain JSON, amounts as text of rao, ratios as decimal text."""

from fractions import Fraction
from typing import Any

from taocli.domain.balance import Balance
from taocli.feeds.readings import MinerReport, Standing
from taocli.feeds.snapshot import Earnings, Link, Overview


def overview_json(overview: Overview) -> dict[str, Any]:
    """Everything of ``overview`` but the one-second histories."""
    watched, subnet = overview.watched, overview.subnet
    return {
        "taken_at": round(overview.taken_at, 3),
        "network": watched.network,
        "netuid": watched.netuid,
        "hotkey": watched.hotkey.ss58 if watched.hotkey else None,
        "coldkey": watched.coldkey.ss58 if watched.coldkey else None,
        "healthy": not overview.problems,
        "problems": list(overview.problems),
        "chain": {
            **_link(overview.chain),
            "block": overview.block.number if overview.block else None,
            "block_hash": overview.block.hash if overview.block else None,
            "block_age_s": _seconds(overview.block_age_s),
            "epoch_in_blocks": overview.epoch_in_blocks,
            "epoch_in_s": _seconds(overview.epoch_in_s),
        },
        "subnet": None
        if subnet is None
        else {
            "name": subnet.name,
            "symbol": subnet.symbol,
            "tempo": subnet.tempo,
            "price_tao": _ratio(subnet.price),
            "burn": _balance(subnet.burn),
            "neurons": subnet.neurons,
            "max_neurons": subnet.max_neurons,
        },
        "standing": _standing(overview.standing, overview.standing_age_s),
        "earnings": _earnings(overview.earnings),
        "miner": {**_link(overview.miner), "report": _report(overview.report)},
        "requests_per_s": _rate(overview.requests_per_s),
        "tokens_per_s": _rate(overview.tokens_per_s),
        "events": [
            {"time": round(event.wall, 3), "level": event.level.value, "source": event.source, "text": event.text}
            for event in overview.events
        ],
    }  # fmt: skip


def _link(link: Link) -> dict[str, Any]:
    return {
        "state": link.state.value,
        "age_s": _seconds(link.age_s),
        "source": link.source,
        "error": link.error,
        "retry_in_s": _seconds(link.retry_in_s),
    }


def _standing(standing: Standing | None, age_s: float | None) -> dict[str, Any] | None:
    if standing is None:
        return None
    return {
        "uid": standing.uid,
        "coldkey": standing.coldkey.ss58,
        "incentive": _ratio(standing.incentive),
        "dividends": _ratio(standing.dividends),
        "position": standing.position,
        "neurons": standing.neurons,
        "validator_permit": standing.validator_permit,
        "axon": standing.axon.url if standing.axon and standing.axon.is_serving else None,
        "block": standing.block.number,
        "age_s": _seconds(age_s),
    }


def _earnings(earnings: Earnings) -> dict[str, Any]:
    return {
        "per_tempo": _balance(earnings.per_tempo),
        "per_tempo_tao": _balance(earnings.per_tempo_tao),
        "earned": _balance(earnings.earned),
        "earned_tao": _balance(earnings.earned_tao),
        "stake": _balance(earnings.stake),
        "stake_tao": _balance(earnings.stake_tao),
        "since": earnings.since,
        "age_s": _seconds(earnings.age_s),
    }


def _report(report: MinerReport | None) -> dict[str, Any] | None:
    if report is None:
        return None
    status, worker = report.status, report.status.worker
    return {
        "state": status.state.value,
        "pushed": report.pushed,
        "exited": report.exited,
        "pid": status.pid,
        "endpoint": status.endpoint,
        "detail": status.detail,
        "started_at": status.started_at,
        "reported_at": status.reported_at,
        "requests": status.requests,
        "answered": status.answered,
        "refused": status.refused,
        "failed": status.failed,
        "in_flight": status.in_flight,
        "last_request_at": status.last_request_at,
        "latency_p50_ms": status.latency_p50_ms,
        "latency_p95_ms": status.latency_p95_ms,
        "worker": {
            "state": worker.state.value,
            "device": worker.device,
            "model": worker.model,
            "running": worker.running,
            "waiting": worker.waiting,
            "generated_tokens": worker.generated_tokens,
            "restarts": status.worker_restarts,
            "detail": worker.detail,
        },
    }


def _balance(amount: Balance | None) -> dict[str, Any] | None:
    if amount is None:
        return None
    return {"rao": str(amount.rao), "netuid": amount.netuid, "text": amount.text}


def _ratio(value: Fraction) -> str:
    return f"{float(value):.9f}"


def _seconds(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _rate(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
