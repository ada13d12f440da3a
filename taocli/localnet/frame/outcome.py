"""How calls end: the origin that asks, the failure that undoes, and the fee that may be waived.

``DispatchFailure.value`` is the SCALE value of ``sp_runtime::DispatchError``, as events carry it.
"""

import enum
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from taocli.domain.errors import DispatchFailed
from taocli.domain.errors import InvalidTransaction as PoolRefused
from taocli.localnet.frame.types import Array, Enum, Struct, Unit, Variant, u8

ModuleError = Struct("sp_runtime::ModuleError", index=u8, error=Array(u8, 4))
_TOKEN_ERRORS = (
    "FundsUnavailable", "OnlyProvider", "BelowMinimum", "CannotCreate", "UnknownAsset",
    "Frozen", "Unsupported", "CannotCreateHold", "NotExpendable", "Blocked",
)  # fmt: skip
TokenError = Enum(
    "sp_runtime::TokenError",
    *(Variant(index, name) for index, name in enumerate(_TOKEN_ERRORS)),
)
ArithmeticError = Enum(  # noqa: A001  # its name in the interface
    "sp_arithmetic::ArithmeticError",
    Variant(0, "Underflow"),
    Variant(1, "Overflow"),
    Variant(2, "DivisionByZero"),
)
TransactionalError = Enum(
    "sp_runtime::TransactionalError", Variant(0, "LimitReached"), Variant(1, "NoLayer")
)
_TRIE_ERRORS = (
    "InvalidStateRoot", "IncompleteDatabase", "ValueAtIncompleteKey", "DecoderError", "InvalidHash",
    "DuplicateKey", "ExtraneousNode", "ExtraneousValue", "ExtraneousHashReference",
    "InvalidChildReference", "ValueMismatch", "IncompleteProof", "RootMismatch", "DecodeError",
)  # fmt: skip
TrieError = Enum(
    "sp_runtime::proving_trie::TrieError",
    *(Variant(index, name) for index, name in enumerate(_TRIE_ERRORS)),
)
DispatchError = Enum(
    "sp_runtime::DispatchError",
    Variant(0, "Other"),
    Variant(1, "CannotLookup"),
    Variant(2, "BadOrigin"),
    Variant(3, "Module", ModuleError),
    Variant(4, "ConsumerRemaining"),
    Variant(5, "NoProviders"),
    Variant(6, "TooManyConsumers"),
    Variant(7, "Token", TokenError),
    Variant(8, "Arithmetic", ArithmeticError),
    Variant(9, "Transactional", TransactionalError),
    Variant(10, "Exhausted"),
    Variant(11, "Corruption"),
    Variant(12, "Unavailable"),
    Variant(13, "RootNotAllowed"),
    Variant(14, "Trie", TrieError),
)
DispatchResult = Enum(
    "Result",
    Variant(0, "Ok", Unit),
    Variant(1, "Err", DispatchError),
    params={"T": Unit, "E": DispatchError},
)
OK = ("Ok", ())
"""The ``DispatchResult`` of success."""


class DispatchFailure(DispatchFailed):
    """A call failed while running; whatever it did is undone.

    ``value`` is the DispatchError as SCALE value, ``label`` reads ``Balances.InsufficientBalance``.
    """

    def __init__(self, value: Any, label: str) -> None:
        super().__init__(f"The call failed with {label}.", "The chain's rules forbid it.", "")
        self.value = value
        self.label = label

    @classmethod
    def bad_origin(cls) -> "DispatchFailure":
        """The caller may not make this call."""
        return cls("BadOrigin", "BadOrigin")

    @classmethod
    def token(cls, name: str) -> "DispatchFailure":
        """A TokenError, for instance ``FundsUnavailable``."""
        return cls(("Token", name), f"Token.{name}")

    @classmethod
    def arithmetic(cls, name: str) -> "DispatchFailure":
        """An ArithmeticError: Underflow, Overflow or DivisionByZero."""
        return cls(("Arithmetic", name), f"Arithmetic.{name}")

    @classmethod
    def plain(cls, name: str) -> "DispatchFailure":
        """A variant without content, for instance ``CannotLookup``."""
        return cls(name, name)


class InvalidTransaction(PoolRefused):
    """The pool or the block refuses an extrinsic; nothing was spent.

    ``code``/``message``/``data`` are the node's JSON-RPC error.
    """

    def __init__(self, reason: str, data: str, *, rpc_code: int = 1010) -> None:
        super().__init__(data, f"The extrinsic is refused with {reason}.", "")
        self.reason = reason
        self.rpc_code = rpc_code
        self.message = _MESSAGES[rpc_code]
        self.data = data

    @classmethod
    def custom(cls, number: int) -> "InvalidTransaction":
        """``Custom(number)``, the codes of Subtensor's own extension."""
        return cls(f"Custom({number})", f"Custom error: {number}")

    @classmethod
    def named(cls, reason: str) -> "InvalidTransaction":
        """One of Substrate's own reasons; the texts are sp_runtime's."""
        return cls(reason, _REASONS[reason])

    @classmethod
    def undecodable(cls, why: str) -> "InvalidTransaction":
        """Bytes that are no extrinsic of this chain."""
        return cls("BadFormat", why, rpc_code=1001)

    @classmethod
    def unknown(cls) -> "InvalidTransaction":
        """``UnknownTransaction::CannotLookup``."""
        return cls(
            "CannotLookup",
            "Could not lookup information required to validate the transaction",
            rpc_code=1011,
        )


_MESSAGES = {
    1001: "Extrinsic has invalid format",
    1010: "Invalid Transaction",
    1011: "Unknown Transaction Validity",
}
_REASONS = {
    "Call": "Transaction call is not expected",
    "Payment": "Inability to pay some fees (e.g. account balance too low)",
    "Future": "Transaction will be valid in the future",
    "Stale": "Transaction is outdated",
    "BadProof": "Transaction has a bad signature",
    "AncientBirthBlock": "Transaction has an ancient birth block",
    "ExhaustsResources": "Transaction would exhaust the block limits",
    "BadSigner": "Invalid signing address",
    "MandatoryValidation": "Transaction dispatch is mandatory; transactions must not be validated.",
}


class OriginKind(enum.Enum):
    """Who can ask: an account, the chain itself, or nobody (inherents)."""

    SIGNED = "Signed"
    ROOT = "Root"
    NONE = "None"


@dataclass(frozen=True, slots=True)
class Origin:
    """The caller of a call; every one of ``limits`` must allow a call (an ``Invocation``) of its."""

    kind: OriginKind
    account: bytes | None = None
    limits: tuple[Callable[[Any], bool], ...] = ()

    @classmethod
    def from_account(cls, account: bytes) -> "Origin":
        """A signed origin."""
        return cls(OriginKind.SIGNED, account)

    def within(self, limit: Callable[[Any], bool]) -> "Origin":
        """The same caller, who may from here on (nested calls too) only do what ``limit`` allows."""
        return replace(self, limits=(*self.limits, limit))

    def signed(self) -> bytes:
        """The signing account (32 bytes), or BadOrigin."""
        if self.account is None:
            raise DispatchFailure.bad_origin()
        return self.account

    def root(self) -> None:
        """BadOrigin unless the chain itself (sudo) asks."""
        if self.kind is not OriginKind.ROOT:
            raise DispatchFailure.bad_origin()

    def none(self) -> None:
        """BadOrigin unless the block author put the call there."""
        if self.kind is not OriginKind.NONE:
            raise DispatchFailure.bad_origin()

    @property
    def is_root(self) -> bool:
        """Whether the chain itself asks."""
        return self.kind is OriginKind.ROOT


ROOT = Origin(OriginKind.ROOT)
NOBODY = Origin(OriginKind.NONE)


class Pays(enum.Enum):
    """What a call may return to say whether its fee is kept; None means what it declared."""

    YES = "Yes"
    NO = "No"
