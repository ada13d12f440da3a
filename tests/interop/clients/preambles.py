"""What each generation of clients needs before its first flow: wallets, a connection, short names."""

BTCLI_MODULES = {"sdk10": "bittensor_cli.cli", "sdk11": "bittensor.cli.main"}

_PEOPLE = """
PEOPLE = ("Alice", "Bob", "Charlie", "Dave", "Eve", "Ferdie")
"""

_SDK_10 = (
    _PEOPLE
    + """
import bittensor as bt
from bittensor_wallet import Keypair, Wallet

def make(person):
    cold = Keypair.create_from_uri(f"//{person}")
    for hotkey, suffix in (("other", "Other"), ("default", "Hotkey")):
        wallet = Wallet(name=person.lower(), hotkey=hotkey, path="{wallets}")
        hot = Keypair.create_from_uri(f"//{person}{suffix}")
        wallet.set_coldkey(cold, encrypt=False, overwrite=True)
        wallet.set_coldkeypub(cold, overwrite=True)
        wallet.set_hotkey(hot, encrypt=False, overwrite=True)
        wallet.set_hotkeypub(hot, overwrite=True)
    return wallet

alice, bob, charlie, dave, eve, ferdie = map(make, PEOPLE)
other = lambda person: Wallet(name=person.name, hotkey="other", path="{wallets}")
chain = bt.Subtensor(network="{network}")
tao, rao = bt.Balance.from_tao, bt.Balance.from_rao
open_ = {"mev_protection": False}

def done(response):
    if not response.success:
        raise RuntimeError(str(response.message))
    return True

def call_of(pallet, name, **values):
    return chain.compose_call(pallet, name, values)

def sudo(call):
    return call_of("Sudo", "sudo", call=call)

def signed(call, wallet):
    return chain.sign_and_send_extrinsic(call=call, wallet=wallet)

def pay(address, amount):
    return call_of("Balances", "transfer_keep_alive", dest=address, value=amount * 10**9)

def hash_of(call):
    return "0x" + call.call_hash.hex()

def multi(members, threshold):
    addresses = [member.coldkeypub.ss58_address for member in members]
    return chain.substrate.generate_multisig_account(addresses, threshold).ss58_address

def opened(members, threshold):
    waiting = chain.substrate.query_map("Multisig", "Multisigs", [multi(members, threshold)])
    return [value for _, value in waiting][0]["when"]

def as_multi(threshold, others, call, when=None):
    addresses = sorted((other.coldkeypub for other in others), key=lambda key: key.public_key)
    return call_of(
        "Multisig", "as_multi", threshold=threshold, call=call, maybe_timepoint=when,
        other_signatories=[key.ss58_address for key in addresses],
        max_weight={"ref_time": 10**9, "proof_size": 10**5},
    )
"""
)

_SDK_11 = (
    _PEOPLE
    + """
import bittensor as bt
from bittensor.keyfiles import Keypair

def make(person):
    cold = Keypair.create_from_uri(f"//{person}")
    for hotkey, suffix in (("other", "Other"), ("default", "Hotkey")):
        wallet = bt.Wallet(person.lower(), hotkey, "{wallets}")
        wallet.coldkey_file.set_keypair(cold, encrypt=False, overwrite=True)
        wallet.coldkeypub_file.set_keypair(cold, encrypt=False, overwrite=True)
        hot = Keypair.create_from_uri(f"//{person}{suffix}")
        wallet.hotkey_file.set_keypair(hot, encrypt=False, overwrite=True)
        wallet.hotkeypub_file.set_keypair(hot, encrypt=False, overwrite=True)
    return bt.Wallet(person.lower(), "default", "{wallets}")

alice, bob, charlie, dave, eve, ferdie = map(make, PEOPLE)
other = lambda person: bt.Wallet(person.name, "other", "{wallets}")
dave_other = other(dave)
chain = bt.Subtensor("{network}")

def intent(op, **fields):
    return bt.intents.REGISTRY[op](**fields)

def done(op, wallet, **fields):
    chain.execute(intent(op, **fields), wallet).raise_for_failure()
    return True

def shielded(op, wallet, **fields):
    chain.submit_shielded(intent(op, **fields), wallet).raise_for_failure()
    return True

def refused(op, wallet, **fields):
    result = chain.execute(intent(op, **fields), wallet)
    return None if result.success else str(result.error)

def together(call, members, when=None):
    addresses = [member.coldkeypub.ss58_address for member in members]
    return {"threshold": 2, "other_signatories": addresses, "call": call, "timepoint": when}

def opened(*members):
    group = chain.multisig([member.coldkeypub.ss58_address for member in members], 2)
    waiting = chain.query_map(bt.storage.Multisig.Multisigs, [group.address])
    return [value for _, value in waiting][0]["when"]
"""
)

PREAMBLES = {"sdk10": _SDK_10, "sdk11": _SDK_11}
