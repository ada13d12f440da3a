"""The running miner: supervised tasks from preflight to drained shutdown."""
