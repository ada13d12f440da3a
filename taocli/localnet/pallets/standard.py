"""The pallets and APIs that any runtime here starts from; subnets and swaps come on top."""

from taocli.localnet.frame.pallet import Pallet
from taocli.localnet.frame.runtime_api import RuntimeApi
from taocli.localnet.pallets.aura import Aura
from taocli.localnet.pallets.balances import Balances
from taocli.localnet.pallets.core_apis import AccountNonceApi, Core, Metadata
from taocli.localnet.pallets.sudo import Sudo
from taocli.localnet.pallets.system import System
from taocli.localnet.pallets.timestamp import Timestamp
from taocli.localnet.pallets.transaction_payment import (
    TransactionPayment,
    TransactionPaymentApi,
    TransactionPaymentCallApi,
)
from taocli.localnet.pallets.utility import Utility

FIRST_PALLETS: tuple[type[Pallet], ...] = (System, Timestamp, Aura, Balances, TransactionPayment)
LAST_PALLETS: tuple[type[Pallet], ...] = (Utility, Sudo)
"""Pallets stand in order of their index, and their hooks run in that order: put others between."""

STANDARD_APIS: tuple[type[RuntimeApi], ...] = (
    Core,
    Metadata,
    AccountNonceApi,
    TransactionPaymentApi,
    TransactionPaymentCallApi,
)
