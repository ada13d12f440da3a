"""Accounts without a key of their own: mirrors of EVM addresses, and multisig accounts."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taocli.domain.accounts import evm_mirror, multisig_account, truncated_h160
from taocli.domain.address import Address
from taocli.domain.errors import ValidationError

CASES = json.loads((Path(__file__).parents[2] / "vectors" / "wallet.json").read_text())["cases"]
MANY = [Address(bytes([number] * 32)) for number in range(1, 102)]
accounts = st.binary(min_size=32, max_size=32).map(Address)


def vectors(kind: str) -> list[Any]:
    found = [case for case in CASES if case["kind"] == kind]
    assert found
    return [pytest.param(case["inputs"], case["expected"], id=case["id"]) for case in found]


@pytest.mark.parametrize(("inputs", "expected"), vectors("evm_mirror"))
def test_mirror_of_an_evm_address(inputs: dict[str, str], expected: dict[str, str]) -> None:
    assert evm_mirror(bytes.fromhex(inputs["h160"][2:])).ss58 == expected["ss58"]


@pytest.mark.parametrize(("inputs", "expected"), vectors("evm_truncated"))
def test_an_account_as_the_evm_knows_it(inputs: dict[str, str], expected: dict[str, str]) -> None:
    assert truncated_h160(Address.parse(inputs["ss58"])).hex() == expected["h160"][2:]


@pytest.mark.parametrize(("inputs", "expected"), vectors("multisig_address"))
def test_multisig_account_of_the_official_client(
    inputs: dict[str, Any], expected: dict[str, str]
) -> None:
    signatories = [Address.parse(text) for text in inputs["signatories"]]
    account = multisig_account(signatories, inputs["threshold"])
    assert account.ss58 == expected["ss58"]
    assert account.public_key.hex() == expected["account"]


def test_more_signatories_than_one_byte_can_count() -> None:
    # Found by polkadot-js too: see tests/interop/test_polkadot_js_peer.py.
    expected = "5E6UgBxBP2CdzymjUCgyH2iRfhDqKwCKSxmejt1SFeRjAi8x"
    assert multisig_account(MANY[:70], 3).ss58 == expected


@given(st.lists(accounts, min_size=2, max_size=8, unique=True), st.data())
def test_the_order_of_signatories_is_irrelevant_and_the_threshold_is_not(
    signatories: list[Address], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(signatories))
    thresholds = range(1, len(signatories) + 1)
    for threshold in thresholds:
        account = multisig_account(signatories, threshold)
        assert multisig_account(tuple(shuffled), threshold) == account
    assert len({multisig_account(signatories, threshold) for threshold in thresholds}) == len(
        thresholds
    )


@pytest.mark.parametrize(
    ("signatories", "threshold", "said"),
    [
        ([], 1, "2 to 100 signatories, not 0"),
        (MANY[:1], 1, "2 to 100 signatories, not 1"),
        (MANY, 2, "2 to 100 signatories, not 101"),
        ([*MANY[:3], MANY[1]], 2, f"{MANY[1]} is named twice"),
        (MANY[:3], 0, "0 of 3"),
        (MANY[:3], -1, "-1 of 3"),
        (MANY[:3], 4, "4 of 3"),
        (MANY[:3], 1 << 16, "65536 of 3"),
    ],
)
def test_a_multisig_account_that_could_never_spend_is_refused(
    signatories: list[Address], threshold: int, said: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        multisig_account(signatories, threshold)
    assert said in caught.value.what
    assert caught.value.why
    assert caught.value.fix


def test_the_largest_set_is_accepted() -> None:
    assert multisig_account(MANY[:100], 100) != multisig_account(MANY[:100], 99)


@pytest.mark.parametrize("length", [0, 19, 21, 32])
def test_an_evm_address_has_20_bytes(length: int) -> None:
    with pytest.raises(ValidationError, match=f"20 bytes, not {length}"):
        evm_mirror(bytes(length))
