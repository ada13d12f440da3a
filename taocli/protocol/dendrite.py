"""The dendrite: asks axons signed questions and believes nothing about the answers.

A call never raises for what the other side does; like the SDK's dendrite it reports a status: the
axon's own, 503 when nothing answers, 408 when it took too long, 422 when the answer cannot be read.
Answers are not signed on this wire, so fields are data to be checked, never facts.

Sources: bittensor 10.5.0 ``core/dendrite.py`` (``call``, ``preprocess_synapse_for_request``).
"""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from types import TracebackType

import httpx

from taocli.domain.address import Address
from taocli.domain.errors import InvalidRequest, NetworkError
from taocli.domain.ports import Signer
from taocli.protocol.signature import signed_text
from taocli.protocol.synapse import Claim, JsonObject, JsonValue, body_hash, parse_body, placeholder

WIRE_VERSION = 10_005_000
"""The SDK version this wire equals (10.5.0); axons take 7.2 and newer as nonce-in-nanoseconds."""

MAX_ANSWER_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Synapse:
    """A question: class name, fields in the class's order, those hashed and those required."""

    name: str
    fields: JsonObject
    hash_fields: tuple[str, ...] = ()
    required: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """Whom to ask: ``url`` is ``http://ip:port``, ``hotkey`` the miner that must be the receiver."""

    url: str
    hotkey: Address


@dataclass(frozen=True, slots=True)
class AxonReply:
    """What came back: a status, its text, the fields (empty unless 200) and seconds it took."""

    status: int
    message: str
    fields: JsonObject
    seconds: float

    @property
    def is_success(self) -> bool:
        """Whether the axon says it answered."""
        return self.status == 200


class Dendrite:
    """Signs with one hotkey; keeps connections open; close it when done."""

    def __init__(self, signer: Signer, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._signer = signer
        self._uuid = str(uuid.uuid4())
        self._last_nonce = 0
        self._client = httpx.AsyncClient(
            transport=transport,
            trust_env=False,
            follow_redirects=False,
            limits=httpx.Limits(max_connections=256, max_keepalive_connections=64),
        )

    async def __aenter__(self) -> "Dendrite":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close every connection."""
        await self._client.aclose()

    async def call(self, target: Target, synapse: Synapse, timeout_s: float = 12.0) -> AxonReply:
        """Ask one axon and wait at most ``timeout_s`` seconds in all."""
        began = time.monotonic()
        request = self._request(target, synapse, timeout_s)
        status, message, fields = 422, "", {}  # type: int, str, JsonObject
        try:
            async with asyncio.timeout(timeout_s):
                response = await self._client.send(request, stream=True)
                try:
                    raw = await _read_bounded(response)
                finally:
                    await response.aclose()
            status, message, fields = _verdict(response, raw)
        except (TimeoutError, httpx.TimeoutException):
            status, message = 408, f"Request timeout after {timeout_s} seconds"
        except (httpx.ConnectError, httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
            status, message = 503, f"Service unavailable at {target.url}/{synapse.name}"
        except (InvalidRequest, httpx.HTTPError) as error:
            message = f"Failed to parse response: {error}"
        return AxonReply(status, message, fields, time.monotonic() - began)

    async def stream(
        self, target: Target, synapse: Synapse, timeout_s: float = 12.0
    ) -> AsyncIterator[bytes]:
        """Ask one axon for a streamed answer; raise ``NetworkError`` when it breaks off or refuses."""
        request = self._request(target, synapse, timeout_s)
        try:
            async with asyncio.timeout(timeout_s):
                response = await self._client.send(request, stream=True)
                try:
                    if response.status_code != 200:
                        _, message, _ = _verdict(response, await _read_bounded(response))
                        raise _broken(target, f"The axon says {response.status_code}: {message}.")
                    async for chunk in response.aiter_bytes():
                        yield chunk
                finally:
                    await response.aclose()
        except (TimeoutError, httpx.HTTPError) as error:
            raise _broken(target, f"{type(error).__name__} while reading.") from None

    def _request(self, target: Target, synapse: Synapse, timeout_s: float) -> httpx.Request:
        claim, digest = self._sign(target.hotkey, synapse)
        axon = {"ip": _host(target.url), "port": _port(target.url), "hotkey": target.hotkey.ss58}
        dendrite: dict[str, JsonValue] = {
            "ip": "0.0.0.0",  # noqa: S104 - "unknown": an axon takes the address from the socket
            "version": WIRE_VERSION,
            "nonce": int(claim.nonce),
            "uuid": claim.uuid,
            "hotkey": claim.hotkey,
            "signature": claim.signature,
        }
        headers = {"name": synapse.name, "timeout": str(float(timeout_s))}
        headers |= {f"bt_header_axon_{key}": str(value) for key, value in axon.items()}
        headers |= {f"bt_header_dendrite_{key}": str(value) for key, value in dendrite.items()}
        headers |= {
            f"bt_header_input_obj_{key}": placeholder(synapse.fields[key])
            for key in synapse.required
        }
        headers |= {"header_size": "0", "total_size": "0", "computed_body_hash": digest}
        headers["content-type"] = "application/json"
        body = {
            "name": synapse.name,
            "timeout": float(timeout_s),
            "total_size": 0,
            "header_size": 0,
            "dendrite": dendrite,
            "axon": axon,
            "computed_body_hash": "",
            **synapse.fields,
        }
        return self._client.build_request(
            "POST",
            f"{target.url}/{synapse.name}",
            headers=headers,
            content=json.dumps(body).encode(),
            timeout=httpx.Timeout(timeout_s),
        )

    def _sign(self, receiver: Address, synapse: Synapse) -> tuple[Claim, str]:
        self._last_nonce = max(time.time_ns(), self._last_nonce + 1)
        digest = body_hash(synapse.fields, synapse.hash_fields)
        claim = Claim(self._signer.address.ss58, str(self._last_nonce), self._uuid, "")
        signature = self._signer.sign(signed_text(claim, receiver.ss58, digest))
        return Claim(claim.hotkey, claim.nonce, claim.uuid, f"0x{signature.hex()}"), digest


async def _read_bounded(response: httpx.Response) -> bytes:
    chunks: list[bytes] = []
    size = 0
    async for chunk in response.aiter_bytes():
        size += len(chunk)
        if size > MAX_ANSWER_BYTES:
            raise InvalidRequest(f"The answer is longer than {MAX_ANSWER_BYTES} bytes.")
        chunks.append(chunk)
    return b"".join(chunks)


def _verdict(response: httpx.Response, raw: bytes) -> tuple[int, str, JsonObject]:
    body = parse_body(raw)
    if response.status_code != 200:
        return response.status_code, str(body.get("message", ""))[:512], {}
    axon = body.get("axon")
    said = axon if isinstance(axon, Mapping) else {}
    status = said.get("status_code") or response.headers.get("bt_header_axon_status_code")
    try:
        number = int(str(status))
    except ValueError:
        raise InvalidRequest("The answer carries no status.") from None
    return number, str(said.get("status_message") or "")[:512], body


def _host(url: str) -> str:
    return httpx.URL(url).host


def _port(url: str) -> int:
    return httpx.URL(url).port or 80


def _broken(target: Target, why: str) -> NetworkError:
    return NetworkError(
        f"The answer of {target.url} broke off.", why=why, fix="Ask again, or another miner."
    )
