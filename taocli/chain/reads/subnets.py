"""Subnets: pool, price, timing and limits, joined from one runtime API and a few storage items.

``get_dynamic_info`` knows pool and identity, ``current_alpha_price`` the price, and what registration
and rate limits are lies in storage, read for all subnets in one request.
"""

import asyncio
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from taocli.chain.codec import account
from taocli.chain.connection import Connection
from taocli.domain.balance import RAO_PER_TOKEN, Balance
from taocli.domain.block import BlockRef
from taocli.domain.subnet import Subnet
from taocli.domain.text import clean

_API = "SubnetInfoRuntimeApi"
_ITEMS = (
    "LastEpochBlock", "Burn", "SubnetworkN", "MaxAllowedUids", "NetworkRegistrationAllowed",
    "ImmunityPeriod", "WeightsSetRateLimit", "ServingRateLimit",
)  # fmt: skip
MAX_SHOWN_NAME = 64


async def subnets(connection: Connection, at: BlockRef) -> list[Subnet]:
    """Every subnet, in order of netuid."""
    records, prices = await asyncio.gather(
        connection.api(at, _API, "get_all_dynamic_info"),
        connection.api(at, "SwapRuntimeApi", "current_alpha_price_all"),
    )
    present = [record for record in records if record is not None]
    rao = {int(entry["netuid"]): int(entry["price"]) for entry in prices}
    limits = await _limits(connection, at, [int(record["netuid"]) for record in present])
    found = [
        _subnet(record, rao.get(int(record["netuid"]), 0), values, at)
        for record, values in zip(present, limits, strict=True)
    ]
    return sorted(found, key=lambda subnet: subnet.netuid)


async def subnet(connection: Connection, at: BlockRef, netuid: int) -> Subnet | None:
    """One subnet, or None when there is none of that number."""
    record, price, limits = await asyncio.gather(
        connection.api(at, _API, "get_dynamic_info", netuid),
        connection.api(at, "SwapRuntimeApi", "current_alpha_price", netuid),
        _limits(connection, at, [netuid]),
    )
    return None if record is None else _subnet(record, int(price), limits[0], at)


async def _limits(
    connection: Connection, at: BlockRef, netuids: Sequence[int]
) -> list[Mapping[str, Any]]:
    reads = [("SubtensorModule", item, (netuid,)) for netuid in netuids for item in _ITEMS]
    values = iter(await connection.storages(at, reads))
    return [{item: next(values) for item in _ITEMS} for _ in netuids]


def _subnet(
    record: Mapping[str, Any], price_rao: int, limits: Mapping[str, Any], at: BlockRef
) -> Subnet:
    netuid = int(record["netuid"])
    return Subnet(
        netuid=netuid,
        name=_text(record["subnet_name"], MAX_SHOWN_NAME),
        symbol=_text(record["token_symbol"], 8),
        owner_hotkey=account(record["owner_hotkey"]),
        owner_coldkey=account(record["owner_coldkey"]),
        tempo=int(record["tempo"]),
        last_epoch_block=int(limits["LastEpochBlock"]),
        blocks_since_epoch=int(record["blocks_since_last_step"]),
        tao_in=Balance(int(record["tao_in"])),
        alpha_in=Balance(int(record["alpha_in"]), netuid),
        alpha_out=Balance(int(record["alpha_out"]), netuid),
        price=Fraction(price_rao, RAO_PER_TOKEN),
        burn=Balance(int(limits["Burn"])),
        neurons=int(limits["SubnetworkN"]),
        max_neurons=int(limits["MaxAllowedUids"]),
        registration_allowed=bool(limits["NetworkRegistrationAllowed"]),
        immunity_period=int(limits["ImmunityPeriod"]),
        weights_rate_limit=int(limits["WeightsSetRateLimit"]),
        serving_rate_limit=int(limits["ServingRateLimit"]),
        block=at,
    )


def _text(raw: Sequence[int], limit: int) -> str:
    return clean(bytes(raw).decode("utf-8", "replace"), limit)
