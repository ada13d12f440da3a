from fractions import Fraction

import pytest

from taocli.domain.balance import Balance
from taocli.domain.status import MinerState
from taocli.feeds.readings import MinerReport, Standing
from taocli.feeds.samples import Freshness
from taocli.feeds.snapshot import take


def texts(store):
    return [event.text for event in store.events]


def standing(make, uid=1, position=2, emission=5):
    return Standing(
        uid, make.coldkey, Fraction(1, 4), position, 10, Balance(emission, 1), Fraction(0),
        Balance(0, 1), False, None, make.block(100),
    )  # fmt: skip


def test_an_empty_store_is_a_whole_picture(store) -> None:
    overview = take(store)
    assert overview.chain.state is Freshness.NEVER
    assert overview.earnings.earned is None
    assert overview.problems


def test_earned_is_the_growth_since_the_first_reading(store, clock, make) -> None:
    store.put_subnet(make.subnet(), "t")
    store.put_stake(Balance(10_000, 1), "t")
    clock.advance(5)
    store.put_stake(Balance(10_700, 1), "t")
    earnings = take(store).earnings
    assert earnings.earned == Balance(700, 1)
    assert earnings.earned_tao == Balance(350, 0)
    assert earnings.since == 1_000_000.0


def test_another_chain_starts_a_new_count(store, make) -> None:
    store.put_head(make.block(1000), "t")
    store.put_stake(Balance(10_000, 1), "t")
    store.put_head(make.block(3), "t")
    store.put_stake(Balance(50, 1), "t")
    assert store.earned() == Balance(0, 1)
    assert "another chain answers: it is at block 3" in texts(store)


def test_a_small_reorganisation_keeps_the_count(store, make) -> None:
    store.put_head(make.block(1000), "t")
    store.put_stake(Balance(10_000, 1), "t")
    store.put_head(make.block(998), "t")
    store.put_stake(Balance(10_001, 1), "t")
    assert store.earned() == Balance(1, 1)


def test_block_time_and_epoch_countdown(store, clock, make) -> None:
    for number in range(100, 105):
        store.put_head(make.block(number), "t")
        clock.advance(12)
    store.put_subnet(make.subnet(104, last_epoch=90), "t")
    overview = take(store)
    assert overview.epoch_in_blocks == 6
    assert overview.epoch_in_s == pytest.approx(72)
    assert overview.block_age_s == pytest.approx(12)


def test_a_failure_is_said_once_and_its_end_once(store, clock, make) -> None:
    store.put_head(make.block(1), "t")
    for _ in range(3):
        store.fail_chain("the node is off", 2.0)
        clock.advance(1)
    assert take(store).chain.state is Freshness.STALE
    assert take(store).chain.retry_in_s == pytest.approx(1.0)
    store.put_head(make.block(2), "t")
    store.put_head(make.block(3), "t")
    assert texts(store) == ["the node is off", "connected again at block 2"]


def test_winning_climbing_and_losing_a_slot(store, make) -> None:
    store.put_standing(None, "t")
    store.put_standing(standing(make), "t")
    store.put_standing(standing(make), "t")
    store.put_standing(standing(make, position=1, emission=9 * 10**9), "t")
    store.put_standing(None, "t")
    assert texts(store) == [
        "the hotkey is not registered on this subnet",
        "registered as uid 1",
        "incentive position 2 → 1 of 10",
        "epoch pays 9.0000α1",
        "the hotkey lost uid 1 and is not registered any more",
    ]


def test_rates_come_from_the_miners_own_clock(store, clock, make) -> None:
    for second in range(4):
        report = make.status(reported_at=1_000_000.0 + second, requests=second * 7)
        store.put_miner(MinerReport(report, pushed=True), "socket")
        clock.advance(1)
        store.tick()
    overview = take(store)
    assert overview.requests_per_s == pytest.approx(7)
    assert overview.histories.requests[-1] == pytest.approx(7)


def test_silence_is_a_gap_and_no_rate(store, clock, make) -> None:
    store.put_miner(MinerReport(make.status(), pushed=True), "socket")
    store.put_miner(MinerReport(make.status(reported_at=1_000_001.0, requests=5), True), "socket")
    clock.advance(10)
    store.tick()
    assert take(store).requests_per_s is None
    assert take(store).histories.requests == (None,)


def test_an_old_last_will_is_as_old_as_it_says(store, make) -> None:
    report = make.status(reported_at=1_000_000.0 - 180, state=MinerState.STOPPED, detail="no GPU")
    store.put_miner(MinerReport(report, pushed=False, exited=True), "file")
    overview = take(store)
    assert overview.miner.age_s == pytest.approx(180)
    assert texts(store) == ["the miner is gone: no GPU"]
    assert "the miner is not running" in overview.problems


def test_texts_of_strangers_are_cleaned(store, make) -> None:
    store.put_subnet(make.subnet(name="\x1b[2Jevil\u202e" + "x" * 500), "t")
    name = take(store).subnet.name
    assert "\x1b" not in name
    assert "\u202e" not in name
    assert len(name) <= 40


def test_the_diary_is_bounded(store) -> None:
    for number in range(1000):
        store.fail_miner(f"failure {number}", 1.0)
    assert len(store.events) == 200


def test_quiet_epochs_do_not_flood_the_diary(store, make) -> None:
    for epoch in (90, 110, 130, 150):
        store.put_subnet(make.subnet(epoch + 5, last_epoch=epoch), "t")
    assert texts(store) == ["epoch ran at block 150"]
