"""Where keys lie: the folder layout that all Bittensor tools share, and the names it allows.

    ROOT/NAME/coldkey           ROOT/NAME/hotkeys/HOT
    ROOT/NAME/coldkeypub.txt    ROOT/NAME/hotkeys/HOTpub.txt

A name becomes a path, so it is checked first. Nothing here opens a file.
"""

import difflib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from taocli.domain.errors import InvalidName
from taocli.domain.text import clean

PUBLIC_SUFFIX = "pub.txt"
_UNSAFE = re.compile(r"[/\\\x00-\x1f\x7f\ud800-\udfff]")  # the last range: bytes that are not UTF-8
_NOT_KEYS = {".lock", ".tmp"}


@dataclass(frozen=True, slots=True)
class KeyPlace:
    """The two files of one key; ``hotkey`` is None for the wallet's coldkey."""

    wallet: str
    hotkey: str | None
    private: Path
    public: Path

    @property
    def label(self) -> str:
        """How people call it: ``coldkey alice`` or ``hotkey alice/default``."""
        return (
            f"coldkey {self.wallet}"
            if self.hotkey is None
            else f"hotkey {self.wallet}/{self.hotkey}"
        )

    @property
    def taken(self) -> Path | None:
        """The file that stands in the way of a new key here; a dangling link counts too."""
        for path in (self.private, self.public):
            if os.path.lexists(path):
                return path
        return None


def coldkey_place(root: Path, wallet: str) -> KeyPlace:
    """Where the coldkey of a wallet lies; ``InvalidName`` for a name that is no folder name."""
    folder = root / check_name(wallet)
    return KeyPlace(wallet, None, folder / "coldkey", folder / "coldkeypub.txt")


def hotkey_place(root: Path, wallet: str, hotkey: str) -> KeyPlace:
    """Where a hotkey lies; names that look like public files are refused."""
    if hotkey.endswith(PUBLIC_SUFFIX) or Path(hotkey).suffix in _NOT_KEYS:
        raise _bad_name(hotkey, "files that end like this are not taken for keys")
    folder = root / check_name(wallet) / "hotkeys"
    name = check_name(hotkey)
    return KeyPlace(wallet, hotkey, folder / name, folder / (name + PUBLIC_SUFFIX))


def hotkey_names(folder: Path) -> list[str]:
    """The hotkeys in ``hotkeys/``; a public file stands for a key whose private half is elsewhere."""
    if not folder.is_dir():
        return []
    names = set()
    for path in folder.iterdir():
        if path.name.startswith(".") or path.suffix in _NOT_KEYS or path.is_dir():
            continue
        name = path.name.removesuffix(PUBLIC_SUFFIX)
        if name:
            names.add(name)
    return sorted(names)


def check_name(name: str) -> str:
    """A wallet or hotkey name that stays inside its folder; ``InvalidName`` otherwise."""
    if not name or name in {".", ".."} or name[0] in ".-":
        raise _bad_name(name, "it is empty or starts with a dot or a dash")
    if _UNSAFE.search(name) or len(name.encode(errors="replace")) > 200:
        raise _bad_name(name, "it has a slash, a control character or more than 200 bytes")
    return name


def nearest(name: str, names: Iterable[str]) -> str:
    """``Did you mean X?`` for the name that comes closest, else nothing."""
    close = difflib.get_close_matches(name, list(names), n=1)
    return f"Did you mean {clean(close[0])}?" if close else ""


def _bad_name(name: str, why: str) -> InvalidName:
    shown = name if len(name) <= 60 else name[:59] + "…"  # an address book is a stranger's file
    return InvalidName(
        f"{shown!r} cannot be the name of a key.",
        why=f"{why[0].upper()}{why[1:]}.",
        fix="Use letters, digits, dots, dashes and underscores.",
    )
