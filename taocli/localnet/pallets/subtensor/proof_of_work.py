"""Work instead of money: registering a hotkey by it, and the faucet of development chains.

``pow_register`` came to the real chain with spec 475 (October 2026) and is here ahead of the rest of that version.
It is off until a subnet's owner allows it, costs nothing, and asks for a seal, keccak256(sha256(words)) over

    "subtensor-pow-register-v1" | netuid u16 | hash of a recent block | hotkey | coldkey | nonce u64

(little-endian) that as a little-endian number is at most (2^256 - 1) / difficulty. The block is five old at most, and a
hotkey may use no block at or before the one of its last success. Each success multiplies the difficulty by
``BurnIncreaseMult``; where the owner allows it, it halves every ``BurnHalfLife`` blocks down to
``MinDifficulty``. The limits on how many may come in a block hold too. Source: RaoFoundation/subtensor,
``subnets/registration.rs``.

The faucet is Subtensor's own (feature ``pow-faucet``): 1,000 TAO, newly minted, for a seal
keccak256(sha256(nonce | keccak256(block hash | coldkey))) of difficulty 1,000,000 over one of the last three
blocks. It is open only where genesis says so.
"""

from hashlib import sha256

from Crypto.Hash import keccak

from taocli.localnet.frame.call import Invocation, call
from taocli.localnet.frame.outcome import DispatchFailure, InvalidTransaction, Origin
from taocli.localnet.frame.storage import Blake2_128Concat, Identity, Map, Value
from taocli.localnet.frame.types import AccountId, Array, Bytes, boolean, u8, u16, u64
from taocli.localnet.pallets.subtensor.burn import bumped, clamped, decayed
from taocli.localnet.pallets.subtensor.neurons import Neurons
from taocli.localnet.pallets.subtensor.pools import subnet_account
from taocli.localnet.pallets.subtensor.shares import ROOT

MOST_BLOCKS_OLD = 5
FAUCET_DIFFICULTY = 1_000_000
FAUCET_PAYS = 1_000 * 10**9
_FAUCET_BLOCKS = 3
_DOMAIN = b"subtensor-pow-register-v1"
_HIGHEST_SEAL = (1 << 256) - 1
_SEAL_BYTES = 32
_POOL_CODES = {
    "SubnetNotExists": 3,
    "TooManyRegistrationsThisBlock": 6,
    "NonAssociatedColdKey": 25,
}
_BAD_REQUEST = 255


class ProofOfWork(Neurons):
    """``pow_register`` and ``faucet``."""

    name = "SubtensorModule"

    NetworkPowRegistrationAllowed = Map((Identity, u16), boolean, default=False)
    LastPowRegistrationBlock = Map((Blake2_128Concat, AccountId), u64, optional=True)
    AllowFaucet = Value(boolean)

    @call(
        152,
        free=True,
        netuid=u16,
        work_block=u64,
        nonce=u64,
        work=Array(u8, _SEAL_BYTES),
        hotkey=AccountId,
    )
    def pow_register(
        self, origin: Origin, netuid: int, work_block: int, nonce: int, work: bytes, hotkey: bytes
    ) -> None:
        """Register a hotkey for work done since a recent block."""
        coldkey = origin.signed()
        self.check_work(coldkey, netuid, work_block, nonce, bytes(work), hotkey)
        self.create_hotkey(hotkey, coldkey)
        uid = self.register_neuron(netuid, hotkey)
        self.LastPowRegistrationBlock[hotkey] = work_block
        self.RegistrationsThisBlock[netuid] += 1
        least, most = self.MinDifficulty[netuid], self.MaxDifficulty[netuid]
        difficulty, multiplier = self.difficulty(netuid), self.BurnIncreaseMult[netuid]
        self.Difficulty[netuid] = bumped(difficulty, multiplier, least, most)
        self.deposit("NeuronRegistered", netuid, uid, hotkey)

    @call(60, free=True, block_number=u64, nonce=u64, work=Bytes)
    def faucet(self, origin: Origin, block_number: int, nonce: int, work: bytes) -> None:
        """Mint 1,000 TAO for whoever did the work, on chains that allow it."""
        coldkey = origin.signed()
        self.ensure(self.AllowFaucet.get(), "FaucetDisabled")
        recent = 0 <= self.block_number - block_number < _FAUCET_BLOCKS
        self.ensure(recent, "InvalidWorkBlock")
        hard = len(work) == _SEAL_BYTES and meets(work, FAUCET_DIFFICULTY)
        self.ensure(hard, "InvalidDifficulty")
        seal = faucet_seal(self.runtime.system.BlockHash[block_number], coldkey, nonce)
        self.ensure(work == seal, "InvalidSeal")
        self.UsedWork[work] = self.block_number
        self.runtime.balances.mint(coldkey, FAUCET_PAYS)
        self.TotalIssuance.set(self.TotalIssuance.get() + FAUCET_PAYS)
        self.deposit("Faucet", coldkey, FAUCET_PAYS)

    def difficulty(self, netuid: int) -> int:
        """How hard registering is now."""
        least, most = self.MinDifficulty[netuid], self.MaxDifficulty[netuid]
        return max(1, clamped(self.Difficulty[netuid], least, most))

    def check_work(
        self,
        coldkey: bytes,
        netuid: int,
        work_block: int,
        nonce: int,
        work: bytes,
        hotkey: bytes,
    ) -> None:
        """Everything that can forbid a registration by work but a lack of slots, in the chain's order."""
        self.ensure(netuid != ROOT, "RegistrationNotPermittedOnRootSubnet")
        self.ensure(self.NetworksAdded[netuid], "SubnetNotExists")
        self.ensure(self.NetworkPowRegistrationAllowed[netuid], "SubNetRegistrationDisabled")
        taken = self.uid_of(netuid, hotkey) is not None
        self.ensure(not taken, "HotKeyAlreadyRegisteredInSubNet")
        self.ensure(self.MaxAllowedUids[netuid] > 0, "NoNeuronIdAvailable")
        room = self.RegistrationsThisBlock[netuid] < self.MaxRegistrationsPerBlock[netuid]
        self.ensure(room, "TooManyRegistrationsThisBlock")
        recent = 0 < self.block_number - work_block <= MOST_BLOCKS_OLD
        self.ensure(recent, "InvalidWorkBlock")
        last = self.LastPowRegistrationBlock[hotkey]
        self.ensure(last is None or work_block > last, "InvalidWorkBlock")
        block_hash = self.runtime.system.BlockHash[work_block]
        self.ensure(any(block_hash), "InvalidWorkBlock")
        seal = registration_seal(netuid, block_hash, hotkey, coldkey, nonce)
        self.ensure(work == seal, "InvalidSeal")
        self.ensure(meets(work, self.difficulty(netuid)), "InvalidDifficulty")
        self.ensure(hotkey != subnet_account(netuid), "CannotUseSystemAccount")
        owner = self.Owner[hotkey] if self.hotkey_exists(hotkey) else coldkey
        self.ensure(owner == coldkey, "NonAssociatedColdKey")

    def check_pow(self, who: bytes, invocation: Invocation) -> None:
        """The pool's view: work that would not be accepted is turned away, for it pays no fee."""
        if invocation.declaration.name != "pow_register":
            return
        args = dict(invocation.args)
        args["work"] = bytes(args["work"])
        try:
            self.check_work(who, **args)
        except DispatchFailure as failure:
            code = _POOL_CODES.get(failure.label.rpartition(".")[2], _BAD_REQUEST)
            raise InvalidTransaction.custom(code) from None

    def decay_difficulties(self) -> None:
        """Start of a block: where work is allowed it becomes a little easier."""
        for netuid, allowed in self.NetworkPowRegistrationAllowed.items_under():
            if allowed and self.NetworksAdded[netuid]:
                least, most = self.MinDifficulty[netuid], self.MaxDifficulty[netuid]
                difficulty, half_life = self.Difficulty[netuid], self.BurnHalfLife[netuid]
                self.Difficulty[netuid] = decayed(difficulty, half_life, least, most)


def registration_seal(
    netuid: int, block_hash: bytes, hotkey: bytes, coldkey: bytes, nonce: int
) -> bytes:
    """The seal that a registration's nonce gives."""
    words = netuid.to_bytes(2, "little") + block_hash + hotkey + coldkey
    return keccak_256(sha256(_DOMAIN + words + nonce.to_bytes(8, "little")).digest())


def faucet_seal(block_hash: bytes, coldkey: bytes, nonce: int) -> bytes:
    """The seal that a nonce gives for the faucet."""
    words = nonce.to_bytes(8, "little") + keccak_256(block_hash + coldkey)
    return keccak_256(sha256(words).digest())


def meets(seal: bytes, difficulty: int) -> bool:
    """Whether a seal is small enough."""
    return int.from_bytes(seal, "little") <= _HIGHEST_SEAL // difficulty


def keccak_256(data: bytes) -> bytes:
    """Keccak as it was before SHA-3 changed the padding."""
    return bytes(keccak.new(digest_bits=256, data=data).digest())
