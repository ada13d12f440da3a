"""The runtime APIs about neurons, stake, delegates and swaps."""

from typing import Any

from taocli.localnet.frame.outcome import DispatchFailure
from taocli.localnet.frame.runtime_api import RuntimeApi, method
from taocli.localnet.frame.types import (
    U64F64,
    AccountId,
    BTreeMap,
    Compact,
    Option,
    Tuple,
    Vec,
    u16,
    u64,
)
from taocli.localnet.pallets.subtensor.amm import fee_on
from taocli.localnet.pallets.subtensor.api_types import (
    DelegateInfo,
    NeuronInfo,
    NeuronInfoLite,
    SimSwapResult,
    StakeAvailability,
    StakeInfo,
    SubnetPrice,
)
from taocli.localnet.pallets.subtensor.chain_types import LockState
from taocli.localnet.pallets.subtensor.metagraph import SubnetReader
from taocli.localnet.pallets.subtensor.shares import ROOT

_Record = dict[str, Any]
_U16_MAX = 65535
_Origin = Option(Tuple(AccountId, u16))


class NeuronInfoRuntimeApi(RuntimeApi):
    """Neurons as rows."""

    version = 1

    @method(Vec(NeuronInfo), netuid=u16)
    def get_neurons(self, netuid: int) -> list[_Record]:
        """Every neuron, with weights and bonds."""
        return [self._neuron(netuid, uid) for uid in range(self._count(netuid))]

    @method(Option(NeuronInfo), netuid=u16, uid=u16)
    def get_neuron(self, netuid: int, uid: int) -> _Record | None:
        """One neuron, with weights and bonds."""
        return self._neuron(netuid, uid) if uid < self._count(netuid) else None

    @method(Vec(NeuronInfoLite), netuid=u16)
    def get_neurons_lite(self, netuid: int) -> list[_Record]:
        """Every neuron."""
        return self.get_neurons(netuid)

    @method(Option(NeuronInfoLite), netuid=u16, uid=u16)
    def get_neuron_lite(self, netuid: int, uid: int) -> _Record | None:
        """One neuron."""
        return self.get_neuron(netuid, uid)

    def _count(self, netuid: int) -> int:
        return int(self.runtime.subtensor_module.SubnetworkN[netuid])

    def _neuron(self, netuid: int, uid: int) -> _Record:
        m = self.runtime.subtensor_module
        reader = SubnetReader(m)
        hotkey = m.Keys[netuid, uid]
        coldkey = m.Owner[hotkey]
        return {
            "hotkey": hotkey,
            "coldkey": coldkey,
            "uid": uid,
            "netuid": netuid,
            "active": m.Active[netuid][uid],
            "axon_info": reader.axon(netuid, hotkey),
            "prometheus_info": reader.prometheus(netuid, hotkey),
            "stake": [(coldkey, m.TotalHotkeyAlpha[hotkey, netuid])],
            "rank": 0,
            "emission": m.Emission[netuid][uid],
            "incentive": m.Incentive[netuid][uid],
            "consensus": m.Consensus[netuid][uid],
            "trust": 0,
            "validator_trust": m.ValidatorTrust[netuid][uid],
            "dividends": m.Dividends[netuid][uid],
            "last_update": m.LastUpdate[netuid][uid],
            "validator_permit": m.ValidatorPermit[netuid][uid],
            "weights": m.Weights[netuid, uid],
            "bonds": m.Bonds[netuid, uid],
            "pruning_score": _U16_MAX,
        }


class StakeInfoRuntimeApi(RuntimeApi):
    """Who holds what."""

    version = 1

    @method(Vec(StakeInfo), coldkey_account=AccountId)
    def get_stake_info_for_coldkey(self, coldkey_account: bytes) -> list[_Record]:
        """Every non-zero stake of a coldkey, by subnet."""
        m = self.runtime.subtensor_module
        return [
            info
            for netuid in sorted(m.NetworksAdded.keys_under())
            for hotkey in m.StakingHotkeys[coldkey_account]
            if (info := self._info(hotkey, coldkey_account, netuid))["stake"]
        ]

    @method(Vec(Tuple(AccountId, Vec(StakeInfo))), coldkey_accounts=Vec(AccountId))
    def get_stake_info_for_coldkeys(
        self, coldkey_accounts: list[bytes]
    ) -> list[tuple[bytes, list[_Record]]]:
        """The same for several coldkeys."""
        return [(key, self.get_stake_info_for_coldkey(key)) for key in coldkey_accounts]

    @method(Option(StakeInfo), hotkey_account=AccountId, coldkey_account=AccountId, netuid=u16)
    def get_stake_info_for_hotkey_coldkey_netuid(
        self, hotkey_account: bytes, coldkey_account: bytes, netuid: int
    ) -> _Record:
        """One stake, zero or not."""
        return self._info(hotkey_account, coldkey_account, netuid)

    @method(
        BTreeMap(AccountId, BTreeMap(u16, StakeAvailability)),
        coldkey_accounts=Vec(AccountId),
        netuids=Option(Vec(u16)),
    )
    def get_stake_availability_for_coldkeys(
        self, coldkey_accounts: list[bytes], netuids: list[int] | None
    ) -> dict[bytes, dict[int, _Record]]:
        """Per subnet what a coldkey holds, what of it is locked, and what it could withdraw."""
        m = self.runtime.subtensor_module
        found: dict[bytes, dict[int, _Record]] = {}
        for coldkey in sorted(set(coldkey_accounts)):
            totals: dict[int, int] = {}
            for info in self.get_stake_info_for_coldkey(coldkey):
                totals[info["netuid"]] = totals.get(info["netuid"], 0) + info["stake"]
            found[coldkey] = {
                netuid: {
                    "total": total,
                    "locked": m.locked(coldkey, netuid),
                    "available": m.available_stake(coldkey, netuid),
                }
                for netuid, total in sorted(totals.items())
                if netuids is None or netuid in netuids
            }
        return found

    @method(
        u64,
        origin=_Origin,
        origin_coldkey_account=AccountId,
        destination=_Origin,
        destination_coldkey_account=AccountId,
        amount=u64,
    )
    def get_stake_fee(
        self,
        origin: tuple[bytes, int] | None,
        origin_coldkey_account: bytes,  # noqa: ARG002 - wire
        destination: tuple[bytes, int] | None,
        destination_coldkey_account: bytes,  # noqa: ARG002 - wire
        amount: int,
    ) -> int:
        """The swap fee of adding, removing or moving stake, in rao of what goes in."""
        netuids = {side[1] for side in (origin, destination) if side is not None} - {ROOT}
        swap = self.runtime.swap
        moves_inside = origin is not None and destination is not None and len(netuids) <= 1
        if not netuids or (moves_inside and origin and destination and origin[1] == destination[1]):
            return 0
        return fee_on(amount, max(swap.FeeRate[netuid] for netuid in netuids))

    @method(Option(LockState), coldkey=AccountId, netuid=u16)
    def get_coldkey_lock(self, coldkey: bytes, netuid: int) -> _Record | None:
        """The coldkey's lock as it is now, if any."""
        found = self.runtime.subtensor_module.lock_of(coldkey, netuid)
        return None if found is None else dict(found[1].stored())

    @method(U64F64, hotkey=AccountId, netuid=u16)
    def get_hotkey_conviction(self, hotkey: bytes, netuid: int) -> int:
        """Conviction of all locks on a hotkey, as it is now."""
        return int(self.runtime.subtensor_module.convictions(netuid).get(hotkey, 0))

    @method(Option(AccountId), netuid=u16)
    def get_most_convicted_hotkey_on_subnet(self, netuid: int) -> bytes | None:
        """The hotkey with the highest conviction."""
        found: bytes | None = self.runtime.subtensor_module.most_convicted(netuid)
        return found

    def _info(self, hotkey: bytes, coldkey: bytes, netuid: int) -> _Record:
        m = self.runtime.subtensor_module
        return {
            "hotkey": hotkey,
            "coldkey": coldkey,
            "netuid": netuid,
            "stake": m.stake_of(hotkey, coldkey, netuid),
            "locked": 0,
            "emission": m.AlphaDividendsPerSubnet[netuid, hotkey],
            "tao_emission": 0,
            "drain": 0,
            "is_registered": m.uid_of(netuid, hotkey) is not None,
        }


class DelegateInfoRuntimeApi(RuntimeApi):
    """Hotkeys that take other people's stake."""

    version = 1

    @method(Vec(DelegateInfo))
    def get_delegates(self) -> list[_Record]:
        """Every delegate."""
        delegates = self.runtime.subtensor_module.Delegates.keys_under()
        return [self._info(hotkey) for hotkey in delegates]

    @method(Option(DelegateInfo), delegate_account=AccountId)
    def get_delegate(self, delegate_account: bytes) -> _Record | None:
        """One delegate."""
        known = delegate_account in self.runtime.subtensor_module.Delegates
        return self._info(delegate_account) if known else None

    @method(
        Vec(Tuple(DelegateInfo, Tuple(Compact(u16), Compact(u64)))), delegatee_account=AccountId
    )
    def get_delegated(self, delegatee_account: bytes) -> list[tuple[_Record, tuple[int, int]]]:
        """The delegates of a coldkey, with subnet and stake."""
        m = self.runtime.subtensor_module
        return [
            (self._info(hotkey), (netuid, stake))
            for hotkey in m.StakingHotkeys[delegatee_account]
            for netuid in sorted(m.NetworksAdded.keys_under())
            if (stake := m.stake_of(hotkey, delegatee_account, netuid))
        ]

    def _info(self, hotkey: bytes) -> _Record:
        m = self.runtime.subtensor_module
        netuids = sorted(m.NetworksAdded.keys_under())
        member = [netuid for netuid in netuids if m.uid_of(netuid, hotkey) is not None]
        nominators: dict[bytes, list[tuple[int, int]]] = {}
        for netuid in netuids:
            for coldkey, stake in m.stakers_of(hotkey, netuid):
                nominators.setdefault(coldkey, []).append((netuid, stake))
        return {
            "delegate_ss58": hotkey,
            "take": m.Delegates[hotkey],
            "nominators": list(nominators.items()),
            "owner_ss58": m.Owner[hotkey],
            "registrations": member,
            "validator_permits": [
                netuid for netuid in member if m.ValidatorPermit[netuid][m.uid_of(netuid, hotkey)]
            ],
            "return_per_1000": 0,
            "total_daily_return": 0,
        }


class SwapRuntimeApi(RuntimeApi):
    """Prices and what a trade would give."""

    version = 1

    @method(u64, netuid=u16)
    def current_alpha_price(self, netuid: int) -> int:
        """TAO for one alpha, times 10^9."""
        return int(self.runtime.subtensor_module.price_rao(netuid))

    @method(Vec(SubnetPrice))
    def current_alpha_price_all(self) -> list[_Record]:
        """The prices of all subnets."""
        m = self.runtime.subtensor_module
        return [
            {"netuid": netuid, "price": m.price_rao(netuid)}
            for netuid in sorted(m.NetworksAdded.keys_under())
        ]

    @method(SimSwapResult, netuid=u16, tao=u64)
    def sim_swap_tao_for_alpha(self, netuid: int, tao: int) -> _Record:
        """What ``tao`` would buy; all zeros when it cannot be traded."""
        m = self.runtime.subtensor_module
        try:
            trade = m.quote_buy(netuid, tao)
        except DispatchFailure:
            return _no_swap()
        ideal = tao * 10**9 // max(1, m.price_rao(netuid))
        return _no_swap() | {
            "tao_amount": tao - trade.fee,
            "alpha_amount": trade.received,
            "tao_fee": trade.fee,
            "alpha_slippage": max(0, ideal - trade.received),
        }

    @method(SimSwapResult, netuid=u16, alpha=u64)
    def sim_swap_alpha_for_tao(self, netuid: int, alpha: int) -> _Record:
        """What ``alpha`` would sell for; all zeros when it cannot be traded."""
        m = self.runtime.subtensor_module
        try:
            trade = m.quote_sell(netuid, alpha)
        except DispatchFailure:
            return _no_swap()
        ideal = alpha * m.price_rao(netuid) // 10**9
        return _no_swap() | {
            "alpha_amount": alpha - trade.fee,
            "tao_amount": trade.received,
            "alpha_fee": trade.fee,
            "tao_slippage": max(0, ideal - trade.received),
        }


class SubnetRegistrationRuntimeApi(RuntimeApi):
    """What a new subnet costs."""

    version = 1

    @method(u64)
    def get_network_registration_cost(self) -> int:
        """The lock cost now, in rao."""
        return int(self.runtime.subtensor_module.lock_cost())


def _no_swap() -> _Record:
    return dict.fromkeys((field.name or "" for field in SimSwapResult.fields), 0)
