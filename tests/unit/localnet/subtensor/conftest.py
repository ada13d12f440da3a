"""Chains for tests of the pallets; see ``fixtures_chain``."""

from collections.abc import Callable

import pytest
from fixtures_chain import Chain


@pytest.fixture
def chain() -> Chain:
    """Profile ``dev``: subnet 1 is started and open."""
    return Chain()


@pytest.fixture
def start_chain() -> Callable[..., Chain]:
    """``start_chain(profile=..., tempo=...)``."""
    return Chain
