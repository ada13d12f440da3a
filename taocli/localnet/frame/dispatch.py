"""Running calls: filters, guards, and a transaction that a failure undoes.

``dispatch`` runs one call (nested ones too: sudo and utility come back here), ``apply_signed`` runs a
checked extrinsic: nonce and fee first, which stay whatever happens, then the call, whose effects and
events vanish when it fails, then the fee's correction and the event that says how it went.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from taocli.localnet.frame.call import Invocation
from taocli.localnet.frame.extrinsic import Extrinsic
from taocli.localnet.frame.outcome import DispatchFailure, Origin, Pays

if TYPE_CHECKING:
    from taocli.localnet.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an extrinsic went: ``error`` is None for success; ``fee`` and ``tip`` in rao."""

    index: int
    error: DispatchFailure | None
    fee: int
    tip: int

    @property
    def ok(self) -> bool:
        """Whether the call succeeded."""
        return self.error is None


@dataclass(frozen=True, slots=True)
class DispatchInfo:
    """What a call costs before it runs: ref_time in picoseconds, class, and whether it pays."""

    weight: int
    dispatch_class: str
    pays: Pays


def nested_calls(invocation: Invocation) -> list[Invocation]:
    """The calls among a call's arguments."""
    found: list[Invocation] = []
    for value in invocation.args.values():
        candidates = value if isinstance(value, list) else [value]
        found += [item for item in candidates if isinstance(item, Invocation)]
    return found


def dispatch_info(invocation: Invocation) -> DispatchInfo:
    """The declared cost, nested calls included."""
    declaration = invocation.declaration
    weight = declaration.weight + sum(
        dispatch_info(inner).weight for inner in nested_calls(invocation)
    )
    pays = Pays.NO if declaration.free else Pays.YES
    return DispatchInfo(weight, declaration.dispatch_class, pays)


def fee_payer(runtime: "Runtime", signer: bytes, invocation: Invocation) -> bytes:
    """Who pays for an extrinsic: its signer, unless a pallet knows who agreed to."""
    named = (pallet.fee_payer(signer, invocation) for pallet in runtime.pallets)
    return next((account for account in named if account is not None), signer)


def dispatch(
    runtime: "Runtime", invocation: Invocation, origin: Origin, *, filtered: bool = True
) -> Pays | None:
    """Run one call or raise ``DispatchFailure``; a failed call leaves nothing behind."""
    if filtered and not origin.is_root:
        refused = any(pallet.filters(invocation) for pallet in runtime.pallets)
        if refused or not all(limit(invocation) for limit in origin.limits):
            runtime.pallet("System").fail("CallFiltered")
    for pallet in runtime.pallets:
        pallet.check_dispatch(origin, invocation)
    if invocation.unresolved():
        raise DispatchFailure.plain("CannotLookup")
    with runtime.transaction():
        result: Any = invocation.pallet.run_call(invocation.declaration, origin, invocation.args)
    return result if isinstance(result, Pays) else None


def apply_signed(runtime: "Runtime", extrinsic: Extrinsic, signer: bytes, tip: int) -> Outcome:
    """Run a signed extrinsic whose checks have passed."""
    system, payment = runtime.system, runtime.transaction_payment
    info = dispatch_info(extrinsic.call)
    system.advance_nonce(signer)
    fee = payment.fee(info, extrinsic.length)
    payer = fee_payer(runtime, signer, extrinsic.call)
    payment.withdraw_fee(payer, fee + tip, extrinsic.call)
    error, pays = _try(runtime, extrinsic.call, Origin.from_account(signer), info)
    if pays is Pays.NO:
        payment.refund(payer, fee)
        fee = 0
    payment.settle(payer, fee, tip)
    system.note_applied(info, pays, error)
    return Outcome(runtime.finish_extrinsic(extrinsic.length, info.weight), error, fee, tip)


def apply_bare(runtime: "Runtime", extrinsic: Extrinsic, origin: Origin) -> Outcome:
    """Run an inherent: no nonce, no fee, and it must succeed."""
    info = dispatch_info(extrinsic.call)
    dispatch(runtime, extrinsic.call, origin)
    runtime.system.note_applied(info, info.pays, None)
    return Outcome(runtime.finish_extrinsic(extrinsic.length, info.weight), None, 0, 0)


def _try(
    runtime: "Runtime", call: Invocation, origin: Origin, info: DispatchInfo
) -> tuple[DispatchFailure | None, Pays]:
    try:
        pays = dispatch(runtime, call, origin)
    except DispatchFailure as failure:
        return failure, info.pays
    return None, pays or info.pays
