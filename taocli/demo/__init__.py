"""The whole road in one command: chain, wallets, miner, validator, dashboard."""
