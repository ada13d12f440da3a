"""The client of a Bittensor node: transport, codec, typed reads, calls and submission."""
