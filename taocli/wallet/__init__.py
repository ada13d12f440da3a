"""Keys on disk and in memory; knows nothing of chains and can reach no network."""
