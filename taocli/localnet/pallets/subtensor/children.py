"""Child hotkeys: who lends stake weight to whom, decided by coldkeys and in effect some time later.

A parent names at most five children in a subnet and what part of its stake weight each gets. The change waits
``PendingChildKeyCooldown`` blocks and takes effect with the first epoch after that, so that nobody is
surprised by a validator's new weight; before ``start_call`` there is nothing to surprise and it is immediate.
``ChildKeys`` and ``ParentKeys`` are two views of the same links and always agree. Nobody is child and parent
of the same hotkey. A new subnet's owner hotkey gets all root validators as parents that have not switched
that off. Source: Subtensor spec 425, ``staking/set_children.rs``. A proportion is in parts of 2^64-1, a take in
parts of 65535.
"""

from taocli.localnet.frame.call import call
from taocli.localnet.frame.outcome import DispatchFailure, Origin
from taocli.localnet.frame.storage import Map
from taocli.localnet.frame.types import AccountId, Tuple, Vec, boolean, u16, u64
from taocli.localnet.pallets.subtensor.dividends import Dividends
from taocli.localnet.pallets.subtensor.inheritance import WHOLE
from taocli.localnet.pallets.subtensor.networks import Networks
from taocli.localnet.pallets.subtensor.shares import ROOT

Links = list[tuple[int, bytes]]
"""Proportions and hotkeys, as ``ChildKeys`` and ``ParentKeys`` hold them."""

MOST_CHILDREN = 5
_ONE_TAO = 10**9
_REST = 150
_SET_CHILDREN, _SET_TAKE = 0, 1
"""What ``TransactionKeyLastBlock`` calls the two rate-limited calls."""


class Children(Networks, Dividends):
    """Links between hotkeys, takes of children, and the numbers that bound them."""

    name = "SubtensorModule"

    @call(67, hotkey=AccountId, netuid=u16, children=Vec(Tuple(u64, AccountId)))
    def set_children(self, origin: Origin, hotkey: bytes, netuid: int, children: Links) -> None:
        """Lend a hotkey's stake weight in a subnet to others, or with no children take it back."""
        self._schedule(origin.signed(), hotkey, netuid, children)

    @call(75, hotkey=AccountId, netuid=u16, take=u16)
    def set_childkey_take(self, origin: Origin, hotkey: bytes, netuid: int, take: int) -> None:
        """Choose what a child hotkey keeps of its parents' dividends; raising it is rarely allowed."""
        self._ensure_owner(origin.signed(), hotkey)
        allowed = self.least_childkey_take(netuid) <= take <= self.MaxChildkeyTake.get()
        self.ensure(allowed, "InvalidChildkeyTake")
        if take > self.childkey_take(hotkey, netuid):
            rested = self._is_rested_from(
                _SET_TAKE, hotkey, netuid, self.TxChildkeyTakeRateLimit.get()
            )
            self.ensure(rested, "TxChildkeyTakeRateLimitExceeded")
        self.TransactionKeyLastBlock[hotkey, netuid, _SET_TAKE] = self.block_number
        self.ChildkeyTake[hotkey, netuid] = take
        self.deposit("ChildKeyTakeSet", hotkey, take)

    @call(135, hotkey=AccountId, enabled=boolean)
    def set_auto_parent_delegation_enabled(
        self, origin: Origin, hotkey: bytes, enabled: bool
    ) -> None:
        """Choose whether a root validator becomes a parent of every new subnet's owner hotkey."""
        self._ensure_owner(origin.signed(), hotkey)
        self.ensure(self.uid_of(ROOT, hotkey) is not None, "HotKeyNotRegisteredInSubNet")
        self.AutoParentDelegationEnabled[hotkey] = enabled
        self.deposit("AutoParentDelegationEnabledSet", hotkey, enabled)

    @call(69, tx_rate_limit=u64)
    def sudo_set_tx_childkey_take_rate_limit(self, origin: Origin, tx_rate_limit: int) -> None:
        """Set the blocks between two raises of a childkey take."""
        origin.root()
        self.TxChildkeyTakeRateLimit.set(tx_rate_limit)
        self.deposit("TxChildKeyTakeRateLimitSet", tx_rate_limit)

    @call(76, take=u16)
    def sudo_set_min_childkey_take(self, origin: Origin, take: int) -> None:
        """Set the lowest childkey take of all subnets."""
        origin.root()
        self.MinChildkeyTake.set(take)
        self.deposit("MinChildKeyTakeSet", take)

    @call(77, take=u16)
    def sudo_set_max_childkey_take(self, origin: Origin, take: int) -> None:
        """Set the highest childkey take."""
        origin.root()
        self.MaxChildkeyTake.set(take)
        self.deposit("MaxChildKeyTakeSet", take)

    @call(109, cooldown=u64)
    def set_pending_childkey_cooldown(self, origin: Origin, cooldown: int) -> None:
        """Set the blocks that a change of children waits."""
        origin.root()
        self.PendingChildKeyCooldown.set(cooldown)

    def link_pending_children(self) -> None:
        """In each subnet whose epoch has just run, let the changes that have waited take effect."""
        for netuid in self.NetworksAdded.keys_under():
            if self.LastEpochBlock[netuid] != self.block_number:
                continue
            started = self.SubtokenEnabled[netuid]
            for (_, parent), (children, due) in list(self.PendingChildKeys.items_under(netuid)):
                if due < self.block_number or not started:
                    self.link_children(parent, netuid, children)
                    del self.PendingChildKeys[netuid, parent]

    def link_children(self, parent: bytes, netuid: int, children: Links) -> None:
        """Make these the children of a hotkey, unless one of them has become its parent."""
        chosen = {child: part for part, child in children if child != parent}
        parents = {hotkey for _, hotkey in self.ParentKeys[parent, netuid]}
        if sum(chosen.values()) > WHOLE or parents & set(chosen):
            return
        for _, former in self.ChildKeys[parent, netuid]:
            if former not in chosen:
                self._put_parent(former, netuid, parent, None)
        for child, part in chosen.items():
            self._put_parent(child, netuid, parent, part)
        ordered = [(chosen[child], child) for child in sorted(chosen)]
        _put_links(self.ChildKeys, parent, netuid, ordered)
        self.deposit("SetChildren", parent, netuid, children)

    def open_subnet(
        self, netuid: int, coldkey: bytes, hotkey: bytes, *, pool: int, payer: bytes | None
    ) -> None:
        """Write a new subnet; root validators lend its owner hotkey their weight in it."""
        super().open_subnet(netuid, coldkey, hotkey, pool=pool, payer=payer)
        for validator in self.hotkeys_of(ROOT):
            if validator != hotkey and self.AutoParentDelegationEnabled[validator]:
                try:
                    self._schedule(self.Owner[validator], validator, netuid, [(WHOLE, hotkey)])
                except DispatchFailure:
                    continue  # a validator that may not have children stays without

    def _schedule(self, coldkey: bytes, hotkey: bytes, netuid: int, children: Links) -> None:
        rested = self._is_rested_from(_SET_CHILDREN, hotkey, netuid, _REST)
        self.ensure(rested, "TxRateLimitExceeded")
        self.ensure(netuid != ROOT, "RegistrationNotPermittedOnRootSubnet")
        self.ensure(self.NetworksAdded[netuid], "SubnetNotExists")
        self._ensure_owner(coldkey, hotkey)
        self._ensure_family(hotkey, netuid, children)
        self.TransactionKeyLastBlock[hotkey, netuid, _SET_CHILDREN] = self.block_number
        if not self.SubtokenEnabled[netuid]:
            self.link_children(hotkey, netuid, children)
            return
        due = self.block_number + self.PendingChildKeyCooldown.get()
        self.PendingChildKeys[netuid, hotkey] = (children, due)
        self.deposit("SetChildrenScheduled", hotkey, netuid, due, children)

    def _ensure_family(self, hotkey: bytes, netuid: int, children: Links) -> None:
        chosen = {child for _, child in children}
        self.ensure(len(children) <= MOST_CHILDREN, "TooManyChildren")
        self.ensure(hotkey not in chosen, "InvalidChild")
        self.ensure(len(chosen) == len(children), "DuplicateChild")
        self.ensure(sum(part for part, _ in children) <= WHOLE, "ProportionOverflow")
        parents = {parent for _, parent in self.ParentKeys[hotkey, netuid]}
        self.ensure(not parents & chosen, "ChildParentInconsistency")
        trusted = (
            not children
            or self._stake_in_tao(hotkey) >= self.StakeThreshold.get()
            or hotkey == self.SubnetOwnerHotkey[netuid]
        )
        self.ensure(trusted, "NotEnoughStakeToSetChildkeys")

    def _ensure_owner(self, coldkey: bytes, hotkey: bytes) -> None:
        owned = self.hotkey_exists(hotkey) and self.Owner[hotkey] == coldkey
        self.ensure(owned, "NonAssociatedColdKey")

    def _stake_in_tao(self, hotkey: bytes) -> int:
        """All that is staked on a hotkey, at today's prices."""
        return sum(
            int(self.TotalHotkeyAlpha[hotkey, netuid]) * self.price_rao(netuid) // _ONE_TAO
            for netuid in self.NetworksAdded.keys_under()
        )

    def _is_rested_from(self, kind: int, hotkey: bytes, netuid: int, pause: int) -> bool:
        last = self.TransactionKeyLastBlock[hotkey, netuid, kind]
        return bool(not last or self.block_number - last >= pause)

    def _put_parent(self, child: bytes, netuid: int, parent: bytes, part: int | None) -> None:
        """Add, change or (None) remove a parent; the others keep their places."""
        known = {hotkey: proportion for proportion, hotkey in self.ParentKeys[child, netuid]}
        if part is None:
            known.pop(parent, None)
        else:
            known[parent] = part
        links = [(proportion, hotkey) for hotkey, proportion in known.items()]
        _put_links(self.ParentKeys, child, netuid, links)


def _put_links(item: Map, hotkey: bytes, netuid: int, links: Links) -> None:
    """Write links; an empty list is no entry."""
    if links:
        item[hotkey, netuid] = links
    elif (hotkey, netuid) in item:
        del item[hotkey, netuid]
