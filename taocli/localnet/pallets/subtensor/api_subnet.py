"""``SubnetInfoRuntimeApi``: subnets, their pools, hyperparameters and metagraphs as clients read them."""

from collections.abc import Sequence
from typing import Any

from taocli.localnet.frame.runtime_api import RuntimeApi, method
from taocli.localnet.frame.types import AccountId, Option, Vec, u8, u16, u64
from taocli.localnet.pallets.subtensor.api_types import (
    DynamicInfo,
    HyperparamEntry,
    Metagraph,
    SelectiveMetagraph,
    SubnetHyperparams,
    SubnetHyperparamsV2,
    SubnetInfo,
    SubnetInfov2,
    SubnetState,
)
from taocli.localnet.pallets.subtensor.mechanism_index import storage_index
from taocli.localnet.pallets.subtensor.metagraph import SubnetReader
from taocli.localnet.pallets.subtensor.pools import subnet_account

_Record = dict[str, Any]


class SubnetInfoRuntimeApi(RuntimeApi):
    """Everything about a subnet in one answer."""

    version = 2

    @property
    def _reader(self) -> SubnetReader:
        return SubnetReader(self.runtime.subtensor_module)

    def _netuids(self) -> Sequence[int]:
        return sorted(self.runtime.subtensor_module.NetworksAdded.keys_under())

    def _exists(self, netuid: int) -> bool:
        return bool(self.runtime.subtensor_module.NetworksAdded[netuid])

    @method(Option(SubnetInfo), netuid=u16)
    def get_subnet_info(self, netuid: int) -> _Record | None:
        """One subnet in the oldest form."""
        return self._reader.info(netuid) if self._exists(netuid) else None

    @method(Vec(Option(SubnetInfo)))
    def get_subnets_info(self) -> list[_Record]:
        """All subnets in the oldest form."""
        return [self._reader.info(netuid) for netuid in self._netuids()]

    @method(Option(SubnetInfov2), netuid=u16)
    def get_subnet_info_v2(self, netuid: int) -> _Record | None:
        """One subnet with its identity."""
        return self._reader.info(netuid) if self._exists(netuid) else None

    @method(Vec(Option(SubnetInfov2)))
    def get_subnets_info_v2(self) -> list[_Record]:
        """All subnets with their identities."""
        return [self._reader.info(netuid) for netuid in self._netuids()]

    @method(Option(SubnetHyperparams), netuid=u16)
    def get_subnet_hyperparams(self, netuid: int) -> _Record | None:
        """Hyperparameters, first form."""
        return self._reader.hyperparameters(netuid) if self._exists(netuid) else None

    @method(Option(SubnetHyperparamsV2), netuid=u16)
    def get_subnet_hyperparams_v2(self, netuid: int) -> _Record | None:
        """Hyperparameters, second form."""
        return self._reader.hyperparameters(netuid) if self._exists(netuid) else None

    @method(Option(Vec(HyperparamEntry)), netuid=u16)
    def get_subnet_hyperparams_v3(self, netuid: int) -> list[_Record] | None:
        """Hyperparameters as a list of names and values."""
        return self._reader.hyperparameter_entries(netuid) if self._exists(netuid) else None

    @method(Vec(Option(DynamicInfo)))
    def get_all_dynamic_info(self) -> list[_Record]:
        """Pool, emission and identity of every subnet."""
        return [self._reader.dynamic_info(netuid) for netuid in self._netuids()]

    @method(Option(DynamicInfo), netuid=u16)
    def get_dynamic_info(self, netuid: int) -> _Record | None:
        """Pool, emission and identity of one subnet."""
        return self._reader.dynamic_info(netuid) if self._exists(netuid) else None

    @method(Option(Metagraph), netuid=u16)
    def get_metagraph(self, netuid: int) -> _Record | None:
        """A subnet with all its neurons."""
        return self._reader.metagraph(netuid) if self._exists(netuid) else None

    @method(Vec(Option(Metagraph)))
    def get_all_metagraphs(self) -> list[_Record]:
        """Every subnet with all its neurons."""
        return [self._reader.metagraph(netuid) for netuid in self._netuids()]

    @method(Option(Metagraph), netuid=u16, mecid=u8)
    def get_mechagraph(self, netuid: int, mecid: int) -> _Record | None:
        """One mechanism of a subnet."""
        return self._mechagraph(netuid, mecid) if self._has_mechanism(netuid, mecid) else None

    @method(Vec(Option(Metagraph)))
    def get_all_mechagraphs(self) -> list[_Record]:
        """Every mechanism of every subnet."""
        counts = self.runtime.subtensor_module.MechanismCountCurrent
        return [
            self._mechagraph(netuid, mecid)
            for netuid in self._netuids()
            for mecid in range(counts[netuid])
        ]

    @method(Option(SelectiveMetagraph), netuid=u16, metagraph_indexes=Vec(u16))
    def get_selective_metagraph(self, netuid: int, metagraph_indexes: list[int]) -> _Record | None:
        """The columns of a metagraph that were asked for, by their position in the struct."""
        return self._selected(netuid, 0, metagraph_indexes) if self._exists(netuid) else None

    def _has_mechanism(self, netuid: int, mecid: int) -> bool:
        counts = self.runtime.subtensor_module.MechanismCountCurrent
        return self._exists(netuid) and bool(mecid < counts[netuid])

    def _mechagraph(self, netuid: int, mecid: int) -> _Record:
        """The metagraph with what is one mechanism's own."""
        module, index = self.runtime.subtensor_module, storage_index(netuid, mecid)
        full = self._reader.metagraph(netuid)
        full["incentives"] = module.Incentive[index]
        full["last_update"] = module.last_updates(index, module.SubnetworkN[netuid])
        return full

    def _selected(self, netuid: int, mecid: int, metagraph_indexes: list[int]) -> _Record:
        full = self._mechagraph(netuid, mecid)
        full["validators"] = [uid for uid, permit in enumerate(full["validator_permit"]) if permit]
        full["commitments"] = [
            (hotkey, list(note))
            for hotkey in full["hotkeys"]
            if (note := self.runtime.commitments.raw_of(netuid, hotkey)) is not None
        ]
        asked = set(metagraph_indexes)
        return {
            field.name or "": full[field.name or ""] if position in asked or position == 0 else None
            for position, field in enumerate(SelectiveMetagraph.fields)
        }

    @method(Option(SelectiveMetagraph), netuid=u16, subid=u8, metagraph_indexes=Vec(u16))
    def get_selective_mechagraph(
        self, netuid: int, subid: int, metagraph_indexes: list[int]
    ) -> _Record | None:
        """The same for one mechanism."""
        known = self._has_mechanism(netuid, subid)
        return self._selected(netuid, subid, metagraph_indexes) if known else None

    @method(Option(SubnetState), netuid=u16)
    def get_subnet_state(self, netuid: int) -> _Record | None:
        """The neurons of a subnet as columns."""
        if not self._exists(netuid):
            return None
        full = self._reader.metagraph(netuid)
        full["emission_history"] = []
        return {field.name or "": full[field.name or ""] for field in SubnetState.fields}

    @method(Option(AccountId), coldkey=AccountId, netuid=u16)
    def get_coldkey_auto_stake_hotkey(self, coldkey: bytes, netuid: int) -> bytes | None:
        """Where a miner's incentive is staked, if its coldkey chose."""
        found: bytes | None = self.runtime.subtensor_module.AutoStakeDestination[coldkey, netuid]
        return found

    @method(Option(u16))
    def get_subnet_to_prune(self) -> int | None:
        """The subnet that gives way when there is no room for a new one."""
        netuid: int | None = self.runtime.subtensor_module.network_to_prune()
        return netuid

    @method(Option(AccountId), netuid=u16)
    def get_subnet_account_id(self, netuid: int) -> bytes | None:
        """The account that holds a subnet's TAO."""
        return subnet_account(netuid) if self._exists(netuid) else None

    @method(Option(u64), netuid=u16)
    def get_next_epoch_start_block(self, netuid: int) -> int | None:
        """The block in which the next epoch runs."""
        module = self.runtime.subtensor_module
        block: int | None = module.next_epoch_block(netuid) if self._exists(netuid) else None
        return block
