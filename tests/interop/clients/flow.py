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
TAO = 10**9
YES: Mapping[str, Any] = {"success": True}


@dataclass(frozen=True, slots=True)
class Within:
    """All these words occur in what was found, written out."""

    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """Something of the chain's storage, and what it must be: a value, or a judge of it."""

    item: str
    keys: tuple[Any, ...]
    expected: Any


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """One command, or one line of Python for an SDK.

    ``says`` are values in the JSON answer by dotted path, "" for all of it. ``shows`` are words anywhere in
    what was printed. ``typed`` answers what the command asks, ``mine`` makes blocks first, ``epoch`` as many
    as there are up to the next epoch of subnet 1, ``keep`` takes names for later flows out of the answer. ``fails`` says why a flow is not expected to pass; one that
    would hang or open a browser has ``runs=False`` and is listed only.
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
    epoch: bool = False
    fails: str = ""
    runs: bool = True

    @property
    def id(self) -> str:
        """The flow in a test's name."""
        return f"{self.client.replace(' ', '-')}: {self.name}"


def fact(item: str, *keys: Any, is_: Any) -> Fact:
    """``fact("Uids", 1, "{bob.hot}", is_=2)``; items of other pallets as ``"Proxy.Proxies"``."""
    return Fact(item if "." in item else f"SubtensorModule.{item}", keys, is_)


def judged(expected: Any, found: Any, filled: Callable[[str], str]) -> bool:
    """Whether what was found is what must be; ``filled`` puts names into words."""
    if isinstance(expected, Within):
        return all(filled(part) in str(found) for part in expected.parts)
    if isinstance(expected, str):
        return bool(found == filled(expected))
    try:
        return bool(expected(found)) if callable(expected) else bool(found == expected)
    except (TypeError, ValueError, LookupError):  # not even the kind of thing that was expected
        return False


def path_of(answer: Any, path: str) -> Any:
    """The value at a dotted path, ``*`` for the first there is; None where there is nothing."""
    for step in filter(None, path.split(".")):
        if isinstance(answer, list):
            position = int(step)
            answer = answer[position] if position < len(answer) else None
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


def within(*parts: str) -> Within:
    """All these words occur in what was found."""
    return Within(parts)


def free(amount: int) -> Callable[[Any], bool]:
    """A judge of ``System.Account``: this much free TAO, in rao."""
    return lambda found: int(found["data"]["free"]) == amount


def exists(found: Any) -> bool:
    """A judge: there is something, and not only its default."""
    return bool(found)


def nothing(found: Any) -> bool:
    """A judge: there is nothing, or an empty list."""
    return not found
