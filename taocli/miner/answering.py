"""From a believed request to an answer: the queue, the subnet's plug-in, the model."""

from collections.abc import AsyncIterator

from taocli.domain.ports import Engine
from taocli.miner.callers import CallerDirectory
from taocli.miner.queue import AdmissionQueue, Ticket
from taocli.protocol.axon import Inbound, Reply, Route, StreamAnswer
from taocli.subnets.api import SubnetAdaptor


def build_routes(
    adaptor: SubnetAdaptor, callers: CallerDirectory, queue: AdmissionQueue, engine: Engine
) -> tuple[Route, ...]:
    """The plug-in's routes, each behind the same queue."""

    async def handle(inbound: Inbound) -> Reply:
        caller = callers.find(inbound.caller)
        priority = adaptor.priority(caller, inbound.route) if caller else 0
        ticket = await queue.enter(priority, inbound.received_at + inbound.timeout_s)
        try:
            reply = await adaptor.handle(inbound, engine)
        except BaseException:
            ticket.release()
            raise
        if isinstance(reply, StreamAnswer):
            return StreamAnswer(_held(reply.chunks, ticket))
        ticket.release()
        return reply

    return tuple(Route(spec.name, spec.hash_fields, handle) for spec in adaptor.routes())


async def _held(chunks: AsyncIterator[bytes], ticket: Ticket) -> AsyncIterator[bytes]:
    try:
        async for chunk in chunks:
            yield chunk
    finally:
        ticket.release()
        close = getattr(chunks, "aclose", None)
        if close is not None:
            await close()
