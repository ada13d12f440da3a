"""Whom an axon believes: signed text, freshness and replay.

A caller signs ``{nonce}.{caller hotkey}.{axon hotkey}.{uuid}.{body hash}`` with its sr25519 hotkey.
The nonce is the caller's clock in nanoseconds. An SDK axon keeps the newest nonce of each
(hotkey, uuid) for ever, trusts the future without bound and lets old versions skip the age check;
here every request must be fresh both ways, each nonce is accepted once within that window, in any
order, and is forgotten when the window has passed. So memory is bounded, concurrent requests that
arrive out of order pass, and nothing signed before the start of this process can be replayed.

Sources: bittensor 10.5.0 ``core/axon.py`` (``default_verify``), ``core/dendrite.py``.
"""

import enum
import functools
import heapq
from dataclasses import dataclass, field

import sr25519

from taocli.domain.address import Address
from taocli.domain.errors import InvalidAddress, Unauthenticated
from taocli.protocol.synapse import Claim, RequestHead

GRACE_S = 4.0
"""Added to the caller's own timeout to allow for clocks and the way here (SDK 10.5)."""

MAX_WINDOW_S = 64.0
"""No request is older, whatever timeout its unsigned header claims."""

MAX_AHEAD_S = 4.0
"""How far a caller's clock may run ahead of ours."""

_MAX_NONCES = 200_000
_MAX_NONCES_PER_CALLER = 50_000
_NS = 1_000_000_000


class Refusal(enum.Enum):
    """Why a request is not believed; the text a caller reads after "Not Verified with error: "."""

    MISSING_SIGNATURE = "Missing Signature"
    MISSING_NONCE = "Missing Nonce"
    MISSING_HOTKEY = "No SS58 formatted address or public key provided."
    BAD_HOTKEY = "Invalid SS58 address"
    BAD_NONCE = "Nonce is not a number of nanoseconds"
    WRONG_RECEIVER = "Signature is for another axon hotkey"
    STALE = "Nonce is too old"
    AHEAD = "Nonce is in the future: check the clock"
    REPLAYED = "Nonce was used before"
    BAD_SIGNATURE = "Signature mismatch"
    BODY_CHANGED = "Body does not match the signed hash"
    TOO_MANY = "Too many requests of this hotkey within one nonce window"


def refuse(reason: Refusal, detail: str = "") -> Unauthenticated:
    """The error that an axon turns into a 401."""
    return Unauthenticated(
        f"Not Verified with error: {reason.value}{detail}",
        why="The request is not a fresh one, signed by the hotkey that it names, for this axon.",
        fix="Sign every request anew with the caller's hotkey and a correct clock.",
    )


def signed_text(claim: Claim, axon_hotkey: str, body_hash: str) -> bytes:
    """The bytes a caller's hotkey signs; an absent uuid is the text ``None``."""
    uuid = claim.uuid or "None"
    return f"{claim.nonce}.{claim.hotkey}.{axon_hotkey}.{uuid}.{body_hash}".encode()


def verify_sr25519(public_key: bytes, message: bytes, signature: str) -> bool:
    """Check a ``0x`` hex signature; malformed ones are simply wrong."""
    try:
        raw = bytes.fromhex(signature.removeprefix("0x"))
        return bool(sr25519.verify(raw, message, public_key))
    except ValueError:
        return False


@functools.lru_cache(maxsize=4096)
def caller_address(hotkey: str) -> Address | None:
    """The account behind a claimed hotkey, or None when the text is no address."""
    try:
        return Address.parse(hotkey)
    except InvalidAddress:
        return None


@dataclass(slots=True)
class NonceStore:
    """Nonces accepted within the window, each once, forgotten when they could not come again."""

    _expiry: list[tuple[int, str, int]] = field(default_factory=list)
    _seen: dict[str, set[int]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._expiry)

    def accept(self, hotkey: str, nonce: int, now_ns: int) -> None:
        """Remember a nonce; raise ``Unauthenticated`` when it was used or there is no room."""
        self._forget(now_ns)
        used = self._seen.get(hotkey)
        if used is not None and nonce in used:
            raise refuse(Refusal.REPLAYED)
        if len(self._expiry) >= _MAX_NONCES or (used and len(used) >= _MAX_NONCES_PER_CALLER):
            raise refuse(Refusal.TOO_MANY)
        self._seen.setdefault(hotkey, set()).add(nonce)
        heapq.heappush(self._expiry, (nonce + int(MAX_WINDOW_S * _NS), hotkey, nonce))

    def _forget(self, now_ns: int) -> None:
        while self._expiry and self._expiry[0][0] < now_ns:
            _, hotkey, nonce = heapq.heappop(self._expiry)
            used = self._seen[hotkey]
            used.discard(nonce)
            if not used:
                del self._seen[hotkey]


@dataclass(slots=True)
class Verifier:
    """Decides whether the caller of one axon is who it claims to be.

    ``started_ns`` is the oldest nonce believed, the start of the process: replay memory does not
    survive a restart, so nothing signed before it may count.
    """

    hotkey: Address
    started_ns: int
    nonces: NonceStore = field(default_factory=NonceStore)
    _own: str = ""

    def __post_init__(self) -> None:
        self._own = self.hotkey.ss58

    def check_shape(self, head: RequestHead) -> Address:
        """The cheap half: every part is present and names this axon; returns the claimed caller."""
        claim = head.claim
        if not claim.signature:
            raise refuse(Refusal.MISSING_SIGNATURE)
        if not claim.nonce:
            raise refuse(Refusal.MISSING_NONCE)
        if not claim.hotkey:
            raise refuse(Refusal.MISSING_HOTKEY)
        address = caller_address(claim.hotkey)
        if address is None:
            raise refuse(Refusal.BAD_HOTKEY)
        if not (claim.nonce.isascii() and claim.nonce.isdigit() and len(claim.nonce) <= 20):
            raise refuse(Refusal.BAD_NONCE)
        if head.axon_hotkey and head.axon_hotkey != self._own:
            raise refuse(Refusal.WRONG_RECEIVER)
        return address

    def check(self, head: RequestHead, caller: Address, now_ns: int) -> None:
        """The dear half: freshness, then the signature, and only then is the nonce spent."""
        nonce = int(head.claim.nonce)
        self._check_age(nonce, head.timeout_s, now_ns)
        message = signed_text(head.claim, self._own, head.body_hash)
        if not verify_sr25519(caller.public_key, message, head.claim.signature):
            raise refuse(Refusal.BAD_SIGNATURE)
        self.nonces.accept(head.claim.hotkey, nonce, now_ns)

    def _check_age(self, nonce: int, timeout_s: float, now_ns: int) -> None:
        window_s = min(GRACE_S + timeout_s, MAX_WINDOW_S)
        age_s = (now_ns - nonce) / _NS
        if nonce < self.started_ns:
            raise refuse(Refusal.STALE, ": it was signed before this axon started")
        if age_s >= window_s:
            raise refuse(
                Refusal.STALE,
                f": acceptable delta is {window_s:.2f} seconds but request was {age_s:.2f} seconds old",
            )
        if age_s < -MAX_AHEAD_S:
            raise refuse(Refusal.AHEAD)
