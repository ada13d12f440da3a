"""How much is minted: the halving curve of TAO and of every alpha.

Emission halves each time half of what was still missing to the cap of 21 million has been issued: at
10.5 million, 15.75 million and so on, whatever block that happens in. Source: Subtensor spec 425,
``coinbase/block_emission.rs``. Amounts are rao.
"""

CAP = 21_000_000 * 10**9
FULL_EMISSION = 10**9


def block_emission(issued: int) -> int:
    """What one block mints after ``issued`` rao exist: 10^9, halved at each threshold."""
    if issued >= CAP:
        return 0
    halvings = 0
    while issued >= CAP - (CAP >> (halvings + 1)):
        halvings += 1
    return FULL_EMISSION >> halvings
