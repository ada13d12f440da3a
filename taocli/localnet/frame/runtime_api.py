"""Runtime APIs: read-only functions that clients call by name through ``state_call``.

    class SubnetInfoRuntimeApi(RuntimeApi):
        version = 2

        @method(output=Option(SubnetInfo), netuid=u16)
        def get_subnet_info(self, netuid: int) -> dict[str, Any] | None: ...

The class name is the trait's name; pallets are reached through ``self.runtime``. Signature:
``method(output, *, wire_name=None, types=None, **inputs)`` with ``types`` for inputs whose names collide
and ``wire_name`` for a method whose name on the wire cannot be an attribute.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from taocli.localnet.frame.call import doc_lines
from taocli.localnet.frame.scale import Reader, Type

if TYPE_CHECKING:
    from taocli.localnet.runtime import Runtime

_MARK = "__taocli_api_method__"
Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class ApiMethod:
    """One function of an API: its inputs in order, and its output."""

    name: str
    attribute: str
    inputs: tuple[tuple[str, Type], ...]
    output: Type
    docs: tuple[str, ...]


def method(
    output: Type,
    *,
    wire_name: str | None = None,
    types: Mapping[str, Type] | None = None,
    **inputs: Type,
) -> Callable[[Function], Function]:
    """Mark a method of a ``RuntimeApi``."""

    def mark(function: Function) -> Function:
        declared = tuple({**(types or {}), **inputs}.items())
        attribute = function.__name__
        docs = doc_lines(function.__doc__)
        found = ApiMethod(wire_name or attribute, attribute, declared, output, docs)
        setattr(function, _MARK, found)
        return function

    return mark


class RuntimeApi:
    """A named group of functions; subclass, set ``version`` and mark methods."""

    version: ClassVar[int] = 1
    methods: ClassVar[dict[str, ApiMethod]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.methods = {
            found.name: found
            for ancestor in reversed(cls.__mro__)
            for member in vars(ancestor).values()
            if isinstance(found := getattr(member, _MARK, None), ApiMethod)
        }

    def __init__(self, runtime: "Runtime") -> None:
        self.runtime = runtime

    @classmethod
    def id(cls) -> bytes:
        """The eight bytes that stand for the API in the runtime version: BLAKE2b-64 of its name."""
        return blake2b(cls.__name__.encode(), digest_size=8).digest()

    def invoke(self, name: str, arguments: bytes) -> bytes:
        """Decode the arguments, call the method, encode what it returns."""
        declared = self.methods[name]
        reader = Reader(arguments, self.runtime)
        values = [kind.decode(reader) for _, kind in declared.inputs]
        reader.finish()
        return declared.output.encode(getattr(self, declared.attribute)(*values))
