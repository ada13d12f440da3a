"""Subnet 1 of the main network, Apex: miners submit files, nobody queries them.

Since version 4 (17 November 2025) Apex is a competition of code and models. A registered hotkey
uploads a file through the subnet's own program and pays a fee per submission; the best one takes
the emission. There is no axon to serve, so ``taocli mine`` refuses instead of idling for nothing.

Source: macrocosm-os/apex, releases v4.0 to v4.3.6 (21 August 2026).
"""

from taocli.domain.errors import PluginError
from taocli.domain.ports import Engine
from taocli.subnets.api import Caller, Inbound, MinerWork, Reply, RouteSpec, SubnetMeta

_EXPLANATION = (
    "Apex has queried no miners since November 2025: miners submit code or model files to a "
    "competition and pay a fee for each submission."
)


class Apex:
    """Explains how Apex is mined; serves nothing."""

    meta = SubnetMeta(
        name="apex",
        title="Apex",
        work=MinerWork.SUBMIT,
        netuids={"finney": 1},
        explanation=_EXPLANATION,
    )

    def routes(self) -> tuple[RouteSpec, ...]:
        """None: nobody would ask."""
        return ()

    def preflight(self, network: str) -> None:
        """Always refuse, with the reason and the way that works."""
        raise PluginError(
            f"Subnet 1 of {network} cannot be mined by serving a model.",
            why=_EXPLANATION,
            fix="Register the hotkey and submit with Apex's own program (github.com/macrocosm-os/apex),"
            " or serve on a localnet: taocli mine --subnet 1 --network local.",
        )

    def admit(self, caller: Caller, route: str) -> str | None:  # noqa: ARG002 - nothing is served
        """Nobody is served."""
        return "this subnet serves no requests"

    def priority(self, caller: Caller, route: str) -> int:  # noqa: ARG002 - nothing is served
        """Irrelevant here."""
        return 0

    async def handle(self, request: Inbound, engine: Engine) -> Reply:  # noqa: ARG002 - never called
        """Refuse: there is no route that leads here."""
        raise PluginError(
            "Apex serves no requests.", why=_EXPLANATION, fix="Submit a file instead."
        )


PLUGIN = Apex()
