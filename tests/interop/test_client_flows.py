"""What people do with btcli 9.23, btcli 11.3 and the SDKs 10.5 and 11.3, each flow a test of its own.

The flows are in ``clients/table*.py``. Each generation has one chain, on which its flows run in their order;
asking for one runs those before it. A flow that is known not to pass says why, and must go on not passing:
else the table, and the page that is made from it, would be wrong.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from interop.clients.flow import Flow, judged, path_of, within
from interop.clients.report import listed
from interop.clients.session import NoClient, Session, session
from interop.clients.table import TABLE

pytestmark = [pytest.mark.clients, pytest.mark.slow, pytest.mark.timeout(600)]

ALL = [
    pytest.param(generation, flow, id=flow.id)
    for generation, flows in TABLE.items()
    for flow in flows
]


@pytest.fixture(scope="module")
def sessions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Session]]:
    """A generation's running chain and clients, started when first asked for."""
    with ExitStack() as open_ones:
        started: dict[str, Session] = {}

        def start(generation: str) -> Session:
            if generation not in started:
                directory = tmp_path_factory.mktemp(generation)
                try:
                    made = session(generation, TABLE[generation], directory)
                    started[generation] = open_ones.enter_context(made)
                except NoClient as missing:
                    pytest.skip(str(missing))
            return started[generation]

        yield start


@pytest.mark.parametrize(("generation", "flow"), ALL)
def test_flow(sessions: Callable[[str], Session], generation: str, flow: Flow) -> None:
    if not flow.runs:
        pytest.xfail(flow.fails)
    outcome = sessions(generation).outcome(flow)
    if flow.fails:
        assert outcome.wrong, f"It passes now; it was listed because {flow.fails}"
        pytest.xfail(flow.fails)
    assert not outcome.wrong, f"{outcome.wrong}\n{outcome.printed}"


@pytest.mark.parametrize("generation", TABLE)
def test_flows_have_names_of_their_own_and_nine_in_ten_pass(generation: str) -> None:
    flows = TABLE[generation]
    assert len({flow.id for flow in flows}) == len(flows)
    assert all(flow.fails for flow in flows if not flow.runs)
    assert sum(not flow.fails for flow in flows) >= 0.9 * len(flows)


def test_the_page_says_what_the_table_says() -> None:
    page = Path(__file__).parent / "clients" / "README.md"
    assert listed() in page.read_text(), "Run python -m tests.interop.clients.report --listed"


@pytest.mark.parametrize(
    ("path", "expected", "right"),
    [
        ("a.0.b", 1, True), ("a.0.b", 2, False), ("*.1", "Bob", True), ("a.7", None, True),
        ("", within("{name}"), True), ("a", within("nobody"), False), ("a", lambda a: a > 1, False),
    ],
)  # fmt: skip
def test_answers_are_judged(path: str, expected: object, right: bool) -> None:
    answer = {"a": [{"b": 1}, "Bob"]}
    assert (
        judged(expected, path_of(answer, path), lambda text: text.replace("{name}", "Bob")) is right
    )
