"""Encrypted keyfiles, old and new: what opens, what is refused before anybody waits, what is derived once.

The vaults below were written by bittensor-wallet 4.1.0. Tokens are sealed here with a key of our own
choice, so that only one test of all (a vector) pays for Fernet's ten million rounds.
"""

import base64
import contextlib
import hashlib
import hmac
import secrets
import subprocess
import sys
import threading
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taocli.domain.errors import KeyfileDamaged, TaoError, WalletError, WrongPassword
from taocli.wallet import encryption, fernet
from taocli.wallet.encryption import (
    Encryption,
    decrypt,
    encrypt,
    encryption_of,
    forget_keys,
    is_encrypted,
)
from taocli.wallet.keyfile import MAX_KEYFILE_BYTES

HEADER = b"$ANSIBLE_VAULT;1.1;AES256\n"
PLAIN = b'{"x":1}'
COMPOSED, DECOMPOSED = "\u00e9-Kennwort", "e\u0301-Kennwort"
VAULTS = {
    COMPOSED: HEADER
    + b"35666335663466363764323362343063636664663432363636326566326337313435323163316530\n"
    b"6266346466363936333431643332643735626530643465660a623931633434303461386566353833\n"
    b"35336331323135666465323161663433343632316165313138663265383762373331656530633537\n"
    b"3032376337643161660a336661623436333461653731383663313637653137343036366331616165\n"
    b"6262\n",
    DECOMPOSED: HEADER
    + b"32366630363937343466373965643735643666366365656539636135626138376337666339633938\n"
    b"6531303834346232316532613934333764653234313837390a393165366364343930353335363033\n"
    b"37383338636536613635306166616663633336336338376661323837373563353036336564646530\n"
    b"6363396633366135620a333062663962313366306165643864663431396439303361373462336664\n"
    b"6665\n",
    "": HEADER
    + b"39346132633662393564303066376362363963383336373637353734386532356365396462303933\n"
    b"3034656166656331333938343732666435633936656434620a623939313136356535326130643164\n"
    b"62666562303163383032383031653263303433613961383632316264383063396232303563396135\n"
    b"3031646464663837370a666639666132623230313637303936313863623635346136623337313964\n"
    b"3839\n",
}
VAULT = VAULTS[COMPOSED]
FERNET_KEY = bytes(range(32))
EXAMPLES = settings(max_examples=40, deadline=None, derandomize=True)


def body_of(*parts: bytes) -> bytes:
    """A vault of these raw parts, with or without sense."""
    return HEADER + b"\n".join(part.hex().encode() for part in parts).hex().encode() + b"\n"


def seal_vault(plain: bytes, password: str, *, padded: bool = True) -> bytes:
    """What Ansible writes, by Ansible's own description of its format."""
    from Crypto.Cipher import AES

    salt = secrets.token_bytes(32)
    keys = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, 10_000, 80)
    text = pad(plain) if padded else plain
    sealed = AES.new(keys[:32], AES.MODE_CTR, nonce=b"", initial_value=keys[64:]).encrypt(text)
    return body_of(salt, hmac.digest(keys[32:64], sealed, "sha256"), sealed)


def seal_token(plain: bytes, *, padded: bool = True, version: int = 0x80, when: int = 0) -> bytes:
    """What Fernet writes, by its specification."""
    from Crypto.Cipher import AES

    vector = bytes(range(16))
    text = pad(plain) if padded else plain
    sealed = AES.new(FERNET_KEY[16:], AES.MODE_CBC, vector).encrypt(text)
    signed = bytes([version]) + when.to_bytes(8, "big") + vector + sealed
    mac = hmac.digest(FERNET_KEY[:16], signed, "sha256")
    return base64.urlsafe_b64encode(signed + mac)


def cut_token(size: int) -> bytes:
    """The first bytes of a token of three blocks, which has 105."""
    return base64.urlsafe_b64encode(base64.urlsafe_b64decode(seal_token(bytes(40)))[:size])


def pad(plain: bytes) -> bytes:
    count = 16 - len(plain) % 16
    return plain + bytes([count]) * count


def never(*_: object, **__: object) -> bytes:
    raise AssertionError("the slow part began")


@pytest.fixture
def no_slow_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show that a refusal comes before any key is derived."""
    monkeypatch.setattr("nacl.pwhash.argon2i.kdf", never)
    monkeypatch.setattr(hashlib, "pbkdf2_hmac", never)


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (b"$NACL", Encryption.NACL),
        (b"$ANSIBLE_VAULT;1.1;AES256", Encryption.ANSIBLE),
        (b"gAAAAABf", Encryption.FERNET),
        (b"{}", Encryption.NONE),
        (b"", Encryption.NONE),
        (b" $NACL", Encryption.NONE),
        (b"$NAC", Encryption.NONE),
    ],
)
def test_the_first_bytes_name_the_format(start: bytes, expected: Encryption) -> None:
    assert encryption_of(start) is expected
    assert is_encrypted(start) == (expected is not Encryption.NONE)


def test_every_format_has_a_name_for_people() -> None:
    assert len({found.label for found in Encryption}) == len(Encryption)
    assert Encryption.ANSIBLE.label.startswith("Ansible")


@pytest.mark.parametrize("password", VAULTS)
def test_a_vault_of_the_official_wallet_opens(password: str) -> None:
    assert decrypt(VAULTS[password], password) == PLAIN


def test_a_vault_that_went_through_windows_opens() -> None:
    assert decrypt(VAULT.replace(b"\n", b"\r\n"), COMPOSED) == PLAIN


def test_a_vault_without_its_last_line_end_opens() -> None:
    assert decrypt(VAULT.rstrip(), COMPOSED) == PLAIN


def test_a_password_is_not_normalised() -> None:
    for password, other in ((COMPOSED, DECOMPOSED), (DECOMPOSED, COMPOSED)):
        with pytest.raises(WrongPassword):
            decrypt(VAULTS[password], other)


def test_outer_blanks_of_a_password_count() -> None:
    with pytest.raises(WrongPassword):
        decrypt(VAULTS[""], " ")


@EXAMPLES
@given(st.binary(max_size=70), st.text(st.characters(codec="utf-8"), max_size=12))
def test_whatever_is_sealed_in_a_vault_comes_out(plain: bytes, password: str) -> None:
    assert decrypt(seal_vault(plain, password), password) == plain


@EXAMPLES
@given(st.integers(len(HEADER), len(VAULT) - 2), st.sampled_from(b"0123456789abcdef"))
def test_a_changed_digit_of_a_vault_never_gives_another_content(place: int, digit: int) -> None:
    changed = VAULT[:place] + bytes([digit]) + VAULT[place + 1 :]
    with contextlib.suppress(WrongPassword, KeyfileDamaged):
        assert decrypt(changed, COMPOSED) == PLAIN  # a for A in hexadecimal changes nothing


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(HEADER, id="only a header"),
        pytest.param(b"$ANSIBLE_VAULT", id="no line end"),
        pytest.param(VAULT.replace(b";1.1;", b";1.2;"), id="another version"),
        pytest.param(VAULT.replace(b"AES256", b"AES999"), id="another cipher"),
        pytest.param(
            HEADER + VAULT[len(HEADER) :].replace(b"6", b"g", 1), id="a letter that is no digit"
        ),
        pytest.param(HEADER + b"\xff\xfe\xfd", id="bytes that are not ASCII"),
        pytest.param(VAULT.rstrip()[:-1], id="a lost digit"),
        pytest.param(VAULT.rstrip()[:-4], id="a lost byte"),
        pytest.param(body_of(bytes(32), bytes(32), bytes(15)), id="a cut-off ciphertext"),
        pytest.param(body_of(bytes(32), bytes(32), b""), id="no ciphertext"),
        pytest.param(body_of(bytes(32), bytes(32)), id="two parts"),
        pytest.param(body_of(bytes(32), bytes(32), bytes(16), bytes(16)), id="four parts"),
        pytest.param(body_of(bytes(31), bytes(32), bytes(16)), id="a short salt"),
        pytest.param(body_of(bytes(32), bytes(20), bytes(16)), id="a short HMAC"),
        pytest.param(HEADER + b"\n" * 1000, id="only line ends"),
    ],
)
@pytest.mark.usefixtures("no_slow_part")
def test_a_visibly_damaged_vault_is_refused_before_a_key_is_derived(content: bytes) -> None:
    with pytest.raises(KeyfileDamaged):
        decrypt(content, COMPOSED)


def test_a_vault_with_wrong_padding_is_damaged() -> None:
    with pytest.raises(KeyfileDamaged):
        decrypt(seal_vault(bytes(16), "pw", padded=False), "pw")


@EXAMPLES
@given(st.binary(max_size=70), st.integers(0, 2**32 - 1))
def test_whatever_is_sealed_in_a_token_comes_out_however_old_it_is(plain: bytes, when: int) -> None:
    content = seal_token(plain, when=when)
    assert encryption_of(content) is Encryption.FERNET
    assert fernet.open_token(fernet.parse_token(content + b"\r\n"), FERNET_KEY) == plain


def test_a_token_does_not_open_under_another_key() -> None:
    token = fernet.parse_token(seal_token(PLAIN))
    for place in range(16):  # the half that signs
        key = bytearray(FERNET_KEY)
        key[place] ^= 1
        assert fernet.open_token(token, bytes(key)) is None


@pytest.mark.parametrize("place", [1, 8, 9, 24, 25, -33, -32, -1])
def test_a_changed_bit_anywhere_in_a_token_is_noticed(place: int) -> None:
    raw = bytearray(base64.urlsafe_b64decode(seal_token(PLAIN)))
    raw[place] ^= 1
    token = fernet.parse_token(base64.urlsafe_b64encode(raw))
    assert fernet.open_token(token, FERNET_KEY) is None


def test_a_token_with_wrong_padding_is_damaged() -> None:
    with pytest.raises(KeyfileDamaged):
        fernet.open_token(fernet.parse_token(seal_token(bytes(16), padded=False)), FERNET_KEY)


def test_a_token_of_another_version_is_damaged() -> None:
    with pytest.raises(KeyfileDamaged):
        fernet.parse_token(seal_token(PLAIN, version=0x81))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"gAAAAA", id="only its first letters"),
        pytest.param(seal_token(PLAIN)[:-1], id="a lost letter"),
        pytest.param(cut_token(56), id="nothing sealed"),
        pytest.param(cut_token(80), id="half a block"),
        pytest.param(seal_token(PLAIN)[:20] + b"*" + seal_token(PLAIN)[21:], id="a strange letter"),
        pytest.param(b"gAAAAA\xff\xff", id="bytes that are not ASCII"),
    ],
)
@pytest.mark.usefixtures("no_slow_part")
def test_a_visibly_damaged_token_is_refused_before_a_key_is_derived(content: bytes) -> None:
    with pytest.raises(KeyfileDamaged):
        decrypt(content, "any")


@pytest.mark.parametrize("size", [5, 6, 28, 44])
@pytest.mark.usefixtures("no_slow_part")
def test_a_cut_off_nacl_file_is_refused_before_a_key_is_derived(size: int) -> None:
    with pytest.raises(KeyfileDamaged) as caught:
        decrypt(b"$NACL" + bytes(size - 5), "any")
    assert str(size) in caught.value.why


@pytest.mark.parametrize("start", [b"$NACL", HEADER, b"gAAAAA"])
@pytest.mark.usefixtures("no_slow_part")
def test_a_huge_file_is_refused_before_a_key_is_derived(start: bytes) -> None:
    with pytest.raises(KeyfileDamaged):
        decrypt(start + b"0" * MAX_KEYFILE_BYTES, "any")


@pytest.mark.usefixtures("no_slow_part")
def test_what_could_not_be_read_back_is_not_written() -> None:
    with pytest.raises(KeyfileDamaged):
        encrypt(bytes(MAX_KEYFILE_BYTES - 44), "any")


@pytest.mark.usefixtures("no_slow_part")
def test_a_plain_file_needs_no_password() -> None:
    with pytest.raises(KeyfileDamaged) as caught:
        decrypt(b"{}", "any")
    assert "not encrypted" in caught.value.what


@pytest.mark.parametrize("use", [encrypt, decrypt])
@pytest.mark.usefixtures("no_slow_part")
def test_a_password_that_is_no_text_is_named_and_not_shown(
    use: Callable[[bytes, str], bytes],
) -> None:
    with pytest.raises(WalletError) as caught:
        use(b"$NACL" + bytes(40), "hush\udcff")
    assert "UTF-8" in caught.value.what
    assert "hush" not in repr(caught.value.args)
    assert caught.value.__context__ is None


@EXAMPLES
@given(st.sampled_from([HEADER, b"$ANSIBLE_VAULT", b"gAAAAA"]), st.binary(max_size=60))
def test_garbage_after_a_known_start_is_a_typed_error(start: bytes, rest: bytes) -> None:
    with pytest.raises(TaoError):
        decrypt(start + rest, "any")


def test_too_little_memory_is_named_as_such() -> None:
    probe = (
        "import nacl.secret, nacl.pwhash, resource\n"
        "from taocli.domain.errors import WalletError\n"
        "from taocli.wallet.encryption import encrypt\n"
        "resource.setrlimit(resource.RLIMIT_AS, (500 << 20, 500 << 20))\n"
        "try:\n"
        "    encrypt(b'{}', 'any')\n"
        "except WalletError as error:\n"
        "    print(type(error).__name__, error.why)\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, timeout=60, check=True
    ).stdout
    assert said.strip() == "WalletError The format needs 512 MiB of free memory."


@pytest.mark.slow
def test_a_process_derives_a_password_once_until_told_to_forget(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from nacl.pwhash import argon2i

    calls: list[bytes] = []
    real = argon2i.kdf

    def counted(*arguments: object, **options: object) -> bytes:
        calls.append(bytes(real(*arguments, **options)))
        return calls[-1]

    monkeypatch.setattr(argon2i, "kdf", counted)
    forget_keys()
    sealed: list[bytes] = []
    writers = [
        threading.Thread(target=lambda: sealed.append(encrypt(PLAIN, "one password")))
        for _ in range(2)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [decrypt(content, "one password") for content in sealed] == [PLAIN, PLAIN]
    assert sealed[0] != sealed[1]
    assert len(sealed[0]) == len(PLAIN) + 45
    damaged = sealed[0][:-1] + bytes([sealed[0][-1] ^ 1])
    with pytest.raises(WrongPassword):
        decrypt(damaged, "one password")
    assert len(calls) == 1

    forget_keys()
    monkeypatch.setattr(argon2i, "kdf", never)
    with pytest.raises(AssertionError, match="the slow part began"):
        decrypt(sealed[0], "one password")


def test_the_kept_keys_are_few_and_show_no_password() -> None:
    keys = encryption._DerivedKeys()
    made = []

    def derive(password: bytes) -> bytes:
        made.append(password)
        return hashlib.sha256(password).digest()

    passwords = [f"password {number}".encode() for number in range(6)]
    for password in passwords:
        assert keys.get(password, derive) == hashlib.sha256(password).digest()
    assert keys.get(passwords[-1], derive) == hashlib.sha256(passwords[-1]).digest()
    assert made == passwords
    keys.get(passwords[0], derive)  # long pushed out
    assert made == [*passwords, passwords[0]]
    assert len(keys._keys) == 4
    assert not any(b"password" in name for name in keys._keys)


def test_a_key_that_was_forgotten_while_it_was_made_is_not_kept() -> None:
    keys = encryption._DerivedKeys()

    def derive(password: bytes) -> bytes:
        keys.forget()
        return b"key"

    assert keys.get(b"password", derive) == b"key"
    assert keys._keys == {}


def test_two_kinds_of_derivation_do_not_share_a_key() -> None:
    keys = encryption._DerivedKeys()

    def one(_: bytes) -> bytes:
        return b"one"

    def two(_: bytes) -> bytes:
        return b"two"

    assert (keys.get(b"password", one), keys.get(b"password", two)) == (b"one", b"two")
