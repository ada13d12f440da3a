"""The parts of the overview around its cards: header, charts, events and keys."""

from collections.abc import Sequence

from taocli.feeds.events import Level
from taocli.feeds.samples import Freshness
from taocli.feeds.snapshot import Overview

from .actions import ACTIONS
from .face import Face, Role, Row, Span, fixed
from .faces import link_role, retry_text
from .glyphs import Glyphs
from .plot import Plot
from .text import UNKNOWN, clock, money, per_second, span_of_time

BAR_CELLS = 20
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
    plot = Plot(overview.histories.requests, least_top=10.0, braille=glyphs.braille)
    return plot.face("Requests", per_second(rate), dim=rate is None)


def token_chart(overview: Overview, glyphs: Glyphs) -> Face:
    """Generated tokens a second, over the last seconds."""
    rate = overview.tokens_per_s
    plot = Plot(overview.histories.tokens, least_top=10.0, braille=glyphs.braille)
    return plot.face("Tokens", per_second(rate), dim=rate is None)


def latency_chart(overview: Overview, glyphs: Glyphs) -> Face:
    """The 95th percentile of answer times, in milliseconds."""
    history = overview.histories.latency_ms
    newest = history[-1] if history else None
    plot = Plot(history, least_top=10.0, braille=glyphs.braille)
    value = UNKNOWN if newest is None else f"{newest:,.0f} ms"
    return plot.face("Latency p95", value, dim=newest is None)


def earned_chart(overview: Overview, glyphs: Glyphs) -> Face:
    """Alpha earned since the dashboard began to watch; the whole history, however narrow the panel."""
    tokens = [None if rao is None else rao / 1e9 for rao in overview.histories.earned_rao]
    plot = Plot(
        tokens, least_top=0.001, braille=glyphs.braille, role=Role.GOOD, steps=(1, 2, 5, 10, 20)
    )
    dim = overview.chain.state is not Freshness.LIVE
    return plot.face("Earned", money(overview.earnings.earned, 2), dim=dim)


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
