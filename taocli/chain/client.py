"""``SubstrateChain``: the ``Chain`` port over one connection.

Nothing is signed that was not planned: a plan is bound to the genesis hash and runtime it was made for,
and ``submit`` asks the chain again before it signs.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from taocli.chain.calls.extrinsic import sign, unsigned_like
from taocli.chain.codec import Codec
from taocli.chain.connection import Connection, unhex
from taocli.chain.headers import block_ref
from taocli.chain.networks import Network
from taocli.chain.reads.view import BlockView
from taocli.chain.submit import send_and_watch
from taocli.chain.transport import FIRST_PAUSE_S
from taocli.domain.address import Address
from taocli.domain.balance import Balance
from taocli.domain.block import BlockRef
from taocli.domain.errors import (
    ChainChanged,
    ChainRefused,
    DeadlineExceeded,
    NetworkError,
    RpcFailed,
    ValidationError,
)
from taocli.domain.extrinsic import Call, Effect, Plan, Receipt, Wait
from taocli.domain.ports import Signer

EXISTENTIAL_DEPOSIT = Balance(500)
_FEE_API = "TransactionPaymentApi"


class SubstrateChain:
    """A connection to one Bittensor network; ``connect`` makes one, ``close`` ends it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._submitting = asyncio.Lock()

    @classmethod
    async def connect(cls, network: Network, cache_directory: Path) -> "SubstrateChain":
        """Connect to the first endpoint of a network that answers."""
        connection = Connection(network, cache_directory)
        try:
            await connection.open()
        except BaseException:
            await connection.close()
            raise
        return cls(connection)

    @property
    def endpoint(self) -> str:
        """The URL in use."""
        return self._connection.transport.endpoint

    @property
    def connection(self) -> Connection:
        """For reads that the port does not offer."""
        return self._connection

    async def head(self) -> BlockRef:
        """The best block."""
        return await self._connection.head()

    def at(self, block: BlockRef) -> BlockView:
        """A view pinned to ``block``."""
        return BlockView(self._connection, block)

    async def heads(self) -> AsyncIterator[BlockRef]:
        """Best blocks as they arrive; a slow caller skips to the newest. Reconnects for ever."""
        transport = self._connection.transport
        last = None
        while not transport.is_closed:
            await transport.reopen_forever()
            try:
                async with transport.subscribe(
                    "chain_subscribeNewHeads", [], "chain_unsubscribeNewHeads"
                ) as headers:
                    while True:
                        head = block_ref(await headers.newest())
                        if head != last:  # a new subscription starts with the present head
                            last = head
                            yield head
            except (NetworkError, DeadlineExceeded):
                await asyncio.sleep(FIRST_PAUSE_S)

    async def plan(self, call: Call, signer: Address, effects: Sequence[Effect] = ()) -> Plan:
        """Estimate the fee and look for what would stop the call; nothing is signed."""
        codec = await self._connection.codec(fresh=True)
        block = await self.head()
        fee, free = await asyncio.gather(
            self._fee(codec, call, signer, block), self.at(block).balance(signer)
        )
        blockers = []
        if fee and free - fee < EXISTENTIAL_DEPOSIT:
            blockers.append(f"{signer} has {free}, too little for the fee of {fee}.")
        return Plan(
            call=call,
            signer=signer,
            fee=fee,
            block=block,
            genesis_hash=self._connection.genesis_hash or "",
            spec_version=codec.spec_version,
            effects=tuple(effects),
            blockers=tuple(blockers),
        )

    async def submit(self, plan: Plan, signer: Signer, wait: Wait = Wait.INCLUSION) -> Receipt:
        """Sign, send and watch; one at a time, so that nonces never collide."""
        _check(plan, signer)
        async with self._submitting:
            codec = await self._connection.codec(fresh=True)
            if (self._connection.genesis_hash, codec.spec_version) != (
                plan.genesis_hash,
                plan.spec_version,
            ):
                raise ChainChanged(
                    "The chain changed since the plan was made; nothing was signed.",
                    why="Its genesis or its runtime version is another one now.",
                    fix="Look at the new plan and confirm it again.",
                )
            header, nonce = await self._connection.transport.read_batch(
                [("chain_getHeader", []), ("account_nextIndex", [plan.signer.ss58])]
            )
            if not isinstance(nonce, int) or not 0 <= nonce < 1 << 32:
                raise RpcFailed("The node gave no valid nonce for the account.")
            extrinsic = sign(
                codec,
                plan.call,
                signer,
                nonce=nonce,
                head=block_ref(header),
                genesis_hash=plan.genesis_hash,
            )
            return await send_and_watch(self._connection, plan.call, extrinsic, wait)

    async def close(self) -> None:
        """Let the connection go."""
        await self._connection.close()

    async def _fee(self, codec: Codec, call: Call, signer: Address, at: BlockRef) -> Balance:
        raw = unsigned_like(codec, call, signer, at)
        arguments = "0x" + (raw + len(raw).to_bytes(4, "little")).hex()
        answer = await self._connection.transport.read(
            "state_call", [f"{_FEE_API}_query_info", arguments, at.hash]
        )
        info = codec.api_result(_FEE_API, "query_info", unhex(answer))
        return Balance(int(info["partial_fee"]))


def _check(plan: Plan, signer: Signer) -> None:
    if plan.blockers:
        raise ChainRefused(
            f"{plan.call} was not sent.",
            why=" ".join(plan.blockers),
            fix="Remove what stands in the way and plan again.",
        )
    if plan.signer != signer.address:
        raise ValidationError(
            f"The plan is for {plan.signer.short}, not for {signer.address.short}.",
            why="A plan names the account that signs it.",
            fix="Sign with the key of the plan.",
        )
