"""What the screen says, at every size and in every state."""

import dataclasses

import pytest
from rich.cells import cell_len
from taocli.tui.app import Dashboard
from taocli.tui.theme import THEMES

from taocli.feeds.demo_data import DemoClock
from taocli.feeds.readings import MinerReport, Watched
from taocli.feeds.store import Store

SIZES = [(80, 20), (80, 24), (100, 30), (120, 34), (200, 50)]


async def drawn(store, read_frame, size=(80, 24), **options):
    app = Dashboard(store, **options)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        app.tick()
        await pilot.pause()
        return read_frame(app)


@pytest.mark.parametrize("size", SIZES)
async def test_every_number_is_on_the_screen(demo, read_frame, size) -> None:
    lines = await drawn(demo.store, read_frame, size)
    text = "\n".join(lines)
    for words in (
        "● live", "block 6,100,086 +4s", "epoch in 10 blocks ~2m", "uid 42", "0.01625",
        "9 of 256", "1.0639α1", "= τ0.024874", "4.0859α1", "= τ0.095528", "39s ago", "13.2/s",
        "780/s", "● serving", "worker ready", "0…20", "Events", "q quit",
    ):  # fmt: skip
        assert words in text
    assert [cell_len(line) for line in lines] == [size[0]] * size[1]


async def test_wide_screens_show_the_pool_and_latency(demo, read_frame) -> None:
    text = "\n".join(await drawn(demo.store, read_frame, (120, 34)))
    assert "to register" in text
    assert "Latency p95" in text
    assert "Latency p95" not in "\n".join(await drawn(demo.store, read_frame, (80, 24)))


async def test_too_small_says_how_much_is_missing(demo, read_frame) -> None:
    for size in ((79, 24), (80, 19), (20, 5)):
        text = "\n".join(await drawn(demo.store, read_frame, size))
        assert "needs 80x20" in text
        assert "Standing" not in text


async def test_before_anything_exists(read_frame) -> None:
    store = Store(Watched("local", 1, None), DemoClock())
    text = "\n".join(await drawn(store, read_frame))
    for words in ("○ connecting", "no hotkey yet", "taocli wallet create", "none here", "Nothing"):
        assert words in text


async def test_a_chain_that_never_answered(demo, read_frame) -> None:
    store = Store(dataclasses.replace(demo.store.watched, network="local"), DemoClock())
    store.fail_chain("Nothing answers at ws://127.0.0.1:9944.", 8.0)
    text = "\n".join(await drawn(store, read_frame))
    for words in ("✖ no answer", "retry in 8s", "Nothing answers at"):
        assert words in text


async def test_a_chain_that_went_away_leaves_its_numbers(demo, read_frame) -> None:
    demo.clock.advance(48)
    demo.store.fail_chain("The connection broke.", 8.0)
    text = "\n".join(await drawn(demo.store, read_frame))
    for words in ("◌ stale 48s", "retry in 8s", "1.0639α1", "The connection broke."):
        assert words in text
    demo.clock.advance(60)
    assert "✖ down 1m 48s" in "\n".join(await drawn(demo.store, read_frame))


async def test_a_miner_that_died_says_why(demo, read_frame) -> None:
    status = dataclasses.replace(demo.store.miner.value.status, detail="CUDA out of memory")
    demo.clock.advance(185)
    demo.store.put_miner(MinerReport(status, pushed=False, exited=True), "file")
    text = "\n".join(await drawn(demo.store, read_frame))
    assert "✖ exited" in text
    assert "3m 5s ago" in text
    assert "CUDA out of memory" in text


async def test_old_numbers_are_dimmed(demo) -> None:
    app = Dashboard(demo.store)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        panel = app.screen.query_one("#standing")
        strong = panel.get_component_rich_style("panel--strong").color
        old = panel.get_component_rich_style("panel--dim").color

        def colour_of(words):
            for y in range(panel.size.height):
                for segment in panel.render_line(y):
                    if words in segment.text:
                        return segment.style.color
            raise LookupError(words)

        assert colour_of("0.01625") == strong
        demo.clock.advance(30)
        app.tick()
        await pilot.pause()
        assert colour_of("0.01625") == old


async def test_ascii_only(demo, read_frame) -> None:
    for size in SIZES:
        lines = await drawn(demo.store, read_frame, size, ascii_only=True)
        assert "".join(lines).isascii()
        assert [len(line) for line in lines] == [size[0]] * size[1]


EVIL = [
    "\x1b]52;c;QUFB\x07", "\x1b[2J", "\x9b2J", "[/x]", "[@click=app.quit]click[/]", "\u202eevil",
    "a\u200bb", "x" * 10_000, "Z" + "\u0301" * 50, "漢字" * 40, "👩‍👩‍👧" * 20, "\ud800", "line\nline",
]  # fmt: skip


@pytest.mark.parametrize("text", EVIL, ids=range(len(EVIL)))
async def test_no_strangers_text_breaks_the_screen(demo, read_frame, text) -> None:
    subnet = dataclasses.replace(demo.store.subnet.value, name=text, symbol=text)
    demo.store.put_subnet(subnet, "t")
    demo.store.fail_chain(text, 1.0)
    demo.store.fail_miner(text, 1.0)
    lines = await drawn(demo.store, read_frame, (120, 34))
    assert "".join(lines).isprintable()
    assert [cell_len(line) for line in lines] == [120] * 34


def test_text_is_readable_in_every_theme() -> None:
    def luminance(colour):
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for theme in THEMES:
        words = [theme.foreground, theme.accent, theme.success, theme.warning, theme.error]
        words += [theme.variables[name] for name in ("muted", "old", "strong")]
        for colour in words:
            light, dark = sorted((luminance(colour), luminance(theme.background)), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5 - 1e-9, (theme.name, colour)
