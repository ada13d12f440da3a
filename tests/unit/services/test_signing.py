"""A key is opened while the chain is read: both at the same time, and the failure of either counts."""

import asyncio
import threading

import pytest

from taocli.domain.errors import ChainChanged, WrongPassword
from taocli.domain.ports import Signer
from taocli.services.signing import plan_while_opening
from taocli.wallet.keypair import Keypair

KEY = Keypair.from_seed(bytes([1] * 32))
PATIENCE_S = 20.0


async def test_the_plan_is_made_while_the_key_is_still_being_opened() -> None:
    opening, planned = threading.Event(), threading.Event()

    async def plan() -> str:
        assert await asyncio.to_thread(opening.wait, PATIENCE_S)
        planned.set()
        return "the plan"

    def open_key() -> Signer:
        opening.set()
        assert planned.wait(PATIENCE_S)
        return KEY

    assert await plan_while_opening(plan(), open_key) == ("the plan", KEY)


async def test_the_key_is_opened_while_the_plan_is_still_being_made() -> None:
    planning, opened = threading.Event(), threading.Event()

    async def plan() -> str:
        planning.set()
        assert await asyncio.to_thread(opened.wait, PATIENCE_S)
        return "the plan"

    def open_key() -> Signer:
        assert planning.wait(PATIENCE_S)
        opened.set()
        return KEY

    assert await plan_while_opening(plan(), open_key) == ("the plan", KEY)


async def test_the_event_loop_goes_on_while_a_key_is_opened() -> None:
    beats: list[int] = []
    enough = threading.Event()

    async def plan() -> None:
        for beat in range(3):
            await asyncio.sleep(0)
            beats.append(beat)
        enough.set()

    def open_key() -> Signer:
        assert enough.wait(PATIENCE_S)
        return KEY

    await plan_while_opening(plan(), open_key)
    assert beats == [0, 1, 2]


async def test_a_plan_that_fails_is_the_failure() -> None:
    opened = threading.Event()

    async def plan() -> None:
        raise ChainChanged("The runtime changed.")

    def open_key() -> Signer:
        opened.set()
        return KEY

    with pytest.raises(ChainChanged):
        await plan_while_opening(plan(), open_key)
    assert await asyncio.to_thread(opened.wait, PATIENCE_S)


async def test_a_key_that_does_not_open_is_the_failure() -> None:
    def open_key() -> Signer:
        raise WrongPassword("It does not open.")

    with pytest.raises(WrongPassword):
        await plan_while_opening(asyncio.sleep(0), open_key)
