"""The miner's long-lived tasks, one class each."""
