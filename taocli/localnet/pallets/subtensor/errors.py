"""How calls of SubtensorModule fail; an error's position is its index on the wire (Subtensor spec 425).

Clients show the sentence beside the name, so every error has one.
"""

from taocli.localnet.frame.pallet import Error

ERRORS = (
    Error("RootNetworkDoesNotExist", "The root network does not exist."),
    Error(
        "InvalidIpType",
        "The user is trying to serve an axon which is not of type 4 (IPv4) or 6 (IPv6).",
    ),
    Error("InvalidIpAddress", "An invalid IP address is passed to the serve function."),
    Error("InvalidPort", "An invalid port is passed to the serve function."),
    Error("HotKeyNotRegisteredInSubNet", "The hotkey is not registered in subnet."),
    Error("HotKeyAccountNotExists", "The hotkey does not exist."),
    Error("HotKeyNotRegisteredInNetwork", "The hotkey is not registered in any subnet."),
    Error(
        "NonAssociatedColdKey",
        "Request to stake, unstake or subscribe is made by a coldkey that is not associated with the hotkey account.",
    ),
    Error("NotEnoughStake", "Deprecated: the stake to withdraw is zero."),
    Error(
        "NotEnoughStakeToWithdraw",
        "The caller is removing more stake than there is in the staking account.",
    ),
    Error(
        "NotEnoughStakeToSetWeights",
        "The caller is requesting to set weights but the caller has less than minimum stake required to set weights (less than WeightsMinStake).",
    ),
    Error(
        "NotEnoughStakeToSetChildkeys",
        "The parent hotkey doesn't have enough own stake to set childkeys.",
    ),
    Error(
        "NotEnoughBalanceToStake",
        "The caller is adding more stake than there is balance in the coldkey account.",
    ),
    Error(
        "BalanceWithdrawalError",
        "The stake to add could not be withdrawn from the coldkey account.",
    ),
    Error(
        "ZeroBalanceAfterWithdrawn",
        "Unsuccessfully withdraw, balance could be zero (can not make account exist) after withdrawal.",
    ),
    Error(
        "NeuronNoValidatorPermit",
        "The caller is attempting to set non-self weights without being a permitted validator.",
    ),
    Error(
        "WeightVecNotEqualSize",
        "The caller is attempting to set the weight keys and values but these vectors have different size.",
    ),
    Error(
        "DuplicateUids",
        "The caller is attempting to set weights with duplicate UIDs in the weight matrix.",
    ),
    Error(
        "UidVecContainInvalidOne",
        "The caller is attempting to set weight to at least one UID that does not exist in the metagraph.",
    ),
    Error(
        "WeightVecLengthIsLow",
        "The dispatch is attempting to set weights on chain with fewer elements than are allowed.",
    ),
    Error(
        "TooManyRegistrationsThisBlock",
        "Number of registrations in this block exceeds the allowed number (i.e., exceeds the subnet hyperparameter 'max_regs_per_block').",
    ),
    Error(
        "HotKeyAlreadyRegisteredInSubNet",
        "The caller is requesting registering a neuron which already exists in the active set.",
    ),
    Error("NewHotKeyIsSameWithOld", "The new hotkey is the same as old one."),
    Error(
        "NewHotKeyNotCleanForRootSwap", "The new hotkey has outstanding root claims or root stake."
    ),
    Error("InvalidWorkBlock", "The supplied PoW hash block is in the future or negative."),
    Error("InvalidDifficulty", "The supplied PoW hash block does not meet the network difficulty."),
    Error("InvalidSeal", "The supplied PoW hash seal does not match the supplied work."),
    Error("MaxWeightExceeded", "A weight exceeds the maximum weight limit."),
    Error(
        "HotKeyAlreadyDelegate",
        "The hotkey is attempting to become a delegate when the hotkey is already a delegate.",
    ),
    Error("SettingWeightsTooFast", "A transactor exceeded the rate limit for setting weights."),
    Error(
        "IncorrectWeightVersionKey",
        "A validator is attempting to set weights from a validator with incorrect weight version.",
    ),
    Error(
        "ServingRateLimitExceeded",
        "An axon or prometheus serving exceeded the rate limit for a registered neuron.",
    ),
    Error(
        "UidsLengthExceedUidsInSubNet",
        "The caller is attempting to set weights with more UIDs than allowed.",
    ),
    Error(
        "NetworkTxRateLimitExceeded",
        "A transactor exceeded the rate limit for add network transaction.",
    ),
    Error(
        "DelegateTxRateLimitExceeded",
        "A transactor exceeded the rate limit for delegate transaction.",
    ),
    Error(
        "HotKeySetTxRateLimitExceeded",
        "A transactor exceeded the rate limit for setting or swapping hotkey.",
    ),
    Error("StakingRateLimitExceeded", "A transactor exceeded the rate limit for staking."),
    Error("SubNetRegistrationDisabled", "Registration is disabled."),
    Error(
        "TooManyRegistrationsThisInterval",
        "The number of registration attempts exceeded the allowed number in the interval.",
    ),
    Error("TransactorAccountShouldBeHotKey", "The hotkey is required to be the origin."),
    Error("FaucetDisabled", "Faucet is disabled."),
    Error("NotSubnetOwner", "Not a subnet owner."),
    Error("RegistrationNotPermittedOnRootSubnet", "Operation is not permitted on the root subnet."),
    Error(
        "StakeTooLowForRoot",
        "A hotkey with too little stake is attempting to join the root subnet.",
    ),
    Error("AllNetworksInImmunity", "All subnets are in the immunity period."),
    Error("NotEnoughBalanceToPaySwapHotKey", "Not enough balance to pay swapping hotkey."),
    Error("NotRootSubnet", "Netuid does not match for setting root network weights."),
    Error("CanNotSetRootNetworkWeights", "Can not set weights for the root network."),
    Error("NoNeuronIdAvailable", "No neuron ID is available."),
    Error("DelegateTakeTooLow", "Delegate take is too low."),
    Error("DelegateTakeTooHigh", "Delegate take is too high."),
    Error(
        "NoWeightsCommitFound",
        "No commit found for the provided hotkey+netuid combination when attempting to reveal the weights.",
    ),
    Error(
        "InvalidRevealCommitHashNotMatch", "Committed hash does not equal the hashed reveal data."
    ),
    Error("CommitRevealEnabled", "Attempting to call set_weights when commit/reveal is enabled."),
    Error("CommitRevealDisabled", "Attempting to commit/reveal weights when disabled."),
    Error("LiquidAlphaDisabled", "Attempting to set alpha high/low while disabled."),
    Error("AlphaHighTooLow", "Alpha high is too low: alpha_high > 0.8."),
    Error("AlphaLowOutOfRange", "Alpha low is out of range: alpha_low > 0 && alpha_low < 0.8."),
    Error("ColdKeyAlreadyAssociated", "The coldkey has already been swapped."),
    Error(
        "NotEnoughBalanceToPaySwapColdKey", "The coldkey balance is not enough to pay for the swap."
    ),
    Error("InvalidChild", "Attempting to set an invalid child for a hotkey on a network."),
    Error("DuplicateChild", "Duplicate child when setting children."),
    Error("ProportionOverflow", "Proportion overflow when setting children."),
    Error("TooManyChildren", "Too many children MAX 5."),
    Error("TxRateLimitExceeded", "Default transaction rate limit exceeded."),
    Error("ColdkeySwapAnnouncementNotFound", "Coldkey swap announcement not found."),
    Error("ColdkeySwapTooEarly", "Coldkey swap too early."),
    Error("ColdkeySwapReannouncedTooEarly", "Coldkey swap reannounced too early."),
    Error(
        "AnnouncedColdkeyHashDoesNotMatch",
        "The announced coldkey hash does not match the new coldkey hash.",
    ),
    Error("ColdkeySwapAlreadyDisputed", "Coldkey swap already disputed."),
    Error("NewColdKeyIsHotkey", "New coldkey is hotkey."),
    Error("InvalidChildkeyTake", "Childkey take is invalid."),
    Error("TxChildkeyTakeRateLimitExceeded", "Childkey take rate limit exceeded."),
    Error("InvalidIdentity", "Invalid identity."),
    Error("MechanismDoesNotExist", "Subnet mechanism does not exist."),
    Error("StakeUnavailable", "Trying to unstake or re-lock the locked amount."),
    Error("SubnetNotExists", "Trying to perform action on non-existent subnet."),
    Error("TooManyUnrevealedCommits", "Maximum commit limit reached."),
    Error("ExpiredWeightCommit", "Attempted to reveal weights that are expired."),
    Error("RevealTooEarly", "Attempted to reveal weights too early."),
    Error(
        "InputLengthsUnequal",
        "Attempted to batch reveal weights with mismatched vector input lengths.",
    ),
    Error("CommittingWeightsTooFast", "A transactor exceeded the rate limit for setting weights."),
    Error("AmountTooLow", "Stake amount is too low."),
    Error("InsufficientLiquidity", "Not enough liquidity."),
    Error("SlippageTooHigh", "Slippage is too high for the transaction."),
    Error("TransferDisallowed", "Subnet disallows transfer."),
    Error("ActivityCutoffTooLow", "Activity cutoff is being set too low."),
    Error("CallDisabled", "Call is disabled."),
    Error("FirstEmissionBlockNumberAlreadySet", "FirstEmissionBlockNumber is already set."),
    Error(
        "NeedWaitingMoreBlocksToStarCall",
        "More blocks must pass before the start call is accepted.",
    ),
    Error("NotEnoughAlphaOutToRecycle", "Not enough AlphaOut on the subnet to recycle."),
    Error("CannotBurnOrRecycleOnRootSubnet", "Cannot burn or recycle TAO from root subnet."),
    Error("UnableToRecoverPublicKey", "Public key cannot be recovered."),
    Error("InvalidRecoveredPublicKey", "Recovered public key is invalid."),
    Error("SubtokenDisabled", "SubToken disabled now."),
    Error("HotKeySwapOnSubnetIntervalNotPassed", "Too frequent hotkey swap on subnet."),
    Error("SameNetuid", "Invalid netuid duplication."),
    Error("InsufficientBalance", "The caller does not have enough balance for the operation."),
    Error("InvalidLeaseBeneficiary", "Invalid lease beneficiary to register the leased network."),
    Error("LeaseCannotEndInThePast", "Lease cannot end in the past."),
    Error("LeaseNetuidNotFound", "Couldn't find the lease netuid."),
    Error("LeaseDoesNotExist", "Lease does not exist."),
    Error("LeaseHasNoEndBlock", "Lease has no end block."),
    Error("LeaseHasNotEnded", "Lease has not ended."),
    Error("Overflow", "An overflow occurred."),
    Error("BeneficiaryDoesNotOwnHotkey", "Beneficiary does not own hotkey."),
    Error("ExpectedBeneficiaryOrigin", "Expected beneficiary origin."),
    Error(
        "AdminActionProhibitedDuringWeightsWindow",
        "Admin operation is prohibited during the protected weights window.",
    ),
    Error("SymbolDoesNotExist", "Symbol does not exist."),
    Error("SymbolAlreadyInUse", "Symbol already in use."),
    Error("IncorrectCommitRevealVersion", "Incorrect commit-reveal version."),
    Error("InvalidRevealRound", "Reveal round is older than the most recently stored DRAND round."),
    Error("RevealPeriodTooLarge", "Reveal period is too large."),
    Error("RevealPeriodTooSmall", "Reveal period is too small."),
    Error("InvalidValue", "Generic error for out-of-range parameter value."),
    Error("SubnetLimitReached", "Subnet limit reached & there is no eligible subnet to prune."),
    Error("CannotAffordLockCost", "Insufficient funds to meet the subnet lock cost."),
    Error(
        "EvmKeyAssociateRateLimitExceeded", "The rate limit for associating an EVM key is exceeded."
    ),
    Error("SameAutoStakeHotkeyAlreadySet", "Same auto stake hotkey already set."),
    Error("UidMapCouldNotBeCleared", "The UID map for the subnet could not be cleared."),
    Error(
        "TrimmingWouldExceedMaxImmunePercentage",
        "Trimming would exceed the max immune neurons percentage.",
    ),
    Error("ChildParentInconsistency", "Violating the rules of Childkey-Parentkey consistency."),
    Error("InvalidNumRootClaim", "Invalid number of root claims."),
    Error("InvalidRootClaimThreshold", "Invalid value of root claim threshold."),
    Error("InvalidSubnetNumber", "Exceeded subnet limit number or zero."),
    Error(
        "TooManyUIDsPerMechanism",
        "The maximum allowed UIDs times mechanism count should not exceed 256.",
    ),
    Error("VotingPowerTrackingNotEnabled", "Voting power tracking is not enabled for this subnet."),
    Error("InvalidVotingPowerEmaAlpha", "Invalid voting power EMA alpha value (must be <= 10^18)."),
    Error("Deprecated", "Deprecated call."),
    Error(
        "AddStakeBurnRateLimitExceeded", "'Add stake and burn' exceeded the operation rate limit."
    ),
    Error("ColdkeySwapAnnounced", "A coldkey swap has been announced for this account."),
    Error("ColdkeySwapDisputed", "A coldkey swap for this account is under dispute."),
    Error("ColdkeySwapClearTooEarly", "Coldkey swap clear too early."),
    Error("DisabledTemporarily", "Disabled temporarily."),
    Error("RegistrationPriceLimitExceeded", "Registration Price Limit Exceeded."),
    Error("LockHotkeyMismatch", "Lock hotkey mismatch: existing lock is for a different hotkey."),
    Error("InsufficientStakeForLock", "Insufficient stake on subnet to cover the lock amount."),
    Error("NoExistingLock", "No existing lock found for the given coldkey and subnet."),
    Error("ActiveLockExists", "There is already an active lock for the given coldkey."),
    Error("CannotUseSystemAccount", "A system account cannot be used in this operation."),
    Error("UnlockAmountTooHigh", "Trying to unlock more than locked."),
    Error("TempoOutOfBounds", "The supplied tempo is outside the allowed range."),
    Error(
        "ActivityCutoffFactorMilliOutOfBounds",
        "The supplied activity-cutoff factor is outside the allowed range.",
    ),
    Error(
        "EpochTriggerAlreadyPending",
        "An epoch trigger is already pending for this subnet; wait for it to fire before triggering again.",
    ),
    Error(
        "AutoEpochAlreadyImminent",
        "The next automatic epoch is already imminent; a manual trigger would have no effect.",
    ),
    Error(
        "DynamicTempoBlockedByCommitReveal",
        "Epochs cannot be moved by hand while commit-reveal is enabled: reveals would miss their time.",
    ),
    Error("AccountRejectsLockedAlpha", "The destination coldkey rejects incoming locked alpha."),
)
