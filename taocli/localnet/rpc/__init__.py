"""Substrate JSON-RPC over WebSocket and HTTP."""
