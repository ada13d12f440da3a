"""All flows of a generation of clients, in the order in which they run on its chain."""

from .flow import Flow
from .table_btcli9 import FLOWS_BTCLI_9, LAST_BTCLI_9
from .table_btcli11 import FLOWS_BTCLI_11
from .table_sdk10 import FIRST_SDK_10, FLOWS_SDK_10, LAST_SDK_10
from .table_sdk11 import FLOWS_SDK_11

TABLE: dict[str, tuple[Flow, ...]] = {
    "sdk10": (*FIRST_SDK_10, *FLOWS_BTCLI_9, *FLOWS_SDK_10, *LAST_SDK_10, *LAST_BTCLI_9),
    "sdk11": (*FLOWS_BTCLI_11, *FLOWS_SDK_11),
}
