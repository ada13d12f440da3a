"""What btcli 11 asks about root baskets, answered from the dividends that spec 425 owes.

On later chains a validator collects root dividends in a basket, a fund of alpha of many subnets, and a
staker holds shares ("beta") in it. On this one every staker is owed an amount of alpha per subnet, and
claims it. Seen as a basket, that is: what a validator owes to all is the fund, what it owes to one is that
staker's part, and a share is worth one rao at all times. The client cannot show a balance, list validators
or claim without these answers.

Source: Subtensor spec 468, ``rpc_info/basket_info.rs``. Simplified: a fund has no history, so what went in
equals what is there and nothing went out; it trades nothing, so its trading status is closed.
"""

from collections.abc import Iterator
from typing import Any

from taocli.localnet.frame.outcome import DispatchFailure
from taocli.localnet.frame.runtime_api import RuntimeApi, method
from taocli.localnet.frame.types import (
    AccountId,
    Option,
    Struct,
    Tuple,
    Vec,
    boolean,
    u16,
    u64,
)

_PATH = "pallet_subtensor::rpc_info::basket_info"
_SCALE = 10**9
_FRACTION_BITS = 32
_REFILL_BLOCKS = 7_200
BasketHolding = Struct(
    f"{_PATH}::BasketHolding", netuid=u16, alpha=u64, spot_tao=u64, realizable_tao=u64
)
BasketSummary = Struct(
    f"{_PATH}::BasketSummary",
    {"AccountId": AccountId},
    hotkey=AccountId,
    nav_tao=u64,
    spot_nav_tao=u64,
    shares=u64,
    deposited_tao=u64,
    redeemed_tao=u64,
    weights=Vec(Tuple(u16, u16)),
    holdings=Vec(BasketHolding),
)
BasketPosition = Struct(
    f"{_PATH}::BasketPosition",
    {"AccountId": AccountId},
    hotkey=AccountId,
    beta=u64,
    beta_total=u64,
    nav_tao=u64,
    value_tao=u64,
    spot_value_tao=u64,
)
BasketTradingStatus = Struct(
    f"{_PATH}::BasketTradingStatus",
    enabled=boolean,
    frozen=boolean,
    refill_blocks=u64,
    tao_available=u64,
    budget_tao=u64,
)


class BetaBasketRuntimeApi(RuntimeApi):
    """Root dividends that wait to be claimed, as funds and shares."""

    version = 1

    @method(u64, coldkey=AccountId)
    def get_root_basket_owed(self, coldkey: bytes) -> int:
        """What all positions of an account would pay, in rao."""
        return sum(value for _, value in self._positions(coldkey))

    @method(Vec(Tuple(AccountId, u64, u64)), coldkey=AccountId)
    def get_root_basket_positions(self, coldkey: bytes) -> list[tuple[bytes, int, int]]:
        """Validator, raw shares and payout in rao of each position."""
        return [(hotkey, value, value) for hotkey, value in self._positions(coldkey)]

    @method(Vec(BasketPosition), coldkey=AccountId)
    def get_root_basket_portfolio(self, coldkey: bytes) -> list[dict[str, Any]]:
        """Each position with the fund that it is a part of."""
        return [self._position(hotkey, coldkey) for hotkey, _ in self._positions(coldkey)]

    @method(Option(BasketPosition), hotkey=AccountId, coldkey=AccountId)
    def get_basket_position(self, hotkey: bytes, coldkey: bytes) -> dict[str, Any] | None:
        """An account's part of one fund."""
        position = self._position(hotkey, coldkey)
        return position if position["beta"] else None

    @method(u64, hotkey=AccountId, coldkey=AccountId)
    def get_basket_payout(self, hotkey: bytes, coldkey: bytes) -> int:
        """What a claim from one validator would pay, in rao."""
        return self._worth(self._owed(hotkey, coldkey))

    @method(Vec(Tuple(u16, u64, u64)), hotkey=AccountId)
    def get_validator_basket(self, hotkey: bytes) -> list[tuple[int, int, int]]:
        """Subnet, alpha and worth in rao of what a validator owes."""
        return [
            (netuid, alpha, self._sale(netuid, alpha))
            for netuid, alpha in self._holdings(hotkey).items()
        ]

    @method(u64, hotkey=AccountId)
    def get_validator_basket_nav(self, hotkey: bytes) -> int:
        """What all that a validator owes would sell for, in rao."""
        return self._worth(self._holdings(hotkey))

    @method(u64)
    def get_root_basket_total_nav(self) -> int:
        """The same for all validators together."""
        return sum(self._worth(self._holdings(hotkey)) for hotkey in self._validators())

    @method(BasketSummary, hotkey=AccountId)
    def get_validator_basket_summary(self, hotkey: bytes) -> dict[str, Any]:
        """One fund with what it holds."""
        return self._summary(hotkey)

    @method(Vec(BasketSummary))
    def get_all_validator_baskets(self) -> list[dict[str, Any]]:
        """Every fund that holds something."""
        found = (self._summary(hotkey) for hotkey in self._validators())
        return [summary for summary in found if summary["holdings"]]

    @method(BasketTradingStatus, hotkey=AccountId)
    def get_basket_trading_status(self, hotkey: bytes) -> dict[str, Any]:  # noqa: ARG002 - none trades
        """Trading is closed."""
        return {
            "enabled": False,
            "frozen": False,
            "refill_blocks": _REFILL_BLOCKS,
            "tao_available": 0,
            "budget_tao": 0,
        }

    def _positions(self, coldkey: bytes) -> Iterator[tuple[bytes, int]]:
        for hotkey in self.runtime.subtensor_module.StakingHotkeys[coldkey]:
            value = self._worth(self._owed(hotkey, coldkey))
            if value:
                yield hotkey, value

    def _position(self, hotkey: bytes, coldkey: bytes) -> dict[str, Any]:
        owed = self._owed(hotkey, coldkey)
        value, fund = self._worth(owed), self._worth(self._holdings(hotkey))
        return {
            "hotkey": hotkey,
            "beta": value,
            "beta_total": fund,
            "nav_tao": fund,
            "value_tao": value,
            "spot_value_tao": sum(self._spot(netuid, alpha) for netuid, alpha in owed.items()),
        }

    def _summary(self, hotkey: bytes) -> dict[str, Any]:
        holdings = [
            {
                "netuid": netuid,
                "alpha": alpha,
                "spot_tao": self._spot(netuid, alpha),
                "realizable_tao": self._sale(netuid, alpha),
            }
            for netuid, alpha in self._holdings(hotkey).items()
        ]
        nav = sum(holding["realizable_tao"] for holding in holdings)
        return {
            "hotkey": hotkey,
            "nav_tao": nav,
            "spot_nav_tao": sum(holding["spot_tao"] for holding in holdings),
            "shares": nav,
            "deposited_tao": nav,
            "redeemed_tao": 0,
            "weights": [],
            "holdings": holdings,
        }

    def _validators(self) -> list[bytes]:
        return sorted(self.runtime.subtensor_module.RootClaimable.keys_under())

    def _owed(self, hotkey: bytes, coldkey: bytes) -> dict[int, int]:
        """Alpha by subnet that a coldkey could claim from a hotkey."""
        m = self.runtime.subtensor_module
        owed = {
            netuid: m.owed_on_root(hotkey, coldkey, netuid)
            for netuid in sorted(m.RootClaimable[hotkey])
        }
        return {netuid: alpha for netuid, alpha in owed.items() if alpha}

    def _holdings(self, hotkey: bytes) -> dict[int, int]:
        """Alpha by subnet that a hotkey owes to all."""
        m = self.runtime.subtensor_module
        stake = m.TotalHotkeyAlpha[hotkey, 0]
        owed = {
            netuid: (rate * stake >> _FRACTION_BITS)
            - sum(claimed for _, claimed in m.RootClaimed.items_under(netuid, hotkey))
            for netuid, rate in sorted(m.RootClaimable[hotkey].items())
        }
        return {netuid: alpha for netuid, alpha in owed.items() if alpha > 0}

    def _worth(self, holdings: dict[int, int]) -> int:
        return sum(self._sale(netuid, alpha) for netuid, alpha in holdings.items())

    def _sale(self, netuid: int, alpha: int) -> int:
        """What a claim would make of alpha; nothing where the pool is too small."""
        try:
            received: int = self.runtime.subtensor_module.quote_sell(
                netuid, alpha, free=True
            ).received
        except DispatchFailure:
            return 0
        return received

    def _spot(self, netuid: int, alpha: int) -> int:
        price: int = self.runtime.subtensor_module.price_rao(netuid)
        return alpha * price // _SCALE
