"""Secret URIs: every step as the official tools read it, and no public key without being asked for."""

import pytest

from taocli.domain.address import Address
from taocli.domain.dev_accounts import DEV_ACCOUNTS, DEV_ROOT, dev_name
from taocli.domain.errors import TaoError, ValidationError
from taocli.wallet.derivation import DEV_PHRASE, is_dev_uri, keypair_from_uri
from taocli.wallet.keypair import ED25519, SR25519

SEED = "0x" + "07" * 32
PHRASE = "tank lizard arch marble zone chef gasp liar guard inhale gym inch"
SEVEN = ("4aec9cbae675cdc4d6c7daec5ccab42d", "f4f4d98b06f591b233faf07f52223112")
ONE = ("e0f951dff89db318846803eb54a274c4", "d1e456dfef1f73768658dc245217da1e")
PLAIN = ("3432607a582773436e7b37e8f6650bad", "54e637b886b57403a7703acced163d74")
# What bittensor-core 0.1.5 makes of each: the start of the sr25519 and of the ed25519 public key.
OFFICIAL = {
    f"{SEED}//7": SEVEN,
    f"{SEED}//007": SEVEN,
    f"{SEED}//+7": SEVEN,
    f"{SEED}//++7": ("683f7e51b37455bf6d3110f1fa9794b8", "42241358d48455a1c6f4e1ed555dbee1"),
    f"{SEED}//-7": ("1a91394556681b65059a209d89ff10be", "2293a3e7e65c79d4763b955db125944b"),
    f"{SEED}//+": ("cab907294f0ec99437813dfec93d370b", "cb75c1fec7ba390980c1492002f72466"),
    f"{SEED}//0": ("6e853738a26271e982156e7b5a0c812a", "ceed6de46917f63bbf12d710e58a4607"),
    f"{SEED}//{2**64 - 1}": (
        "445975344711c0b3d84ff5df91ab20a9",
        "f825eb1c3b0f3d7cd87a43595d7a808e",
    ),
    f"{SEED}//{2**64}": ("3c0c12cf1aeb3bf6f92e5e66b53ab12c", "02228899f0e3772be53a58e91dcfaea2"),
    f"{SEED}//00000000000000000000000000000000000001": ONE,
    f"{SEED}//{'0' * 5000}1": ONE,
    f"{SEED}//７": ("7826e5f931720b45b7efc32b19bb2702", "8be11ad1ef75000b084220cc64e78779"),
    f"{SEED}//²": ("d4912d6efa68e110f635f828fff948c0", "ff9c155698323bb5fa30e580bebdb79f"),
    f"{SEED}//é": ("7eb4ba023d50093b1525a9fbefcde2b5", "556eef024467729131d1c09923d47378"),
    f"{SEED}//{'x' * 31}": ("2ed6e9021d745a9de13ad93947813a6c", "62126b2dd65f6d4267b87a1ef5ae1c76"),
    f"{SEED}//{'x' * 32}": ("207a603f4c49aa3f5ff20acb0fef7588", "4fa89c2fd679bf7296da6b99e4240546"),
    f"{SEED}//{'é' * 40}": ("ce74269315338acb9565c02953c78293", "d3b6bf1f18fc3b4e8cc31005b7d7f104"),
    f"{SEED}//{'x' * 70}": ("a6f80e72773bb656fbd96aabd203f91e", "9a70b9e2879905007611f50205b5edfe"),
    f"{SEED}//{'x' * 20000}": (
        "4aaedb32bb2f9b9808282daaa37a1ba7",
        "2020bee3c3b798bed8dfc95c30506f5d",
    ),
    f"{SEED}//a b": ("66d5b8639ec25bd50f5bafc95fc1ecb8", "5ae71f42fc89b4d2451b21cf0050c528"),
    f"{SEED}//a\nb": ("72cedbd6bc83d614f5e045e86b6dc734", "9ba47fc850f5fa1e824191c65ba8de21"),
    f"{SEED}/7": ("b235a127d5f4bf53fdbc5ac9bd6eba2f", None),
    f"{SEED}/soft//hard/soft2": ("f2c7a396837b5e1f6e9d99504a0fbdce", None),
    f"{SEED}//a///pw": ("10ae258e907af03a94ae19361e624b74", "9cc86daaaa7a7477b6e7811d46209839"),
    f"{SEED}//a////b": ("10ae258e907af03a94ae19361e624b74", "9cc86daaaa7a7477b6e7811d46209839"),
    PHRASE: PLAIN,
    f"{PHRASE}///": PLAIN,
    f"  {PHRASE.replace(' ', '  ')}": PLAIN,
    f"{PHRASE}///pw": ("d8bf86b09d7d3981cf9ae6a4233feb0d", "4a0d4f79c1021897df6597e193e2a93f"),
    f"{PHRASE}///pw//with//slashes": (
        "d25908ebcf7d9c7163c161801608da0a",
        "534a2f5747284bc930d464ab381cab04",
    ),
    f"{PHRASE}///é": ("36b3584d5bfc74615276f9bea12394a5", "2df390b83ef0c56dcda2387f4e2b2e92"),
    f"{PHRASE}//a///b///c": (
        "ec4f800a03a85bd4e94ce7bc15e6e301",
        "024c07a2312eb0b1439c158e96362f49",
    ),
}


@pytest.mark.parametrize("uri", OFFICIAL, ids=lambda uri: repr(uri[-24:]))
def test_every_step_leads_to_the_official_key(uri: str) -> None:
    sr, ed = OFFICIAL[uri]
    assert keypair_from_uri(uri, SR25519).public_key.hex().startswith(sr)
    if ed is not None:
        assert keypair_from_uri(uri, ED25519).public_key.hex().startswith(ed)
    else:
        with pytest.raises(ValidationError, match="soft"):
            keypair_from_uri(uri, ED25519)


@pytest.mark.parametrize("root", [PHRASE.upper(), PHRASE.replace(" ", "\t"), f"\n{PHRASE}\n"])
def test_capitals_and_any_whitespace_are_forgiven_and_lead_to_the_same_key(root: str) -> None:
    assert keypair_from_uri(root, SR25519).public_key.hex().startswith(PLAIN[0])


@pytest.mark.parametrize("path", ["//", "/", "//a/", "//a//", "/a/", "//a/b//"])
def test_a_step_without_a_character_is_refused(path: str) -> None:
    with pytest.raises(ValidationError, match="path"):
        keypair_from_uri(SEED + path, SR25519)


@pytest.mark.parametrize(
    "root",
    [
        "0x",
        "0x1234",
        SEED + "00",
        SEED[:-1],
        SEED[:-2] + "zz",
        SEED[:-3] + " 07",  # bytes.fromhex would forgive the blank
        SEED[2:],
        SEED.replace("0x", "0X"),
        "no phrase at all",
        "//a\udcff",
        SEED + "//a\udcff",
        PHRASE + "///a\udcff",
    ],
)
def test_what_is_neither_phrase_nor_seed_is_refused_without_being_shown(root: str) -> None:
    with pytest.raises(ValidationError) as caught:
        keypair_from_uri(root, SR25519, dev=True)
    error = caught.value
    assert error.fix
    for secret in (SEED[2:20], "tank", "phrase at"):
        assert secret not in f"{error.what} {error.why} {error.fix}"


def test_a_bare_seed_gets_the_hint_that_0x_is_missing() -> None:
    with pytest.raises(ValidationError) as caught:
        keypair_from_uri(SEED[2:] + "//a", SR25519)
    assert "0x" in caught.value.fix


def test_a_softly_derived_private_key_is_stable_in_its_first_half() -> None:
    first, second = (keypair_from_uri(f"{PHRASE}/soft", SR25519) for _ in range(2))
    assert first.public_key == second.public_key
    assert first.private_key[:32] == second.private_key[:32]


@pytest.mark.parametrize(
    "uri",
    [
        "",
        " ",
        "///pw",
        "/x",
        "//Alice",
        DEV_PHRASE,
        DEV_PHRASE.upper() + "//x",
        " " + DEV_PHRASE.replace(" ", "  "),
        "0xfac7959dbfe72f052e5a0c3c8d6530f202b02fd8f9f5ca3580ec8deb7797479e//Bob",
    ],
)
def test_a_key_that_everybody_has_needs_dev(uri: str) -> None:
    assert is_dev_uri(uri)
    with pytest.raises(ValidationError, match="public development phrase"):
        keypair_from_uri(uri, SR25519)
    keypair_from_uri(uri, SR25519, dev=True)


@pytest.mark.parametrize("uri", [PHRASE, f"{PHRASE}//Alice", f"{SEED}///x", "nonsense"])
def test_a_key_of_ones_own_is_no_development_key(uri: str) -> None:
    assert not is_dev_uri(uri)


def test_the_development_seed_is_that_of_the_development_phrase() -> None:
    by_seed = "0xfac7959dbfe72f052e5a0c3c8d6530f202b02fd8f9f5ca3580ec8deb7797479e"
    assert keypair_from_uri(by_seed, SR25519, dev=True) == keypair_from_uri("", SR25519, dev=True)


def test_the_table_of_development_accounts_is_what_their_uris_give() -> None:
    people = ("//Alice", "//Bob", "//Charlie", "//Dave", "//Eve", "//Ferdie")
    uris = ["", *(person + tail for person in people for tail in ("", "//stash"))]
    derived = {
        keypair_from_uri(uri, kind, dev=True).address: uri or DEV_ROOT
        for uri in uris
        for kind in (SR25519, ED25519)
    }
    assert derived == DEV_ACCOUNTS
    assert len(derived) == 26


def test_a_development_account_is_recognised_by_its_address() -> None:
    alice = Address.parse("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY")
    assert dev_name(alice) == "//Alice"
    stash = Address.parse("5GNJqTPyNqANBkUVMN1LPPrxXnFouWXoe2wNSmmEoLctxiZY")
    assert dev_name(stash) == "//Alice//stash"
    assert dev_name(keypair_from_uri(PHRASE, SR25519).address) is None


@pytest.mark.parametrize("length", [1, 100, 100_000])
def test_a_hostile_path_is_refused_quickly(length: int) -> None:
    for uri in ("/" * length, SEED + "/a" * length + "/", SEED + "//a" * length + "//"):
        with pytest.raises(TaoError):
            keypair_from_uri(uri, ED25519)
