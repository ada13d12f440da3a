"""The runtime's identity (which every signature is bound to) and the types of a block's digest."""

from dataclasses import dataclass

from taocli.localnet.frame.types import (
    Array,
    Bytes,
    Enum,
    Newtype,
    Struct,
    Tuple,
    Variant,
    Vec,
    string,
    u8,
    u32,
)

_ENGINE = Array(u8, 4)
DigestItem = Enum(
    "sp_runtime::generic::digest::DigestItem",
    Variant(6, "PreRuntime", _ENGINE, Bytes),
    Variant(4, "Consensus", _ENGINE, Bytes),
    Variant(5, "Seal", _ENGINE, Bytes),
    Variant(0, "Other", Bytes),
    Variant(8, "RuntimeEnvironmentUpdated"),
)
Digest = Struct("sp_runtime::generic::digest::Digest", logs=Vec(DigestItem))

CowStr = Newtype("Cow", string, params={"T": string})
_API_IDS = Vec(Tuple(Array(u8, 8), u32))
RuntimeVersionType = Struct(
    "sp_version::RuntimeVersion",
    spec_name=CowStr,
    impl_name=CowStr,
    authoring_version=u32,
    spec_version=u32,
    impl_version=u32,
    apis=Newtype("Cow", _API_IDS, params={"T": _API_IDS}),
    transaction_version=u32,
    system_version=u8,
)


@dataclass(frozen=True, slots=True)
class RuntimeVersion:
    """What ``state_getRuntimeVersion`` answers; ``apis`` are (8-byte id, version) pairs."""

    spec_name: str = "node-subtensor"
    impl_name: str = "node-subtensor"
    authoring_version: int = 1
    spec_version: int = 425
    impl_version: int = 1
    transaction_version: int = 1
    system_version: int = 1
    apis: tuple[tuple[bytes, int], ...] = ()

    def as_value(self) -> dict[str, object]:
        """The SCALE value of ``RuntimeVersionType``."""
        return {name: getattr(self, name) for name in self.__slots__} | {"apis": list(self.apis)}
