"""The parts of the overview around its cards: header, charts, events and keys."""

from collections.abc import Sequence

from taocli.feeds.events import Level
from taocli.feeds.samples import Freshness
from taocli.feeds.snapshot import Overview

from .actions import ACTIONS
from .chart import area, nice_top, thin_out
from .face import Body, Face, Role, Row, Span, fixed
from .faces import link_role, retry_text
from .glyphs import Glyphs
from .text import UNKNOWN, clock, money, per_second, span_of_time

BAR_CELLS = 20
EARNED_STEP_S = 10
_EVENT_ROLES = {
    Level.INFO: Role.MUTED,
    Level.GOOD: Role.GOOD,
    Level.WARN: Role.WARN,
    Level.BAD: Role.BAD,
}


def header_face(overview: Overview, glyphs: Glyphs, *, paused: bool) -> Face:
    """Network, block and age, epoch countdown; whose numbers these are; how far the tempo is."""
    gap = Span("  ")
    chain = overview.chain
    role = link_role(chain)
    sign = glyphs.down if role is Role.BAD else glyphs.of(chain.state)
    left = [Span("taocli", Role.ACCENT), gap, Span(f"{sign} {_chain_word(overview)}", role), gap]
    left += [Span(overview.watched.network, Role.STRONG), gap]
    if overview.block is not None:
        left += [
            Span(f"block {overview.block.number:,}"),
            Span(f" +{_block_age(overview)}", Role.MUTED),
        ]
    hotkey, label = overview.watched.hotkey, overview.watched.label
    second = [Span(label, Role.MUTED), gap] if label else []
    second += [Span(hotkey.short if hotkey else "no hotkey"), gap]
    name = overview.subnet.name if overview.subnet is not None else ""
    second += [Span(f"subnet {overview.watched.netuid} {name}".rstrip(), Role.MUTED)]
    if paused:
        second += [gap, Span("paused", Role.WARN)]
    rows = (
        Row(tuple(left), _countdown(overview)),
        Row(tuple(second), _tempo_bar(overview, glyphs)),
    )
    return Face(fixed(rows))


def request_chart(overview: Overview, glyphs: Glyphs) -> Face:
    """Requests a second, over the last seconds."""
    rate = overview.requests_per_s
    body, scale = _plot(overview.histories.requests, 10.0, glyphs, Role.ACCENT)
    return _chart("Requests", per_second(rate), scale, body, _per_cell(glyphs), dim=rate is None)


def token_chart(overview: Overview, glyphs: Glyphs) -> Face:
    """Generated tokens a second, over the last seconds."""
    rate = overview.tokens_per_s
    body, scale = _plot(overview.histories.tokens, 10.0, glyphs, Role.ACCENT)
    return _chart("Tokens", per_second(rate), scale, body, _per_cell(glyphs), dim=rate is None)


def latency_chart(overview: Overview, glyphs: Glyphs) -> Face:
    """The 95th percentile of answer times, in milliseconds."""
    history = overview.histories.latency_ms
    newest = history[-1] if history else None
    body, scale = _plot(history, 10.0, glyphs, Role.ACCENT)
    value = UNKNOWN if newest is None else f"{newest:,.0f} ms"
    return _chart("Latency p95", value, scale, body, _per_cell(glyphs), dim=newest is None)


def earned_chart(overview: Overview, glyphs: Glyphs) -> Face:
    """Alpha earned since the dashboard began to watch."""
    history = thin_out(overview.histories.earned_rao, EARNED_STEP_S)
    tokens = [None if rao is None else rao / 1e9 for rao in history]
    body, scale = _plot(tokens, 0.001, glyphs, Role.GOOD)
    dim = overview.chain.state is not Freshness.LIVE
    value = money(overview.earnings.earned, 2)
    return _chart("Earned", value, scale, body, EARNED_STEP_S * _per_cell(glyphs), dim=dim)


def events_face(overview: Overview, glyphs: Glyphs) -> Face:
    """The diary, newest first."""
    signs = {
        Level.INFO: "·",
        Level.GOOD: glyphs.live,
        Level.WARN: glyphs.warn,
        Level.BAD: glyphs.down,
    }
    events = tuple(reversed(overview.events))

    def body(_width: int, height: int) -> Sequence[Row]:
        rows = [
            Row((
                Span(f"{clock(event.wall)}  ", Role.MUTED),
                Span(f"{signs[event.level]} {event.level.value:<4}  ", _EVENT_ROLES[event.level]),
                Span(f"{event.source:<5}  ", Role.MUTED),
                Span(event.text),
            ))
            for event in events[:height]
        ]  # fmt: skip
        return rows or [Row((Span("Nothing has happened yet.", Role.MUTED),))]

    return Face(body, "Events", note="newest first")


def keys_face() -> Face:
    """The keys worth knowing."""
    left: list[Span] = []
    for action in ACTIONS:
        if action.label:
            left += [Span(action.shown, Role.ACCENT), Span(f" {action.label}   ", Role.MUTED)]
    rows = (Row(tuple(left), (Span("read only", Role.MUTED),)),)
    return Face(fixed(rows))


def _chain_word(overview: Overview) -> str:
    chain = overview.chain
    if chain.state is Freshness.LIVE:
        return "live"
    if chain.state is Freshness.NEVER:
        return "no answer" if chain.error else "connecting"
    return f"{chain.state.value} {span_of_time(chain.age_s)}"


def _block_age(overview: Overview) -> str:
    return span_of_time(overview.block_age_s)


def _countdown(overview: Overview) -> tuple[Span, ...]:
    blocks = overview.epoch_in_blocks
    if blocks is None:
        return (Span("epoch –", Role.MUTED),)
    live = overview.chain.state is Freshness.LIVE
    unit = "block" if blocks == 1 else "blocks"
    about = "" if overview.epoch_in_s is None else f" ~{span_of_time(overview.epoch_in_s)}"
    return (
        Span("epoch in ", Role.MUTED),
        Span(f"{blocks} {unit}", Role.STRONG if live else Role.DIM),
        Span(about, Role.MUTED),
    )


def _tempo_bar(overview: Overview, glyphs: Glyphs) -> tuple[Span, ...]:
    subnet, blocks = overview.subnet, overview.epoch_in_blocks
    if overview.chain.error:
        return (Span(retry_text(overview.chain), Role.WARN),)
    if subnet is None or blocks is None or subnet.tempo == 0:
        return ()
    done = max(0, min(BAR_CELLS, round(BAR_CELLS * (subnet.tempo - blocks) / subnet.tempo)))
    live = overview.chain.state is Freshness.LIVE
    return (
        Span(glyphs.bar_done * done, Role.ACCENT if live else Role.DIM),
        Span(glyphs.bar_left * (BAR_CELLS - done), Role.LINE),
    )


def _plot(
    history: Sequence[float | None], least_top: float, glyphs: Glyphs, role: Role
) -> tuple[Body, str]:
    if all(reading is None for reading in history):
        return fixed(()), ""
    top = nice_top(history[-240:], least_top)

    def body(width: int, height: int) -> Sequence[Row]:
        lines = area(history, width, height, top, braille=glyphs.braille)
        return [Row((Span(line, role),)) for line in lines]

    return body, f"0…{top:,g}"


def _chart(
    title: str, value: str, scale: str, body: Body, seconds_per_cell: int, *, dim: bool
) -> Face:
    def window(width: int) -> str:
        return f"last {span_of_time(width * seconds_per_cell)}" if scale else ""

    return Face(body, title, Span(value, Role.STRONG), foot=scale, note=window, dim=dim)


def _per_cell(glyphs: Glyphs) -> int:
    """Readings that one character of a chart holds."""
    return 2 if glyphs.braille else 1
