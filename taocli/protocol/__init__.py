"""The axon wire: how validators ask and miners answer over HTTP.

A validator POSTs JSON to ``http://ip:port/SynapseClassName``. The request's headers repeat who asks
(the dendrite), who is asked (the axon) and a hash of chosen body fields; the caller's hotkey signs
nonce, both hotkeys, a session id and that hash. The answer is the same JSON with outputs filled in.
The wire is that of the bittensor SDK 7.2 to 10.5; ``synapse`` reads and writes it, ``signature``
decides whom to believe, ``axon`` answers, ``server`` owns the sockets and ``dendrite`` asks.
"""
