"""The two questions about root baskets that btcli 11 asks with every balance.

Baskets came to the chain after the interface that this runtime has (spec 425), yet the client cannot show
a balance without an answer. It is always the same: nobody holds a basket here.
"""

from taocli.localnet.frame.runtime_api import RuntimeApi, method
from taocli.localnet.frame.types import AccountId, Tuple, Vec, u64


class BetaBasketRuntimeApi(RuntimeApi):
    """Shares in the baskets that validators invest root dividends in."""

    version = 1

    @method(u64, coldkey=AccountId)
    def get_root_basket_owed(self, coldkey: bytes) -> int:  # noqa: ARG002 - nobody has any
        """What all positions of an account would pay, in rao: nothing."""
        return 0

    @method(Vec(Tuple(AccountId, u64, u64)), coldkey=AccountId)
    def get_root_basket_positions(self, coldkey: bytes) -> list[tuple[bytes, int, int]]:  # noqa: ARG002 - nobody has any
        """Validator, raw shares and payout in rao of each position: none."""
        return []
