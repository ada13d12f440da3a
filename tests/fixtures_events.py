"""Listening to what a pallet records, with values instead of bytes."""

from typing import Any

from taocli.localnet.frame.pallet import Pallet


def listen(pallet: Pallet) -> list[tuple[str, Any]]:
    """A list that grows with every event of the pallet: its name, and its values in order."""
    heard: list[tuple[str, Any]] = []
    deposit = pallet.deposit

    def overheard(event: str, *values: Any, **named: Any) -> None:
        heard.append((event, values or tuple(named.values())))
        deposit(event, *values, **named)

    pallet.deposit = overheard  # type: ignore[method-assign]  # what the chain does stays the same
    return heard
