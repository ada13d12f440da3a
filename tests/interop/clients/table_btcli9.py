"""btcli 9.23.2: what people do with it, in an order in which it works.

``@bob`` stands for the options that choose Bob's wallet and ask nothing. This btcli exits with 0 when the
chain refuses, so every flow looks at what the answer says, and most at the chain as well.
"""

import re
from typing import Any

from .flow import BTCLI_9, TAO, YES, Fact, Flow, above, exists, fact, free, near, nothing, within

_PERSON = re.compile(r"(?<!\S)@(\w+)")
_OPTIONS = r"--wallet-name \1 --wallet-path {wallets} --hotkey default --no-prompt"
_ABOUT = (
    "--github-repo https://github.com/someone/something --subnet-contact me@example.com "
    "--subnet-url https://example.com --discord-handle d --description e "
    "--logo-url https://example.com/l --additional-info f"
)
_OPEN = "--no-mev-protection"


def btcli(
    name: str, command: str, *facts: Fact, json: bool = True, network: bool = True, **more: Any
) -> Flow:
    """A flow of btcli 9; ``json`` and ``network`` say which general options the command takes."""
    words = _PERSON.sub(_OPTIONS, command).split()
    words += ["--network", "{network}"] if network else []
    words += ["--json-output"] if json else []
    return Flow(BTCLI_9, name, tuple(words), facts=facts, **more)


def staked(hotkey: str, netuid: int, amount: float) -> Fact:
    """More than so much stake is on a hotkey."""
    return fact("TotalHotkeyAlpha", hotkey, netuid, is_=above(amount * TAO))


# fmt: off
_WALLET = (
    btcli("wallet list", "wallet list --wallet-path {wallets}", network=False,
          says={"wallets": within("{bob}", "{bob.hot}")}),
    btcli("wallet balance", "wallet balance --wallet-name bob --wallet-path {wallets}",
          says={"balances.bob.free": 1_000_000.0, "balances.bob.coldkey": "{bob}"}),
    btcli("wallet transfer", "wallet transfer @bob --dest {eve} --amount 3",
          fact("System.Account", "{eve}", is_=free(2_003 * TAO)), says=YES),
    btcli("wallet overview", "wallet overview --wallet-name alice --wallet-path {wallets}",
          says={"subnets.0.netuid": 1, "subnets.0.neurons.0.hotkey_ss58": "{alice.hot}"}),
    btcli("wallet sign", "wallet sign --wallet-name bob --wallet-path {wallets} --hotkey default "
          "--use-hotkey --message hello", network=False, says={"signer_address": "{bob.hot}"}),
    btcli("wallet associate-hotkey", "wallet associate-hotkey @charlie",
          fact("Owner", "{charlie.hot}", is_="{charlie}"), json=False, shows=("Successfully",)),
)
_REGISTER = (
    btcli("subnets register", "subnets register --netuid 1 @bob",
          fact("Uids", 1, "{bob.hot}", is_=1), says=YES),
    btcli("subnets register another", "subnets register --netuid 1 @dave",
          fact("Uids", 1, "{dave.hot}", is_=2), says=YES),
    btcli("subnets register on root", "subnets register --netuid 0 @bob",
          fact("Uids", 0, "{bob.hot}", is_=0), says=YES),
    btcli("wallet set-identity", "wallet set-identity @bob --id-name Bob --web-url https://b.com "
          "--image-url https://b.com/i --discord b --description d --additional a --github g",
          fact("IdentitiesV2", "{bob}", is_=exists), says={**YES, "identity.name": "Bob"}),
    btcli("wallet get-identity", "wallet get-identity --key {bob}", says={"name": "Bob"}),
)
_SUBNETS = (
    btcli("subnets list", "subnets list",
          says={"total_netuids": 2, "subnets.1.price": above(0.9), "subnets.1.tempo.sn_tempo": 50}),
    btcli("subnets show", "subnets show --netuid 1 --no-prompt",
          says={"netuid": 1, "uids.1.hotkey": "{bob.hot}"}),
    btcli("subnets hyperparameters", "subnets hyperparameters --netuid 1",
          says={"": within("'hyperparameter': 'tempo', 'value': 50")}),
    btcli("subnets price", "subnets price --netuids 1 --current",
          says={"1.stats.current_price": above(0.9)}),
    btcli("subnets burn-cost", "subnets burn-cost", says={"burn_cost.tao": near(1_000, 1)}),
    btcli("subnets create", f"subnets create @charlie --subnet-name mine {_ABOUT}",
          fact("SubnetOwner", 2, is_="{charlie}"), says={**YES, "netuid": 2}),
    btcli("subnets check-start", "subnets check-start --netuid 2", json=False,
          shows=("can be started",)),
    btcli("subnets start", "subnets start --netuid 2 @charlie",
          fact("FirstEmissionBlockNumber", 2, is_=exists), json=False, shows=("Successfully",)),
    btcli("subnets set-identity", f"subnets set-identity --netuid 2 @charlie --subnet-name other "
          f"{_ABOUT}", fact("SubnetIdentitiesV3", 2, is_=within("other")), says=YES),
    btcli("subnets get-identity", "subnets get-identity --netuid 2",
          says={"subnet_name": "other", "subnet_contact": "me@example.com"}),
    btcli("subnets set-symbol", "subnets set-symbol @charlie --netuid 2 ש",
          fact("TokenSymbol", 2, is_=exists), says=YES),
)
_STAKE = (
    btcli("stake add", f"stake add @bob --netuid 1 --amount 500 --unsafe {_OPEN}",
          staked("{bob.hot}", 1, 400), says={"staking_success.1.*": True}),
    btcli("stake add with a limit", f"stake add @bob --netuid 1 --amount 50 --tolerance 0.1 {_OPEN}",
          staked("{bob.hot}", 1, 450), says={"staking_success.1.*": True}),
    btcli("stake add shielded", "stake add @bob --netuid 1 --amount 50 --tolerance 0.1",
          staked("{bob.hot}", 1, 500), says={"staking_success.1.*": True}),
    btcli("stake add on root", f"stake add @bob --netuid 0 --amount 5000 {_OPEN}",
          staked("{bob.hot}", 0, 4_999), says={"staking_success.0.*": True}),
    btcli("stake list", "stake list --wallet-name bob --wallet-path {wallets} --no-prompt",
          says={"stake_info.*.0.value": above(4_999), "coldkey_address": "{bob}"}),
    btcli("stake move", f"stake move @bob --from {{bob.hot}} --to {{dave.hot}} --origin-netuid 1 "
          f"--dest-netuid 1 --amount 10 {_OPEN}", staked("{dave.hot}", 1, 9), says=YES),
    btcli("stake swap", f"stake swap @bob --origin-netuid 1 --dest-netuid 0 --amount 10 {_OPEN}",
          staked("{bob.hot}", 0, 5_005), says=YES),
    btcli("stake transfer", "stake transfer @bob --hotkey {bob.hot} --dest {charlie} "
          f"--origin-netuid 1 --dest-netuid 1 --amount 5 {_OPEN}",
          fact("StakingHotkeys", "{charlie}", is_=within("{bob.hot}")), says=YES),
    btcli("stake remove", "stake remove @bob --hotkey-ss58-address {bob.hot} --netuid 1 "
          f"--amount 10 {_OPEN}", says={"0.success": True}),
    btcli("stake remove all", "stake remove @charlie --hotkey-ss58-address {bob.hot} --unstake-all "
          f"{_OPEN}", says={"success.*.success": True}),
    btcli("stake set-auto", "stake set-auto --netuid 1 --wallet-name bob --wallet-path {wallets}",
          fact("AutoStakeDestination", "{bob}", 1, is_="{bob.hot}"), json=False,
          typed="{bob.hot}\ny\n", shows=("destination set",)),
    btcli("stake auto", "stake auto --ss58 {bob}", says={"1.destination": "{bob.hot}"},
          fails="the client shows one letter of the address: it takes what its own substrate library "
          "decoded (a text) for a tuple"),
    btcli("stake child set", "stake child set @bob --netuid 1 --children {eve.hot} --prop 0.5",
          fact("PendingChildKeys", 1, "{bob.hot}", is_=within("{eve.hot}")),
          says={"1.success": True}),
    btcli("stake child get", "stake child get --wallet-name bob --wallet-path {wallets} "
          "--hotkey default --netuid 1", says={"": {}}),  # the new ones wait for an epoch
    btcli("stake child take", "stake child take @bob --netuid 1 --take 0.1",
          fact("ChildkeyTake", "{bob.hot}", 1, is_=near(6_553, 1)), says={"1.success": True}),
    btcli("stake child revoke", "stake child revoke @bob --netuid 1",
          fact("PendingChildKeys", 1, "{bob.hot}", is_=lambda found: not found[0]),
          says={"1.success": True}, mine=150),
    btcli("stake set-claim", "stake set-claim keep @bob",
          fact("RootClaimType", "{bob}", is_=within("Keep")), says=YES),
)
_LOCKS = (
    btcli("lock add", "lock add --netuid 1 --wallet-name bob --wallet-path {wallets} --no-prompt "
          "--hotkey {bob.hot} --amount 5", fact("Lock", "{bob}", 1, "{bob.hot}", is_=exists),
          says={"new_locked_rao": 5 * TAO}),
    btcli("lock list", "lock list --wallet-name bob --wallet-path {wallets}",
          says={"locks.0.hotkey": "{bob.hot}"}),
    btcli("lock show", "lock show --netuid 1 --wallet-name bob --wallet-path {wallets}",
          says={"locks.0.netuid": 1}),
    btcli("lock mode", "lock mode --netuid 1 --wallet-name bob --wallet-path {wallets} "
          "--no-prompt --mode perpetual", says={"target_mode": "perpetual"}),
    btcli("lock move", "lock move --netuid 1 --wallet-name bob --wallet-path {wallets} "
          "--no-prompt --dest {dave.hot}", fact("Lock", "{bob}", 1, "{dave.hot}", is_=exists),
          says={"destination_hotkey": "{dave.hot}"}),
    btcli("subnets conviction", "subnets conviction --netuid 1",
          says={"netuid": 1, "rows": within("{dave.hot}")}),
)
_OWNER = (
    btcli("sudo get", "sudo get --netuid 1",
          says={"": within("'hyperparameter': 'immunity_period', 'value': 5000")}),
    btcli("sudo set", "sudo set @alice --netuid 1 --param immunity_period --value 77",
          fact("ImmunityPeriod", 1, is_=77), says=YES),
    btcli("sudo set-take", "sudo set-take --wallet-name bob --wallet-path {wallets} "
          "--hotkey default --take 0.1", fact("Delegates", "{bob.hot}", is_=near(6_553, 1)),
          says=YES),
    btcli("sudo get-take", "sudo get-take --wallet-name bob --wallet-path {wallets} "
          "--hotkey default", says={"current_take": near(0.1, 0.001)}),
    btcli("sudo trim", "sudo trim --wallet-name alice --wallet-path {wallets} --no-prompt "
          "--netuid 1 --max 100", fact("MaxAllowedUids", 1, is_=100), says=YES),
    btcli("sudo trigger-epoch", "sudo trigger-epoch --wallet-name alice --wallet-path {wallets} "
          "--no-prompt --netuid 1", says={**YES, "fires_at": above(1)}),
    btcli("sudo stake-burn", "sudo stake-burn @alice --netuid 1 --amount 1", says=YES),
    btcli("subnets mechanisms count", "subnets mechanisms count --netuid 1", says={"count": 1}),
    btcli("subnets mechanisms set", "subnets mechanisms set --netuid 1 --wallet-name alice "
          "--wallet-path {wallets} --hotkey default --count 2",
          fact("MechanismCountCurrent", 1, is_=2), json=False, typed="y\n"),
    btcli("subnets mechanisms split-emissions", "subnets mechanisms split-emissions --netuid 1 "
          "@alice --split 70,30", fact("MechanismEmissionSplit", 1, is_=exists), says=YES),
    btcli("subnets mechanisms emissions", "subnets mechanisms emissions --netuid 1",
          says={"percentages.0": near(70, 0.1)}),
)
_MINER = (
    btcli("axon set", "axon set @dave --netuid 1 --ip 10.1.2.3 --port 8091",
          fact("Axons", 1, "{dave.hot}", is_=lambda axon: axon["port"] == 8_091), json=False,
          shows=("Axon set successfully",)),
    btcli("axon reset", "axon reset @dave --netuid 1",
          fact("Axons", 1, "{dave.hot}", is_=lambda axon: axon["ip"] == 0), json=False,
          shows=("Axon reset successfully",), mine=10),
    btcli("weights commit", "weights commit @bob --netuid 1 --uids 1,2 --weights 0.5,0.5 "
          "--salt 1,2,3", fact("WeightCommits", 1, "{bob.hot}", is_=exists), says=YES,
          fails="the client asks for a storage item get_commit_reveal_weights_enabled, which no "
          "Subtensor has, and stops"),
)
_PROXY = (
    btcli("proxy add", "proxy add --wallet-name bob --wallet-path {wallets} --no-prompt "
          "--delegate {charlie} --proxy-type Staking --delay 0",
          fact("Proxy.Proxies", "{bob}", is_=within("{charlie}", "Staking")), says=YES),
    btcli("stake add as a proxy", "stake add @charlie --include-hotkeys {bob.hot} --netuid 1 "
          f"--amount 1 --tolerance 0.1 --proxy {{bob}} {_OPEN}",
          says={"staking_success.1.*": True}),
    btcli("proxy remove", "proxy remove --wallet-name bob --wallet-path {wallets} --no-prompt "
          "--delegate {charlie} --proxy-type Staking",
          fact("Proxy.Proxies", "{bob}", is_=lambda found: not found[0]), says=YES),
    btcli("proxy create", "proxy create --wallet-name bob --wallet-path {wallets} --no-prompt "
          "--proxy-type Any --delay 0 --index 0",
          fact("Proxy.Proxies", "{pure}", is_=within("{bob}")), says=YES,
          keep={"pure": "data.pure"}),
    btcli("transfer from a pure proxy, after paying it", "wallet transfer @bob --dest {pure} "
          "--amount 5", fact("System.Account", "{pure}", is_=free(5 * TAO)), says=YES),
    btcli("wallet transfer as a proxy", "wallet transfer @bob --dest {ferdie} --amount 1 "
          "--proxy {pure}", fact("System.Account", "{ferdie}", is_=free(2_001 * TAO)), says=YES),
    btcli("proxy add with a delay", "proxy add --wallet-name bob --wallet-path {wallets} "
          "--no-prompt --delegate {dave} --proxy-type Any --delay 1", says=YES),
    btcli("proxy announcement", "wallet transfer @dave --dest {ferdie} --amount 1 --proxy {bob} "
          "--announce-only", fact("Proxy.Announcements", "{dave}", is_=within("{bob}")), says=YES),
)
_CROWD = (
    btcli("crowd create", "crowd create @charlie --deposit 10 --min-contribution 1 --cap 50 "
          "--duration 200 --fundraising --target-address {dave}",
          fact("Crowdloan.Crowdloans", 0, is_=within("{charlie}")), says=YES),
    btcli("crowd list", "crowd list", says={"data.crowdloans.0.creator": "{charlie}"}),
    btcli("crowd contribute", "crowd contribute @bob --id 0 --amount 20",
          fact("Crowdloan.Contributions", 0, "{bob}", is_=20 * TAO), says=YES),
    btcli("crowd contributors", "crowd contributors --id 0", says={"data.total_count": 2}),
    btcli("crowd withdraw", "crowd withdraw @bob --id 0",
          fact("Crowdloan.Contributions", 0, "{bob}", is_=nothing), says=YES),
    btcli("crowd update", "crowd update @charlie --id 0 --cap 40",
          fact("Crowdloan.Crowdloans", 0, is_=lambda loan: loan["cap"] == 40 * TAO), says=YES),
    btcli("crowd fill", "crowd contribute @bob --id 0 --amount 30", says=YES),
    btcli("crowd info", "crowd info --id 0", says={"data.raised": 40.0}),
    btcli("crowd finalize", "crowd finalize @charlie --id 0",
          fact("Crowdloan.Crowdloans", 0, is_=lambda loan: loan["finalized"]), says=YES),
    btcli("crowd create another", "crowd create @charlie --deposit 10 --min-contribution 1 "
          "--cap 50 --duration 60 --fundraising --target-address {dave}", says=YES),
    btcli("crowd refund", "crowd refund @charlie --id 1", says=YES, mine=70),
    btcli("crowd dissolve", "crowd dissolve @charlie --id 1",
          fact("Crowdloan.Crowdloans", 1, is_=nothing), says=YES),
)
_LEASE = (
    btcli("crowd create for a lease", "crowd create @charlie --deposit 10 --min-contribution 1 "
          "--cap 1500 --duration 200 --subnet-lease --emissions-share 20 --lease-end-block 100000",
          says={**YES, "data.type": "subnet"}),
    btcli("crowd fill the lease", "crowd contribute @bob --id 2 --amount 1490", says=YES),
    btcli("crowd finalize the lease", "crowd finalize @charlie --id 2",
          fact("SubnetLeases", 0, is_=within("{charlie}")), says=YES),
)
_KEYS = (
    btcli("wallet swap-hotkey", "wallet swap-hotkey @dave other --netuid 1",
          fact("Uids", 1, "{dave.other}", is_=2), says=YES),
    btcli("wallet swap-coldkey announce", "wallet swap-coldkey announce @eve "
          "--new-coldkey {eve.other}", fact("ColdkeySwapAnnouncements", "{eve}", is_=exists),
          json=False, shows=("Successfully",)),
    btcli("wallet swap-check", "wallet swap-check --wallet-name eve --wallet-path {wallets}",
          json=False, shows=("{eve}", "Pending")),
)
_REST = (
    btcli("subnets price history", "subnets price --netuids 1",
          says={"1.stats.current_price": above(0.9)}, mine=1_000),
    btcli("utils convert", "utils convert --tao 2", network=False, json=False,
          shows=("2000000000",)),
)
LAST_BTCLI_9 = (
    btcli("weights reveal", "weights reveal @bob --netuid 1 --uids 1,2 --weights 0.5,0.5 "
          "--salt 1,2,3", fact("WeightCommits", 1, "{bob.hot}", is_=nothing), says=YES, epoch=True),
    btcli("stake process-claim", "stake process-claim @bob --netuids 1",
          says={**YES, "message": within("laimed")}),
    btcli("stake wizard", "stake wizard", runs=False, fails="it only talks to a person at a "
          "terminal"),
    btcli("view dashboard", "view dashboard", runs=False, fails="it opens a browser"),
)
# fmt: on
FLOWS_BTCLI_9 = (
    *_WALLET,
    *_REGISTER,
    *_SUBNETS,
    *_STAKE,
    *_LOCKS,
    *_OWNER,
    *_MINER,
    *_PROXY,
    *_CROWD,
    *_KEYS,
    *_REST,
)  # fmt: skip
