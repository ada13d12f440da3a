"""``python -m tests.bench``: every benchmark, one after the other; the dev chain's, half a minute, only with --localnet."""

import sys

from tests.bench import localnet, startup, wallet

if __name__ == "__main__":
    startup.main()
    wallet.main()
    if "--localnet" in sys.argv[1:]:
        localnet.main([])
