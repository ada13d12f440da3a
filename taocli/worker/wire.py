"""The bodies between miner and worker: OpenAI's chat completions, plus a few fields of our own.

Ours are ``top_k``, ``deadline_s`` and, in every piece, ``usage``. So curl and OpenAI clients can talk to the
worker too. Both directions are read as untrusted: every field is checked for type and range.
"""

import dataclasses
import json
import math
from typing import Any

from taocli.domain.errors import InvalidRequest, TaoError, WorkerBusy, WorkerError, error_classes
from taocli.domain.inference import ChatMessage, FinishReason, GenerationChunk, GenerationRequest
from taocli.domain.status import WorkerState, WorkerStatus

CHAT_PATH = "/v1/chat/completions"
DONE = b"[DONE]"
MAX_MESSAGES = 1024
MAX_STOPS = 16
_OPTIONAL: dict[str, tuple[type, float, float]] = {
    "max_tokens": (int, 1, 1 << 20),
    "temperature": (float, 0, 100),
    "top_k": (int, 0, 1 << 20),
    "top_p": (float, 0, 1),
    "seed": (int, -(1 << 63), (1 << 64) - 1),
    "deadline_s": (float, 0, 86_400),
}


def encode_request(request: GenerationRequest, stream: bool = True) -> bytes:
    """The body of a chat completion."""
    body: dict[str, Any] = {
        "messages": [dataclasses.asdict(message) for message in request.messages],
        "stop": list(request.stop),
        "stream": stream,
    }
    body |= {name: getattr(request, name) for name in _OPTIONAL}
    return json.dumps(body).encode()


def decode_request(raw: bytes) -> tuple[GenerationRequest, bool]:
    """The request in a body, and whether the answer is to be streamed."""
    body = _object(raw)
    messages = body.get("messages")
    if not isinstance(messages, list) or not 1 <= len(messages) <= MAX_MESSAGES:
        raise _invalid(f"messages is not a list of 1 to {MAX_MESSAGES} turns")
    stop = body.get("stop") or []
    stops = [stop] if isinstance(stop, str) else stop
    if (
        not isinstance(stops, list)
        or len(stops) > MAX_STOPS
        or not all(isinstance(item, str) for item in stops)
    ):
        raise _invalid(f"stop is not a text or a list of at most {MAX_STOPS} texts")
    chosen = {name: _number(name, body[name]) for name in _OPTIONAL if body.get(name) is not None}
    chat = tuple(_message(message) for message in messages)
    return GenerationRequest(chat, stop=tuple(stops), **chosen), body.get("stream") is True


def encode_chunk(chunk: GenerationChunk) -> bytes:
    """One event of a stream."""
    choice = {
        "index": 0,
        "delta": {"content": chunk.text},
        "finish_reason": chunk.finish.value if chunk.finish else None,
    }
    body = {"object": "chat.completion.chunk", "choices": [choice], "usage": _usage(chunk)}
    return b"data: " + json.dumps(body).encode() + b"\n\n"


def decode_chunk(raw: bytes) -> GenerationChunk:
    """The piece in one event's data."""
    body = _object(raw)
    try:
        choice, usage = body["choices"][0], body["usage"]
        reason = choice["finish_reason"]
        chunk = GenerationChunk(
            choice["delta"]["content"],
            usage["prompt_tokens"],
            usage["completion_tokens"],
            None if reason is None else FinishReason(reason),
        )
    except (KeyError, IndexError, TypeError, ValueError):
        raise _invalid("an event of the stream lacks a field") from None
    if not isinstance(chunk.text, str) or not all(
        type(count) is int for count in (chunk.prompt_tokens, chunk.completion_tokens)
    ):
        raise _invalid("an event of the stream has a field of the wrong type")
    return chunk


def encode_answer(model: str, text: str, last: GenerationChunk) -> bytes:
    """A whole answer in one body."""
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": text},
        "finish_reason": last.finish.value if last.finish else None,
    }
    return json.dumps(
        {"object": "chat.completion", "model": model, "choices": [choice], "usage": _usage(last)}
    ).encode()


def encode_error(error: TaoError) -> bytes:
    """An error as OpenAI clients expect it, with why and fix beside the message."""
    content = {"message": error.what, "type": error.name, "code": error.code}
    return json.dumps({"error": content | {"why": error.why, "fix": error.fix}}).encode()


def decode_error(raw: bytes) -> TaoError:
    """The error in a body, as the class it was raised with where that may cross a process."""
    allowed = {error.__name__: error for error in error_classes(WorkerError)}
    allowed |= {"InvalidRequest": InvalidRequest, "WorkerBusy": WorkerBusy}
    content = _object(raw).get("error")
    if not isinstance(content, dict):
        raise _invalid("an error has no description")
    what, why, fix = (str(content.get(name, ""))[:2000] for name in ("message", "why", "fix"))
    return allowed.get(str(content.get("type")), WorkerError)(what, why, fix)


def encode_status(status: WorkerStatus) -> bytes:
    """The worker's report."""
    return json.dumps(dataclasses.asdict(status) | {"state": status.state.value}).encode()


def decode_status(raw: bytes) -> WorkerStatus:
    """The report in a body."""
    body = _object(raw)
    expected = {
        item.name: item.type for item in dataclasses.fields(WorkerStatus) if item.name != "state"
    }
    try:
        state = WorkerState(body["state"])
        fields = {name: body[name] for name in expected}
    except (KeyError, ValueError):
        raise _invalid("the report lacks a field") from None
    for name, value in fields.items():
        kind = expected[name]
        if kind is str and not isinstance(value, str):
            raise _invalid(f"{name} in the report is not text")
        if kind is not str and value is not None and type(value) not in (int, float):
            raise _invalid(f"{name} in the report is not a number")
    return WorkerStatus(state=state, **fields)


def _usage(chunk: GenerationChunk) -> dict[str, int]:
    return {
        "prompt_tokens": chunk.prompt_tokens,
        "completion_tokens": chunk.completion_tokens,
        "total_tokens": chunk.prompt_tokens + chunk.completion_tokens,
    }


def _message(content: Any) -> ChatMessage:
    if not isinstance(content, dict):
        raise _invalid("a message is not an object")
    role, text = content.get("role"), content.get("content")
    if role not in ("system", "user", "assistant") or not isinstance(text, str):
        raise _invalid("a message needs a role (system, user, assistant) and text content")
    return ChatMessage(role, text)


def _number(name: str, value: Any) -> Any:
    kind, low, high = _OPTIONAL[name]
    usable = type(value) is int or (type(value) is float and kind is float)
    if not usable or not math.isfinite(value) or not low <= value <= high:
        raise _invalid(f"{name} is not a number from {low} to {high}")
    return kind(value)


def _object(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise _invalid("it is not JSON") from None
    if not isinstance(body, dict):
        raise _invalid("it is not a JSON object")
    return body


def _invalid(why: str) -> InvalidRequest:
    return InvalidRequest(
        "The message between miner and worker cannot be understood.",
        why=f"{why[0].upper()}{why[1:]}.",
        fix="Send the body of an OpenAI chat completion.",
    )
