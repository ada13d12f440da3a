"""Typed reads at one pinned block."""
