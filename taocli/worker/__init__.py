"""The model worker: its own process, so that a broken model never takes the miner with it.

The worker process (``__main__``, ``server``, ``engine``) is the only place where torch is loaded. The miner
holds the other end: ``supervisor`` keeps one process per device alive, ``client`` speaks HTTP/1.1 with
server-sent events to it over a Unix socket, and ``wire`` is the shape of the bodies both sides share.
``training`` makes the model that is shipped.
"""
