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
    named = [name for name in sys.argv[1:] if not name.startswith("-")] or list(TABLE)
    flows = [flow for name in named for flow in TABLE[name]]
    reasons: dict[Flow, str] = {}
    if "--listed" in sys.argv:
        reasons = {flow: flow.fails for flow in flows if flow.fails}
    else:
        for name in named:
            try:
                reasons |= reasons_of(name)
            except NoClient as missing:
                sys.exit(str(missing))
    print(summary(flows, reasons))


if __name__ == "__main__":
    main()
