"""The questions and answers between commands and the agent; ``wire`` is how they look on the socket.

Nothing here carries a key out: the only frame with a private key goes to the agent.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from taocli.agent.held import HeldKey
from taocli.domain.address import Address

MAX_MESSAGE = 64 * 1024
MAX_KEYS = 32


class Refusal(StrEnum):
    """Why the agent did not do what it was asked."""

    NOT_YOURS = "not_yours"
    NOT_UNDERSTOOD = "not_understood"
    OTHER_VERSION = "other_version"
    UNKNOWN_KEY = "unknown_key"
    BAD_KEY = "bad_key"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Hello:
    """Who are you?"""


@dataclass(frozen=True, slots=True)
class Add:
    """Hold this key for so many seconds; an agent that has it takes the new label and time."""

    address: Address
    crypto_type: int
    private_key: bytes = field(repr=False)
    label: str
    lifetime_s: int


@dataclass(frozen=True, slots=True)
class Sign:
    """Sign exactly these bytes, at most 64 KiB."""

    address: Address
    message: bytes


@dataclass(frozen=True, slots=True)
class ListKeys:
    """Which keys are held?"""


@dataclass(frozen=True, slots=True)
class Lock:
    """Forget one key, or all with None."""

    which: Address | None


@dataclass(frozen=True, slots=True)
class Welcome:
    """The agent's process, and how far it is protected.

    ``protected``: core dumps and tracing are off. ``keys_locked``: the stored keys stay out of swap.
    ``memory_locked``: so does everything else, copies in passing included.
    """

    pid: int
    protected: bool
    keys_locked: bool
    memory_locked: bool


@dataclass(frozen=True, slots=True)
class Held:
    """The keys that were asked about."""

    keys: tuple[HeldKey, ...]


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature of 64 bytes."""

    signature: bytes


@dataclass(frozen=True, slots=True)
class Dropped:
    """How many keys were forgotten."""

    count: int


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was done."""

    reason: Refusal


Request = Hello | Add | Sign | ListKeys | Lock
Answer = Welcome | Held | Signed | Dropped | Refused
