"""Where passwords come from: the order of the sources, their faults, and the peers' disguise."""

import base64
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taocli.domain.errors import WalletError
from taocli.wallet.passwords import (
    FoundPassword,
    decode_variable,
    look_for_password,
    variable_name,
    variable_names,
)

KEYFILE = Path("/home/ann/.bittensor/wallets/default/coldkey")
NAME = "BT_PW__HOME_ANN__BITTENSOR_WALLETS_DEFAULT_COLDKEY"


def disguised(name: str, password: str) -> str:
    """What the official tools put into the variable."""
    key = name.encode()
    return base64.b64encode(
        bytes(byte ^ key[i % len(key)] for i, byte in enumerate(password.encode()))
    ).decode()


def file_with(folder: Path, content: bytes, mode: int = 0o600) -> Path:
    path = folder / "password"
    path.write_bytes(content)
    path.chmod(mode)
    return path


def descriptor_with(content: bytes) -> int:
    reader, writer = os.pipe()
    os.write(writer, content)
    os.close(writer)
    return reader


def refusal(**sources: object) -> WalletError:
    with pytest.raises(WalletError) as caught:
        look_for_password(KEYFILE, **({"environ": {}} | sources))
    assert caught.value.fix
    return caught.value


# --- where it comes from ----------------------------------------------------------------------------------


def test_the_first_source_that_has_one_wins(tmp_path: Path) -> None:
    by_option = file_with(tmp_path, b"by file")
    by_variable = tmp_path / "other"
    by_variable.write_text("by the variable's file")
    environ = {
        "TAOCLI_PASSWORD": "by taocli",
        "BT_WALLET_PASSWORD": "by bittensor",
        NAME: disguised(NAME, "by keyfile"),
        "BT_WALLET_PASSWORD_FILE": str(by_variable),
    }

    def found(**options: object) -> str | None:
        answer = look_for_password(KEYFILE, environ=environ, **options)
        return answer and answer.text

    assert found(password_fd=descriptor_with(b"by fd"), password_file=by_option) == "by fd"
    assert found(password_file=by_option) == "by file"
    order = ("by taocli", "by bittensor", "by keyfile", "by the variable's file")
    for name, expected in zip(list(environ), order, strict=True):
        assert found() == expected
        del environ[name]
    assert found() is None


def test_the_environment_of_the_process_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAOCLI_PASSWORD", "from the environment")
    found = look_for_password(KEYFILE)
    assert found == FoundPassword("from the environment", "TAOCLI_PASSWORD")


def test_a_found_password_does_not_show_itself() -> None:
    found = look_for_password(KEYFILE, environ={"TAOCLI_PASSWORD": "canary"})
    assert "canary" not in repr(found)
    assert "TAOCLI_PASSWORD" in repr(found)


@pytest.mark.parametrize(
    "name", ["TAOCLI_PASSWORD", "BT_WALLET_PASSWORD", "BT_WALLET_PASSWORD_FILE"]
)
def test_an_empty_plain_variable_counts_as_not_set(name: str) -> None:
    assert look_for_password(KEYFILE, environ={name: ""}) is None


def test_an_empty_variable_of_the_keyfile_is_the_empty_password() -> None:
    assert look_for_password(KEYFILE, environ={NAME: ""}) == FoundPassword("", NAME)


def test_blanks_of_a_plain_variable_belong_to_the_password() -> None:
    found = look_for_password(KEYFILE, environ={"BT_WALLET_PASSWORD": " a b "})
    assert found is not None
    assert found.text == " a b "


@pytest.mark.parametrize(
    "content", [b"a b", b"  a b\n", b"\r\na b\r\n\n", "\u00a0a b\u3000".encode()]
)
def test_outer_blanks_of_a_file_do_not_count(tmp_path: Path, content: bytes) -> None:
    path = file_with(tmp_path, content)
    assert look_for_password(KEYFILE, path, environ={}) == FoundPassword("a b", str(path))
    number = descriptor_with(content)
    found = look_for_password(KEYFILE, password_fd=number, environ={})
    assert found == FoundPassword("a b", f"file descriptor {number}")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666, 0o620, 0o601])
def test_a_file_that_others_may_use_is_warned_about(tmp_path: Path, mode: int) -> None:
    found = look_for_password(KEYFILE, file_with(tmp_path, b"secret words", mode), environ={})
    assert found is not None
    assert f"{mode:04o}" in found.warning
    assert "chmod 600" in found.warning
    assert "secret" not in found.warning


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_a_private_file_is_not_warned_about(tmp_path: Path, mode: int) -> None:
    found = look_for_password(KEYFILE, file_with(tmp_path, b"secret words", mode), environ={})
    assert found is not None
    assert found.warning == ""


def test_a_path_may_start_with_the_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_with(tmp_path, b"at home")
    monkeypatch.setenv("HOME", str(tmp_path))
    for found in (
        look_for_password(KEYFILE, Path("~/password"), environ={}),
        look_for_password(KEYFILE, environ={"BT_WALLET_PASSWORD_FILE": "~/password"}),
    ):
        assert found is not None
        assert found.text == "at home"


@pytest.mark.parametrize(
    "content", [b"", b" \n", b"\xff\xfe", b"x" * 32_769, b" " * 5000], ids=lambda raw: repr(raw[:4])
)
def test_a_source_without_a_password_is_named(tmp_path: Path, content: bytes) -> None:
    path = file_with(tmp_path, content)
    assert str(path) in refusal(password_file=path).what
    assert "file descriptor" in refusal(password_fd=descriptor_with(content)).what


@pytest.mark.parametrize("path", ["missing", ".", "a\0b", "x" * 5000, "~nobody-of-this-name/x"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, path: str) -> None:
    where = Path(path) if path.startswith("~") else tmp_path / path
    assert "Cannot read the password" in refusal(password_file=where).what


def test_an_endless_file_is_read_only_so_far() -> None:
    assert "32768" in refusal(password_file=Path("/dev/zero")).why


@pytest.mark.parametrize("number", [-1, 987_654, 2**70])
def test_a_file_descriptor_that_is_not_open_is_named(number: int) -> None:
    assert str(number) in refusal(password_fd=number).what


def test_a_file_descriptor_for_writing_is_no_source(tmp_path: Path) -> None:
    number = os.open(tmp_path / "x", os.O_WRONLY | os.O_CREAT)
    assert "Cannot read the password" in refusal(password_fd=number).what


@pytest.mark.parametrize("name", ["TAOCLI_PASSWORD", "BT_WALLET_PASSWORD"])
def test_bytes_that_are_no_text_are_named(name: str) -> None:
    error = refusal(environ={name: "caf\udce9"})
    assert name in error.what
    assert "UTF-8" in error.what


def test_standard_input_is_a_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"piped words\n")))
    found = look_for_password(KEYFILE, Path("-"), environ={})
    assert found == FoundPassword("piped words", "standard input")


def test_standard_input_that_is_a_terminal_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = os.openpty()
    with os.fdopen(theirs, encoding="utf-8") as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        assert "terminal" in refusal(password_file=Path("-")).why
    os.close(ours)


def test_standard_input_that_is_closed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert "standard input" in refusal(password_file=Path("-")).what


def test_descriptors_are_closed_after_reading_but_not_the_standard_ones() -> None:
    number = descriptor_with(b"words")
    look_for_password(KEYFILE, password_fd=number, environ={})
    with pytest.raises(OSError, match="descriptor"):
        os.fstat(number)
    probe = (
        "from pathlib import Path\n"
        "from taocli.wallet.passwords import look_for_password\n"
        "import os\n"
        "print(look_for_password(Path('/x'), password_fd=0, environ={}).text, os.fstat(0).st_size)\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", probe],
        input="words\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert said.stdout == "words 0\n"


# --- the peers' variable --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (
            "/root/.bittensor/wallets/default/coldkey",
            "BT_PW__ROOT__BITTENSOR_WALLETS_DEFAULT_COLDKEY",
        ),
        ("/w/straße/coldkey", "BT_PW__W_STRASSE_COLDKEY"),
        ("/w/ﬁrst/coldkey", "BT_PW__W_FIRST_COLDKEY"),
        ("/w/my wallet-1/coldkey", "BT_PW__W_MY WALLET-1_COLDKEY"),
        ("relative/coldkey", "BT_PW_RELATIVE_COLDKEY"),
    ],
)
def test_the_variable_is_named_after_the_path_in_capitals(path: str, name: str) -> None:
    assert variable_name(Path(path)) == name
    assert variable_names(Path(path))[0] == name


def test_every_spelling_of_the_path_is_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    monkeypatch.chdir(tmp_path)
    assert "BT_PW_~__BITTENSOR_WALLETS_DEFAULT_COLDKEY" in variable_names(KEYFILE)
    assert NAME in variable_names(Path("~/.bittensor/wallets/default/coldkey"))
    assert "BT_PW_W_COLDKEY" in variable_names(tmp_path / "w" / "coldkey")
    for name in variable_names(KEYFILE):
        found = look_for_password(KEYFILE, environ={name: disguised(name, "geheim ß")})
        assert found == FoundPassword("geheim ß", name)


def test_a_missing_working_or_home_folder_does_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    monkeypatch.setenv("HOME", "")
    assert NAME in variable_names(KEYFILE)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    "value", ["correct horse 9!", "geheim", "päss", "a===", "%%%%", "QUJD\n", "/////w=="]
)
def test_a_plain_password_in_the_variable_is_named_as_the_mistake_it_is(value: str) -> None:
    error = refusal(environ={NAME: value})
    assert NAME in error.what
    assert "base64" in error.why
    assert "TAOCLI_PASSWORD" in error.fix
    assert value not in f"{error.what} {error.why} {error.fix}"


def test_a_variable_that_decodes_to_control_characters_is_warned_about() -> None:
    found = look_for_password(KEYFILE, environ={NAME: disguised(NAME, "ab\x01cd")})
    assert found is not None
    assert "plain password" in found.warning


@given(
    st.text(max_size=40, alphabet=st.characters(exclude_categories=("Cs",))), st.text(min_size=1)
)
def test_any_password_survives_the_disguise(password: str, path: str) -> None:
    name = variable_name(Path("/") / path.encode(errors="ignore").decode())
    assert decode_variable(name, disguised(name, password)) == password


def test_a_path_that_is_not_utf_8_still_has_a_variable() -> None:
    name = variable_name(Path("/w/caf\udce9/coldkey"))
    key = name.encode(errors="surrogateescape")
    raw = bytes(byte ^ key[i % len(key)] for i, byte in enumerate(b"words"))
    assert decode_variable(name, base64.b64encode(raw).decode()) == "words"
