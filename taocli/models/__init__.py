"""Models that ship with taocli."""
