"""Measure how often a bench is right on a loaded host: false alarms for equal arms, and slower arms that it detects.

    benchmarks/measuring.py [--runs 100] [--only NAME] [--load bursty|steady|none] [--tsctl build/release/bin/tsctl]

Each run is a complete `tsctl bench` of two files with the same outputs. The second file does as much work as the
first, 3% more, or 1.3% more. The files are TorchScript models that negate a small tensor many times, because that
work is easy to adjust. Prints a Markdown table; exits with 1 if a rate misses its target.

The last column shows the result of measuring one arm after the other, from the same times: the first arm's times from
the first half of the run, the second arm's from the second half. The arms are called different if a rank test gives
p < 0.05 and the medians differ by more than the margin.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import random
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]
# Pairs of negations, about a millisecond of work. A multiple of 1000, so that 1.3% more is a whole number.
_PAIRS_OF_BASE = 2000


@dataclass(frozen=True)
class Condition:
    name: str
    extra: float  # share of additional work in the second arm
    wanted: str  # the correct verdict; "" for any but "faster" and "slower"
    at_least: float  # share of runs that must give a correct verdict
    limits: tuple[str, ...]  # flags that end a run


_CONDITIONS = (
    Condition("equal arms", 0.0, "", 0.95, ("--budget", "15s")),
    Condition("+3%", 0.03, "slower", 0.85, ("--budget", "60s", "--max-pairs", "60", "--precision", "0.1%")),
    Condition(
        "+1.3%", 0.013, "slower", 0.75, ("--budget", "180s", "--max-pairs", "300", "--precision", "0.1%")
    ),
)
_MARGIN = 0.01  # bench's own default


def make_file(path: Path, pairs: int) -> None:
    """Write a model that negates its input twice, `pairs` times."""
    import torch

    class Work(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.pairs = pairs

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            for _ in range(self.pairs):
                x = torch.neg(torch.neg(x))
            return x

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        torch.jit.save(torch.jit.script(Work().eval()), str(path))


def _spin(seed: int, bursts: bool) -> None:
    random_ = random.Random(seed)
    while True:
        end = time.monotonic() + random_.uniform(0.1, 1.0)
        while time.monotonic() < end:
            sum(range(1000))
        if bursts:
            time.sleep(random_.uniform(0.0, 0.5))


@contextmanager
def busy(processes: int | None, bursts: bool = False) -> Iterator[None]:
    """Run this many processes that compute, steadily or in bursts; None: one for each core."""
    workers = [
        multiprocessing.Process(target=_spin, args=(seed, bursts), daemon=True)
        for seed in range(multiprocessing.cpu_count() if processes is None else processes)
    ]
    for worker in workers:
        worker.start()
    try:
        yield
    finally:
        for worker in workers:
            worker.kill()


@dataclass(frozen=True)
class Outcome:
    verdict: str
    speedup: float
    half_width: float
    pairs: int
    launches: int
    seconds: float
    sequential: bool  # whether measuring one arm after the other would call them different


def ranks_differ(first: list[float], second: list[float]) -> bool:
    """Return the result of the two-sided Mann-Whitney test at p < 0.05, by the normal approximation."""
    order = sorted((value, side) for side, values in enumerate((first, second)) for value in values)
    rank_sum = sum(rank for rank, (_, side) in enumerate(order, start=1) if side == 0)
    n, m = len(first), len(second)
    mean, variance = n * (n + m + 1) / 2, n * m * (n + m + 1) / 12
    return abs(rank_sum - mean) > 1.96 * math.sqrt(variance)


def sequential_alarm(samples: Path) -> bool:
    """Compare the first arm's times from the first half of the run with the second arm's from the second half."""
    rounds: dict[str, list[float]] = {}
    for line in samples.read_text(encoding="utf-8").splitlines():
        launch = json.loads(line)
        rounds.setdefault(launch["arm"], []).extend(statistics.median(block) for block in launch["rounds_s"])
    base, arm = rounds.values()
    half = len(base) // 2
    first, second = base[:half], arm[half:]
    ratio = statistics.median(second) / statistics.median(first)
    return abs(ratio - 1) > _MARGIN and ranks_differ(first, second)


def bench(
    arguments: argparse.Namespace, limits: tuple[str, ...], base: Path, arm: Path, seed: int
) -> Outcome:
    samples = base.with_suffix(".samples")
    command = [arguments.tsctl, "bench", str(base), str(arm), "--input", "8", "--threads", "1", *limits]
    command += ["--seed", str(seed), "--json", "-", "--samples", str(samples)]
    started = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\nended with exit {done.returncode}\n{done.stderr}")
    pair = json.loads(done.stdout)["bench"]["pairs"][0]
    half_width = (pair["speedup_high"] - pair["speedup_low"]) / 2 / pair["speedup"]
    seconds = time.monotonic() - started
    return Outcome(
        pair["verdict"],
        pair["speedup"],
        half_width,
        pair["pairs"],
        pair["launches"],
        seconds,
        sequential_alarm(samples),
    )


def right(condition: Condition, outcome: Outcome) -> bool:
    if condition.wanted:
        return outcome.verdict == condition.wanted
    return outcome.verdict not in ("faster", "slower")


def row(condition: Condition, outcomes: list[Outcome]) -> tuple[str, bool]:
    share = sum(right(condition, one) for one in outcomes) / len(outcomes)
    counts = {
        name: sum(one.verdict == name for one in outcomes) for name in sorted({o.verdict for o in outcomes})
    }
    cells = [
        condition.name,
        str(len(outcomes)),
        ", ".join(f"{count} {name}" for name, count in counts.items()),
        f"{share:.0%} right (at least {condition.at_least:.0%})",
        f"{statistics.median(one.half_width for one in outcomes):.2%}",
        f"{statistics.median(one.pairs for one in outcomes):.0f}",
        f"{statistics.median(one.launches for one in outcomes):.0f}",
        f"{statistics.median(one.seconds for one in outcomes):.1f} s",
        f"{sum(one.sequential for one in outcomes) / len(outcomes):.0%} called different",
    ]
    return "| " + " | ".join(cells) + " |", share >= condition.at_least


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--only", choices=[condition.name for condition in _CONDITIONS])
    parser.add_argument("--load", choices=["bursty", "steady", "none"], default="bursty")
    parser.add_argument("--tsctl", default=str(_ROOT / "build" / "release" / "bin" / "tsctl"))
    arguments = parser.parse_args()
    all_right = True
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder) / "base.pt"
        make_file(base, _PAIRS_OF_BASE)
        print(
            "| arms | runs | verdicts | right | half-width | pairs | launches | a run | one after the other |"
        )
        print("|---|---|---|---|---|---|---|---|---|")
        for condition in _CONDITIONS:
            if arguments.only not in (None, condition.name):
                continue
            arm = Path(folder) / "arm.pt"
            make_file(arm, round(_PAIRS_OF_BASE * (1 + condition.extra)))
            with busy(0 if arguments.load == "none" else None, bursts=arguments.load == "bursty"):
                outcomes = [
                    bench(arguments, condition.limits, base, arm, seed) for seed in range(arguments.runs)
                ]
            text, is_right = row(condition, outcomes)
            all_right = all_right and is_right
            print(text, flush=True)
    return 0 if all_right else 1


if __name__ == "__main__":
    sys.exit(main())
