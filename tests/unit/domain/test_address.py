import pytest
from hypothesis import given
from hypothesis import strategies as st

from taocli.domain.address import Address, decode_ss58, encode_ss58
from taocli.domain.errors import InvalidAddress

ALICE = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
ALICE_KEY = bytes.fromhex("d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d")


def test_known_account() -> None:
    assert Address.parse(ALICE).public_key == ALICE_KEY
    assert Address(ALICE_KEY).ss58 == ALICE


@given(st.binary(min_size=32, max_size=32), st.integers(0, 16383))
def test_round_trip_for_every_prefix(key: bytes, prefix: int) -> None:
    assert decode_ss58(encode_ss58(key, prefix)) == (prefix, key)


@given(st.integers(0, len(ALICE) - 1), st.sampled_from("123456789ABCDEFGHJKLMNPQRSTUVWXYZabc"))
def test_one_wrong_character_is_noticed(position: int, character: str) -> None:
    damaged = ALICE[:position] + character + ALICE[position + 1 :]
    if damaged != ALICE:
        with pytest.raises(InvalidAddress):
            Address.parse(damaged)


@pytest.mark.parametrize(
    "text",
    ["", "5", "hello", ALICE[:-1], ALICE + "1", ALICE.replace("G", "0"), "1" * 48, "5" * 10_000],
)
def test_refuses_what_is_no_address(text: str) -> None:
    with pytest.raises(InvalidAddress) as caught:
        Address.parse(text)
    assert len(caught.value.what) < 200


def test_another_network_is_refused_with_its_bittensor_form() -> None:
    with pytest.raises(InvalidAddress) as caught:
        Address.parse(encode_ss58(ALICE_KEY, 0))
    assert ALICE in caught.value.fix
