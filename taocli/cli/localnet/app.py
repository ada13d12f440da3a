"""The commands of ``taocli localnet``, named here and imported only when one runs."""

from collections.abc import Mapping

from taocli.cli.commands import CommandSpec
from taocli.cli.group import lazy_app

_HERE = "taocli.cli.localnet"
LOCALNET_COMMANDS: Mapping[str, CommandSpec] = {
    "start": CommandSpec(f"{_HERE}.starting:start", "Start a chain at genesis."),
    "stop": CommandSpec(f"{_HERE}.running:stop", "Stop a chain that was started here."),
    "status": CommandSpec(f"{_HERE}.running:status", "Show the chains that run here."),
    "logs": CommandSpec(f"{_HERE}.running:logs", "Show what a detached chain says."),
    "fund": CommandSpec(f"{_HERE}.money:fund", "Send TAO from the dev account //Alice."),
    "accounts": CommandSpec(
        f"{_HERE}.money:accounts", "List the accounts that block 0 gave money to."
    ),
    "mine-blocks": CommandSpec(f"{_HERE}.driving:mine_blocks", "Make blocks at once."),
    "advance-epoch": CommandSpec(
        f"{_HERE}.driving:advance_epoch", "Make blocks up to a subnet's next epoch."
    ),
    "advance-time": CommandSpec(
        f"{_HERE}.driving:advance_time", "Let the following blocks come later."
    ),
    "set-time": CommandSpec(f"{_HERE}.driving:set_time", "Let the next block come at a time."),
    "snapshot": CommandSpec(f"{_HERE}.returning:snapshot", "Remember the chain as it is."),
    "snapshots": CommandSpec(f"{_HERE}.returning:snapshots", "List what can be gone back to."),
    "revert": CommandSpec(f"{_HERE}.returning:revert", "Go back to a snapshot."),
    "reset": CommandSpec(f"{_HERE}.returning:reset", "Go back to block 0."),
    "replay": CommandSpec(
        f"{_HERE}.replaying:replay", "Make the chain of a block log again and compare."
    ),
    "validator": CommandSpec(
        "taocli.cli.validator:validator", "Ask miners sums, score the answers, set weights."
    ),
}

app = lazy_app("Run a Bittensor chain of your own, and drive it.", LOCALNET_COMMANDS)
