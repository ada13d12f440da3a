"""Subnet 1 of a localnet: validators ask chat questions, miners answer with text.

The synapse is what a validator would write with the SDK::

    class TextSynapse(bittensor.Synapse):
        roles: list[str]
        messages: list[str]
        max_tokens: int = 64
        completion: str = ""
        required_hash_fields = ("roles", "messages")

``StreamTextSynapse`` has the same fields and answers with raw text pieces as they are made.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from taocli.domain.errors import DeadlineExceeded, InvalidRequest
from taocli.domain.inference import ChatMessage, FinishReason, GenerationRequest
from taocli.domain.ports import Engine
from taocli.protocol.synapse import JsonObject, JsonValue
from taocli.subnets.api import (
    Answer,
    Caller,
    Inbound,
    MinerWork,
    Reply,
    RouteSpec,
    StreamAnswer,
    SubnetMeta,
)

HASH_FIELDS = ("roles", "messages")
REQUIRED_FIELDS = ("roles", "messages")
SYNAPSE = "TextSynapse"
STREAM_SYNAPSE = "StreamTextSynapse"
DEFAULT_MAX_TOKENS = 64
MAX_TOKENS = 1024
MAX_TURNS = 64
MAX_CHARS = 32_000
_ROLES = frozenset({"system", "user", "assistant"})
_REPLY_MARGIN_S = 0.25


class TextSubnet:
    """Serves ``TextSynapse``; every registered neuron may ask, the largest stake first."""

    meta = SubnetMeta(
        name="text",
        title="Text generation on a localnet",
        work=MinerWork.SERVE,
        netuids={"local": 1},
        explanation="Validators ask chat questions and pay for right and quick answers.",
    )

    def routes(self) -> tuple[RouteSpec, ...]:
        """The plain and the streaming synapse."""
        return (RouteSpec(SYNAPSE, HASH_FIELDS), RouteSpec(STREAM_SYNAPSE, HASH_FIELDS))

    def preflight(self, network: str) -> None:
        """Nothing beyond the miner's own checks."""

    def admit(self, caller: Caller, route: str) -> str | None:  # noqa: ARG002 - both routes are open
        """Registered callers are welcome; on a young chain nobody has a permit yet."""
        return None

    def priority(self, caller: Caller, route: str) -> int:  # noqa: ARG002 - both cost the same
        """The caller's stake weight in rao."""
        return caller.stake.rao

    async def handle(self, request: Inbound, engine: Engine) -> Reply:
        """Ask the model for the next turn of the conversation."""
        question = parse_question(request.fields, request.timeout_s)
        if request.route == STREAM_SYNAPSE:
            return StreamAnswer(_pieces(engine, question))
        async with aclosing(_chunks(engine, question)) as chunks:
            pieces = [piece async for piece in chunks]
        return Answer({"completion": "".join(pieces)})


def parse_question(fields: JsonObject, timeout_s: float) -> GenerationRequest:
    """Read the synapse's fields; ``InvalidRequest`` names the first one that cannot be right."""
    roles = _texts(fields, "roles")
    messages = _texts(fields, "messages")
    if not messages or len(roles) != len(messages) or len(messages) > MAX_TURNS:
        raise _invalid(f"roles and messages must have the same length, 1 to {MAX_TURNS}")
    if sum(map(len, messages)) > MAX_CHARS:
        raise _invalid(f"messages have more than {MAX_CHARS} characters")
    if not _ROLES.issuperset(roles):
        raise _invalid("a role is system, user or assistant")
    asked: JsonValue = fields.get("max_tokens", DEFAULT_MAX_TOKENS)
    if not isinstance(asked, int) or isinstance(asked, bool) or asked < 1:
        raise _invalid("max_tokens must be a positive whole number")
    return GenerationRequest(
        messages=tuple(ChatMessage(role, text) for role, text in zip(roles, messages, strict=True)),
        max_tokens=min(asked, MAX_TOKENS),
        deadline_s=max(timeout_s - _REPLY_MARGIN_S, timeout_s / 2),
    )


async def _pieces(engine: Engine, question: GenerationRequest) -> AsyncIterator[bytes]:
    async with aclosing(_chunks(engine, question)) as chunks:
        async for piece in chunks:
            if piece:
                yield piece.encode()


async def _chunks(engine: Engine, question: GenerationRequest) -> AsyncGenerator[str, None]:
    stream = engine.generate(question)
    try:
        async for chunk in stream:
            yield chunk.text
            if chunk.finish is FinishReason.DEADLINE:
                raise DeadlineExceeded(
                    "The answer was not ready in time.",
                    why="The model needs longer than the caller waits.",
                    fix="Ask for fewer tokens or wait longer.",
                )
    finally:
        close = getattr(stream, "aclose", None)
        if close is not None:
            await close()


def _texts(fields: JsonObject, name: str) -> list[str]:
    value = fields.get(name)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _invalid(f"{name} must be a list of strings")
    return value


def _invalid(why: str) -> InvalidRequest:
    return InvalidRequest(
        f"Bad request: {why}.",
        why="The fields are not those of a TextSynapse.",
        fix="Send roles and messages of equal length and a positive max_tokens.",
    )


PLUGIN = TextSubnet()
