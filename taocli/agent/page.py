"""The one page of memory where the agent's keys lie.

Locking all memory of a process is forbidden to most users, locking one page to hardly any; so the copies
that live for hours are kept here, out of swap, and are overwritten when a key is let go. Signing takes a
copy for microseconds, which ``process`` has overwritten when it is freed.
"""

import ctypes
import mmap

from taocli.agent.frames import MAX_KEYS

_SLOT_BYTES = 64


class KeyPage:
    """Slots for ``MAX_KEYS`` secrets of up to 64 bytes; ``locked`` tells whether they stay out of swap."""

    def __init__(self) -> None:
        self._page = mmap.mmap(-1, mmap.PAGESIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        self._free = set(range(MAX_KEYS))
        self.locked = _lock(self._page)

    def put(self, secret: bytes) -> int | None:
        """Store a secret; its slot, or None when all are taken."""
        if not self._free:
            return None
        slot = self._free.pop()
        start = slot * _SLOT_BYTES
        self._page[start : start + len(secret)] = secret
        return slot

    def copy(self, slot: int, length: int) -> bytes:
        """The first ``length`` bytes of a slot."""
        start = slot * _SLOT_BYTES
        return self._page[start : start + length]

    def wipe(self, slot: int) -> None:
        """Overwrite a slot and make it free."""
        start = slot * _SLOT_BYTES
        self._page[start : start + _SLOT_BYTES] = bytes(_SLOT_BYTES)
        self._free.add(slot)


def _lock(page: mmap.mmap) -> bool:
    """Keep a page out of swap and of the copies that a fork makes; False where that is forbidden."""
    page.madvise(mmap.MADV_DONTFORK)
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    return bool(
        ctypes.CDLL(None).mlock(ctypes.c_void_p(address), ctypes.c_size_t(mmap.PAGESIZE)) == 0
    )
