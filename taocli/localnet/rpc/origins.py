"""Which web pages may talk to the node.

A browser lets any page open a WebSocket to this machine and says, in ``Origin``, where the page came
from. Pages of this machine and of the polkadot.js apps may; other programs send no origin and may too.
The list is the real node's default.
"""

from urllib.parse import urlsplit

_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_APPS = "https://polkadot.js.org"


def is_welcome(origin: str | None) -> bool:
    """Whether a connection with this ``Origin`` is served."""
    if origin is None or origin == _APPS:
        return True
    try:
        parts = urlsplit(origin)
    except ValueError:  # an address in brackets that is none
        return False
    return parts.scheme in {"http", "https"} and parts.hostname in _LOCAL
