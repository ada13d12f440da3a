"""Keys, pausing, resizing, and feeds that come and go under the app."""

import asyncio
import time

from taocli.tui.actions import ACTIONS
from taocli.tui.app import Dashboard

from taocli.feeds.collector import Collector


async def test_pause_stops_painting_not_collecting(demo, read_frame) -> None:
    app = Dashboard(demo.store)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("p")
        assert "paused" in "\n".join(read_frame(app))
        before = read_frame(app)
        for _ in range(20):
            demo.step()
        app.tick()
        await pilot.pause()
        assert read_frame(app) == before
        await pilot.press("p")
        await pilot.pause()
        assert read_frame(app) != before
        assert "paused" not in "\n".join(read_frame(app))


async def test_themes_go_round(demo) -> None:
    app = Dashboard(demo.store)
    async with app.run_test(size=(80, 24)) as pilot:
        seen = [app.theme]
        for _ in range(3):
            await pilot.press("t")
            seen.append(app.theme)
        assert seen == ["tao-dark", "tao-light", "tao-contrast", "tao-dark"]


async def test_help_lists_every_key_and_closes(demo, read_frame) -> None:
    app = Dashboard(demo.store)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("question_mark")
        await pilot.pause()
        text = "\n".join(read_frame(app))
        for action in ACTIONS:
            assert action.help in text
        await pilot.press("question_mark")
        await pilot.pause()
        assert "esc closes" not in "\n".join(read_frame(app))
        await pilot.press("question_mark", "1")
        await pilot.pause()
        assert len(app.screen_stack) == 2


async def test_q_leaves_with_zero_and_ctrl_c_with_130(demo) -> None:
    for key, code in (("q", 0), ("ctrl+c", 130)):
        app = Dashboard(demo.store)
        async with app.run_test() as pilot:
            await pilot.press(key)
        assert app.return_code == code


async def test_a_storm_of_resizes_ends_with_the_right_frame(demo, read_frame) -> None:
    app = Dashboard(demo.store)
    async with app.run_test(size=(80, 24)) as pilot:
        for number in range(30):
            await pilot.resize_terminal(60 + number * 5 % 90, 12 + number * 3 % 30)
        await pilot.resize_terminal(120, 34)
        await pilot.pause()
        app.tick()
        await pilot.pause()
        stormy = read_frame(app)
    calm = Dashboard(demo.store)
    async with calm.run_test(size=(120, 34)) as pilot:
        await pilot.pause()
        assert read_frame(calm) == stormy


async def test_a_feed_that_explodes_leaves_the_app_alive(demo, read_frame) -> None:
    class Exploding:
        name, poll_s = "bomb", 0.0

        async def poll(self):
            raise RuntimeError("[/x]\x1b[2J boom")

        def fail(self, reason, retry_s):
            demo.store.fail_chain(reason, retry_s)

        async def close(self):
            raise OSError

    app = Dashboard(demo.store, Collector(demo.store, [Exploding()]))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await asyncio.sleep(0.05)
        app.tick()
        await pilot.pause()
        assert "boom" in "\n".join(read_frame(app))
    assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("feed-")]


async def test_a_tick_is_cheap_and_repaints_only_what_changed(demo) -> None:
    app = Dashboard(demo.store)
    async with app.run_test(size=(120, 34)) as pilot:
        await pilot.pause()
        app.tick()
        await pilot.pause()
        panel = app.screen.query_one("#events")
        repainted = []
        panel.refresh = lambda *regions, **_: repainted.append(regions)
        start = time.process_time()
        for _ in range(10):
            app.tick()
        assert (time.process_time() - start) / 10 < 0.016
        assert repainted == []
