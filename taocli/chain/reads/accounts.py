"""What accounts hold: free TAO, and alpha staked on hotkeys."""

from taocli.chain.codec import account
from taocli.chain.connection import Connection
from taocli.domain.address import Address
from taocli.domain.balance import Balance
from taocli.domain.block import BlockRef
from taocli.domain.stake import StakePosition


async def balance(connection: Connection, at: BlockRef, who: Address) -> Balance:
    """Free TAO; an account that does not exist has none (``System.Account``)."""
    record = await connection.storage(at, "System", "Account", who)
    return Balance(int(record["data"]["free"]))


async def stakes(connection: Connection, at: BlockRef, coldkey: Address) -> list[StakePosition]:
    """Every non-zero stake of a coldkey, in order of netuid."""
    records = await connection.api(at, "StakeInfoRuntimeApi", "get_stake_info_for_coldkey", coldkey)
    positions = [
        StakePosition(
            coldkey=coldkey,
            hotkey=account(record["hotkey"]),
            netuid=int(record["netuid"]),
            stake=Balance(int(record["stake"]), int(record["netuid"])),
        )
        for record in records
        if record["stake"]
    ]
    return sorted(positions, key=lambda position: (position.netuid, position.hotkey))
