"""Measure how a gated bench behaves while other processes keep the host's cores busy.

    benchmarks/busy_host.py [--runs 10] [--threads 1,2,4] [--hosts idle,one,all] [--budget 15] [--tsctl PATH]

Each run is a complete `tsctl bench base.pt arm.pt --max-regress 5%`. The files multiply matrices in parallel loops of
about 0.1 ms; the second file does the same work as the first, 3% or 10% more, or twice as much. `one` and `all` are
the number of other processes, of which each keeps one core busy. Prints a Markdown table; exits with 1 if a target is
missed:

- a false alarm (exit 8, or the verdict slower, for equal arms) in at most 2% of the runs;
- 10% more found (verdict slower) in 90% of the runs beside one busy process, in 70% beside as many as there are cores;
- twice the work always found, with exit 8;
- no run takes longer than 1.2 times its budget plus 3 s for the start and the comparison of outputs.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
import warnings
from dataclasses import dataclass
from pathlib import Path

from measuring import busy

_ROOT = Path(__file__).resolve().parents[1]
_LAYERS = 100  # of the base, so that 3% more is a whole number
_WORK = {"equal": 1.0, "+3%": 1.03, "+10%": 1.1, "twice": 2.0}
_GATE_FAILED = 8
_START_S = 3.0


def make_file(path: Path, layers: int) -> None:
    """Write a model of `layers` products of 128x256 and 256x256 matrices."""
    import torch

    class Work(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = layers
            self.weight = torch.nn.Parameter(torch.eye(256))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            for _ in range(self.layers):
                x = torch.relu(torch.mm(x, self.weight))
            return x

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        torch.jit.save(torch.jit.script(Work().eval()), str(path))


@dataclass(frozen=True)
class Run:
    exit_code: int
    verdict: str
    wait_policy: str
    half_width: float | None
    seconds: float

    @property
    def slower(self) -> bool:
        return self.verdict == "slower"


def bench(tsctl: str, budget_s: float, threads: int, base: Path, arm: Path, seed: int) -> Run:
    command = [tsctl, "bench", str(base), str(arm), "--input", "128x256", "--threads", str(threads)]
    command += ["--budget", f"{budget_s}s", "--max-regress", "5%", "--seed", str(seed), "--json", "-"]
    started = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True)
    seconds = time.monotonic() - started
    report = json.loads(done.stdout)
    if report["bench"] is None:
        return Run(done.returncode, "none", "none", None, seconds)
    pair = report["bench"]["pairs"][0]
    width = None
    if pair["speedup"]:
        width = (pair["speedup_high"] - pair["speedup_low"]) / 2 / pair["speedup"]
    return Run(done.returncode, pair["verdict"], report["bench"]["wait_policy"], width, seconds)


def share(runs: list[Run], matches: list[bool]) -> str:
    return f"{sum(matches)} of {len(runs)}"


def row(threads: int, host: str, budget_s: float, runs: dict[str, list[Run]]) -> tuple[str, list[str]]:
    """Return the row of the table, and what missed its target."""
    alarms = [run.exit_code == _GATE_FAILED or run.slower for run in runs["equal"]]
    found = {work: [run.slower for run in runs[work]] for work in ("+3%", "+10%")}
    gated = [run.exit_code == _GATE_FAILED for run in runs["twice"]]
    every = [run for some in runs.values() for run in some]
    longest = max(run.seconds for run in every)
    widths = sorted(run.half_width for run in runs["equal"] if run.half_width is not None)
    cells = [
        str(threads),
        host,
        ", ".join(sorted({run.wait_policy for run in every})),
        f"{100 * widths[len(widths) // 2]:.1f}%" if widths else "-",
        share(runs["equal"], alarms),
        share(runs["+3%"], found["+3%"]),
        share(runs["+10%"], found["+10%"]),
        share(runs["twice"], gated),
        f"{longest:.1f} s",
    ]
    needed = {"idle": 0.9, "one": 0.9, "all": 0.7}[host]
    missed = []
    if sum(alarms) > 0.02 * len(alarms):
        missed.append("false alarms")
    if sum(found["+10%"]) < needed * len(found["+10%"]):
        missed.append("10% more was not found")
    if not all(gated):
        missed.append("twice the work was not gated")
    if longest > 1.2 * budget_s + _START_S:
        missed.append("a run exceeded its budget")
    return "| " + " | ".join(cells) + " |", [f"{threads} threads, {host}: {text}" for text in missed]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--threads", default="1,2,4")
    parser.add_argument("--hosts", default="idle,one,all")
    parser.add_argument("--budget", type=float, default=15.0)
    parser.add_argument("--tsctl", default=str(_ROOT / "build" / "release" / "bin" / "tsctl"))
    arguments = parser.parse_args()
    missed: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        files = {work: Path(folder) / f"{index}.pt" for index, work in enumerate(_WORK)}
        for work, factor in _WORK.items():
            make_file(files[work], round(_LAYERS * factor))
        print(
            "| threads | other processes | threads wait | half-width, equal arms | false alarms | +3% found "
            "| +10% found | twice gated | longest run |"
        )
        print("|---|---|---|---|---|---|---|---|---|")
        for threads in map(int, arguments.threads.split(",")):
            for host in arguments.hosts.split(","):
                with busy({"idle": 0, "one": 1}.get(host)):
                    runs = {
                        work: [
                            bench(
                                arguments.tsctl, arguments.budget, threads, files["equal"], files[work], seed
                            )
                            for seed in range(arguments.runs)
                        ]
                        for work in _WORK
                    }
                text, failures = row(threads, host, arguments.budget, runs)
                print(text, flush=True)
                missed += failures
    for failure in missed:
        print(f"missed: {failure}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
