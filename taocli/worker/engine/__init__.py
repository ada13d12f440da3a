"""Continuous batching over a paged KV cache for dense decoder models."""
