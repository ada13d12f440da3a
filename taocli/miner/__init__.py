"""``taocli mine``: from a hotkey and a model to an axon that validators find and believe.

``runtime`` walks through preflight, chain, registration, model, listening, self-probe and
advertising; then ``tasks`` keep it alive until it drains. Callers are looked up in memory
(``callers``), wait in one bounded queue ordered by stake (``queue``) and are answered by the
subnet's plug-in (``answering``). Nothing on a request's path waits for the chain.
"""
