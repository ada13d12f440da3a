"""The model worker: its own process, the only one that loads torch."""
