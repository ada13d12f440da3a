"""A flow: one thing that a person does with a client, and what must be true afterwards.

Flows are data, so that a report can list them and a test can run them. Names in braces are filled in:
``{bob}`` is an address, ``{bob.hot}`` his hotkey's, ``{network}`` the endpoint, and whatever an earlier flow
of the same chain kept from its answer.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

BTCLI_9, BTCLI_11 = "btcli 9.23.2", "btcli 11.3.0"
SDK_10, SDK_11 = "SDK 10.5.0", "SDK 11.3.0"
GENERATIONS = {"sdk10": (BTCLI_9, SDK_10), "sdk11": (BTCLI_11, SDK_11)}
"""Folder of a generation below ``.interop``, and the two clients that it holds."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something of the chain's storage, and what it must be: a value, or a function that judges it."""

    item: str
    keys: tuple[Any, ...]
    expected: Any

    def holds(self, found: Any) -> bool:
        """Whether the chain agrees."""
        return bool(self.expected(found)) if callable(self.expected) else found == self.expected


def fact(item: str, *keys: Any, is_: Any) -> Fact:
    """``fact("Uids", 1, "{bob.hot}", is_=2)``; items of other pallets as ``"Proxy.Proxies"``."""
    return Fact(item if "." in item else f"SubtensorModule.{item}", keys, is_)


@dataclass(frozen=True, slots=True)
class Flow:
    """One command, or one line of Python for an SDK.

    ``says`` are values in the JSON answer by dotted path; a function judges, anything else must be equal.
    ``shows`` are words anywhere in what was printed. ``fails`` says why a flow is not expected to pass.
    """

    client: str
    name: str
    words: tuple[str, ...]
    code: int = 0
    says: Mapping[str, Any] = field(default_factory=dict)
    shows: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    keep: Mapping[str, str] = field(default_factory=dict)
    typed: str = ""
    mine: int = 0
    fails: str = ""

    @property
    def id(self) -> str:
        """The flow in a test's name."""
        return f"{self.client.replace(' ', '-')}: {self.name}"


def path_of(answer: Any, path: str) -> Any:
    """The value at a dotted path; None where there is nothing."""
    for step in filter(None, path.split(".")):
        if isinstance(answer, list):
            position = int(step)
            answer = answer[position] if -len(answer) <= position < len(answer) else None
        elif isinstance(answer, dict):
            answer = next(iter(answer.values()), None) if step == "*" else answer.get(step)
        else:
            return None
    return answer


def above(limit: float) -> Callable[[Any], bool]:
    """A judge: a number greater than ``limit``."""
    return lambda found: found is not None and float(found) > limit


def near(value: float, slack: float) -> Callable[[Any], bool]:
    """A judge: a number not further than ``slack`` from ``value``."""
    return lambda found: found is not None and abs(float(found) - value) <= slack


def holds(*parts: Any) -> Callable[[Any], bool]:
    """A judge: a text or list with all the parts in it."""
    return lambda found: found is not None and all(part in found for part in parts)
