"""The same endpoint for substrate-interface: a synchronous ``TransportBase`` over our link.

``SubstrateInterface`` is not on taocli's hot path (importing it costs a quarter of a second, its SCALE
codec two seconds of CPU on today's metadata), so nothing imports this module on start. It gives scripts
and tests the whole of that library over a transport with deadlines, and the tests a second,
independent reading of what ``codec`` decodes. The asyncio link runs in a thread of its own.
"""

import asyncio
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any

from substrateinterface import SubstrateInterface
from substrateinterface.exceptions import SubstrateRequestException
from substrateinterface.transport import TransportBase

from taocli.chain.link import Subscription
from taocli.chain.transport import REQUEST_S, Transport
from taocli.domain.errors import RpcFailed

_NEVER_OPENED = "http://127.0.0.1:9"
_CANCEL = {"author_submitAndWatchExtrinsic": "author_unwatchExtrinsic"}


class BlockingTransport(TransportBase):  # type: ignore[misc]  # the library ships no types
    """Requests from ordinary threads; every one has a deadline. Close it when done."""

    def __init__(self, *endpoints: str, request_s: float = REQUEST_S) -> None:
        super().__init__()
        self._loop = asyncio.new_event_loop()
        self._transport = Transport(endpoints, request_s=request_s)
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="chain-blocking-transport", daemon=True
        )
        self._thread.start()

    def rpc_request(
        self,
        payload: Mapping[str, Any],
        result_handler: Callable[..., Any] | None = None,
    ) -> Any:
        """The reply to ``payload`` as JSON-RPC; with a handler, the first thing it returns."""
        method, params = str(payload["method"]), list(payload["params"])
        if result_handler is not None:
            return self._wait(self._follow(method, params, result_handler))
        try:
            result = self._wait(self._transport.request(method, params))
        except RpcFailed as failure:
            error = {"code": failure.number, "message": failure.what, "data": failure.data}
            raise SubstrateRequestException(error) from failure
        return {"jsonrpc": "2.0", "id": payload.get("id"), "result": result}

    def close(self) -> None:
        """Close the link and end the thread."""
        self._wait(self._transport.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def _follow(self, method: str, params: list[Any], handler: Callable[..., Any]) -> Any:
        cancel = _CANCEL.get(method, method.replace("_subscribe", "_unsubscribe"))
        async with self._transport.subscribe(method, params, cancel) as pushes:
            return await self._until_handled(pushes, handler)

    @staticmethod
    async def _until_handled(pushes: Subscription, handler: Callable[..., Any]) -> Any:
        number = 0
        while True:
            message = {"params": {"subscription": "0", "result": await pushes.next()}}
            answer = await asyncio.to_thread(handler, message, number, "0")
            if answer is not None:
                return answer
            number += 1

    def _wait(self, work: Any) -> Any:
        future: Future[Any] = asyncio.run_coroutine_threadsafe(work, self._loop)
        return future.result()


def substrate_interface(*endpoints: str) -> SubstrateInterface:
    """``SubstrateInterface`` on these endpoints; its ``close`` ends the transport's thread.

    The library takes a URL but no transport. An http URL makes it open nothing, and the transport is
    replaced before the first request.
    """
    interface = SubstrateInterface(url=_NEVER_OPENED, ss58_format=42, auto_discover=False)
    interface.transport = BlockingTransport(*endpoints)
    return interface
