"""FRAME in miniature: pallets are declarations; storage keys, metadata and dispatch follow."""
