"""Block 0 from a TOML file, laid over a profile.

    base = "empty"                    # or "dev", "subtensor": what the file adds to; --profile unless given
    sudo = "//Alice"                  # who may speak for the chain

    [accounts]                        # URI or address = TAO; what the base gives is replaced
    "//Bob" = 1000
    "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty" = "0.5"

    [parameters]                      # of the chain, by storage name or in snake case, as the storage holds them
    network_rate_limit = 0

    [[subnets]]                       # a netuid that the base has is replaced
    netuid = 2
    owner = "//Bob"
    hotkey = "//BobHotkey"            # uid 0
    pool = 1000                       # TAO on one side, as much alpha on the other
    started = true
    neurons = 8                       # filled up as --neurons does; needs a started subnet
    [subnets.parameters]
    tempo = 10

A key that is not known is refused, with the nearest that is. Only numbers and switches are parameters:
what counts money or members would contradict the rest.
"""

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NoReturn

from taocli.domain.balance import RAO_PER_TOKEN, tao
from taocli.domain.errors import InvalidAddress, InvalidSetting, TaoError
from taocli.localnet.dev_uri import account_of
from taocli.localnet.frame.pallet import snake_case
from taocli.localnet.frame.storage import Map, StorageItem, Value
from taocli.localnet.pallets.subtensor.issuance import CAP
from taocli.localnet.pallets.subtensor.pallet import SubtensorModule
from taocli.localnet.recipe import PROFILES

BASES = ("empty", *PROFILES)
_TOP = ("base", "sudo", "accounts", "parameters", "subnets")
_SUBNET = ("netuid", "owner", "hotkey", "pool", "started", "neurons", "parameters")
_BOOKS = (
    "Total", "Subnetwork", "SubnetTao", "SubnetTAO", "SubnetAlpha", "SubnetLocked", "SubnetVolume",
    "SubnetExcess", "SubnetProtocol", "SubnetMechanism", "Pending", "BlocksSince", "Block",
    "Registrations", "Burn", "Last", "First", "NetworkRegisteredAt", "NetworkLastLock",
    "NetworksAdded", "RAORecycled", "Registered", "RootProp", "MinerBurned", "Mechanism",
    "Next", "NumStaking", "Largest", "POWRegistrations", "SubnetEpochIndex", "SubnetRootSell",
    "VotingPowerDisable", "TaoInRefund",
)  # fmt: skip
_LEAST = 500  # rao: the existential deposit
_NO_BOOKS = {"Burn", "BurnHalfLife", "BurnIncreaseMult"}


@dataclass(frozen=True, slots=True)
class SubnetPlan:
    """A subnet of block 0; ``parameters`` are storage items and their values, ``pool`` is in rao."""

    netuid: int
    owner: bytes
    hotkey: bytes
    pool: int
    started: bool
    neurons: int
    parameters: Mapping[str, Any]

    def as_config(self) -> dict[str, Any]:
        """What the genesis of SubtensorModule takes."""
        names = ("netuid", "owner", "hotkey", "pool", "started", "parameters")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class GenesisFile:
    """A file that was read; None or empty where it says nothing."""

    base: str | None = None
    sudo: bytes | None = None
    accounts: Mapping[bytes, int] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    subnets: tuple[SubnetPlan, ...] = ()

    def over(self, config: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
        """A profile's genesis with this file laid over it."""
        module = dict(config["SubtensorModule"])
        replaced = {plan.netuid for plan in self.subnets}
        kept = [item for item in module["subnets"] if item["netuid"] not in replaced]
        planned = [*kept, *(plan.as_config() for plan in self.subnets)]
        module["subnets"] = sorted(planned, key=lambda item: item["netuid"])
        balances = {**dict(config["Balances"]["balances"]), **self.accounts}
        result = {
            **config,
            "SubtensorModule": module,
            "Balances": {"balances": [item for item in balances.items() if item[1]]},
        }
        if self.sudo is not None:
            result["Sudo"] = {"key": self.sudo}
        return result


def parse_genesis(text: str) -> GenesisFile:
    """Read a genesis file; ``InvalidSetting`` says which line or key cannot be."""
    try:
        content = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise InvalidSetting(
            "The genesis file is not valid TOML.", why=str(error), fix="Correct the line."
        ) from None
    _known(content, _TOP, "the genesis file")
    base = content.get("base")
    if base is not None and base not in BASES:
        _wrong("base", base, f"one of {', '.join(BASES)}", near=BASES)
    sudo = content.get("sudo")
    subnets = content.get("subnets", [])
    if not isinstance(subnets, list) or not all(isinstance(item, dict) for item in subnets):
        _wrong("subnets", subnets, "a list of tables, each under [[subnets]]")
    plans = tuple(_subnet(item, place) for place, item in enumerate(subnets, 1))
    netuids = [plan.netuid for plan in plans]
    if len(set(netuids)) != len(netuids):
        _wrong("subnets", netuids, "a list in which no netuid comes twice")
    return GenesisFile(
        base,
        None if sudo is None else _account(sudo, "sudo"),
        {
            _account(who, "accounts"): _amount(amount, f"accounts.{who}")
            for who, amount in _table(content, "accounts").items()
        },
        _parameters(_table(content, "parameters"), "parameters", Value),
        plans,
    )


def _subnet(content: Mapping[str, Any], place: int) -> SubnetPlan:
    where = f"subnet {place}"
    _known(content, _SUBNET, where)
    for name in ("netuid", "owner", "hotkey"):
        if name not in content:
            _wrong(f"{where}: {name}", None, "given")
    netuid, neurons = content["netuid"], content.get("neurons", 1)
    started = content.get("started", True)
    if not _is_whole(netuid, 1, 65_535):
        _wrong(f"{where}: netuid", netuid, "a number from 1 to 65535")
    if not isinstance(started, bool):
        _wrong(f"{where}: started", started, "true or false")
    if not _is_whole(neurons, 1, 256) or (neurons > 1 and not started):
        _wrong(
            f"{where}: neurons", neurons, "a number from 1 to 256, and 1 in a subnet not started"
        )
    pool = _amount(content.get("pool", 1_000), f"{where}: pool")
    if pool < RAO_PER_TOKEN:
        _wrong(f"{where}: pool", content["pool"], "at least one TAO")
    parameters = _parameters(_table(content, "parameters"), f"{where}: parameters", Map)
    if not parameters.get("Tempo", 1):
        _wrong(f"{where}: tempo", 0, "at least 1, or the subnet would have no epochs")
    return SubnetPlan(
        netuid,
        _account(content["owner"], f"{where}: owner"),
        _account(content["hotkey"], f"{where}: hotkey"),
        pool,
        started,
        neurons,
        parameters,
    )


def parameter_items(kind: type[StorageItem]) -> dict[str, StorageItem]:
    """What may be set, by name: of the chain (``Value``) or of a subnet (``Map`` by netuid)."""
    found = {}
    for item in SubtensorModule.storage_items:
        counts = item.name.startswith(_BOOKS) and item.name not in _NO_BOOKS
        by_netuid = [key.name for _, key in item.keys] == ["u16"]
        fits = isinstance(item, kind) and (kind is Value or by_netuid)
        if fits and not counts and isinstance(item.default_value, int):
            found[item.name] = item
    return found


def _parameters(content: Mapping[str, Any], where: str, kind: type[StorageItem]) -> dict[str, Any]:
    items = parameter_items(kind)
    names = {snake_case(name): name for name in items} | {name: name for name in items}
    _known(content, names, where)
    result = {}
    for given, value in content.items():
        item = items[names[given]]
        kinds = bool if isinstance(item.default_value, bool) else int
        if not isinstance(value, kinds) or isinstance(value, bool) != (kinds is bool):
            _wrong(f"{where}: {given}", value, "true or false" if kinds is bool else "a number")
        try:
            item.value_type.encode(value)
        except TaoError:
            _wrong(f"{where}: {given}", value, f"what fits the storage's {item.value_type.name}")
        result[item.name] = value
    return result


def _table(content: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = content.get(name, {})
    if not isinstance(found, dict):
        _wrong(name, found, f"a table, under [{name}]")
    return dict(found)


def _account(text: Any, where: str) -> bytes:
    try:
        return account_of(text if isinstance(text, str) else "").public_key
    except InvalidAddress as error:
        raise InvalidSetting(
            f"{where} in the genesis file is no account: {text!r}.",
            why=error.what,
            fix="Use an SS58 address or a development key such as //Alice.",
        ) from None


def _amount(value: Any, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        _wrong(where, value, "an amount of TAO")
    try:
        rao = tao(str(value)).rao
    except TaoError as error:
        raise InvalidSetting(
            f"{where} in the genesis file is no amount: {value!r}.",
            why=error.what,
            fix='Write TAO as a number, or as text such as "0.5".',
        ) from None
    if rao and not _LEAST <= rao <= CAP:
        _wrong(where, value, "0, or TAO from 500 rao (the existential deposit) to 21 million")
    return rao


def _is_whole(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _known(content: Iterable[str], names: Iterable[str], where: str) -> None:
    names = list(names)
    for key in content:
        if key not in names:
            near = difflib.get_close_matches(key, names, n=1, cutoff=0.6)
            listed = ", ".join(names) if len(names) < 10 else f"{len(names)} names"
            raise InvalidSetting(
                f"There is no {key!r} in {where}.",
                why=f"Known there: {listed}.",
                fix=f"Did you mean {near[0]}?" if near else "Remove the line.",
            )


def _wrong(where: str, value: Any, wanted: str, near: Iterable[str] = ()) -> NoReturn:
    close = difflib.get_close_matches(str(value), list(near), n=1, cutoff=0.5)
    raise InvalidSetting(
        f"{where} in the genesis file is {value!r}.",
        why=f"It must be {wanted}.",
        fix=f"Did you mean {close[0]}?" if close else "Correct the line.",
    )
