"""Use cases: each function is one thing a user wants, written against ports."""
