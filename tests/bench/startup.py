"""Start-up cost of whole commands, in CPU milliseconds, against both generations of btcli.

python -m tests.bench.startup
"""

import tempfile
from pathlib import Path

from tests.bench.cpu import OWN, PEERS, always, compare

COMMANDS = (("--version",), ("--help",), ("wallet", "list"))


def main() -> None:
    """Print one line a command and peer, each with an empty home directory."""
    with tempfile.TemporaryDirectory() as homes:
        for arguments in COMMANDS:
            same = dict.fromkeys((OWN, *PEERS), always(*arguments))
            compare(" ".join(arguments), same, Path(homes))


if __name__ == "__main__":
    main()
