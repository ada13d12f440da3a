"""Draw the dashboard's screenshots again: `python -m tests.screenshots [FOLDER]`.

Numbers are made up from a fixed seed and time stands still, so a run that changes nothing writes the
same bytes.
"""

import asyncio
import os
import sys
import time
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "tui" / "screenshots"
SIZES = {"overview-80x24": (80, 24), "overview-120x34": (120, 34)}
SEED = 7


async def draw(size: tuple[int, int]) -> str:
    """One SVG."""
    from taocli.tui.app import Dashboard

    from taocli.feeds.demo_data import DemoFeed

    app = Dashboard(DemoFeed(SEED).store)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        return app.export_screenshot(title="taocli tui", simplify=True)


def main() -> None:
    """Write every screenshot."""
    os.environ["TZ"] = "UTC"
    time.tzset()
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, size in SIZES.items():
        (folder / f"{name}.svg").write_text(asyncio.run(draw(size)), encoding="utf-8")


if __name__ == "__main__":
    main()
