"""``python -m tests.bench``: every benchmark, one after the other."""

from tests.bench import startup, wallet

if __name__ == "__main__":
    startup.main()
    wallet.main()
