"""Block 0 from a TOML file: what it says comes true, what it misspells is answered with a suggestion."""

import pytest
from fixtures_chain import TAO, Chain

from taocli.domain.errors import InvalidSetting
from taocli.localnet.assemble import build_producer
from taocli.localnet.genesis_file import parse_genesis

BOB = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"
WHOLE = f"""
base = "empty"
sudo = "//Charlie"

[accounts]
"//Alice" = 1000
"{BOB}" = "0.5"
"//dev/0" = 2.25

[parameters]
NetworkRateLimit = 0
tx_rate_limit = 3

[[subnets]]
netuid = 7
owner = "//Alice"
hotkey = "//AliceHotkey"
pool = 500
neurons = 9
[subnets.parameters]
tempo = 11
CommitRevealWeightsEnabled = false
"""


def test_everything_it_says_is_in_block_0() -> None:
    runtime = build_producer(block_time=None, genesis=WHOLE).runtime
    module = runtime.subtensor_module
    assert sorted(module.NetworksAdded.keys_under()) == [0, 7]
    assert runtime.sudo.Key.get() == Chain.key("Charlie")
    money = {name: runtime.balances.free(Chain.key(name)) for name in ("Alice", "Bob", "Dave")}
    assert money == {"Alice": 1000 * TAO, "Bob": TAO // 2, "Dave": 0}
    assert (module.NetworkRateLimit.get(), module.TxRateLimit.get()) == (0, 3)
    assert (module.Tempo[7], module.CommitRevealWeightsEnabled[7]) == (11, False)
    assert module.SubnetworkN[7] == 9
    assert module.SubtokenEnabled[7]
    assert module.SubnetLocked[7] == 500 * TAO


def test_a_file_lies_over_its_base() -> None:
    text = '[accounts]\n"//Alice" = 0\n[[subnets]]\nnetuid = 2\nowner = "//Bob"\nhotkey = "//H"\n'
    runtime = build_producer(block_time=None, genesis=text).runtime
    assert sorted(runtime.subtensor_module.NetworksAdded.keys_under()) == [0, 1, 2]
    assert runtime.balances.free(Chain.key("Alice")) == 0
    assert runtime.balances.free(Chain.key("Bob")) == 1_000_000 * TAO


def test_a_subnet_of_the_base_is_replaced() -> None:
    text = '[[subnets]]\nnetuid = 1\nowner = "//Bob"\nhotkey = "//H"\nstarted = false\n'
    module = build_producer(block_time=None, genesis=text).runtime.subtensor_module
    assert module.SubnetOwner[1] == Chain.key("Bob")
    assert not module.SubtokenEnabled[1]


def test_an_empty_file_changes_nothing() -> None:
    plain = build_producer(block_time=None)
    assert build_producer(block_time=None, genesis="# nothing\n").store.head == plain.store.head


SUBNET = '[[subnets]]\nnetuid = 2\nowner = "//Bob"\nhotkey = "//H"\n'


@pytest.mark.parametrize(
    ("text", "what", "fix"),
    [
        ("acounts = 1", "'acounts'", "Did you mean accounts?"),
        ("[parameters]\nnetwork_rate_limits = 1", "network_rate_limits", "network_rate_limit?"),
        ("[parameters]\nTotalIssuance = 1", "TotalIssuance", ""),
        ("[parameters]\nnetwork_rate_limit = true", "True", "Correct"),
        ("[parameters]\nnetwork_rate_limit = -1", "-1", "Correct"),
        (SUBNET + "ownr = 1", "'ownr'", "Did you mean owner?"),
        (SUBNET + "pool = 0", "pool", "Correct"),
        (SUBNET + "neurons = 300", "neurons", "Correct"),
        (SUBNET + "started = false\nneurons = 3", "neurons", "Correct"),
        (SUBNET + "[subnets.parameters]\ntempo = 0", "tempo", "Correct"),
        (SUBNET + "[subnets.parameters]\ntempo = 70000", "tempo", "Correct"),
        (SUBNET + "[subnets.parameters]\ntmpo = 7", "'tmpo'", "Did you mean tempo?"),
        (SUBNET + "[subnets.parameters]\nSubnetTAO = 7", "SubnetTAO", ""),
        (SUBNET + SUBNET, "subnets", "Correct"),
        ("[[subnets]]\nnetuid = 2", "owner", "Correct"),
        ('base = "dve"', "base", "Did you mean dev?"),
        ('sudo = "Alice"', "sudo", "//Alice"),
        ('[accounts]\n"//Bob" = -1', "accounts.//Bob", "Correct"),
        ('[accounts]\n"//Bob" = 99_000_000', "accounts.//Bob", "Correct"),
        ('[accounts]\n"//Bob" = 0.0000000001', "accounts.//Bob", "TAO"),
        ('[accounts]\n"//Bob" = true', "accounts.//Bob", "Correct"),
        ('[accounts]\n"//Bob" = "0.0000001"', "accounts.//Bob", "Correct"),
        ("accounts = 5", "accounts", "Correct"),
        ("subnets = 5", "subnets", "Correct"),
        ("a = = b", "not valid TOML", "Correct"),
    ],
)
def test_what_it_misspells_is_refused_with_a_hint(text: str, what: str, fix: str) -> None:
    with pytest.raises(InvalidSetting) as refused:
        parse_genesis(text)
    assert what in refused.value.what
    assert fix in refused.value.fix
