"""What clients of later versions ask for: their calls act on what is here, their questions have answers."""

import pytest
from fixtures_chain import TAO, Chain

from taocli.localnet.frame.scale import Reader
from taocli.localnet.frame.types import AccountId


def stake(chain: Chain, netuid: int, amount: int, who: str = "Bob") -> None:
    chain.ok(who, "add_stake", hotkey="BobHotkey", netuid=netuid, amount_staked=amount)


def asked(chain: Chain, method: str, *accounts: str) -> object:
    """An answer of the baskets' API, as a client decodes it."""
    api = chain.runtime.apis["BetaBasketRuntimeApi"]
    arguments = b"".join(AccountId.encode(chain.key(name)) for name in accounts)
    raw = chain.runtime.call_api(f"BetaBasketRuntimeApi_{method}", arguments)
    return api.methods[method].output.decode(Reader(raw))


@pytest.fixture
def owing(chain: Chain) -> Chain:
    """Bob has 100 TAO on root; his hotkey owes root stake half an alpha of subnet 1 for each TAO."""
    chain.register("Bob", "BobHotkey")
    stake(chain, 0, 100 * TAO)
    chain.module.SubnetAlphaOut[1] += 50 * TAO
    chain.module.RootClaimable[chain.key("BobHotkey")] = {1: 1 << 31}
    return chain


class TestCalls:
    def test_stake_goes_to_another_coldkey_and_hotkey_at_once(self, chain: Chain) -> None:
        chain.register("Bob", "BobHotkey")
        chain.register("Dave", "DaveHotkey")
        stake(chain, 1, 100 * TAO)
        chain.ok(
            "Bob", "transfer_stake_and_hotkey", destination_coldkey="Charlie",
            origin_hotkey="BobHotkey", destination_hotkey="DaveHotkey", origin_netuid=1,
            destination_netuid=1, alpha_amount=10 * TAO,
        )  # fmt: skip
        assert chain.stake("DaveHotkey", "Charlie") == 10 * TAO
        assert chain.stake("BobHotkey", "Charlie") == 0

    def test_a_transfer_that_a_subnet_forbids_moves_nothing(self, chain: Chain) -> None:
        chain.register("Bob", "BobHotkey")
        stake(chain, 1, 100 * TAO)
        held = chain.stake("BobHotkey", "Bob")
        chain.module.TransferToggle[1] = False
        error = chain.do(
            "Bob", "transfer_stake_and_hotkey", destination_coldkey="Charlie",
            origin_hotkey="BobHotkey", destination_hotkey="BobHotkey", origin_netuid=1,
            destination_netuid=1, alpha_amount=10 * TAO,
        )  # fmt: skip
        assert error == "TransferDisallowed"
        assert chain.stake("BobHotkey", "Bob") == held

    @pytest.mark.parametrize(
        ("limit", "partial", "error"),
        [
            (0, False, None),
            (2 * TAO, True, "PriceLimitExceeded"),
            (TAO * 101 // 100, False, "SlippageTooHigh"),
        ],
    )
    def test_a_move_between_subnets_keeps_its_limit(
        self, chain: Chain, limit: int, partial: bool, error: str | None
    ) -> None:
        chain.register("Bob", "BobHotkey")
        chain.register("Dave", "DaveHotkey")
        stake(chain, 1, 1_000 * TAO)
        refused = chain.do(
            "Bob", "move_stake_limit", origin_hotkey="BobHotkey", destination_hotkey="DaveHotkey",
            origin_netuid=1, destination_netuid=0, alpha_amount=900 * TAO, limit_price=limit,
            allow_partial=partial,
        )  # fmt: skip
        assert refused == error
        assert (chain.stake("DaveHotkey", "Bob", 0) > 0) is (error is None)

    def test_inside_a_subnet_a_limit_means_nothing(self, chain: Chain) -> None:
        chain.register("Bob", "BobHotkey")
        chain.register("Dave", "DaveHotkey")
        stake(chain, 1, 100 * TAO)
        chain.ok(
            "Bob", "move_stake_limit", origin_hotkey="BobHotkey", destination_hotkey="DaveHotkey",
            origin_netuid=1, destination_netuid=1, alpha_amount=10 * TAO, limit_price=1 << 60,
            allow_partial=False,
        )  # fmt: skip
        assert chain.stake("DaveHotkey", "Bob") == 10 * TAO

    def test_one_validators_dividends_are_claimed_in_all_subnets(self, owing: Chain) -> None:
        owing.ok("Bob", "claim_root_with_hotkey", hotkey="BobHotkey")
        assert owing.stake("BobHotkey", "Bob", 0) > 149 * TAO
        assert asked(owing, "get_root_basket_owed", "Bob") == 0

    def test_claiming_where_nothing_is_owed_changes_no_stake(self, owing: Chain) -> None:
        before = owing.stake("BobHotkey", "Bob", 0)
        owing.ok("Bob", "claim_root_with_hotkey", hotkey="DaveHotkey")
        assert owing.stake("BobHotkey", "Bob", 0) == before


class TestBaskets:
    def test_what_is_owed_is_a_position_in_the_validators_basket(self, owing: Chain) -> None:
        (position,) = asked(owing, "get_root_basket_portfolio", "Bob")
        assert position["hotkey"] == owing.key("BobHotkey")
        assert position["beta"] == position["beta_total"] == position["value_tao"]
        assert 49 * TAO < position["value_tao"] < position["spot_value_tao"] <= 51 * TAO
        assert asked(owing, "get_basket_position", "BobHotkey", "Bob") == position
        assert asked(owing, "get_basket_position", "BobHotkey", "Charlie") is None

    def test_a_claim_pays_what_was_quoted(self, owing: Chain) -> None:
        quoted = asked(owing, "get_basket_payout", "BobHotkey", "Bob")
        owing.ok("Bob", "claim_root_with_hotkey", hotkey="BobHotkey")
        assert owing.stake("BobHotkey", "Bob", 0) == 100 * TAO + quoted

    def test_the_fund_is_what_is_owed_to_all(self, owing: Chain) -> None:
        stake(owing, 0, 300 * TAO, who="Charlie")  # who is owed nothing from before
        summary = asked(owing, "get_validator_basket_summary", "BobHotkey")
        assert summary["shares"] == summary["nav_tao"]
        assert [holding["netuid"] for holding in summary["holdings"]] == [1]
        assert summary["holdings"][0]["alpha"] == 50 * TAO
        assert asked(owing, "get_all_validator_baskets") == [summary]
        assert asked(owing, "get_root_basket_total_nav") == summary["nav_tao"]
        assert asked(owing, "get_validator_basket", "BobHotkey")[0][:2] == (1, 50 * TAO)

    def test_nobody_trades_a_basket(self, owing: Chain) -> None:
        assert not asked(owing, "get_basket_trading_status", "BobHotkey")["enabled"]


class TestTotalAlphaStaked:
    def test_it_is_the_sum_of_the_pots_whatever_happens(self, chain: Chain) -> None:
        chain.register("Bob", "BobHotkey")
        chain.register("Dave", "DaveHotkey")
        stake(chain, 1, 100 * TAO)
        stake(chain, 1, 50 * TAO, who="Charlie")
        chain.ok(
            "Bob", "move_stake", origin_hotkey="BobHotkey", destination_hotkey="DaveHotkey",
            origin_netuid=1, destination_netuid=1, alpha_amount=10 * TAO,
        )  # fmt: skip
        chain.module.reward_hotkey(chain.key("BobHotkey"), 1, 7 * TAO)
        chain.module.reward_hotkey(chain.key("AliceHotkey"), 1, 3 * TAO)
        chain.ok("Charlie", "unstake_all", hotkey="BobHotkey")
        chain.ok("Bob", "swap_hotkey", hotkey="BobHotkey", new_hotkey="Newer", netuid=None)
        chain.mine(30)
        pots = chain.module.TotalHotkeyAlpha.items_under()
        total = sum(alpha for (_, netuid), alpha in pots if netuid == 1)
        assert chain.module.TotalAlphaStaked[1] == total > 0

    def test_it_is_gone_with_its_subnet(self, chain: Chain) -> None:
        chain.register("Bob", "BobHotkey")
        stake(chain, 1, 100 * TAO)
        chain.ok(None, "root_dissolve_network", netuid=1)
        assert chain.module.TotalAlphaStaked[1] == 0
