"""The runtime APIs every client starts with: the version, the metadata and an account's nonce."""

from taocli.localnet.frame.metadata import VERSIONS
from taocli.localnet.frame.runtime_api import RuntimeApi, method
from taocli.localnet.frame.types import AccountId, Bytes, Newtype, Option, Vec, u32
from taocli.localnet.frame.version import RuntimeVersionType

OpaqueMetadata = Newtype("sp_core::OpaqueMetadata", Bytes)


class Core(RuntimeApi):
    """The runtime's identity."""

    version = 5

    @method(RuntimeVersionType, wire_name="version")
    def runtime_version(self) -> dict[str, object]:
        """Names, numbers and the served APIs."""
        return self.runtime.version.as_value()


class Metadata(RuntimeApi):
    """The runtime's description of itself."""

    version = 2

    @method(OpaqueMetadata)
    def metadata(self) -> bytes:
        """Version 14."""
        return self.runtime.metadata(14)

    @method(Option(OpaqueMetadata), version=u32)
    def metadata_at_version(self, version: int) -> bytes | None:
        """One version, or None when it is not served."""
        return self.runtime.metadata(version) if version in VERSIONS else None

    @method(Vec(u32))
    def metadata_versions(self) -> list[int]:
        """The versions served."""
        return list(VERSIONS)


class AccountNonceApi(RuntimeApi):
    """How many extrinsics an account has sent."""

    @method(u32, account=AccountId)
    def account_nonce(self, account: bytes) -> int:
        """The nonce that the account's next extrinsic must carry."""
        nonce: int = self.runtime.system.Account[account]["nonce"]
        return nonce
