"""Timestamp: the block's time, set by the author in the first extrinsic of every block."""

from taocli.localnet.frame.call import call
from taocli.localnet.frame.outcome import DispatchFailure, Origin
from taocli.localnet.frame.pallet import Constant, Pallet
from taocli.localnet.frame.storage import Value
from taocli.localnet.frame.types import Compact, Field, boolean, u64


class Timestamp(Pallet):
    """The current block's time."""

    name = "Timestamp"
    index = 2

    Now = Value(u64, docs="The time of the block, in milliseconds since the Unix epoch.")
    DidUpdate = Value(boolean)

    constants = (Constant("MinimumPeriod", u64, 6_000),)

    @call(0, dispatch_class="Mandatory", now=Field(None, Compact(u64), "T::Moment"))
    def set(self, origin: Origin, now: int) -> None:
        """Set the time, once per block, by the block's author."""
        origin.none()
        if self.DidUpdate.get():
            raise DispatchFailure.plain("Other")
        self.Now.set(now)
        self.DidUpdate.set(True)

    def on_finalize(self, number: int) -> None:  # noqa: ARG002  # every block alike
        """Make room for the next block's time."""
        self.DidUpdate.kill()
