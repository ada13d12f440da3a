"""What the node asks of a runtime, so that blocks can be made and tested without the real one."""

from typing import Protocol

from taocli.localnet.frame.version import RuntimeVersion
from taocli.localnet.pool import Validity
from taocli.localnet.state import State


class Execution(Protocol):
    """A runtime over ``state``; byte strings of extrinsics include their length prefix."""

    state: State
    """What calls read and write; the node may swap it to run over an older block."""

    head_hash: bytes
    """The hash of the newest block, which the pool's check of eras needs."""

    version: RuntimeVersion

    def metadata(self, version: int) -> bytes:
        """The metadata of a version, with its magic number."""

    def validate(self, extrinsic: bytes) -> Validity:
        """Check a transaction; raise ``InvalidTransaction``."""

    def begin_block(self, number: int, parent_hash: bytes, now_ms: int) -> None:
        """Open a block and run the pallets' hooks."""

    def apply(self, extrinsic: bytes) -> object:
        """Run one extrinsic; raise ``InvalidTransaction`` when it may not be included."""

    def end_block(self) -> object:
        """Run the closing hooks."""

    def call_api(self, name: str, arguments: bytes) -> bytes:
        """Run a runtime API method; raise ``KeyError`` for one that does not exist."""
