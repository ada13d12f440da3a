"""taocli: wallet, staking and mining for the Bittensor network in one terminal program.

Read the packages from the inside out. ``domain`` is the vocabulary: money, addresses, errors and the
ports everything meets at. ``wallet`` and ``config`` are what lies on disk. ``services`` are the things
a user wants done, ``feeds`` the live numbers a dashboard shows. ``chain``, ``localnet``, ``protocol``
and ``worker`` are adapters that know nothing of one another: the client of a node, a node of our own,
the wire between neurons, and the process that runs a model. ``subnets`` are plug-ins, ``miner`` and
``validator`` the two long-running programs, ``bootstrap`` the one place that wires it all, ``demo`` the
whole road in one command, and ``cli`` and ``tui`` the shells.
"""

__version__ = "0.1.0"
