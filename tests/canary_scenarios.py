"""What is done with marked secrets: runs of every command, in success and in failure.

A scenario begins in the marked home, whose wallets and files hold the canaries, and is a list of runs one
after another. A run names the error it wants, because a scenario that fails for another reason proves
nothing; and it names the few places where a secret may stand: plain keyfiles one by one (``plain``), and
standard output after --show-secret (``prints``). Nothing else is excused.
"""

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from taocli.wallet.messages import seal
from tests.canaries import (
    COLD,
    DAMAGED,
    ED25519_LETTERS,
    GIVEN,
    HOT,
    PASSWORD,
    SEED,
    WEAK_PASSWORD,
)
from tests.marked_home import HOT_FILE

NEW = "a new key"
"""What keys are called that a command makes itself: they are known once it has written them."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of ``taocli``; ``line`` may name files below ``in/`` and descriptors as ``{name}``."""

    line: str
    error: str = ""
    code: int = 0
    stdin: str = ""
    environ: Mapping[str, str | None] = field(default_factory=dict)
    plain: tuple[str, ...] = ()
    prints: tuple[str, ...] = ()
    more: tuple[str, ...] = ()

    @property
    def arguments(self) -> list[str]:
        return [*shlex.split(self.line), *self.more]


def ok(
    line: str, *, stdin: str = "", plain: tuple[str, ...] = (), prints: tuple[str, ...] = (),
    code: int = 0, **environ: str | None,
) -> Run:  # fmt: skip
    """A run that works, or ends with a verdict."""
    return Run(line, "", code, stdin, environ, plain, prints)


def fails(error: str, line: str, *, stdin: str = "", **environ: str | None) -> Run:
    """A run that ends in this error, and says so as loudly as it can."""
    return Run(line, error, 0, stdin, environ, more=("--debug", "--json"))


MARKED, LETTER = COLD.secret.key.address.ss58, ED25519_LETTERS.key.address.ss58
SIGNATURE = ED25519_LETTERS.key.sign(b"hi").hex()
SEALED = seal(ED25519_LETTERS.key.address, b"hi").hex()
GIVEN_SS58 = GIVEN.secret.key.address.ss58
PW, WRONG = "--password-file in/pw", "--password-file in/wrong"
KEYFILES = ("w/new/coldkey", "w/new/hotkeys/default")
"""Files of a wallet ``new``; plain where the run says so."""


def damaged_book(root: Path) -> None:
    """An address book into which somebody pasted a phrase, and broke it."""
    (root / "f/taocli/addresses.json").write_text('{"addresses": {"savings": ' + DAMAGED.phrase)


def no_public_file(root: Path) -> None:
    """An encrypted key whose address nobody knows without its password."""
    (root / "w/marked/coldkeypub.txt").unlink()


PREPARATIONS: Mapping[str, Callable[[Path], None]] = {
    "addr list": damaged_book,
    "wallet doctor": no_public_file,
}
"""What is done to the marked home before a scenario."""

SCENARIOS: dict[str, tuple[Run, ...]] = {
    "addr add": (
        ok(f"addr add friend {LETTER} --note hello"),
        fails("NameTaken", f"addr add friend {GIVEN_SS58}"),
        fails("NameTaken", f"addr add marked {LETTER}"),
        fails("NameUnknown", "addr add other savings"),
    ),
    "addr list": (
        fails("InvalidSetting", "addr list"),
        ok("addr list", XDG_CONFIG_HOME="/nowhere"),
    ),
    "addr remove": (
        ok(f"addr add friend {LETTER}"),
        fails("NameUnknown", "addr remove frend"),
        ok("addr remove friend"),
    ),
    "explain": (ok("explain W103"), fails("UsageError", f"explain '{GIVEN.phrase}'")),
    "lock": (ok("lock"), fails("WalletNotFound", "lock --wallet maked"), ok("lock --list")),
    "unlock": (
        ok("unlock --wallet marked"),
        fails("WrongPassword", f"unlock --wallet marked {WRONG}"),
        fails("KeyfileDamaged", "unlock --wallet broken"),
        fails("NoTerminal", "unlock --wallet marked", BT_WALLET_PASSWORD=None),
    ),
    "wallet create": (
        ok(f"wallet create --wallet new {PW} --show-secret", plain=KEYFILES[1:], prints=(NEW,)),
        fails("WalletExists", f"wallet create --wallet marked {PW} --show-secret"),
        fails("NoTerminal", f"wallet create --wallet other {PW}"),
        fails("WeakPassword", "wallet create --wallet o --password-file in/weak --show-secret"),
        fails("WalletError", "wallet create --wallet o --password-file in/latin --show-secret"),
        fails("UsageError", f"wallet create --wallet o --uri '{GIVEN.phrase}//x' --dev"),
    ),
    "wallet new-coldkey": (
        ok("wallet new-coldkey --wallet new --no-password --show-secret --json",
           plain=KEYFILES[:1], prints=(NEW,)),
        fails("WalletExists", f"wallet new-coldkey --wallet marked {PW} --show-secret"),
        fails("WeakPassword", "wallet new-coldkey --wallet o --show-secret",
              BT_WALLET_PASSWORD=WEAK_PASSWORD.text),
    ),
    "wallet new-hotkey": (
        ok("wallet new-hotkey --wallet marked --hotkey default --overwrite --show-secret",
           plain=(HOT_FILE, "w/marked/hotkey-default.bak-*"), prints=(NEW,)),
        ok("wallet new-hotkey --wallet marked --hotkey h --use-password --show-secret --json",
           prints=(NEW,)),
        fails("NoTerminal", "wallet new-hotkey --wallet marked --hotkey b"),
    ),
    "wallet regen-coldkey": (
        ok("wallet regen-coldkey --wallet new --mnemonic-file -", stdin=GIVEN.phrase),
        ok("wallet regen-coldkey --wallet new --seed-file in/seed --overwrite --no-password",
           plain=KEYFILES[:1]),
        ok("wallet regen-coldkey --wallet uri --secret-file in/uri --no-password",
           plain=("w/uri/coldkey",)),
        ok("wallet regen-coldkey --wallet json --json-path in/account.json --no-password"
           " --json-password-file in/passphrase", plain=("w/json/coldkey",)),
        fails("WrongPassword", "wallet regen-coldkey --wallet o --json-path in/account.json"
              " --json-password-file in/wrong"),
        fails("InvalidMnemonic", "wallet regen-coldkey --wallet o --mnemonic-file in/swapped"),
        fails("InvalidMnemonic", "wallet regen-coldkey --wallet o --mnemonic-file in/short"),
        fails("ValidationError", "wallet regen-coldkey --wallet o --secret-file in/bad-uri"),
        fails("ValidationError", "wallet regen-coldkey --wallet o --seed-file in/cut-seed"),
        fails("UsageError", f"wallet regen-coldkey --wallet o --mnemonic-file '{GIVEN.phrase}'"),
        fails("WeakPassword", "wallet regen-coldkey --wallet o --mnemonic-file in/phrase"
              " --password-file in/weak"),
    ),
    "wallet regen-hotkey": (
        ok("wallet regen-hotkey --wallet new --mnemonic-fd {phrase}", plain=KEYFILES[1:]),
        ok("wallet regen-hotkey --wallet new --hotkey long --mnemonic-file in/long",
           plain=("w/new/hotkeys/long",)),
        ok("wallet regen-hotkey --wallet new --hotkey k --private-key-file in/private --json",
           plain=("w/new/hotkeys/k",)),
        fails("UsageError", "wallet regen-hotkey --wallet o --seed-file in/seed --secret-fd 0"),
        fails("WalletExists", "wallet regen-hotkey --wallet marked --mnemonic-file in/phrase"),
        fails("UsageError", f"wallet regen-hotkey --wallet o --mnemonic-fd '{GIVEN.phrase}'"),
    ),
    "wallet regen-coldkeypub": (
        ok(f"wallet regen-coldkeypub --wallet new --ss58 {LETTER}"),
        fails("WalletExists", f"wallet regen-coldkeypub --wallet marked --ss58 {LETTER}"),
    ),
    "wallet regen-hotkeypub": (
        ok(f"wallet regen-hotkeypub --wallet new --ss58 {LETTER}"),
        fails("KeyDisagreement",
              f"wallet regen-hotkeypub --wallet marked --ss58 {LETTER} --overwrite"),
    ),
    "wallet watch": (
        ok(f"wallet watch {LETTER} --wallet eye"),
        fails("UsageError", f"wallet watch '{GIVEN.phrase}' --wallet o"),
        fails("KeyfileDamaged", f"wallet watch {LETTER} --wallet broken"),
    ),
    "wallet import": (
        ok("wallet import in/account.json --wallet new --no-password"
           " --passphrase-file in/passphrase", plain=KEYFILES[:1]),
        ok("wallet import - --wallet plain --hotkey h", stdin="in/plain", plain=("w/plain/hotkeys/h",)),
        ok("wallet import in/vault --wallet v --hotkey h --passphrase-file in/pw --json",
           plain=("w/v/hotkeys/h",)),
        fails("WrongPassword", "wallet import in/vault --wallet o --passphrase-file in/wrong"),
        fails("WrongPassword", "wallet import in/account.json --wallet o --passphrase-file in/wrong"),
        fails("KeyfileDamaged", "wallet import in/cut --wallet o"),
        fails("KeyfileDamaged", "wallet import in/sealed-cut --wallet o --passphrase-file in/pw"),
        fails("UnsupportedKey", "wallet import in/keystore.json --wallet o"),
    ),
    "wallet export": (
        ok("wallet export --wallet marked --out out.json --light --passphrase-file in/passphrase"),
        ok("wallet export --wallet marked --out open.json --no-passphrase --json",
           plain=("open.json",)),
        ok("wallet export --wallet marked/default --out - --no-passphrase --show-secret",
           prints=(HOT.name,)),
        ok("wallet export --wallet marked --out - --light --show-secret --json"
           " --passphrase-file in/passphrase"),
        fails("UsageError", "wallet export --wallet marked --out - --no-passphrase"),
        fails("WrongPassword", f"wallet export --wallet marked --out o.json {WRONG}"),
        fails("WeakPassword",
              "wallet export --wallet marked --out o.json --passphrase-file in/weak"),
        fails("KeyfileDamaged", "wallet export --wallet broken --hotkey sealed --out o.json"),
    ),
    "wallet list": (
        ok("wallet list"),
        ok("wallet list --json"),
        fails("WalletNotFound", "wallet list --wallet maked"),
    ),
    "wallet show": (
        ok("wallet show --wallet broken"),
        ok("wallet show --wallet marked --phrase --show-secret", prints=(COLD.name,)),
        ok("wallet show --wallet marked --phrase --show-secret --json", prints=(COLD.name,)),
        ok("wallet show --wallet marked --show-secret --json"),
        fails("NoTerminal", "wallet show --wallet marked --phrase"),
        fails("WrongPassword", f"wallet show --wallet marked --phrase --show-secret {WRONG}"),
        fails("KeyDisagreement",
              "wallet show --wallet broken --hotkey crossed --phrase --show-secret"),
    ),
    "wallet derive": (
        ok("wallet derive --mnemonic-file in/phrase"),
        ok("wallet derive --secret-file in/uri --json"),
        ok("wallet derive --seed-fd {seed}"),
        fails("ValidationError", "wallet derive --secret-file in/bad-uri"),
        fails("UsageError", f"wallet derive --uri '{GIVEN.phrase}//x' --dev"),
    ),
    "wallet rename": (
        ok("wallet rename kept --wallet marked --hotkey default", plain=("w/marked/hotkeys/kept",)),
        ok("wallet rename new --wallet marked", plain=("w/*/hotkeys/kept",)),
        fails("WalletExists", "wallet rename letters --wallet new"),
        fails("InvalidName", "wallet rename ../o --wallet new"),
    ),
    "wallet passwd": (
        fails("WrongPassword", f"wallet passwd --wallet marked {WRONG}"),
        fails("WeakPassword", "wallet passwd --wallet marked --new-password-file in/weak"),
        ok(f"wallet passwd --wallet marked {PW} --new-password-file in/new"),
        ok("wallet passwd --wallet letters --remove", plain=("w/letters/coldkey",)),
        ok("wallet passwd --wallet marked --hotkey locked --upgrade --json"),
    ),
    "wallet verify-backup": (
        ok("wallet verify-backup --wallet marked --mnemonic-file in/cold"),
        fails("BackupMismatch", "wallet verify-backup --wallet marked --mnemonic-file in/phrase"),
        fails("InvalidMnemonic", "wallet verify-backup --wallet marked --mnemonic-file in/swapped"),
    ),
    "wallet doctor": (
        ok("wallet doctor", code=30),
        fails("WalletNotFound", "wallet doctor --wallet maked"),
        ok(f"wallet doctor --fix --wallet marked {WRONG} --debug"),
        ok(f"wallet doctor --fix {PW} --json", code=30),
    ),
    "wallet sign": (
        ok("wallet sign --wallet marked --use-hotkey --message hi"),
        ok(f"wallet sign --wallet nacl --message hi --json {PW}", BT_WALLET_PASSWORD=None),
        fails("WrongPassword", f"wallet sign --wallet marked --message hi {WRONG}"),
        fails("WalletError", "wallet sign --wallet marked --message hi", BT_WALLET_PASSWORD=None,
              PEERS_VARIABLE=PASSWORD.text),
        fails("KeyfileDamaged", "wallet sign --wallet broken --message hi"),
        fails("KeyfileDamaged", "wallet sign --wallet broken --hotkey bare --message hi"),
        fails("KeyfileDamaged", "wallet sign --wallet broken --hotkey sealed --message hi"),
        fails("WalletError", "wallet sign --wallet marked --message hi --password-file in/latin"),
        fails("UsageError", f"wallet sign --wallet marked --password-fd {PASSWORD.text[9:17]}"),
    ),
    "wallet verify": (
        ok(f"wallet verify --message hi --signature {SIGNATURE} --address letters"),
        fails("SignatureInvalid",
              f"wallet verify --message hi --signature {'00' * 64} --address marked"),
        fails("ValidationError", "wallet verify --message hi --address marked --signature"
              f" {SEED.raw[0].hex()}"),
    ),
    "wallet encrypt": (
        ok(f"wallet encrypt --to {LETTER} --message hi"),
        fails("UnsupportedKey", f"wallet encrypt --to {GIVEN_SS58} --message hi"),
    ),
    "wallet decrypt": (
        ok(f"wallet decrypt --wallet letters --ciphertext {SEALED}"),
        fails("ValidationError", f"wallet decrypt --wallet letters --ciphertext {'00' * 60}"),
        fails("UnsupportedKey", f"wallet decrypt --wallet marked --ciphertext {'00' * 60}"),
        fails("WrongPassword", f"wallet decrypt --wallet letters --ciphertext 00 {WRONG}"),
    ),
    "wallet unlock": (
        ok(f"wallet unlock --wallet letters {PW} --json"),
        fails("WrongPassword", f"wallet unlock --wallet letters {WRONG}"),
    ),
    "wallet lock": (ok("wallet lock --json"), fails("WalletNotFound", "wallet lock --wallet maked")),
    "wallet evm new": (
        ok("wallet evm new --wallet marked --password-file in/pw"),
        fails("WeakPassword", "wallet evm new --wallet letters --password-file in/weak"),
        fails("NoTerminal", "wallet evm new --wallet letters"),
    ),
    "wallet evm import": (
        ok("wallet evm import --wallet marked --keystore in/keystore.json"
           " --keystore-password-file in/keystore-pw --password-file in/pw"),
        ok("wallet evm import --wallet marked -k two --private-key-file in/evm --password-fd {pw}"),
        fails("WrongPassword", "wallet evm import --wallet nacl --keystore in/keystore.json"
              " --keystore-password-file in/wrong"),
        fails("InvalidMnemonic", "wallet evm import --wallet nacl --mnemonic-file in/swapped"),
        fails("ValidationError", "wallet evm import --wallet nacl --private-key-file in/cut-evm"),
    ),
    "wallet evm list": (
        ok("wallet evm list --wallet letters"),
        fails("WalletNotFound", "wallet evm list --wallet leters"),
    ),
    "wallet evm show": (
        ok("wallet evm show --wallet letters --key old"),
        fails("WalletNotFound", "wallet evm show --wallet letters --key odl"),
    ),
    "wallet evm export": (
        ok("wallet evm export --wallet letters --key old --out e.json"),
        fails("WalletExists", "wallet evm export --wallet letters --key old --out e.json"),
    ),
}  # fmt: skip
