"""AdminUtils: hyperparameters of subnets and numbers of the whole chain.

The calls are in four parts, by who makes them and what they change: ``admin_owner_calls``,
``admin_root_calls``, ``admin_structure`` and ``admin_chain``; what they check is in ``admin_setters``. Indices,
names and arguments are those of Subtensor spec 425, and all of its calls are here.
"""

from taocli.localnet.frame.pallet import Error, Event
from taocli.localnet.frame.types import U64F64, boolean, u16
from taocli.localnet.pallets.admin_chain import ChainCalls, PrecompileEnum
from taocli.localnet.pallets.admin_owner_calls import OwnerSetters
from taocli.localnet.pallets.admin_root_calls import RootSetters
from taocli.localnet.pallets.admin_structure import StructureCalls


class AdminUtils(OwnerSetters, RootSetters, StructureCalls, ChainCalls):
    """Parameters of subnets and of the chain."""

    name = "AdminUtils"
    index = 19
    crate = "pallet_admin_utils"

    events = (
        Event("PrecompileUpdated", index=0, precompile_id=PrecompileEnum, enabled=boolean),
        Event("Yuma3EnableToggled", index=1, netuid=u16, enabled=boolean),
        Event("BondsResetToggled", index=2, netuid=u16, enabled=boolean),
        Event("BurnHalfLifeSet", index=3, netuid=u16, burn_half_life=u16),
        Event("BurnIncreaseMultSet", index=4, netuid=u16, burn_increase_mult=U64F64),
        Event("SubnetEmissionEnabledSet", index=5, netuid=u16, enabled=boolean),
    )
    errors = (
        Error("SubnetDoesNotExist", "The subnet does not exist, check the netuid parameter."),
        Error(
            "MaxValidatorsLargerThanMaxUIds",
            "The maximum number of subnet validators must be less than the maximum number of allowed UIDs in the subnet.",
        ),
        Error(
            "MaxAllowedUIdsLessThanCurrentUIds",
            "The maximum number of subnet validators must be more than the current number of UIDs already in the subnet.",
        ),
        Error(
            "BondsMovingAverageMaxReached", "The maximum value for bonds moving average is reached."
        ),
        Error("NegativeSigmoidSteepness", "Only root can set negative sigmoid steepness values."),
        Error("ValueNotInBounds", "Value not in allowed bounds."),
        Error(
            "MinAllowedUidsGreaterThanCurrentUids",
            "The minimum allowed UIDs must be less than the current number of UIDs in the subnet.",
        ),
        Error(
            "MinAllowedUidsGreaterThanMaxAllowedUids",
            "The minimum allowed UIDs must be less than the maximum allowed UIDs.",
        ),
        Error(
            "MaxAllowedUidsLessThanMinAllowedUids",
            "The maximum allowed UIDs must be greater than the minimum allowed UIDs.",
        ),
        Error(
            "MaxAllowedUidsGreaterThanDefaultMaxAllowedUids",
            "The maximum allowed UIDs must be less than the default maximum allowed UIDs.",
        ),
        Error("InvalidValue", "Bad parameter value."),
        Error("NotPermittedOnRootSubnet", "Operation is not permitted on the root network."),
        Error("POWRegistrationDisabled", "POW Registration has been deprecated."),
        Error("Deprecated", "Call is deprecated."),
    )
