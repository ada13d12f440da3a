"""A tiny chat model that adds two-digit numbers, trained by ``taocli.worker.training``."""
