"""``python -m taocli`` is ``taocli``."""

from taocli.cli.main import main

if __name__ == "__main__":
    main()
