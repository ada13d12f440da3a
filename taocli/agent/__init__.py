"""A process that holds unlocked keys for a while and signs with them; like ssh-agent it gives no key out.

``client`` is what commands use, ``server`` what the process runs (``python -m taocli.agent``), and ``wire``
what the two say to each other through a Unix socket that only this user can reach.
"""
