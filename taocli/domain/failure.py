"""What every error of taocli is: three answers, a stable code and the exit code of the process.

The tree of errors itself is in ``errors``.
"""

from collections.abc import Iterator
from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """What the process returns to its caller; frozen, scripts rely on the numbers."""

    OK = 0
    BUG = 1
    USAGE = 2
    NETWORK = 10
    WALLET = 11
    VALIDATION = 12
    CHAIN = 13
    FILE_SYSTEM = 14
    TIMEOUT = 15
    WORKER = 16
    PLUGIN = 17
    PRICE = 20
    POLICY = 21
    DECLINED = 22
    UNHEALTHY = 30
    INTERRUPTED = 130
    TERMINATED = 143


class TaoError(Exception):
    """A failure that a person can act on: ``what`` happened, ``why``, and the ``fix``."""

    code: ClassVar[str] = "B001"
    exit_code: ClassVar[ExitCode] = ExitCode.BUG
    retryable: ClassVar[bool] = False

    def __init__(self, what: str, why: str = "", fix: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.fix = fix

    @property
    def name(self) -> str:
        """The class name, the readable half of the stable code."""
        return type(self).__name__


def error_classes(root: type[TaoError] = TaoError) -> Iterator[type[TaoError]]:
    """Walk the tree depth first, parents before children; classes without a code of their own are left out."""
    if "code" in vars(root):
        yield root
    for child in root.__subclasses__():
        yield from error_classes(child)
