"""Buying a slot: the price is paid in TAO, traded for the subnet's alpha, and that alpha is burned.

``register`` is the name of the retired proof-of-work call; on this runtime it does the same as
``burned_register`` and ignores the work. Source: Subtensor spec 425, ``subnets/registration.rs``.
"""

from taocli.localnet.frame.call import Invocation, call
from taocli.localnet.frame.outcome import InvalidTransaction, Origin
from taocli.localnet.frame.types import AccountId, Bytes, u16, u64
from taocli.localnet.pallets.subtensor.burn import bumped, decayed
from taocli.localnet.pallets.subtensor.neurons import Neurons
from taocli.localnet.pallets.subtensor.pools import subnet_account
from taocli.localnet.pallets.subtensor.shares import ROOT

_NO_SUBNET, _NO_BALANCE = 3, 2


class Registration(Neurons):
    """The registration calls and their price."""

    name = "SubtensorModule"

    @call(
        6, netuid=u16, block_number=u64, nonce=u64, work=Bytes, hotkey=AccountId, coldkey=AccountId
    )
    def register(
        self,
        origin: Origin,
        netuid: int,
        block_number: int,  # noqa: ARG002 - wire; the chain ignores the work
        nonce: int,  # noqa: ARG002
        work: bytes,  # noqa: ARG002
        hotkey: bytes,
        coldkey: bytes,  # noqa: ARG002
    ) -> None:
        """Register at the current price; block, nonce and work are ignored."""
        self._buy_slot(origin.signed(), netuid, hotkey)

    @call(7, netuid=u16, hotkey=AccountId)
    def burned_register(self, origin: Origin, netuid: int, hotkey: bytes) -> None:
        """Register a hotkey at the current price."""
        self._buy_slot(origin.signed(), netuid, hotkey)

    @call(134, netuid=u16, hotkey=AccountId, limit_price=u64)
    def register_limit(self, origin: Origin, netuid: int, hotkey: bytes, limit_price: int) -> None:
        """Register a hotkey unless the price is above the limit (rao)."""
        coldkey = origin.signed()
        self.ensure(self.Burn[netuid] <= limit_price, "RegistrationPriceLimitExceeded")
        self._buy_slot(coldkey, netuid, hotkey)

    @call(91, hotkey=AccountId)
    def try_associate_hotkey(self, origin: Origin, hotkey: bytes) -> None:
        """Make the signer the owner of a hotkey that has none."""
        self.create_hotkey(hotkey, origin.signed())

    def _buy_slot(self, coldkey: bytes, netuid: int, hotkey: bytes) -> None:
        self.ensure(netuid != ROOT, "RegistrationNotPermittedOnRootSubnet")
        self.ensure(self.NetworksAdded[netuid], "SubnetNotExists")
        self.ensure(self.NetworkRegistrationAllowed[netuid], "SubNetRegistrationDisabled")
        taken = self.uid_of(netuid, hotkey) is not None
        self.ensure(not taken, "HotKeyAlreadyRegisteredInSubNet")
        price = self.Burn[netuid]
        affordable = self.runtime.balances.reducible(coldkey) >= price
        self.ensure(affordable, "NotEnoughBalanceToStake")
        self.ensure(hotkey != subnet_account(netuid), "CannotUseSystemAccount")
        self.create_hotkey(hotkey, coldkey)
        self.ensure(self.Owner[hotkey] == coldkey, "NonAssociatedColdKey")
        full = self.SubnetworkN[netuid] >= self.MaxAllowedUids[netuid]
        self.ensure(not full or self.neuron_to_prune(netuid) is not None, "NoNeuronIdAvailable")
        bought = self.buy_alpha(coldkey, netuid, price)
        self.SubnetAlphaOut[netuid] -= bought.received
        uid = self.register_neuron(netuid, hotkey)
        self.RegistrationsThisBlock[netuid] += 1
        self.RAORecycledForRegistration[netuid] += price
        least, most = self.MinBurn[netuid], self.MaxBurn[netuid]
        self.Burn[netuid] = bumped(price, self.BurnIncreaseMult[netuid], least, most)
        self.deposit("NeuronRegistered", netuid, uid, hotkey)

    def decay_prices(self) -> None:
        """Start of a block: every price falls a little and the per-block counters start anew.

        Root's counter of registrations in an interval starts anew every tempo of root.
        """
        for netuid in self.NetworksAdded.keys_under():
            known = self.Burn[netuid]
            half_life = self.BurnHalfLife[netuid] if self.block_number > 1 else 0
            price = decayed(known, half_life, self.MinBurn[netuid], self.MaxBurn[netuid])
            if price != known:
                self.Burn[netuid] = price
            if self.RegistrationsThisBlock[netuid]:
                self.RegistrationsThisBlock[netuid] = 0
        tempo = self.Tempo[ROOT]
        if self.RegistrationsThisInterval[ROOT] and not (tempo and self.block_number % tempo):
            self.RegistrationsThisInterval[ROOT] = 0

    def check_registration(self, who: bytes, invocation: Invocation) -> None:
        """The pool's view of a registration: unknown subnets and empty purses are turned away."""
        if invocation.declaration.name not in {"register", "burned_register", "register_limit"}:
            return
        netuid = invocation.args["netuid"]
        if not self.NetworksAdded[netuid]:
            raise InvalidTransaction.custom(_NO_SUBNET)
        if self.runtime.balances.free(who) < self.Burn[netuid]:
            raise InvalidTransaction.custom(_NO_BALANCE)
