"""`taocli status`: one document, and an exit code only where it was asked for."""

import json

import pytest

from taocli import bootstrap
from taocli.cli import main as entry
from taocli.feeds.demo_data import DemoFeed


class Filled:
    """A collector that fills the store from a play, or leaves it as it is."""

    def __init__(self, store, *, registered, serving):
        source = DemoFeed(7).store
        self.fill = [(registered, "standing"), (serving, "miner"), (True, "subnet"), (True, "head")]
        self.source, self.store = source, store

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        return None

    async def once(self):
        self.store.clock = self.source.clock
        for wanted, name in self.fill:
            if wanted:
                setattr(self.store, name, getattr(self.source, name))


@pytest.fixture
def run(capsys, monkeypatch):
    def go(*arguments, registered=True, serving=True):
        monkeypatch.setattr(
            bootstrap,
            "build_collector",
            lambda _settings, store: Filled(store, registered=registered, serving=serving),
        )
        address = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
        code = entry.run(["status", "--network", "local", "--address", address, *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return go


def test_people_get_lines(run) -> None:
    code, out, err = run()
    assert (code, err) == (0, "")
    for words in (
        "uid        42",
        "0.01625, position 9 of 256",
        "1.063935206α1",
        "serving, 0s ago",
    ):
        assert words in out


def test_scripts_get_one_document_with_exact_amounts(run) -> None:
    code, out, err = run("--json")
    assert (code, err) == (0, "")
    document = json.loads(out)
    assert document["meta"] == {"network": "local", "block": 6_100_086, "schema": "taocli/1"}
    data = document["data"]
    assert data["healthy"] is True
    assert data["earnings"]["per_tempo"] == {
        "rao": "1063935206", "netuid": 1, "text": "1.063935206"
    }  # fmt: skip
    assert data["standing"]["uid"] == 42
    assert data["miner"]["report"]["worker"]["state"] == "ready"


def test_trouble_is_no_failure_unless_asked(run) -> None:
    for state in ({"registered": False}, {"serving": False}):
        assert run(**state)[0] == 0
        assert run("--check", **state)[0] == 30
    assert run("--check")[0] == 0


def test_not_registered_has_its_own_code(run) -> None:
    code, out, _ = run("--check", "--json", registered=False)
    assert code == 30
    assert json.loads(out)["error"]["code"] == "H101"
    code, out, _ = run("--check", "--json", serving=False)
    assert json.loads(out)["error"]["code"] == "H100"
