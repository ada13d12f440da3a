"""Hostile input for every parser that reads keys: run ``python -m tests.fuzz`` for hours, or its short seeded test."""
