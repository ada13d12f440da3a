"""Benchmarks: each prints ratios against a named rival, both measured in the same run."""
