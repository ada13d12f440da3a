"""Hostile input, seeded: the parsers of keys refuse it with their own errors, in bounded time and memory.

The coverage-guided runs are longer and made by hand (``python -m tests.fuzz``); what they found is repeated here. The
last part plants bugs, because a harness that finds nothing may also be one that cannot see.
"""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from fuzz.corpus import PHRASE, SECRETS, seeds_of
from fuzz.sealing import PASSWORD, boxed_record
from fuzz.short_run import mutated, short_run
from fuzz.targets import TARGETS, Target
from fuzz.watching import Bounds, BrokenPromise, Finding, cheap_derivations, watch

from taocli.domain.errors import (
    InvalidSetting,
    KeyfileDamaged,
    TaoError,
    ValidationError,
)
from taocli.services.address_book import AddressBook
from taocli.services.key_making import secret_from_export, secret_from_text
from taocli.wallet import encryption, keyfile, keystore_v3, polkadot_js
from taocli.wallet.derivation import keypair_from_uri
from taocli.wallet.keypair import ED25519, SR25519, Keypair

RUNS = 200


@pytest.mark.parametrize("name", TARGETS)
def test_hostile_input_meets_only_typed_errors_within_bounds(name: str) -> None:
    assert short_run(TARGETS[name], RUNS) == []


@pytest.mark.parametrize("name", TARGETS)
def test_the_seeds_of_a_target_reach_its_end(name: str) -> None:
    with cheap_derivations():
        outcomes = [outcome(TARGETS[name].run, seed) for seed in seeds_of(name)]

    assert "accepted" in outcomes


def test_a_run_has_the_same_inputs_each_time_and_others_for_another_seed() -> None:
    def inputs(seed: int) -> list[list[bytes]]:
        with cheap_derivations():
            return [mutated(TARGETS[name], seeds_of(name), 10, seed) for name in TARGETS]

    assert inputs(5) == inputs(5)
    assert all(one != other for one, other in zip(inputs(5), inputs(6), strict=True))


# What the long runs found.


@pytest.mark.parametrize("kind", [SR25519, ED25519])
def test_a_uri_of_thousands_of_steps_is_refused_at_once(kind: int) -> None:
    with pytest.raises(ValidationError, match="20000 steps"):
        keypair_from_uri(PHRASE + "//1" * 20_000, kind)

    assert keypair_from_uri(PHRASE + "//1" * 64, kind).address


@pytest.mark.parametrize("rest", ["//stash", "///password"])
def test_a_numbered_phrase_is_refused_in_a_uri_and_raises_no_false_alarm(rest: str) -> None:
    noted = " ".join(f"{place}. {word}" for place, word in enumerate(PHRASE.split(), 1))

    # It was KeyDisagreement, "do not use this key": only one of the two routes took the numbers away.
    with pytest.raises(ValidationError, match="more in it than words"):
        secret_from_text(noted + rest)

    assert secret_from_text(noted).key == secret_from_text(PHRASE).key


ZEROS = "0" * 64
PUBLIC = Keypair.from_seed(bytes(32), ED25519).public_key


@pytest.mark.parametrize("kind", [SR25519, ED25519])
@pytest.mark.parametrize("text", [ZEROS, f"0x{ZEROS}", f"0x{ZEROS}//stash"])
def test_a_seed_of_zeros_which_no_keyfile_could_hold_makes_no_key(text: str, kind: int) -> None:
    with pytest.raises(ValidationError, match="all zeros"):
        secret_from_text(text, kind)


def test_a_private_key_of_zeros_makes_no_key() -> None:
    with pytest.raises(ValidationError, match="all zeros"):
        secret_from_text(ZEROS + PUBLIC.hex(), ED25519)


def test_an_export_of_zeros_is_not_imported() -> None:
    header, divider = bytes.fromhex("3053020101300506032b657004220420"), bytes.fromhex("a123032100")
    record = header + bytes(32) + PUBLIC + divider + PUBLIC

    with cheap_derivations(), pytest.raises(ValidationError, match="all zeros"):
        secret_from_export(boxed_record(record, "ed25519"), lambda: PASSWORD)


def test_a_strange_name_in_an_address_book_is_not_repeated_at_length(tmp_path: Path) -> None:
    book = tmp_path / "book.json"
    book.write_text(json.dumps({"addresses": {"x" * 100_000: {"address": "5"}}}))

    with pytest.raises(InvalidSetting) as refusal:
        AddressBook(book).entries()

    assert "'xxxxx" in refusal.value.why
    assert len(refusal.value.why) < 200


# Planted bugs.


def planted(run: Callable[[bytes], object], data: bytes = b"", cpu_seconds: float = 1.0) -> Finding:
    """What the harness says of a parser with a bug."""
    with cheap_derivations():
        found = watch("planted", run, data, bounds=Bounds(cpu_seconds), secrets=SECRETS)
    assert found is not None
    return found


def outcome(run: Callable[[bytes], None], data: bytes) -> str:
    try:
        run(data)
    except TaoError as error:
        return error.name
    return "accepted"


def test_an_exception_that_is_not_ours_is_found() -> None:
    found = planted(lambda data: {}[data], b"input")

    assert (found.kind, found.data) == ("KeyError", b"input")
    assert found.place.startswith("test_fuzz.py:")


def test_a_panic_that_is_no_ordinary_exception_is_found() -> None:
    class Panic(BaseException):
        """What a library in Rust raises."""

    def run(_: bytes) -> None:
        raise Panic

    assert planted(run).kind == "Panic"


def test_a_parser_that_never_ends_is_found_even_if_it_swallows_exceptions() -> None:
    def run(_: bytes) -> None:
        while True:
            try:
                sum(range(1000))
            except Exception:  # noqa: BLE001 - the bug
                continue

    assert planted(run, cpu_seconds=0.2).kind == "TooSlow"


def test_memory_without_bounds_is_found_also_in_a_refusal() -> None:
    def greedy(_: bytes) -> None:
        bytes(100 << 20).replace(b"\0", b"\1")

    def greedy_refusal(_: bytes) -> None:
        greedy(b"")
        raise KeyfileDamaged("No.")

    assert planted(greedy).kind == "memory"
    assert planted(greedy_refusal).kind == "memory"


@pytest.mark.parametrize(
    "derive",
    [
        lambda _: hashlib.scrypt(b"", salt=b"", n=1 << 20, r=8, p=1, maxmem=1 << 40, dklen=32),
        lambda _: hashlib.scrypt(b"", salt=b"", n=1 << 18, r=8, p=16, maxmem=1 << 29, dklen=32),
        lambda _: hashlib.pbkdf2_hmac("sha256", b"", b"", 10_000_001),
        lambda _: encryption.encrypt(b"", "costly"),
    ],
    ids=["scrypt memory", "scrypt lanes", "pbkdf2", "argon2"],
)
def test_a_derivation_above_the_caps_is_found(
    derive: Callable[[bytes], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encryption, "_MEMORY_BYTES", 1 << 30)

    found = planted(derive)

    assert found.kind == "CostTooHigh"
    assert "is the cap" in found.detail


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"Bad phrase: {PHRASE}", "shows a secret"),
        ("Bad name: \x1b[2J", "terminal obeys"),
        ("x" * 5000, "10000 characters"),
        ("", "without words"),
    ],
)
def test_an_error_that_says_too_much_is_found(text: str, why: str) -> None:
    def run(_: bytes) -> None:
        raise KeyfileDamaged(text)

    assert why in planted(run).detail


def test_a_secret_in_the_exception_that_a_traceback_shows_first_is_found() -> None:
    def chained(_: bytes) -> None:
        try:
            raise ValueError(PHRASE)
        except ValueError:
            raise KeyfileDamaged("No.")  # noqa: B904 - the bug

    def unchained(_: bytes) -> None:
        try:
            raise ValueError(PHRASE)
        except ValueError:
            raise KeyfileDamaged("No.") from None

    assert "shows a secret" in planted(chained).detail
    with cheap_derivations():
        assert watch("planted", unchained, b"", bounds=Bounds(), secrets=SECRETS) is None


def test_a_broken_promise_is_found() -> None:
    def run(_: bytes) -> None:
        raise BrokenPromise("an account has one text")

    assert planted(run).kind == "BrokenPromise"


def kinds_found(name: str, runs: int = 4 * RUNS) -> set[str]:
    target: Target = TARGETS[name]
    return {finding.kind for finding in short_run(target, runs)}


def test_a_keystore_reader_without_caps_is_caught_by_a_short_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keystore_v3, "_MAX_WORK", 1 << 60)

    assert "CostTooHigh" in kinds_found("keystore")


def test_an_export_reader_without_caps_is_caught_by_a_short_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(polkadot_js, "_MAX_N", 1 << 40)
    monkeypatch.setattr(polkadot_js, "_MAX_MEMORY_BYTES", 1 << 60)

    assert "CostTooHigh" in kinds_found("polkadot_export")


def test_a_keyfile_reader_that_trusts_types_is_caught_by_a_short_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keyfile, "is_hex", lambda value, size: len(value) == 2 * size)

    assert kinds_found("keyfile_secret") & {"TypeError", "ValueError"}


def test_a_keyfile_reader_that_ignores_the_account_is_caught_by_a_short_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keyfile, "account_of", lambda fields: None)

    assert "BrokenPromise" in kinds_found("keyfile_secret")


def test_the_hash_that_replaces_slow_derivations_stays_inside_its_run() -> None:
    argon2, scrypt = encryption._argon2, hashlib.scrypt
    with cheap_derivations():
        cheap = encryption.encrypt(b"{}", "password")
        assert encryption.decrypt(cheap, "password") == b"{}"
        assert hashlib.scrypt is not scrypt

    assert (encryption._argon2, hashlib.scrypt) == (argon2, scrypt)
    assert encryption._DERIVED._keys == {}
