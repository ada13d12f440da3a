"""The keys that the agent holds, each until its time is over.

Time is counted by the boot clock, which runs on while the machine sleeps: a laptop that is closed for an
hour has used up an hour. Of a key that is let go the stored copy is overwritten; copies that Python made
in passing are beyond our reach, and so no more is claimed than best effort. What surely forgets is the end
of the process, which follows the last key.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from taocli.agent.held import HeldKey
from taocli.agent.page import KeyPage
from taocli.domain.address import Address
from taocli.wallet.keypair import Keypair


@dataclass(frozen=True, slots=True)
class _Entry:
    address: Address
    crypto_type: int
    slot: int
    length: int
    label: str
    expires_at: float


def boot_clock() -> float:
    """Seconds since the machine started, those spent asleep included."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class KeyRing:
    """Keys with their labels and times; an expired key is never used, listed or counted."""

    def __init__(self, page: KeyPage, now: Callable[[], float] = boot_clock) -> None:
        self._page = page
        self._now = now
        self._entries: dict[Address, _Entry] = {}

    def hold(self, key: Keypair, label: str, lifetime_s: int) -> HeldKey | None:
        """Hold a key from now on; one that is held already takes the new time. None when full."""
        self.drop(key.address)
        slot = self._page.put(key.private_key)
        if slot is None:
            return None
        entry = _Entry(
            key.address,
            key.crypto_type,
            slot,
            len(key.private_key),
            label,
            self._now() + lifetime_s,
        )
        self._entries[key.address] = entry
        return self._told(entry)

    def sign(self, address: Address, message: bytes) -> bytes | None:
        """A signature of 64 bytes, or None when the key is not held."""
        self.drop_expired()
        entry = self._entries.get(address)
        if entry is None:
            return None
        secret = self._page.copy(entry.slot, entry.length)
        return Keypair(address.public_key, entry.crypto_type, secret).sign(message)

    def listing(self) -> tuple[HeldKey, ...]:
        """What is held, the longest held first."""
        self.drop_expired()
        return tuple(self._told(entry) for entry in self._entries.values())

    def drop(self, address: Address | None) -> int:
        """Let one key go, or all with None; how many that were."""
        self.drop_expired()
        gone = [entry for held, entry in self._entries.items() if address in (None, held)]
        return self._let_go(gone)

    def drop_expired(self) -> int:
        """Let go of every key whose time is over; how many that were."""
        now = self._now()
        return self._let_go([entry for entry in self._entries.values() if entry.expires_at <= now])

    def next_expiry_s(self) -> float | None:
        """Seconds until the next key expires, or None when there is none."""
        if not self._entries:
            return None
        return max(0.0, min(entry.expires_at for entry in self._entries.values()) - self._now())

    def _let_go(self, entries: list[_Entry]) -> int:
        for entry in entries:
            self._page.wipe(entry.slot)
            del self._entries[entry.address]
        return len(entries)

    def _told(self, entry: _Entry) -> HeldKey:
        left = math.ceil(entry.expires_at - self._now())
        return HeldKey(entry.address, entry.crypto_type, entry.label, max(1, left))
