"""Which device a worker runs on, found without loading torch here: a short-lived process looks."""

import asyncio
import importlib.util
import json
import sys
from dataclasses import dataclass

from taocli.domain.errors import NoGpu, UsageError, WorkerError, WorkerExtraMissing

PROBE_S = 60.0


@dataclass(frozen=True, slots=True)
class Devices:
    """torch device names, one worker each: ``("cpu",)`` or ``("cuda:0", "cuda:1")``."""

    names: tuple[str, ...]

    def __str__(self) -> str:
        return ", ".join(self.names)


def require_torch() -> None:
    """Raise ``WorkerExtraMissing`` when torch or its companions are not installed."""
    missing = [
        name
        for name in ("torch", "safetensors", "tokenizers", "jinja2")
        if importlib.util.find_spec(name) is None
    ]
    if missing:
        raise WorkerExtraMissing(
            f"Serving a model needs {', '.join(missing)}, which is not installed.",
            why="Wallet and staking users do not need them, so they come in an extra.",
            fix="Run: pip install 'taocli[worker]'",
        )


async def resolve_device(text: str) -> Devices:
    """Turn ``auto``, ``cpu``, ``0`` or ``0,1`` into devices that exist.

    Raises ``UsageError`` for other text, ``NoGpu`` for a GPU torch cannot use.
    """
    wanted = text.strip().lower()
    if wanted == "cpu":
        return Devices(("cpu",))
    parts = [part.strip() for part in wanted.split(",")]
    if wanted != "auto" and not all(part.isascii() and part.isdigit() for part in parts):
        raise UsageError(
            f"{text!r} is not a device.",
            why="A device is auto, cpu, a GPU number, or several numbers with commas between.",
            fix="Write for example --gpu 0, --gpu 0,1 or --gpu cpu.",
        )
    require_torch()
    count = await _gpu_count()
    if wanted == "auto":
        return Devices(("cuda:0",) if count else ("cpu",))
    numbers = list(dict.fromkeys(int(part) for part in parts))
    if absent := [number for number in numbers if number >= count]:
        raise NoGpu(
            f"There is no GPU {absent[0]} that torch can use.",
            why="torch finds no CUDA device." if count == 0 else f"torch finds {count}, from 0.",
            fix="Use --gpu cpu, or check nvidia-smi and install a CUDA build of torch.",
        )
    return Devices(tuple(f"cuda:{number}" for number in numbers))


async def _gpu_count() -> int:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "taocli.worker",
        "--probe",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(PROBE_S):
            out, talk = await process.communicate()
        return len(json.loads(out)["cuda"])
    except (TimeoutError, ValueError, KeyError, TypeError) as problem:
        lines = (
            [] if isinstance(problem, TimeoutError) else talk.decode(errors="replace").split("\n")
        )
        raise WorkerError(
            "Looking for GPUs failed.",
            why=next((line for line in reversed(lines) if line), f"No answer in {PROBE_S:.0f} s."),
            fix="Run: python -m taocli.worker --probe",
        ) from problem
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
