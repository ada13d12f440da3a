"""Linking a neuron to an EVM address that signed for it."""

from typing import Any

import pytest
from coincurve import PrivateKey
from Crypto.Hash import keccak
from fixtures_chain import Chain

from taocli.localnet.pallets.subtensor.evm_association import (
    association_digest,
    recovered_address,
)
from taocli.wallet.evm_keys import evm_key_from_private

SECRET = bytes(range(1, 33))
ADDRESS = evm_key_from_private(SECRET).h160


def consent(chain: Chain, hotkey: str = "H1", block: int = 7, offset: int = 27) -> bytes:
    """What an Ethereum wallet gives back; it counts the recovery id from 27."""
    digest = association_digest(chain.key(hotkey), block)
    signature = PrivateKey(SECRET).sign_recoverable(digest, hasher=None)
    return signature[:64] + bytes((signature[64] + offset,))


def associate(chain: Chain, who: str = "H1", **changed: Any) -> str | None:
    args = {"netuid": 1, "evm_key": ADDRESS, "block_number": 7, "signature": consent(chain)}
    return chain.do(who, "associate_evm_key", **{**args, **changed})


@pytest.fixture
def neuron(chain: Chain) -> Chain:
    chain.register("Bob", "H1")
    chain.mine()
    return chain


def test_the_digest_is_what_ethereum_wallets_sign() -> None:
    block = keccak.new(digest_bits=256, data=bytes((7, 0, 0, 0, 0, 0, 0, 0))).digest()
    message = b"\x19Ethereum Signed Message:\n64" + bytes(32) + block
    assert association_digest(bytes(32), 7) == keccak.new(digest_bits=256, data=message).digest()
    signature = PrivateKey(SECRET).sign_recoverable(association_digest(bytes(32), 7), hasher=None)
    assert recovered_address(association_digest(bytes(32), 7), signature) == ADDRESS


@pytest.mark.parametrize("offset", [0, 27])
def test_it_is_remembered_for_the_uid(neuron: Chain, offset: int) -> None:
    assert associate(neuron, signature=consent(neuron, offset=offset)) is None
    assert neuron.module.AssociatedEvmAddress[1, 1] == (ADDRESS, neuron.number)


def test_only_neurons_have_one(neuron: Chain) -> None:
    assert associate(neuron, "H2") == "HotKeyNotRegisteredInSubNet"
    assert associate(neuron, netuid=9) == "HotKeyNotRegisteredInSubNet"
    args = {"netuid": 9, "evm_key": ADDRESS, "block_number": 7, "signature": bytes(65)}
    assert neuron.refused("H1", "associate_evm_key", **args) == "Custom(19)"


def test_the_signature_must_be_the_addresss_for_this_hotkey_and_block(neuron: Chain) -> None:
    other = consent(neuron, hotkey="H2")
    assert associate(neuron, signature=other) == "InvalidRecoveredPublicKey"
    assert associate(neuron, block_number=8) == "InvalidRecoveredPublicKey"
    assert associate(neuron, evm_key=bytes(20)) == "InvalidRecoveredPublicKey"
    assert associate(neuron, signature=bytes(65)) == "InvalidIdentity"
    assert associate(neuron, signature=consent(neuron)[:64] + b"\x09") == "InvalidIdentity"


def test_a_change_has_to_wait(neuron: Chain) -> None:
    assert associate(neuron) is None
    neuron.mine()
    assert associate(neuron) == "EvmKeyAssociateRateLimitExceeded"
    args = {"netuid": 1, "evm_key": ADDRESS, "block_number": 7, "signature": bytes(65)}
    assert neuron.refused("H1", "associate_evm_key", **args) == "Custom(20)"
    neuron.mine(3)
    neuron.runtime.system.Number.set(2 + 7_200)
    assert associate(neuron) is None


def test_a_fast_chain_hardly_waits(start_chain: Any) -> None:
    chain = start_chain(block_time=0.25)
    chain.register("Bob", "H1")
    assert associate(chain) is None
    assert associate(chain) == "EvmKeyAssociateRateLimitExceeded"
    chain.mine()
    assert associate(chain) is None


def test_it_is_free(neuron: Chain) -> None:
    assert neuron.invocation("associate_evm_key", netuid=1).declaration.free
