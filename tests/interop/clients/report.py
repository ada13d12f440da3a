"""``python -m tests.interop.clients.report [GENERATION...]``: run the flows, print what passes and what does not.

``--listed`` prints what the table says without running anything.
"""

import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the fixtures of the tests, as pytest sees them

from interop.clients.flow import Flow
from interop.clients.session import NoClient, session
from interop.clients.table import TABLE


def summary(flows: Iterable[Flow], reasons: dict[Flow, str]) -> str:
    """Counts by client, and every flow that has a reason for not passing."""
    flows = list(flows)
    total, failed = Counter(f.client for f in flows), Counter(f.client for f in reasons)
    lines = ["| client | flows | pass | |", "|---|---|---|---|"]
    for client, count in [*total.items(), ("all", len(flows))]:
        wrong = failed[client] if client in total else len(reasons)
        lines.append(f"| {client} | {count} | {count - wrong} | {1 - wrong / count:.1%} |")
    lines += ["", "Not passing:", ""]
    lines += [f"* {flow.client}, {flow.name}: {reason}." for flow, reason in reasons.items()]
    return "\n".join(lines)


def listed() -> str:
    """What the table says, for the page in ``README.md``: counts, reasons, and the flows by client."""
    flows = [flow for flows in TABLE.values() for flow in flows]
    lines = [summary(flows, {flow: flow.fails for flow in flows if flow.fails})]
    for client in dict.fromkeys(flow.client for flow in flows):
        names = [f.name for f in flows if f.client == client and not f.fails]
        lines += ["", f"{client}: {'; '.join(names)}."]
    return "\n".join(lines)


def reasons_of(generation: str) -> dict[Flow, str]:
    """Run a generation's flows; why each of those that do not pass does not."""
    found = {}
    flows = TABLE[generation]
    with (
        tempfile.TemporaryDirectory() as folder,
        session(generation, flows, Path(folder)) as running,
    ):
        for flow in flows:
            outcome = running.outcome(flow)
            if outcome.wrong:
                found[flow] = flow.fails or f"NOT LISTED: {outcome.wrong.splitlines()[0]}"
            elif flow.fails:
                found[flow] = f"LISTED, BUT IT PASSES: {flow.fails}"
    return found


def main() -> None:
    """Print the report of the generations that are named, or of all."""
    if "--listed" in sys.argv:
        print(listed())
        return
    named = sys.argv[1:] or list(TABLE)
    reasons: dict[Flow, str] = {}
    for name in named:
        try:
            reasons |= reasons_of(name)
        except NoClient as missing:
            sys.exit(str(missing))
    print(summary([flow for name in named for flow in TABLE[name]], reasons))


if __name__ == "__main__":
    main()
