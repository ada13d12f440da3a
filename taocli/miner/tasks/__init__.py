"""What a serving miner does beside answering: follow the chain, watch the worker, tell its status."""
