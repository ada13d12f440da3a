"""What the chain's refusals mean, and what to do about them.

A call that fails inside a block names a pallet's error; a transaction that the pool refuses carries a
number (Subtensor's ``CustomTransactionError``). The words here are taocli's own; errors without an entry
show the runtime's documentation instead.
"""

from collections.abc import Mapping
from typing import Any

from taocli.chain.codec import Codec
from taocli.domain.errors import (
    ChainRefused,
    DispatchFailed,
    InvalidTransaction,
    NotEnoughBalance,
    RpcFailed,
)
from taocli.domain.extrinsic import Call

_RATE = "Wait for the rate limit to pass, then try again."
_REGISTER = "Register the hotkey in the subnet first."
_LESS = "Use a smaller amount."

ADVICE: Mapping[str, tuple[str, str]] = {
    "AddStakeBurnRateLimitExceeded": ("The subnet's owner bought and burned alpha too recently.", _RATE),
    "AmountTooLow": ("The amount is below the chain's minimum of 0.002 TAO plus the swap fee.", "Use a larger amount."),
    "BalanceWithdrawalError": ("The coldkey cannot pay the amount.", "Send TAO to the coldkey, or use a smaller amount."),
    "CanNotSetRootNetworkWeights": ("Subnet 0 has no weights any more.", "Set weights in another subnet."),
    "CannotBurnOrRecycleOnRootSubnet": ("Subnet 0 has no alpha to burn.", "Choose another subnet."),
    "CannotUseSystemAccount": ("The hotkey is an account of the chain itself.", "Use a hotkey of your own."),
    "ColdkeySwapAnnounced": ("A swap of this coldkey is announced, which locks it.", "Finish or withdraw the swap first."),
    "CommitRevealDisabled": ("The subnet takes plain weights, not commitments.", "Set the weights directly."),
    "CommitRevealEnabled": ("The subnet takes commitments, not plain weights.", "Commit the weights and reveal them later."),
    "CommittingWeightsTooFast": ("Weights were committed too recently.", _RATE),
    "DuplicateUids": ("A uid is named twice in the weights.", "Name every uid once."),
    "ExistentialDeposit": ("The account would hold less than 500 rao, too little to exist.", "Use a larger amount."),
    "FaucetDisabled": ("This chain has no faucet.", "Use a localnet's funded accounts."),
    "FundsUnavailable": ("The account does not have the money.", "Use a smaller amount, or send TAO to the account."),
    "HotKeyAccountNotExists": ("Nobody owns that hotkey on this chain.", "Check the hotkey, or register it first."),
    "HotKeyAlreadyRegisteredInSubNet": ("The hotkey has a slot already.", "Nothing needs to be done."),
    "HotKeyNotRegisteredInNetwork": ("The hotkey has no slot in any subnet.", _REGISTER),
    "HotKeyNotRegisteredInSubNet": ("The hotkey has no slot in this subnet.", _REGISTER),
    "IncorrectWeightVersionKey": ("The subnet asks for a newer version of its validator.", "Update the validator's version key."),
    "InsufficientBalance": ("The account does not have the money.", "Use a smaller amount, or send TAO to the account."),
    "InsufficientLiquidity": ("The subnet's pool is too small for the amount.", _LESS),
    "InvalidIpAddress": ("The chain refuses that address: loopback and broadcast are not allowed.", "Advertise an address that others can reach."),
    "InvalidIpType": ("An address is of version 4 or 6.", "Advertise an IPv4 or IPv6 address."),
    "InvalidPort": ("Port 0 cannot be called.", "Advertise a port from 1 to 65535."),
    "LiquidityRestrictions": ("Part of the balance is locked.", _LESS),
    "MaxWeightExceeded": ("One weight is larger than the subnet allows.", "Spread the weights."),
    "NeuronNoValidatorPermit": ("The hotkey has no validator permit in this subnet.", "Get more stake on it, then wait for the next epoch."),
    "NoNeuronIdAvailable": ("Every slot is taken and none may be replaced yet.", "Try again when immunity periods have ended."),
    "NonAssociatedColdKey": ("The hotkey belongs to another coldkey.", "Use the coldkey that registered it, or another hotkey."),
    "NotEnoughBalanceToPaySwapColdKey": ("The coldkey cannot pay for the swap.", "Send TAO to the coldkey."),
    "NotEnoughBalanceToPaySwapHotKey": ("The coldkey cannot pay for the swap.", "Send TAO to the coldkey."),
    "NotEnoughBalanceToStake": ("The coldkey has less TAO than this costs.", "Send TAO to the coldkey, or use a smaller amount."),
    "NotEnoughStakeToSetWeights": ("The hotkey has less stake than weights require.", "Stake more on the hotkey."),
    "NotEnoughStakeToWithdraw": ("Less is staked than you want to take out.", _LESS),
    "NotExpendable": ("The account would fall below the 500 rao that keep it alive.", "Leave a little more in it."),
    "PriceLimitExceeded": ("The pool's price is beyond your limit already.", "Set another limit, or wait."),
    "RegistrationNotPermittedOnRootSubnet": ("Subnet 0 is entered in another way.", "Choose another subnet."),
    "RegistrationPriceLimitExceeded": ("Registration costs more than your limit now.", "Raise the limit, or wait until the price falls."),
    "ReservesTooLow": ("The subnet's pool is too small for the amount.", _LESS),
    "ServingRateLimitExceeded": ("The axon was announced too recently.", _RATE),
    "SettingWeightsTooFast": ("Weights were set too recently.", _RATE),
    "SlippageTooHigh": ("The price moved, or would move, past your limit.", "Use a smaller amount, or accept a worse price."),
    "StakeTooLowForRoot": ("All 64 slots of subnet 0 hold more stake.", "Stake more on the hotkey."),
    "StakeUnavailable": ("Part of the stake is locked.", _LESS),
    "SubNetRegistrationDisabled": ("The subnet takes no registrations.", "Choose another subnet, or wait."),
    "SubnetNotExists": ("There is no subnet of that number.", "Choose a subnet that exists."),
    "SubtokenDisabled": ("The subnet has not started: its alpha cannot be traded.", "Wait until its owner starts it."),
    "SwapInputTooLarge": ("The amount is larger than the pool can take at once.", _LESS),
    "TooManyRegistrationsThisBlock": ("Others registered in the same block.", "Try again in the next block."),
    "TooManyRegistrationsThisInterval": ("Too many registered lately.", "Try again later."),
    "TransferDisallowed": ("The subnet does not let stake change owners.", "Unstake and send TAO instead."),
    "TxRateLimitExceeded": ("The account did this too recently.", _RATE),
    "UidVecContainInvalidOne": ("A uid in the weights does not exist.", "Read the metagraph again."),
    "UidsLengthExceedUidsInSubNet": ("The weights name more uids than the subnet has.", "Read the metagraph again."),
    "WeightVecLengthIsLow": ("The weights name fewer uids than the subnet requires.", "Give weight to more neurons."),
    "WeightVecNotEqualSize": ("There are not as many weights as uids.", "Give each uid one weight."),
}  # fmt: skip

_CUSTOM: Mapping[int, str] = {
    0: "ColdkeySwapAnnounced", 1: "AmountTooLow", 2: "NotEnoughBalanceToStake",
    3: "SubnetNotExists", 4: "HotKeyAccountNotExists", 5: "NotEnoughStakeToWithdraw",
    6: "SettingWeightsTooFast", 7: "InsufficientLiquidity", 8: "SlippageTooHigh",
    9: "TransferDisallowed", 10: "HotKeyNotRegisteredInNetwork", 11: "InvalidIpAddress",
    12: "ServingRateLimitExceeded", 13: "InvalidPort", 18: "WeightVecNotEqualSize",
    19: "UidVecContainInvalidOne", 25: "NonAssociatedColdKey",
}  # fmt: skip
"""``CustomTransactionError`` numbers and the pallet errors that say the same."""

_INVALID_TRANSACTION = 1010
_POOL_NUMBERS = range(1010, 1030)


def dispatch_failure(codec: Codec, call: Call, error: Any) -> DispatchFailed:
    """The exception for the ``dispatch_error`` of an ``ExtrinsicFailed`` event."""
    name, documentation = _name_of(codec, error)
    why, fix = ADVICE.get(name, ("", ""))
    return DispatchFailed(
        f"{call} failed: {name}.",
        why=why or documentation or "The runtime gives no more than this name.",
        fix=fix or "Nothing but the fee was spent; change the call and try again.",
        error_name=name,
    )


def pool_refusal(call: Call, error: RpcFailed) -> ChainRefused | None:
    """The exception for what the transaction pool said, or None if it was not the pool."""
    if error.number not in _POOL_NUMBERS:
        return None
    detail = error.data or error.what
    if "pay some fees" in detail:
        return NotEnoughBalance(
            f"{call} was refused: the account cannot pay the fee.",
            why=f"{detail.rstrip('.')}.",
            fix="Send a little TAO to the account that signs.",
        )
    custom = _custom_number(detail)
    name = _CUSTOM.get(custom, "") if custom is not None else ""
    why, fix = ADVICE.get(name, (f"{detail.rstrip('.')}.", "Nothing was spent; try again."))
    return InvalidTransaction(f"{call} was refused before it ran.", why=why, fix=fix)


def _name_of(codec: Codec, error: Any) -> tuple[str, str]:
    if isinstance(error, str):
        return error, ""
    if not isinstance(error, Mapping) or len(error) != 1:
        return "Other", ""
    ((kind, detail),) = error.items()
    if kind == "Module" and isinstance(detail, Mapping):
        raw = bytes.fromhex(str(detail["error"]).removeprefix("0x"))
        return codec.module_error(int(detail["index"]), raw[0] if raw else 0)
    return (detail if isinstance(detail, str) else str(kind)), ""


def _custom_number(detail: str) -> int | None:
    _, found, number = detail.rpartition("Custom error: ")
    return int(number) if found and number.strip().isdigit() else None
