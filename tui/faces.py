"""From an overview to the faces of its cards. Pure: no widget, no clock, no colour."""

from taocli.domain.status import MinerState, WorkerState
from taocli.feeds.samples import Freshness
from taocli.feeds.snapshot import Link, Overview

from .face import Body, Face, Role, Row, Span, fixed, pair, with_paragraph
from .glyphs import Glyphs
from .text import UNKNOWN, ago, money, share, span_of_time

_MINER_ROLES = {
    MinerState.SERVING: Role.GOOD,
    MinerState.DEGRADED: Role.WARN,
    MinerState.DRAINING: Role.WARN,
    MinerState.DEREGISTERED: Role.BAD,
    MinerState.STOPPED: Role.BAD,
}
_WORKER_ROLES = {
    WorkerState.READY: Role.GOOD,
    WorkerState.DRAINING: Role.WARN,
    WorkerState.DEAD: Role.BAD,
}
_LINK_ROLES = {
    Freshness.LIVE: Role.GOOD,
    Freshness.STALE: Role.WARN,
    Freshness.DOWN: Role.BAD,
    Freshness.NEVER: Role.MUTED,
}


def state_row(glyph: str, word: str, role: Role, right: str = "") -> Row:
    """Sign, word and colour of a state, and a detail on the right."""
    return Row((Span(f"{glyph} {word}", role),), (Span(right, Role.TEXT),) if right else ())


def link_role(link: Link) -> Role:
    """The colour of a source's state; a source that never answered and fails is down."""
    return Role.BAD if link.error and link.state is Freshness.NEVER else _LINK_ROLES[link.state]


def standing_face(overview: Overview, glyphs: Glyphs) -> Face:
    """Is the hotkey registered, and how does it compare?"""
    title, chain = "Standing", overview.chain
    if overview.watched.hotkey is None:
        rows = [state_row(glyphs.never, "no hotkey yet", Role.MUTED)]
        return Face(with_paragraph(rows, "Make one with:\ntaocli wallet create"), title)
    if overview.subnet_known and overview.subnet is None:
        rows = [state_row(glyphs.down, "no such subnet", Role.BAD)]
        text = f"Subnet {overview.watched.netuid} is not on this network."
        return Face(with_paragraph(rows, text), title)
    if not overview.standing_known:
        return Face(_waiting(chain, glyphs), title)
    dim = chain.state is not Freshness.LIVE
    if overview.standing is None:
        rows = [state_row(glyphs.down, "not registered", Role.BAD)]
        if overview.subnet is not None:
            rows.append(pair("price", money(overview.subnet.burn)))
        body = with_paragraph(rows, "Register with:\ntaocli mine --register")
        return Face(body, title, note=ago(overview.standing_age_s), dim=dim)
    standing = overview.standing
    rows = [
        state_row(glyphs.of(chain.state), "registered", Role.GOOD, f"uid {standing.uid}"),
        pair("incentive", share(standing.incentive), Role.STRONG),
        pair("position", f"{standing.position} of {standing.neurons}"),
        pair("stake", money(overview.earnings.stake or standing.alpha_stake)),
    ]
    return Face(fixed(rows), title, note=ago(overview.standing_age_s), dim=dim)


def earning_face(overview: Overview, glyphs: Glyphs) -> Face:  # noqa: ARG001 - all faces are alike
    """What the last epoch paid, and what came in since the dashboard began to watch."""
    earnings = overview.earnings
    rows = [
        pair("per tempo", money(earnings.per_tempo), Role.STRONG),
        pair("", _worth(money(earnings.per_tempo_tao, 6)), Role.MUTED),
        pair("earned", money(earnings.earned), Role.STRONG),
        pair("", _worth(money(earnings.earned_tao, 6)), Role.MUTED),
    ]
    watched_for = None if earnings.since is None else overview.taken_at - earnings.since
    foot = "" if watched_for is None else f"in {span_of_time(watched_for)}"
    dim = overview.chain.state is not Freshness.LIVE
    return Face(fixed(rows), "Earning", foot=foot, note=ago(earnings.age_s), dim=dim)


def miner_face(overview: Overview, glyphs: Glyphs) -> Face:
    """Is the miner alive, and what is its worker doing?"""
    title, report, link = "Miner", overview.report, overview.miner
    if report is None:
        known = link.state is not Freshness.NEVER or overview.watched.hotkey is None
        if link.error:
            rows = [state_row(glyphs.warn, "unreadable", Role.WARN, retry_text(link))]
            return Face(with_paragraph(rows, link.error), title)
        rows = [state_row(glyphs.never, "none here" if known else "looking", Role.MUTED)]
        text = f"Start one with:\ntaocli mine --subnet {overview.watched.netuid}"
        return Face(with_paragraph(rows, text if known else ""), title)
    status, worker = report.status, report.status.worker
    if report.exited:
        rows = [state_row(glyphs.down, "exited", Role.BAD, ago(link.age_s))]
        reason = status.detail or worker.detail or "It left no reason."
        return Face(with_paragraph(rows, reason), title, note="last report", dim=True)
    if link.state is Freshness.LIVE:
        role = _MINER_ROLES.get(status.state, Role.ACCENT)
        uptime = span_of_time(max(0.0, overview.taken_at - status.started_at))
        first = state_row(_sign(role, glyphs), status.state.value, role, uptime)
    else:
        first = state_row(glyphs.stale, "silent", Role.WARN, f"for {span_of_time(link.age_s)}")
    role = _WORKER_ROLES.get(worker.state, Role.ACCENT)
    rows = [
        first,
        state_row(_sign(role, glyphs), f"worker {worker.state.value}", role),
        pair(worker.device, worker.model),
        pair("running", f"{worker.running} + {worker.waiting} waiting"),
    ]
    return Face(fixed(rows), title, note=ago(link.age_s), dim=link.state is not Freshness.LIVE)


def subnet_face(overview: Overview, glyphs: Glyphs) -> Face:
    """What an alpha is worth and what a slot costs."""
    subnet = overview.subnet
    title = "Subnet"
    if subnet is None:
        return Face(_waiting(overview.chain, glyphs), title)
    rows = [
        pair("price", f"τ{float(subnet.price):.6f}", Role.STRONG),
        pair("pool", money(subnet.tao_in, 1)),
        pair("to register", money(subnet.burn)),
        pair("slots", f"{subnet.neurons} of {subnet.max_neurons}"),
    ]
    age = overview.chain.age_s
    return Face(fixed(rows), title, note=ago(age), dim=overview.chain.state is not Freshness.LIVE)


def _waiting(chain: Link, glyphs: Glyphs) -> Body:
    if chain.error:
        rows = [state_row(glyphs.down, "no answer", Role.BAD)]
        return with_paragraph(rows, chain.error)
    rows = [state_row(glyphs.never, "asking the chain", Role.MUTED)]
    return fixed(rows)


def retry_text(link: Link) -> str:
    """When the next attempt is due; nothing while all is well."""
    return "" if link.retry_in_s is None else f"retry in {span_of_time(link.retry_in_s)}"


def _worth(text: str) -> str:
    return "" if text == UNKNOWN else f"= {text}"


def _sign(role: Role, glyphs: Glyphs) -> str:
    return {Role.GOOD: glyphs.live, Role.WARN: glyphs.warn, Role.BAD: glyphs.down}.get(
        role, glyphs.never
    )
