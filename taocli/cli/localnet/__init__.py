"""``taocli localnet``: run a Bittensor chain of your own, without Docker, and drive it."""
