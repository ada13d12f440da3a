"""What a chain is started with. The same recipe makes the same block 0, anywhere and at any time.

A recipe is plain data: it goes through command lines, block logs and tests. With a ``seed`` the blocks
behind block 0 repeat as well: their time is simulated, and the seal and the hash leave out what a signer
draws at random.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from taocli.domain.errors import InvalidSetting

PROFILES = ("dev", "subtensor")
MOST_ACCOUNTS = 10_000
MOST_SUBNETS = 128
MOST_NEURONS = 256
_U64 = 1 << 64


@dataclass(frozen=True, slots=True)
class Recipe:
    """Options of a new chain; raises ``InvalidSetting`` for one that cannot be.

    ``block_time`` is in seconds, None for a block on demand; ``tempo`` is that of subnet 1; ``genesis`` is
    the text of a genesis file; ``subnets`` and ``neurons`` populate the chain, ``accounts`` funds //dev/0
    and so on.
    """

    profile: str = "dev"
    tempo: int | None = None
    block_time: float | None = 12.0
    seed: int | None = None
    accounts: int = 0
    subnets: int = 0
    neurons: int = 0
    genesis: str = ""

    def __post_init__(self) -> None:
        if self.profile not in PROFILES:
            raise InvalidSetting(
                f"There is no profile {self.profile!r}.",
                why="A profile is what block 0 holds.",
                fix=f"Use one of {', '.join(PROFILES)}.",
            )
        _check_range("seed", self.seed or 0, _U64 - 1)
        _check_range("number of accounts", self.accounts, MOST_ACCOUNTS)
        _check_range("number of subnets", self.subnets, MOST_SUBNETS)
        _check_range("number of neurons", self.neurons, MOST_NEURONS)
        if self.neurons and not self.subnets:
            raise InvalidSetting(
                "Neurons need subnets to live in.",
                why="The number of neurons is that of every populated subnet.",
                fix="Say how many subnets, such as --subnets 1.",
            )
        if self.subnets and self.profile != "dev":
            raise InvalidSetting(
                f"Profile {self.profile!r} cannot be populated.",
                why="Its subnets are those of the official local chain, and not started.",
                fix="Use the profile dev.",
            )

    @property
    def is_fast(self) -> bool:
        """Whether the runtime calls itself fast, as it does below a second per block."""
        return self.block_time is None or self.block_time < 1.0

    @property
    def summary(self) -> str:
        """What shapes block 0, in words, for messages."""
        said = [
            f"profile {self.profile}",
            f"tempo {self.tempo or 'as usual'}",
            f"slots of {250 if self.is_fast else 12_000} ms",
        ]
        if self.seed is not None:
            said.append(f"seed {self.seed}")
        if self.accounts:
            said.append(f"{self.accounts} accounts")
        if self.subnets:
            said.append(f"{self.subnets} subnets of {self.neurons} neurons")
        if self.genesis:
            digest = hashlib.sha256(self.genesis.encode()).hexdigest()
            said.append(f"genesis file {digest[:8]}")
        return ", ".join(said)

    def as_json(self) -> dict[str, Any]:
        """The recipe as a document."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Recipe":
        """The recipe of a document; ``ValueError`` when it is none."""
        known = {item.name for item in fields(cls)}
        if not isinstance(document, Mapping) or not set(document) <= known:
            raise ValueError("the options of the chain are not those of this version")
        numbers = ("seed", "accounts", "subnets", "neurons", "tempo")
        whole = all(isinstance(document.get(name) or 0, int) for name in numbers)
        texts = all(isinstance(document.get(name, ""), str) for name in ("profile", "genesis"))
        if not (whole and texts and isinstance(document.get("block_time") or 0, int | float)):
            raise ValueError("the options of the chain are of the wrong kind")
        return cls(**document)


def _check_range(what: str, number: int, most: int) -> None:
    if not 0 <= number <= most:
        raise InvalidSetting(
            f"A {what} of {number} makes no sense.",
            why=f"It lies between 0 and {most}.",
            fix="Choose another number.",
        )
