"""Using the agent from commands: hold a key for a while, sign with it, see what is held, lock.

Everything here is synchronous and takes milliseconds, except the first ``hold``, which starts the agent.
A signature from the agent is checked before it is used, so a broken agent can do no more than fail.
"""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from taocli.agent.held import HeldKey, as_label, check_lifetime, parse_lifetime
from taocli.agent.place import Place, agent_place
from taocli.domain.address import Address
from taocli.domain.errors import FileSystemError, ValidationError, WalletError

if TYPE_CHECKING:
    from taocli.agent.exchange import Expected
    from taocli.agent.frames import Request, Welcome
    from taocli.wallet.keypair import Keypair

__all__ = [
    "AgentSigner",
    "HeldKey",
    "describe_agent",
    "find_signer",
    "held_keys",
    "hold",
    "lock",
    "parse_lifetime",
]
_START_S = 20.0
_PAUSE_S = 0.02


@dataclass(frozen=True, slots=True)
class AgentSigner:
    """A key in the agent, as the ``Signer`` port; it stops working when the key's time is over."""

    address: Address
    crypto_type: int

    def sign(self, message: bytes) -> bytes:
        """A signature of 64 bytes over exactly these bytes, at most 64 KiB.

        ``ValidationError`` for a longer message, ``KeyMissing`` when the agent no longer holds the key, and
        ``WalletError`` when there is no agent any more or its signature is not one of the key.
        """
        from taocli.agent.frames import MAX_MESSAGE, Sign, Signed  # noqa: PLC0415 - see _ask
        from taocli.wallet.keypair import verify  # noqa: PLC0415 - see _ask

        if len(message) > MAX_MESSAGE:
            raise ValidationError(
                f"The agent does not sign {len(message)} bytes.",
                why=f"It takes messages of at most {MAX_MESSAGE} bytes.",
                fix="Lock this key with taocli lock, and sign with its password.",
            )
        answer = _ask(agent_place(), Sign(self.address, message), Signed)
        if answer is None:
            raise WalletError(
                "The agent is not running any more.",
                why="The time of its last key was over, or it was ended.",
                fix="Unlock the key again, or give its password.",
            )
        if not verify(self.address.public_key, message, answer.signature, self.crypto_type):
            raise WalletError(
                "The agent's signature was refused; nothing was done with it.",
                why=f"It is not a signature of {self.address}.",
                fix="End the agent with taocli lock, and unlock again.",
            )
        return answer.signature


def find_signer(address: Address) -> AgentSigner | None:
    """A signer for the key, or None when no agent runs or it does not hold the key."""
    try:
        place = agent_place()
        if not place.socket.exists():
            return None
    except (FileSystemError, WalletError):  # where no agent can be, none is
        return None
    return next(
        (
            AgentSigner(key.address, key.crypto_type)
            for key in _held(place)
            if key.address == address
        ),
        None,
    )


def hold(key: "Keypair", label: str, lifetime_s: int) -> HeldKey:
    """Give the key to the agent for ``lifetime_s`` seconds (1 to 86,400), starting one if needed.

    A key that is held already takes the new label and time. Raises ``ValidationError`` for the time,
    ``WalletError`` or ``FileSystemError`` when there can be no agent.
    """
    from taocli.agent.frames import Add, Held  # noqa: PLC0415 - see _ask
    from taocli.agent.process import start_agent  # noqa: PLC0415 - only the first key starts one

    check_lifetime(lifetime_s)
    request = Add(key.address, key.crypto_type, key.private_key, as_label(label), lifetime_s)
    place = agent_place()
    deadline = time.monotonic() + _START_S
    while (answer := _ask(place, request, Held)) is None:
        if time.monotonic() > deadline:
            raise WalletError(
                "The agent does not come up.",
                why="One holds the lock and does not listen.",
                fix="Wait a moment and try again.",
            )
        if not start_agent():
            time.sleep(_PAUSE_S)  # another one is just starting or just ending
    if [held.address for held in answer.keys] != [key.address]:
        raise WalletError(
            "The agent confirmed another key than it was given.",
            why="It is broken, or something else listens on its socket.",
            fix="Forget all keys with taocli lock.",
        )
    return answer.keys[0]


def held_keys() -> tuple[HeldKey, ...]:
    """What the agent holds, the longest held first; empty when none runs."""
    return _held(agent_place())


def lock(address: Address | None = None) -> int:
    """Make the agent forget one key, or all with None; how many it dropped, 0 when none runs.

    ``WalletError`` when an agent runs and does not confirm it; the error tells how to end its process.
    """
    from taocli.agent.frames import Dropped, Lock  # noqa: PLC0415 - see _ask

    answer = _ask(agent_place(), Lock(address), Dropped)
    return 0 if answer is None else answer.count


def describe_agent() -> "Welcome | None":
    """The running agent's process id, and how far it is protected; None when none runs."""
    from taocli.agent.frames import Hello, Welcome  # noqa: PLC0415 - see _ask

    return _ask(agent_place(), Hello(), Welcome)


def _held(place: Place) -> tuple[HeldKey, ...]:
    from taocli.agent.frames import Held, ListKeys  # noqa: PLC0415 - see _ask

    answer = _ask(place, ListKeys(), Held)
    return () if answer is None else answer.keys


def _ask(place: Place, request: "Request", expected: "type[Expected]") -> "Expected | None":
    # Sockets and JSON take 10 ms to load, which commands without an agent are spared.
    from taocli.agent.exchange import ask  # noqa: PLC0415 - see above

    return ask(place, request, expected)
