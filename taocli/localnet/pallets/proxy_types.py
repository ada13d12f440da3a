"""Proxy types: what an account may do for another, from everything down to one kind of call.

``Any`` may do all. The broad types name what is denied (``NonTransfer``: whatever moves TAO or hands the
coldkey over), the narrow ones what is allowed (``Staking``: the staking calls), and four retired types
allow nothing. A rule is written once, as names of calls, and read twice: ``allows`` decides, and
``ProxyFilterRuntimeApi`` shows the same rule to clients.

Source: Subtensor spec 425, runtime/src/lib.rs and common/src/proxy.rs, with the June 2026 corrections
(the coldkey swap calls, ``swap_hotkey_v2`` and the second name of the owner hotkey setter).
"""

from dataclasses import dataclass
from typing import Any

from taocli.localnet.frame.call import Invocation
from taocli.localnet.frame.types import (
    H256,
    AccountId,
    Array,
    Enum,
    Struct,
    Tuple,
    Variant,
    u8,
    u16,
    u32,
)

_PROXY_TYPES = (
    "Any", "Owner", "NonCritical", "NonTransfer", "Senate", "NonFungible", "Triumvirate",
    "Governance", "Staking", "Registration", "Transfer", "SmallTransfer", "RootWeights",
    "ChildKeys", "SudoUncheckedSetCode", "SwapHotkey", "SubnetLeaseBeneficiary", "RootClaim",
)  # fmt: skip
RETIRED = frozenset({"Senate", "Triumvirate", "Governance", "RootWeights"})
ProxyType = Enum(
    "subtensor_runtime_common::ProxyType",
    *(Variant(index, name) for index, name in enumerate(_PROXY_TYPES)),
)
ProxyDefinition = Struct(
    "pallet_subtensor_proxy::ProxyDefinition",
    {"AccountId": AccountId, "ProxyType": ProxyType, "BlockNumber": u32},
    delegate=AccountId,
    proxy_type=ProxyType,
    delay=u32,
)
Announcement = Struct(
    "pallet_subtensor_proxy::Announcement",
    {"AccountId": AccountId, "Hash": H256, "BlockNumber": u32},
    real=AccountId,
    call_hash=H256,
    height=u32,
)
DepositKind = Enum(
    "pallet_subtensor_proxy::DepositKind", Variant(0, "Proxies"), Variant(1, "Announcements")
)

SMALL_TRANSFER = 500_000_000
"""Half a TAO (or half an alpha): what SmallTransfer stays below, in rao."""

_COLDKEY_SWAP = (
    "SubtensorModule.schedule_swap_coldkey",
    "SubtensorModule.swap_coldkey",
    "SubtensorModule.announce_coldkey_swap",
    "SubtensorModule.swap_coldkey_announced",
    "SubtensorModule.clear_coldkey_swap_announcement",
    "SubtensorModule.dispute_coldkey_swap",
)
_STAKE_MANAGEMENT = tuple(
    f"SubtensorModule.{name}"
    for name in (
        "add_stake", "add_stake_limit", "remove_stake", "remove_stake_limit",
        "remove_stake_full_limit", "unstake_all", "unstake_all_alpha", "swap_stake",
        "swap_stake_limit", "move_stake",
    )
)  # fmt: skip
_HOTKEY_SWAP = ("SubtensorModule.swap_hotkey", "SubtensorModule.swap_hotkey_v2")
_LEASE_SETTERS = tuple(
    f"AdminUtils.sudo_set_{name}"
    for name in (
        "serving_rate_limit", "min_difficulty", "max_difficulty", "weights_version_key",
        "adjustment_alpha", "immunity_period", "min_allowed_weights", "kappa", "rho",
        "activity_cutoff", "network_registration_allowed", "network_pow_registration_allowed",
        "max_burn", "bonds_moving_average", "bonds_penalty", "commit_reveal_weights_enabled",
        "liquid_alpha_enabled", "alpha_values", "commit_reveal_weights_interval",
        "toggle_transfer",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rule:
    """What one proxy type may call; ``mode`` is a variant of the API's FilterMode.

    ``calls`` are ``Pallet.call`` or ``Pallet.*``. ``below`` limits an argument of a call in rao,
    ``wrapping`` names the only call that a call may carry.
    """

    mode: str
    calls: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()
    below: tuple[tuple[str, str, int], ...] = ()
    wrapping: tuple[tuple[str, str], ...] = ()

    def permits(self, invocation: Invocation) -> bool:
        """Whether a call is allowed."""
        if self.mode in ("AllowAll", "DenyAll"):
            return self.mode == "AllowAll"
        listed = _matches(self.calls, invocation)
        if self.mode == "Deny":
            return not listed
        if not listed or _matches(self.exceptions, invocation):
            return False
        small = all(
            invocation.args[argument] < limit
            for label, argument, limit in self.below
            if label == invocation.label
        )
        return small and all(
            invocation.args["call"].label == inner
            for label, inner in self.wrapping
            if label == invocation.label
        )


def _matches(calls: tuple[str, ...], invocation: Invocation) -> bool:
    return invocation.label in calls or f"{invocation.pallet.name}.*" in calls


_SMALL = (
    ("Balances.transfer_keep_alive", "value", SMALL_TRANSFER),
    ("Balances.transfer_allow_death", "value", SMALL_TRANSFER),
    ("SubtensorModule.transfer_stake", "alpha_amount", SMALL_TRANSFER),
)
_UNCHECKED = "Sudo.sudo_unchecked_weight"

RULES: dict[str, Rule] = {
    "Any": Rule("AllowAll"),
    "Owner": Rule(
        "Allow",
        ("AdminUtils.*", "SubtensorModule.set_subnet_identity", "SubtensorModule.update_symbol"),
        ("AdminUtils.sudo_set_sn_owner_hotkey", "AdminUtils.sudo_set_subnet_owner_hotkey"),
    ),
    "NonCritical": Rule(
        "Deny",
        (
            "SubtensorModule.dissolve_network",
            "SubtensorModule.root_register",
            "SubtensorModule.burned_register",
            "Sudo.*",
            *_COLDKEY_SWAP[2:],
        ),
    ),
    "NonTransfer": Rule("Deny", ("Balances.*", "SubtensorModule.transfer_stake", *_COLDKEY_SWAP)),
    "Senate": Rule("DenyAll"),
    "NonFungible": Rule(
        "Deny",
        (
            "Balances.*",
            *_STAKE_MANAGEMENT,
            "SubtensorModule.transfer_stake",
            "SubtensorModule.burned_register",
            "SubtensorModule.root_register",
            *_COLDKEY_SWAP,
            *_HOTKEY_SWAP,
        ),
    ),
    "Triumvirate": Rule("DenyAll"),
    "Governance": Rule("DenyAll"),
    "Staking": Rule("Allow", (*_STAKE_MANAGEMENT, "SubtensorModule.set_root_claim_type")),
    "Registration": Rule(
        "Allow",
        (
            "SubtensorModule.burned_register",
            "SubtensorModule.register",
            "SubtensorModule.register_limit",
        ),
    ),
    "Transfer": Rule(
        "Allow",
        (
            "Balances.transfer_keep_alive",
            "Balances.transfer_allow_death",
            "Balances.transfer_all",
            "SubtensorModule.transfer_stake",
        ),
    ),
    "SmallTransfer": Rule("Allow", tuple(label for label, _, _ in _SMALL), below=_SMALL),
    "RootWeights": Rule("DenyAll"),
    "ChildKeys": Rule(
        "Allow", ("SubtensorModule.set_children", "SubtensorModule.set_childkey_take")
    ),
    "SudoUncheckedSetCode": Rule(
        "Allow", (_UNCHECKED,), wrapping=((_UNCHECKED, "System.set_code"),)
    ),
    "SwapHotkey": Rule("Allow", _HOTKEY_SWAP),
    "SubnetLeaseBeneficiary": Rule("Allow", ("SubtensorModule.start_call", *_LEASE_SETTERS)),
    "RootClaim": Rule("Allow", ("SubtensorModule.claim_root",)),
}


def covers(holder: str, other: str) -> bool:
    """Whether a type gives at least what another gives, so that it may hand the other out."""
    if holder in ("Any", other):
        return True
    if other == "Any":
        return False
    if holder == "NonTransfer":
        return other not in ("Transfer", "SmallTransfer")
    return (holder, other) == ("Transfer", "SmallTransfer")


def allows(proxy_type: str, invocation: Invocation) -> bool:
    """Whether a proxy of that type may make a call, at any depth of nesting.

    Beside its rule it may not hand out or take away more than it holds itself, and only ``Any`` may
    remove all proxies or kill a pure account.
    """
    call, arguments = invocation.label, invocation.args
    if call in ("Proxy.add_proxy", "Proxy.remove_proxy"):
        wider = not covers(proxy_type, arguments["proxy_type"])
    else:
        wider = call in ("Proxy.remove_proxies", "Proxy.kill_pure") and proxy_type != "Any"
    return not wider and RULES[proxy_type].permits(invocation)


def order_of(definition: dict[str, Any]) -> tuple[bytes, int, int]:
    """The place of a definition in an account's sorted list."""
    kind = ProxyType.variant(definition["proxy_type"]).index
    return definition["delegate"], kind, definition["delay"]


_PURE_SEED = Tuple(Array(u8, 16), AccountId, u32, u32, ProxyType, u16)


def pure_seed(who: bytes, proxy_type: str, index: int, height: int, ext_index: int) -> bytes:
    """What a pure account's id is the BLAKE2-256 of: who spawned it, in which extrinsic, as what."""
    return _PURE_SEED.encode((b"modlpy/proxy____", who, height, ext_index, proxy_type, index))
