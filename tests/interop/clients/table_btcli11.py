"""btcli 11.3.0: what people do with it, in an order in which it works.

``@bob`` stands for Bob's wallet and for not asking. This btcli exits with 1 when the chain refuses, and
shields what trades stake unless it is told not to.
"""

import hashlib
import re
import shlex
import struct
from typing import Any

from taocli.localnet.dev_keys import dev_key

from .flow import BTCLI_11, TAO, YES, Fact, Flow, above, exists, fact, free, near, nothing, within

_PERSON = re.compile(r"(?<!\S)@(\w+)")
_NEWER = "{} is newer than the interface of this chain (spec 425) and a whole mechanism of its own"
BASKETS = _NEWER.format("trading root baskets")
COLLATERAL = _NEWER.format("locking collateral")


def commit_hash(hotkey: str) -> str:
    """What the chain compares a reveal of equal weights for uids 1 and 2, with salt 7, 8, to."""
    pair = struct.Struct("<BHH").pack
    values = pair(8, 1, 2) + pair(8, 0xFFFF, 0xFFFF) + pair(8, 7, 8)
    message = dev_key(hotkey).public_key + struct.pack("<H", 1) + values + bytes(8)
    return "0x" + hashlib.blake2b(message, digest_size=32).hexdigest()


COMMIT = commit_hash("BobHotkey")


def btcli(name: str, command: str, *facts: Fact, json: bool = True, **more: Any) -> Flow:
    """A flow of btcli 11."""
    words = shlex.split(_PERSON.sub(r"-w \1 -H default -y", command))
    words += ["--network", "{network}", "--wallet-path", "{wallets}"] if json else []
    words += ["--json"] if json else []
    return Flow(BTCLI_11, name, tuple(words), facts=facts, **more)


def does(name: str, command: str, *facts: Fact, **more: Any) -> Flow:
    """A flow that signs something."""
    return btcli(name, command, *facts, says=more.pop("says", YES), **more)


def sudo(name: str, call: str, arguments: str, *facts: Fact) -> Flow:
    """A call through Sudo, as //Alice."""
    return does(name, f"call {call} --args '{arguments}' --sudo @alice", *facts)


def staked(hotkey: str, netuid: int, amount: float) -> Fact:
    """More than so much stake is on a hotkey."""
    return fact("TotalHotkeyAlpha", hotkey, netuid, is_=above(amount * TAO))


# fmt: off
_SUDO = (
    sudo("call, with sudo", "AdminUtils.sudo_set_admin_freeze_window", '{"window":0}',
         fact("AdminFreezeWindow", is_=0)),
    sudo("call of a second, with sudo", "AdminUtils.sudo_set_network_rate_limit",
         '{"rate_limit":0}', fact("NetworkRateLimit", is_=0)),
)
_WALLET = (
    btcli("wallet list", "wallet list", says={"": within("{bob}", "{bob.hot}")}),
    btcli("wallet balance", "wallet balance {bob}",
          says={"coldkey": "{bob}", "free_tao": 1_000_000.0}),
    does("wallet transfer", "wallet transfer @bob --dest {eve} --amount 3",
         fact("System.Account", "{eve}", is_=free(2_003 * TAO))),
    btcli("wallet overview", "wallet overview -w alice",
          says={"0.wallet": "alice", "0.free_tao": 1_000_000.0}),
    btcli("wallet sign", "wallet sign -w bob --message hello", says={"signer_address": "{bob}"}),
    does("wallet associate-hotkey", "wallet associate-hotkey @charlie",
         fact("Owner", "{charlie.hot}", is_="{charlie}")),
)
_REGISTER = (
    does("subnets register", "subnets register --netuid 1 @bob",
         fact("Uids", 1, "{bob.hot}", is_=1)),
    does("subnets register another", "subnets register --netuid 1 @dave",
         fact("Uids", 1, "{dave.hot}", is_=2)),
    does("root register", "root register @bob", fact("Uids", 0, "{bob.hot}", is_=0)),
    does("wallet set-identity", "wallet set-identity @bob --name Bob --url https://b.com",
         fact("IdentitiesV2", "{bob}", is_=exists)),
    btcli("wallet get-identity", "wallet get-identity --coldkey {bob}", says={"name": "Bob"}),
    btcli("wallet registrations", "wallet registrations -w bob", says={"": within("{bob.hot}")}),
    btcli("wallet inspect", "wallet inspect -w bob", says={"balance.coldkey": "{bob}"}),
)
_SUBNETS = (
    btcli("subnets list", "subnets list", says={"": within("'netuid': 1", "'tempo': 50")}),
    btcli("subnets show", "subnets show 1", says={"netuid": 1, "owner_coldkey": "{alice}"}),
    btcli("subnets hyperparameters", "subnets hyperparameters 1",
          says={"tempo": 50, "immunity_period": 5_000}),
    btcli("subnets metagraph", "subnets metagraph 1", says={"netuid": 1, "": within("{bob.hot}")}),
    btcli("subnets price", "subnets price --netuid 1", says={"tao_per_alpha": above(0.9)}),
    btcli("subnets burn-cost", "subnets burn-cost 1", says={"tao": above(0)}),
    btcli("subnets create-cost", "subnets create-cost", says={"tao": near(1_000, 1)}),
    does("subnets create", "subnets create @charlie", fact("SubnetOwner", 2, is_="{charlie}"),
         says={**YES, "data.netuid": 2}),
    btcli("hparams check-start", "hparams check-start --netuid 2", says={"netuid": 2}),
    does("hparams start", "hparams start @charlie --netuid 2",
         fact("FirstEmissionBlockNumber", 2, is_=exists)),
    does("hparams set-identity", "hparams set-identity @charlie --netuid 2 --name Other "
         "--url https://other.com", fact("SubnetIdentitiesV3", 2, is_=within("Other"))),
    btcli("hparams get-identity", "hparams get-identity 2", says={"subnet_name": "Other"}),
    does("hparams set-symbol", "hparams set-symbol @charlie --netuid 2 --symbol ש",
         fact("TokenSymbol", 2, is_=exists)),
)
_STAKE = (
    does("stake add", "stake add @bob --hotkey {bob.hot} --netuid 1 --amount 500",
         staked("{bob.hot}", 1, 400)),
    does("stake add, unprotected", "stake add @bob --hotkey {bob.hot} --netuid 1 --amount 50 "
         "--no-slippage-protection --no-mev-shield", staked("{bob.hot}", 1, 450)),
    does("stake add on root", "stake add @bob --hotkey {bob.hot} --netuid 0 --amount 5000",
         staked("{bob.hot}", 0, 4_999)),
    btcli("stake list", "stake list -w bob", says={"": within("{bob.hot}"), "1.netuid": 1}),
    btcli("stake show", "stake show --netuid 1 --coldkey {bob} --hotkey {bob.hot}",
          says={"stake_amount": above(400)}),
    does("stake move", "stake move @bob --origin-hotkey {bob.hot} --dest-hotkey {dave.hot} "
         "--netuid 1 --amount 10", staked("{dave.hot}", 1, 9)),
    does("stake swap", "stake swap @bob --hotkey {bob.hot} --origin-netuid 1 --dest-netuid 0 "
         "--amount 10", staked("{bob.hot}", 0, 5_005)),
    does("stake move-swap", "stake move-swap @bob --origin-hotkey {bob.hot} --dest-hotkey "
         "{dave.hot} --origin-netuid 1 --dest-netuid 0 --amount 5", staked("{dave.hot}", 0, 4)),
    does("stake transfer", "stake transfer @bob --dest {charlie} --hotkey {bob.hot} --netuid 1 "
         "--amount 5", fact("StakingHotkeys", "{charlie}", is_=within("{bob.hot}"))),
    does("stake transfer to another hotkey", "stake transfer @bob --dest {charlie} --hotkey "
         "{bob.hot} --dest-hotkey {dave.hot} --netuid 1 --amount 5",
         fact("StakingHotkeys", "{charlie}", is_=within("{dave.hot}"))),
    does("stake remove", "stake remove @bob --hotkey {bob.hot} --netuid 1 --amount 10"),
    does("stake unstake-all", "stake unstake-all @charlie --hotkey {bob.hot}"),
    does("stake unstake-all-alpha", "stake unstake-all-alpha @charlie --hotkey {dave.hot}"),
    does("stake set-auto", "stake set-auto @bob --netuid 1 --hotkey {bob.hot}",
         fact("AutoStakeDestination", "{bob}", 1, is_="{bob.hot}")),
    btcli("stake auto", "stake auto --coldkey {bob}", says={"0.hotkey": "{bob.hot}"}),
    does("stake child set", "stake child set @bob --netuid 1 --hotkey {bob.hot} "
         "--children '[[0.5,\"{eve.hot}\"]]'",
         fact("PendingChildKeys", 1, "{bob.hot}", is_=within("{eve.hot}"))),
    btcli("stake child get", "stake child get --netuid 1 --hotkey {bob.hot}",
          says={"hotkey": "{bob.hot}"}),
    does("stake child take", "stake child take @bob --netuid 1 --hotkey {bob.hot} --take 0.1",
         fact("ChildkeyTake", "{bob.hot}", 1, is_=near(6_553, 2))),
    btcli("stake wizard", "stake wizard"),
)
_LOCKS = (
    does("conviction add", "conviction add @bob --hotkey {bob.hot} --netuid 1 --amount 5",
         fact("Lock", "{bob}", 1, "{bob.hot}", is_=exists)),
    btcli("conviction list", "conviction list --coldkey {bob}", says={"0.hotkey": "{bob.hot}"}),
    btcli("conviction show", "conviction show --netuid 1 --coldkey {bob}",
          says={"lock.hotkey": "{bob.hot}"}),
    does("conviction mode", "conviction mode @bob --netuid 1 --perpetual"),
    does("conviction accept", "conviction accept @charlie --allow"),
    does("conviction move", "conviction move @bob --netuid 1 --destination-hotkey {dave.hot}",
         fact("Lock", "{bob}", 1, "{dave.hot}", is_=exists)),
    btcli("conviction targeting", "conviction targeting --netuid 1 --hotkey {dave.hot}",
          says={"": within("{bob}")}),
    btcli("subnets conviction", "subnets conviction --netuid 1", says={"": within("{dave.hot}")}),
)
_OWNER = (
    btcli("hparams get", "hparams get --netuid 1", says={"immunity_period": 5_000}),
    does("hparams set", "hparams set @alice --netuid 1 --name immunity_period --value 77",
         fact("ImmunityPeriod", 1, is_=77)),
    does("hparams set-take", "hparams set-take @bob --take 0.1",
         fact("Delegates", "{bob.hot}", is_=near(6_553, 2))),
    btcli("hparams get-take", "hparams get-take --hotkey {bob.hot}", says={"take": near(0.1, 0.01)}),
    does("hparams trim", "hparams trim @alice --netuid 1 --max-n 100",
         fact("MaxAllowedUids", 1, is_=100)),
    does("hparams stake-burn", "hparams stake-burn @alice --netuid 1 --amount 1 "
         "--limit-price 2000000000"),
    does("stake burn", "stake burn @charlie --hotkey {charlie.hot} --netuid 2 --amount 1"),
    does("hparams mechanisms count", "hparams mechanisms count --netuid 1 --value 2 @alice",
         fact("MechanismCountCurrent", 1, is_=2)),
    btcli("hparams mechanisms emissions", "hparams mechanisms emissions --netuid 1",
          says={"netuid": 1}),
    btcli("hparams trim-null", "hparams trim-null-batch @alice --netuid 1 --target 50",
          says=YES, fails=_NEWER.format("Null consensus")),
)
_NEURON = (
    does("misc axon set", "misc axon set @dave --netuid 1 --ip 10.1.2.3 --port 8091",
         fact("Axons", 1, "{dave.hot}", is_=lambda axon: axon["port"] == 8_091)),
    does("hparams set commit-reveal", "hparams set @alice --netuid 1 "
         "--name commit_reveal_weights_enabled --value true",
         fact("CommitRevealWeightsEnabled", 1, is_=True)),
    does("misc weights commit", "misc weights commit @bob --netuid 1 --uids 1,2 --weights 1,2",
         says={**YES, "data.reveal_round": above(1)}),
    btcli("query timelocked-weight-commits", "query timelocked-weight-commits --netuid 1",
          says={"": within("{bob.hot}", "ciphertext")}),
    does("call commit_weights, by the hotkey", "call SubtensorModule.commit_weights @bob "
         f"--key hotkey --args '{{\"netuid\":1,\"commit_hash\":\"{COMMIT}\"}}'",
         fact("WeightCommits", 1, "{bob.hot}", is_=exists), epoch=True),
    does("misc weights reveal", "misc weights reveal @bob --netuid 1 --uids 1,2 --weights 1,1 "
         "--salt 7,8", fact("WeightCommits", 1, "{bob.hot}", is_=nothing), epoch=True),
    does("hparams set commit-reveal off", "hparams set @alice --netuid 1 "
         "--name commit_reveal_weights_enabled --value false",
         fact("CommitRevealWeightsEnabled", 1, is_=False), mine=110),  # an owner sets the same parameter once in two tempos
    does("misc weights set", "misc weights set @bob --netuid 1 --uids 1,2 --weights 1,1",
         fact("Weights", 1, 1, is_=lambda row: len(row) == 2), mine=10),
    does("misc axon reset", "misc axon reset @dave --netuid 1",
         fact("Axons", 1, "{dave.hot}", is_=lambda axon: axon["ip"] == 0), mine=10),
)
_ROOT = (
    btcli("root list", "root list", says={"funds": within("{bob.hot}")}, mine=100),
    btcli("root list --mine", "root list --mine -w bob",
          says={"": within("{bob.hot}"), "0.accrued_tao": above(0)}),
    does("root claim", "root claim @bob --hotkey {bob.hot}",
         fact("RootClaimed", 1, "{bob.hot}", "{bob}", is_=above(1))),
    does("root move", "root move @bob --from {bob.hot} --to {dave.hot}",
         staked("{dave.hot}", 0, 5_000)),
    btcli("root allocate", "root allocate @bob --amount 5 --hotkey {bob.hot}", says=YES,
          fails=BASKETS),
    btcli("root swap", "root swap @bob --hotkey {bob.hot} --from 1 --to 2 --amount 1", runs=False,
          fails=f"{BASKETS}; the client, instead of stopping, may wait for ever"),
)
_PROXY = (
    does("proxy add", "proxy add @bob --delegate {charlie} --proxy-type Staking",
         fact("Proxy.Proxies", "{bob}", is_=within("{charlie}", "Staking"))),
    btcli("proxy list", "proxy list --coldkey {bob}", says={"proxies.0.delegate": "{charlie}"}),
    does("stake add for another", "stake add @charlie --hotkey {bob.hot} --netuid 1 --amount 1 "
         "--proxy-for {bob}"),
    does("proxy remove", "proxy remove @bob --delegate {charlie} --proxy-type Staking",
         fact("Proxy.Proxies", "{bob}", is_=lambda found: not found[0])),
    does("proxy create", "proxy create @bob --proxy-type Any --name bobs",
         fact("Proxy.Proxies", "{pure}", is_=within("{bob}")),
         keep={"pure": "data.pure_proxy"}),
    does("transfer to the pure proxy", "wallet transfer @bob --dest {pure} --amount 5",
         fact("System.Account", "{pure}", is_=free(5 * TAO))),
    does("transfer from the pure proxy", "wallet transfer @bob --dest {ferdie} --amount 1 "
         "--proxy-for {pure}", fact("System.Account", "{ferdie}", is_=free(2_001 * TAO))),
)
_MULTISIG = (
    btcli("multisig add", "multisig add trio --threshold 2 --signatories {alice},{bob},{charlie}",
          says={"entry.threshold": 2}, keep={"trio": "multisig_address"}),
    btcli("multisig show", "multisig show trio", says={"multisig_address": "{trio}"}),
    does("transfer to the multisig", "wallet transfer @alice --dest trio --amount 10",
         fact("System.Account", "{trio}", is_=free(10 * TAO))),
    does("multisig: first approval", "wallet transfer -w trio -y --signatory alice "
         "--dest {ferdie} --amount 1", fact("System.Account", "{ferdie}", is_=free(2_001 * TAO))),
    btcli("multisig pending", "multisig pending --multisig trio",
          says={"count": 1, "pending_multisigs.0.approvals": 1}),
    does("multisig: second approval", "wallet transfer -w trio -y --signatory bob "
         "--dest {ferdie} --amount 1", fact("System.Account", "{ferdie}", is_=free(2_002 * TAO))),
)
_CROWD = (
    does("tx create-crowdloan", "tx create-crowdloan @charlie --deposit-tao 10 "
         "--min-contribution-tao 1 --cap-tao 50 --end 5000 --target {dave}",
         fact("Crowdloan.Crowdloans", 0, is_=within("{charlie}"))),
    does("tx contribute-crowdloan", "tx contribute-crowdloan @bob --crowdloan-id 0 --amount-tao 5",
         fact("Crowdloan.Contributions", 0, "{bob}", is_=5 * TAO)),
    btcli("misc crowd list", "misc crowd list", says={"0.raised_tao": 15.0}),
    btcli("misc crowd info", "misc crowd info 0", says={"creator": "{charlie}"}),
    btcli("misc crowd contributors", "misc crowd contributors 0", says={"": within("{bob}")}),
    does("tx withdraw-crowdloan", "tx withdraw-crowdloan @bob --crowdloan-id 0",
         fact("Crowdloan.Contributions", 0, "{bob}", is_=nothing)),
    does("tx update-crowdloan-cap", "tx update-crowdloan-cap @charlie --crowdloan-id 0 "
         "--new-cap-tao 40", fact("Crowdloan.Crowdloans", 0, is_=lambda loan: loan["cap"] == 40 * TAO)),
    does("fill the crowdloan", "tx contribute-crowdloan @bob --crowdloan-id 0 --amount-tao 30"),
    does("tx finalize-crowdloan", "tx finalize-crowdloan @charlie --crowdloan-id 0",
         fact("Crowdloan.Crowdloans", 0, is_=lambda loan: loan["finalized"])),
)
_TX = (
    does("tx transfer", "tx transfer @bob --dest {eve.hot} --amount-tao 1",
         fact("System.Account", "{eve.hot}", is_=free(TAO))),
    does("tx batch", "tx batch @bob --intents '[{\"op\":\"transfer\",\"dest_ss58\":\"{eve.hot}\","
         "\"amount_tao\":1},{\"op\":\"transfer\",\"dest_ss58\":\"{eve.hot}\",\"amount_tao\":1}]'",
         fact("System.Account", "{eve.hot}", is_=free(3 * TAO))),
    does("call", "call Balances.transfer_keep_alive @bob --args "
         "'{\"dest\":\"{eve.hot}\",\"value\":1000000000}'",
         fact("System.Account", "{eve.hot}", is_=free(4 * TAO))),
    btcli("a transfer that is refused", "wallet transfer @dave --dest {bob} --amount 1000000",
          code=1),
    btcli("misc collateral list", "misc collateral list --netuid 1", says={"": []}),
    btcli("misc collateral set-min", "misc collateral set-min @bob --netuid 1 --amount 1", says=YES,
          fails=COLLATERAL),
    btcli("misc collateral add", "misc collateral add @bob --netuid 1 --amount 1", runs=False,
          fails=f"{COLLATERAL}; the client, instead of stopping, may wait for ever"),
    btcli("evm balance", "evm balance 0x1111111111111111111111111111111111111111",
          fails="this chain has no EVM, and so no Ethereum JSON-RPC"),
)
_QUERY = (
    btcli("query balance", "query balance --coldkey {bob}", says={"": within("τ99")}),
    btcli("query neurons", "query neurons --netuid 1", says={"": within("{bob.hot}")}),
    btcli("query block-info", "query block-info --block 5", says={"": within("Timestamp.set")}),
)
_KEYS = (
    does("stake child revoke", "stake child revoke @bob --netuid 1 --hotkey {bob.hot}", mine=160),
    does("wallet swap-hotkey", "wallet swap-hotkey @dave --new-hotkey {dave.other} --netuid 1",
         fact("Uids", 1, "{dave.other}", is_=2)),
    does("wallet announce-coldkey-swap", "wallet announce-coldkey-swap @eve --new-coldkey "
         "{eve.other}", fact("ColdkeySwapAnnouncements", "{eve}", is_=exists)),
    btcli("wallet swap-check", "wallet swap-check -w eve", says={"disputed": False}),
    btcli("evm mirror", "evm mirror 0x1111111111111111111111111111111111111111",
          says={"ss58_mirror": exists}),
    btcli("explain", "explain NotEnoughBalanceToStake", json=False, shows=("insufficient_balance",)),
)
# fmt: on
FLOWS_BTCLI_11 = (
    *_SUDO,
    *_WALLET,
    *_REGISTER,
    *_SUBNETS,
    *_STAKE,
    *_LOCKS,
    *_OWNER,
    *_NEURON,
    *_ROOT,
    *_PROXY,
    *_MULTISIG,
    *_CROWD,
    *_TX,
    *_QUERY,
    *_KEYS,
)  # fmt: skip
