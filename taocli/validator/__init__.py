"""The reference validator of a localnet: ask, score, set weights."""
