"""A pytest plug-in: a Bittensor chain of its own for every test that asks for one.

    def test_bob_registers(localnet):
        localnet.call("//Bob", "burned_register", netuid=1, hotkey="//BobHotkey")
        assert localnet.read("Uids", 1, "//BobHotkey") == 1

``localnet`` is a running ``taocli.localnet.Localnet`` whose blocks are made on demand; ``@pytest.mark.localnet(
subnets=2, neurons=8)`` gives it options. ``localnet_factory`` starts more of them. Both serve ordinary
and ``async`` tests. pytest loads this file for everybody who has taocli installed, so it imports nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from taocli.localnet.library import Localnet

MARK = "localnet"


def pytest_configure(config: pytest.Config) -> None:
    """Let the mark be known, also where marks must be."""
    config.addinivalue_line(
        "markers", f"{MARK}(**options): options of the localnet fixture's chain"
    )


@pytest.fixture
def localnet_factory() -> "Iterator[Callable[..., Localnet]]":
    """``localnet_factory(tempo=5, ...)`` starts a chain; all of them are stopped after the test."""
    from taocli.localnet.library import Localnet  # noqa: PLC0415 - only tests that use it pay

    with ExitStack() as running:

        def start(**options: Any) -> Localnet:
            return running.enter_context(Localnet(**options))

        yield start


@pytest.fixture
def localnet(
    request: pytest.FixtureRequest, localnet_factory: "Callable[..., Localnet]"
) -> "Localnet":
    """A fresh chain with one started subnet, or with the options of ``@pytest.mark.localnet``."""
    mark = request.node.get_closest_marker(MARK)
    return localnet_factory(**(mark.kwargs if mark else {}))
