"""What ``from taocli.localnet import ...`` gives, imported when it is asked for: a chain is large."""

from typing import Any


def export(name: str) -> Any:
    """``Localnet``; the package's ``__getattr__`` (PEP 562)."""
    if name != "Localnet":
        raise AttributeError(f"module 'taocli.localnet' has no attribute {name!r}")
    from taocli.localnet.library import Localnet  # noqa: PLC0415 - see the module

    return Localnet
