"""btcli 9.23.2: what an owner, a validator and a staker do with it, in an order in which it works.

It exits with 0 when the chain refuses, so every flow looks at what the answer says, and at the chain.
"""

from .flow import BTCLI_9, Fact, Flow, above, fact, holds, near

TAO = 10**9
GITHUB = "https://github.com/someone/something"
IDENTITY = (
    f"--github-repo {GITHUB} --subnet-contact me@example.com --subnet-url https://example.com "
    "--discord-handle d --description e --logo-url https://example.com/l --additional-info f"
)


def as_(person: str) -> str:
    """The options that choose a wallet and ask nothing."""
    return f"--wallet-name {person} --wallet-path {{wallets}} --hotkey default --no-prompt"


def btcli(
    name: str, command: str, *facts: Fact, json: bool = True, plain: bool = False, **more: object
) -> Flow:
    """A flow of btcli 9; ``plain`` for commands that want neither network nor format."""
    words = [*command.split()]
    if not plain:
        words += ["--network", "{network}"]
    if json:
        words.append("--json-output")
    return Flow(BTCLI_9, name, tuple(words), facts=facts, **more)  # type: ignore[arg-type]  # checked by Flow's own tests


def staked(hotkey: str, netuid: int, limit: float) -> Fact:
    """All stake on a hotkey in a subnet is more than a limit."""
    return fact("TotalHotkeyAlpha", hotkey, netuid, is_=above(limit * TAO))


YES = {"success": True}
NO_MEV = "--no-mev-protection"

WALLET = (
    btcli(
        "wallet list", "wallet list --wallet-path {wallets}",
        plain=True, says={"wallets": lambda found: len(found) == 6},
    ),
    btcli(
        "wallet balance", "wallet balance --wallet-name bob --wallet-path {wallets}",
        says={"balances.bob.free": 1_000_000.0, "balances.bob.coldkey": "{bob}"},
    ),
    btcli(
        "wallet transfer", f"wallet transfer {as_('bob')} --dest {{eve}} --amount 3",
        fact("System.Account", "{eve}", is_=lambda a: a["data"]["free"] == 2_003 * TAO), says=YES,
    ),
    btcli(
        "wallet sign",
        "wallet sign --wallet-name bob --wallet-path {wallets} --hotkey default --use-hotkey "
        "--message hello",
        plain=True, says={"signer_address": "{bob.hot}"},
    ),
    btcli(
        "wallet associate-hotkey", f"wallet associate-hotkey {as_('charlie')}",
        fact("Owner", "{charlie.hot}", is_="{charlie}"), json=False, shows=("Successfully",),
    ),
    btcli(
        "wallet overview", "wallet overview --wallet-name alice --wallet-path {wallets}",
        says={"subnets.0.netuid": 1, "subnets.0.neurons.0.hotkey_ss58": "{alice.hot}"},
    ),
    btcli(
        "wallet set-identity",
        f"wallet set-identity {as_('bob')} --id-name Bob --web-url https://bob.example "
        "--image-url https://bob.example/i --discord b --description d --additional a --github g",
        fact("IdentitiesV2", "{bob}", is_=lambda found: found is not None),
        says=YES, fails_first="hotkey",
    ) if False else None,
)  # fmt: skip
