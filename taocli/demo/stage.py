"""Where the demo happens: a private temporary folder, free ports and an environment that points there.

Nothing of the user's own configuration, wallets or sockets is read or written: every directory that
taocli uses is redirected into the folder, which is removed at the end.
"""

import os
import shutil
import socket
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

NETUID = 1
MINER_WALLET = "demo-miner"
VALIDATOR_WALLET = "demo-validator"
HOTKEY = "default"
_LONGEST_BASE = 24
"""Characters of the temporary folder that leave room for a Unix socket's path (107 in all)."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One demo's folder, ports and timing; ``block_time_s`` in seconds, ``tempo`` in blocks."""

    folder: Path
    chain_port: int
    axon_port: int
    block_time_s: str
    tempo: int
    environ: Mapping[str, str]

    @property
    def endpoint(self) -> str:
        """The URL of the demo's chain."""
        return f"ws://127.0.0.1:{self.chain_port}"

    @property
    def wallet_path(self) -> Path:
        """Where the demo's wallets lie."""
        return self.folder / "wallets"

    def strike(self) -> None:
        """Remove the folder and everything in it."""
        shutil.rmtree(self.folder, ignore_errors=True)


def set_stage(block_time_s: str, tempo: int) -> Stage:
    """Make the folder (0700) and pick ports that are free now."""
    deep = len(tempfile.gettempdir()) > _LONGEST_BASE
    folder = Path(tempfile.mkdtemp(prefix="taocli-demo-", dir="/tmp" if deep else None))  # noqa: S108 - mkdtemp makes it 0700 and new
    redirected = {
        "XDG_CONFIG_HOME": "config",
        "XDG_STATE_HOME": "state",
        "XDG_CACHE_HOME": "cache",
        "XDG_RUNTIME_DIR": "run",
        "TAOCLI_WALLET_PATH": "wallets",
    }
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("TAOCLI_", "BT_"))
    }
    environ = inherited | {name: str(folder / part) for name, part in redirected.items()}
    (folder / "run").mkdir(mode=0o700)
    return Stage(
        folder=folder,
        chain_port=_free_port("127.0.0.1"),
        axon_port=_free_port("0.0.0.0"),  # noqa: S104 - only asks which port is free
        block_time_s=block_time_s,
        tempo=tempo,
        environ=environ,
    )


def _free_port(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
