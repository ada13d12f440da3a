"""The pallets of the dev chain, one module each."""
