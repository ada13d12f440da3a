"""Finding subnet plug-ins: by name, or by network and netuid.

Names come from package metadata alone; one plug-in is imported only when it is asked for, so that a
broken one can hurt nobody but its own users.
"""

import ipaddress
from importlib.metadata import EntryPoint, entry_points
from urllib.parse import urlsplit

from taocli.domain.errors import PluginError
from taocli.subnets.api import SubnetAdaptor, SubnetMeta

GROUP = "taocli.subnets"
_PUBLIC = {"finney": "finney", "archive": "finney", "test": "test", "local": "local"}
_PARTS = ("routes", "preflight", "admit", "priority", "handle")


def names() -> tuple[str, ...]:
    """Every installed plug-in, in order; nothing is imported."""
    return tuple(sorted({point.name for point in entry_points(group=GROUP)}))


def load(name: str) -> SubnetAdaptor:
    """Import one plug-in; ``PluginError`` when it is missing, breaks or is no plug-in."""
    point = next((item for item in entry_points(group=GROUP) if item.name == name), None)
    if point is None:
        raise PluginError(
            f"There is no subnet plug-in {name!r}.",
            why="No installed package declares it under taocli.subnets.",
            fix=f"Install one that does, or use one of: {', '.join(names())}.",
        )
    return _load(point)


def for_netuid(network: str, netuid: int) -> SubnetAdaptor:
    """The plug-in of a subnet; a broken one of another subnet is passed over."""
    label = network_label(network)
    broken: list[PluginError] = []
    for point in sorted(entry_points(group=GROUP), key=lambda item: item.name):
        try:
            adaptor = _load(point)
        except PluginError as error:
            broken.append(error)
            continue
        if adaptor.meta.netuids.get(label) == netuid:
            return adaptor
    hurt = f" {broken[0].what}" if broken else ""
    raise PluginError(
        f"No plug-in knows subnet {netuid} of {label}.",
        why=f"What miners do differs from subnet to subnet.{hurt}",
        fix="Install a package with a plug-in for it, or try: taocli localnet start, then mine --subnet 1.",
    )


def network_label(network: str) -> str:
    """``finney``, ``test`` or ``local``: what a network name or an endpoint's URL stands for.

    A URL is a localnet when its host is this machine or a private address, else the main network.
    """
    if network in _PUBLIC:
        return _PUBLIC[network]
    host = urlsplit(network).hostname or ""
    if host == "localhost":
        return "local"
    try:
        private = ipaddress.ip_address(host).is_private
    except ValueError:
        private = False
    return "local" if private else "finney"


def _load(point: EntryPoint) -> SubnetAdaptor:
    try:
        loaded = point.load()
    except Exception as error:
        raise _broken(point, f"{type(error).__name__}: {error}") from error
    missing = [part for part in _PARTS if not callable(getattr(loaded, part, None))]
    if missing or not isinstance(getattr(loaded, "meta", None), SubnetMeta):
        raise _broken(point, f"it lacks {', '.join(missing) or 'meta'}")
    adaptor: SubnetAdaptor = loaded
    return adaptor


def _broken(point: EntryPoint, why: str) -> PluginError:
    package = point.dist.name if point.dist else point.value
    return PluginError(
        f"The subnet plug-in {point.name!r} of {package} does not load.",
        why=f"It says: {why[:300]}.",
        fix=f"Update or remove the package: pip install --upgrade {package}.",
    )
