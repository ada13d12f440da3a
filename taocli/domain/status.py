"""What a dashboard shows: the state of a miner and its worker, with counters that only grow.

Rates are made by the reader from two readings, so several dashboards can watch one miner. Times are
seconds since the Unix epoch. The same structures travel as JSON over the miner's status socket.
"""

import enum
from dataclasses import dataclass


class WorkerState(enum.Enum):
    """Life of the model worker."""

    STARTING = "starting"
    READY = "ready"
    DRAINING = "draining"
    DEAD = "dead"


class MinerState(enum.Enum):
    """Life of ``taocli mine`` from first check to last byte."""

    PREFLIGHT = "preflight"
    CONNECTING = "connecting"
    REGISTERING = "registering"
    LOADING = "loading"
    LISTENING = "listening"
    SERVING = "serving"
    DEGRADED = "degraded"
    DEREGISTERED = "deregistered"
    DRAINING = "draining"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class WorkerStatus:
    """The worker as it reports itself; counters are totals since its start."""

    state: WorkerState
    device: str
    model: str
    pid: int | None = None
    uptime_s: float = 0.0
    running: int = 0
    waiting: int = 0
    steps: int = 0
    prompt_tokens: int = 0
    generated_tokens: int = 0
    kv_blocks_used: int = 0
    kv_blocks_total: int = 0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class MinerStatus:
    """The miner as it reports itself; counters are totals since its start."""

    schema: str
    state: MinerState
    network: str
    netuid: int
    hotkey: str
    uid: int | None
    endpoint: str
    pid: int
    started_at: float
    reported_at: float
    requests: int
    answered: int
    refused: int
    failed: int
    in_flight: int
    last_request_at: float | None
    last_caller: str
    latency_p50_ms: float | None
    latency_p95_ms: float | None
    worker: WorkerStatus
    worker_restarts: int
    detail: str = ""


MINER_STATUS_SCHEMA = "taocli.miner/1"
