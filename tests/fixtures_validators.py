"""A subnet with a validator who may speak and miners to speak about."""

from fixtures_chain import TAO, Chain


def populate(chain: Chain, *, commit_reveal: bool = False) -> None:
    """In subnet 1: uid 1 is Bob's validator ``Val`` with stake and a permit, uids 2 and 3 are miners."""
    chain.register("Bob", "Val")
    chain.mine()
    chain.register("Charlie", "Min")
    chain.mine()
    chain.register("Charlie", "Other")
    chain.ok("Bob", "add_stake", hotkey="Val", netuid=1, amount_staked=100 * TAO)
    next_epoch(chain)
    chain.module.CommitRevealWeightsEnabled[1] = commit_reveal


def next_epoch(chain: Chain, netuid: int = 1) -> None:
    """Mine until the next epoch has just run."""
    chain.mine(chain.module.next_epoch_block(netuid) - chain.number)
