"""Repairing what the examination of a wallet folder found, as far as that is safe to do unasked."""

from collections.abc import Callable

from taocli.wallet.audit import Finding, Repair
from taocli.wallet.keyfile import PublicHalf, Secret
from taocli.wallet.places import KeyPlace
from taocli.wallet.private_files import remove_private_file
from taocli.wallet.writing import write_public


def mend(finding: Finding, open_key: Callable[[KeyPlace], Secret]) -> bool:
    """Carry out the repair of a finding; False when it has none. ``open_key`` may ask for a password."""
    if finding.repair is Repair.TIGHTEN:
        finding.path.chmod(0o700 if finding.path.is_dir() else 0o600)
    elif finding.repair is Repair.REMOVE:
        remove_private_file(finding.path)
    elif finding.repair is Repair.WRITE_PUBLIC and finding.place is not None:
        key = open_key(finding.place).key
        write_public(finding.place, PublicHalf(key.address, key.crypto_type), overwrite=True)
    else:
        return False
    return True
