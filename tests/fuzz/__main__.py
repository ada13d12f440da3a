"""``python -m tests.fuzz --target NAME --seconds N``: coverage-guided fuzzing of the key parsers.

It needs atheris (libFuzzer for Python), which is no dependency of the project, so in an environment of its own::

    python3.11 -m venv .interop/fuzz
    .interop/fuzz/bin/pip install atheris --editable .
    .interop/fuzz/bin/python -m tests.fuzz --target all --seconds 90 --corpus .interop/fuzz/corpus

``--target all`` takes one parser after the other, ``--seconds`` each. Every target runs in a process of its own; its
bytecode is instrumented, inputs that reach new code are kept in ``--corpus`` and are the start of the next run. Half
of the mutations are libFuzzer's, half those of ``mutation``. A finding does not end the run: at the end the
executions, CPU seconds, coverage and findings are printed as JSON, inputs of findings lie in ``CORPUS/findings``, and the
exit code is 1 where there is one.
"""

import argparse
import dataclasses
import importlib.util
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import warnings
import zlib
from pathlib import Path
from typing import Any

_INSTRUMENTED = ["taocli.wallet", "taocli.domain", "taocli.agent", "taocli.services"]
_HANG_SECONDS = 60
_MEMORY_MB = 1024
_FEATURES = re.compile(r"cov: (\d+) ft: (\d+) corp: (\d+)/")
_EXECUTIONS = re.compile(r"stat::number_of_executed_units:\s*(\d+)")


def main() -> int:
    """Fuzz what the arguments name; 1 where something was found."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--target", required=True, help="a name, or all")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--corpus", type=Path, help="folder that keeps what reached new code")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.inside is not None:
        _fuzz(given)
    from .targets import TARGETS

    if importlib.util.find_spec("atheris") is None:
        parser.error("atheris is not installed here; python -m pydoc tests.fuzz.__main__ tells how")
    names = list(TARGETS) if given.target == "all" else [given.target]
    unknown = set(names) - set(TARGETS)
    if unknown:
        parser.error(f"no target {unknown.pop()}; there are {', '.join(TARGETS)}")
    reports = []
    for name in names:
        reports.append(_in_process(name, given))
        print(json.dumps(reports[-1], indent=2), flush=True)
    return int(any(report["findings"] or report["exit_code"] for report in reports))


def _in_process(name: str, given: argparse.Namespace) -> dict[str, Any]:
    """Run one target as a child, since libFuzzer ends its process, and read what it left behind."""
    with tempfile.TemporaryDirectory() as folder:
        corpus = given.corpus / name if given.corpus else Path(folder, "corpus")
        corpus.mkdir(parents=True, exist_ok=True)
        options = f"--target {name} --seconds {given.seconds} --seed {given.seed}".split()
        command = [sys.executable, "-m", "tests.fuzz", *options, "--corpus", str(corpus)]
        command += ["--inside", folder]
        before = _children_cpu()
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", check=False
        )
        found = Path(folder, "findings")
        found.touch()
        findings = [json.loads(line) for line in found.read_text().splitlines()]
        findings += [
            {"target": name, "kind": path.name.split("-")[0], "data": path.read_bytes().hex()}
            for path in Path(folder).glob("*-*")  # timeout-…, oom-…, crash-… of libFuzzer itself
        ]
        if given.corpus:
            _keep(findings, given.corpus / "findings")
    executions = _EXECUTIONS.search(done.stderr)
    reached = _FEATURES.findall(done.stderr)
    return {
        "target": name,
        "executions": int(executions[1]) if executions else 0,
        "cpu_seconds": round(_children_cpu() - before, 1),
        "edges": int(reached[-1][0]) if reached else 0,
        "features": int(reached[-1][1]) if reached else 0,
        "corpus": int(reached[-1][2]) if reached else 0,
        "exit_code": done.returncode,
        "findings": findings,
        **({"said": done.stderr[-2000:]} if done.returncode else {}),
    }


def _keep(findings: list[dict[str, Any]], folder: Path) -> None:
    """Move the inputs into files, where they are ready for a regression test."""
    folder.mkdir(parents=True, exist_ok=True)
    for finding in findings:
        data = bytes.fromhex(finding.pop("data"))
        path = folder / f"{finding['target']}-{finding['kind']}-{zlib.crc32(data):08x}"
        path.write_bytes(data)
        finding["input"] = str(path)


def _fuzz(given: argparse.Namespace) -> None:
    """Inside the child; libFuzzer ends the process."""
    warnings.simplefilter("ignore")  # of instrumented libraries
    import atheris

    with atheris.instrument_imports(include=_INSTRUMENTED):
        from .targets import TARGETS
    from .corpus import SECRETS, seeds_of
    from .mutation import Mutator
    from .watching import cheap_derivations, watch

    target = TARGETS[given.target]
    known: set[tuple[str, str, str]] = set()
    latest = [b""]

    def run(data: bytes) -> None:
        latest[0] = data
        finding = watch(target.name, target.run, data, bounds=target.bounds, secrets=SECRETS)
        if finding is not None and finding.name not in known:
            known.add(finding.name)
            shown = dataclasses.asdict(finding) | {"data": data.hex()}
            with Path(given.inside, "findings").open("a") as report:
                report.write(json.dumps(shown) + "\n")

    def change(data: bytes, max_bytes: int, seed: int) -> bytes:
        if seed % 2:
            return bytes(atheris.Mutate(data, max_bytes))
        return Mutator(seed).mutate(data, max_bytes, latest[0])

    with cheap_derivations():
        for number, seed in enumerate(seeds_of(target.name)):
            (given.corpus / f"seed-{number}").write_bytes(seed)
        options = [
            f"-max_total_time={given.seconds}",
            f"-seed={given.seed}",
            f"-max_len={target.max_bytes}",
            f"-timeout={_HANG_SECONDS}",
            f"-rss_limit_mb={_MEMORY_MB}",
            f"-artifact_prefix={given.inside}{os.sep}",
            "-print_final_stats=1",
        ]
        atheris.Setup([sys.argv[0], *options, str(given.corpus)], run, custom_mutator=change)
        atheris.Fuzz()


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main())
