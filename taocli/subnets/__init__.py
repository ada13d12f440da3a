"""Plug-ins: what a subnet's miners do for a request."""
