"""The worker process: ``python -m taocli.worker --socket PATH --model DIR --device cpu``.

Its standard output carries one JSON object a line about its life (``ready``, or ``failed`` with the error);
logs go to standard error. Exit codes: 0 after a drain, 16 when the model cannot be served, 70 when the
engine broke. ``--probe`` prints the devices torch can use, and exits.
"""

import argparse
import asyncio
import ctypes
import json
import logging
import os
import signal
import sys
import time
from pathlib import Path

from taocli.domain.errors import ExitCode, NoGpu, TaoError
from taocli.worker.wire import encode_error

SMALL_MODEL_BYTES = 64 * 1024 * 1024
"""Below this, waking a second thread costs more than its arithmetic brings."""
ENGINE_BROKE = 70
_PR_SET_PDEATHSIG = 1


def main() -> int:
    """Parse, die with the parent, then probe or serve."""
    parser = argparse.ArgumentParser(prog="python -m taocli.worker", description="A model worker.")
    parser.add_argument("--socket", type=Path)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--device", default="cpu", help="cpu or cuda:N")
    parser.add_argument("--threads", type=int, default=None)
    parser.add_argument("--parent", type=int, default=None, help="process id to end with")
    parser.add_argument("--probe", action="store_true")
    options = parser.parse_args()
    if options.probe:
        say(probe())
        return 0
    if options.socket is None or options.model is None:
        parser.error("--socket and --model are needed")
    if options.parent is not None:
        die_with(options.parent)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        return asyncio.run(serve(options))
    except TaoError as problem:
        say({"event": "failed"} | json.loads(encode_error(problem)))
        return int(ExitCode.WORKER)


async def serve(options: argparse.Namespace) -> int:
    """Load, warm up, listen, say ready, and stay until the drain is over."""
    import torch  # noqa: PLC0415 - after OMP_WAIT_POLICY is set

    from taocli.domain.inference import ChatMessage, GenerationRequest  # noqa: PLC0415
    from taocli.worker.engine.text import TextEngine  # noqa: PLC0415
    from taocli.worker.server import WorkerServer  # noqa: PLC0415

    started = time.monotonic()
    torch.set_num_threads(options.threads or thread_count(options.model))
    if options.device.startswith("cuda"):
        select_gpu(options.device)
    engine = TextEngine.load(options.model, options.device)
    engine.submit(0, GenerationRequest((ChatMessage("user", "1+1"),), max_tokens=2))
    while engine.busy:
        list(engine.step())
    server = WorkerServer(engine, options.model.name, options.device)
    listener = await server.listen(options.socket)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.drain)
    say({"event": "ready", "load_s": round(time.monotonic() - started, 3)})
    whole = await server.wait()
    listener.close()
    await asyncio.to_thread(options.socket.unlink, missing_ok=True)
    return 0 if whole else ENGINE_BROKE


def select_gpu(device: str) -> None:
    """Make ``cuda:N`` current; ``NoGpu`` when torch cannot use it."""
    import torch  # noqa: PLC0415

    number = int(device.partition(":")[2] or 0)
    if not torch.cuda.is_available() or number >= torch.cuda.device_count():
        raise NoGpu(
            f"torch cannot use GPU {number}.",
            why=f"It sees {torch.cuda.device_count()} CUDA devices.",
            fix="Check nvidia-smi and that torch is a CUDA build, or use --gpu cpu.",
        )
    torch.cuda.set_device(number)


def probe() -> dict[str, object]:
    """What torch is and which GPUs it can use."""
    import torch  # noqa: PLC0415

    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    names = [torch.cuda.get_device_name(number) for number in range(count)]
    return {"torch": torch.__version__, "cuda": names}


def thread_count(model: Path) -> int:
    """One thread for a small model, every core for a large one."""
    size = sum(path.stat().st_size for path in model.glob("*.safetensors"))
    return 1 if size < SMALL_MODEL_BYTES else len(os.sched_getaffinity(0))


def die_with(parent: int) -> None:
    """Have the kernel kill this process when its parent ends, so that no orphan holds a GPU."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(int(ExitCode.WORKER))


def say(event: dict[str, object]) -> None:
    """One line of JSON on standard output."""
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    # The engine's thread is a daemon in native code; leave without waiting for it.
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
