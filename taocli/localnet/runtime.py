"""The runtime: pallets and APIs put together over a state."""
