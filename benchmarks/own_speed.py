"""Measure the speed of tsctl itself: its hot paths, the overhead of timing, and the commands that need no LibTorch.

    cmake --preset benchmarks && cmake --build --preset benchmarks
    benchmarks/own_speed.py [--build build/benchmarks] [--gigabytes 1]

Prints a Markdown table; exits with 1 if a target is missed. Rows without a target are for comparison with earlier
runs. Each number is the best of several tries, so that other load on the machine hardly matters. The overhead of
timing is a ratio of two times that are measured in turn.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
import statistics
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[1]
_ARCHIVES = _ROOT / "tests/fixtures/archives"

_BLOCK_S = 0.005  # of a bench: lib/tsctl/bench/launch_run.cpp
_SHORT_CALL_S = 100e-6
_HARNESS_LAUNCHES = 7
_T_95 = 2.447  # Student's, of 6 degrees of freedom
_TRIES = 15
_PIECE = 64 << 20

# Runs a command several times and prints the minimum elapsed time, the minimum CPU time and the peak memory. The
# command inherits the peak memory of this program, so the program imports as little as possible.
_WATCH = """\
import json, os, sys, time
best, least, peak = 1e9, 1e9, 0
for _ in range(int(sys.argv[1])):
    start = time.perf_counter()
    child = os.fork()
    if child == 0:
        null = os.open("/dev/null", os.O_RDWR)
        os.dup2(null, 1)
        os.execv(sys.argv[2], sys.argv[2:])
    _, status, usage = os.wait4(child, 0)
    best = min(best, time.perf_counter() - start)
    least = min(least, usage.ru_utime + usage.ru_stime)
    peak = max(peak, usage.ru_maxrss)
    if status != 0:
        sys.exit(f"{sys.argv[2:]} ended with {os.waitstatus_to_exitcode(status)}")
print(json.dumps([best, least, peak * 1024]))
"""


@dataclass(frozen=True)
class Row:
    what: str
    measured: str
    wanted: str = "-"
    passed: bool | None = None

    def cells(self) -> str:
        verdict = "-" if self.passed is None else "pass" if self.passed else "**miss**"
        return f"| {self.what} | {self.measured} | {self.wanted} | {verdict} |"


def main() -> int:
    options = _parsed()
    programs = options.build / "bin"
    needed = [
        "tsctl",
        "tsctl_core_benchmarks",
        "tsctl_archive_benchmarks",
        "tsctl_worker_benchmarks",
        "tsctl_harness_cost",
    ]
    missing = [name for name in needed if not (programs / name).is_file()]
    if missing:
        print(f"own_speed.py: '{programs}' has no {', '.join(missing)}", file=sys.stderr)
        print("build them: cmake --preset benchmarks && cmake --build --preset benchmarks", file=sys.stderr)
        return 2
    print("| what | measured | wanted | |\n|---|---|---|---|")
    missed = False
    with tempfile.TemporaryDirectory(prefix="tsctl-own-speed-") as folder:
        for rows in _groups(programs, Path(folder), options.gigabytes):
            for row in rows():
                print(row.cells(), flush=True)
                missed = missed or row.passed is False
    return 1 if missed else 0


def _groups(programs: Path, folder: Path, gigabytes: float) -> list[Callable[[], Iterator[Row]]]:
    return [
        lambda: _statistics(programs),
        lambda: _harness(programs),
        lambda: _messages(programs),
        lambda: _commands(programs / "tsctl", folder),
        lambda: _large_file(programs / "tsctl", folder, gigabytes),
        lambda: _archives(programs),
    ]


def _statistics(programs: Path) -> Iterator[Row]:
    found = _benchmarks(programs / "tsctl_core_benchmarks", "ratio_interval|percentiles|floats_that_pass")
    bootstrap = max(found[f"ratio_interval/{shape}"] for shape in ("1/10000", "5/2000", "800/12"))
    yield _below("bootstrap of 10,000 samples, the slowest of three arrangements", bootstrap, 0.1, _ms)
    yield Row(
        "five percentiles of 10,000 calls with their intervals",
        _ms(found["percentiles_with_intervals/10000"]),
    )
    rate = 2 * 16_777_216 * 4 / found["floats_that_pass/16777216"] / 1e9
    yield Row("comparison of two outputs of 64 MiB", f"{rate:.1f} GB/s")


def _harness(programs: Path) -> Iterator[Row]:
    """Measure the overhead with an empty model: with 100 us of work, noise would hide it."""
    added = [
        [arm - plain for arm, plain in _harness_groups(programs, 500, 50, 0)]
        for _ in range(_HARNESS_LAUNCHES)
    ]
    middle, low, high = _over_launches([statistics.median(launch) for launch in added])
    share = high / _SHORT_CALL_S
    yield Row(
        "what timing adds to a call, 95% interval",
        f"{middle * 1e6:.2f} us [{low * 1e6:.2f}, {high * 1e6:.2f}], at most {share:.2%} of 100 us",
        "below 0.5%",
        share < 0.005,
    )
    ratios = [
        [arm / plain for arm, plain in _harness_groups(programs, 1500, 3, _SHORT_CALL_S * 1e6)]
        for _ in range(_HARNESS_LAUNCHES)
    ]
    middle, low, high = _over_launches([math.log(statistics.median(launch)) for launch in ratios])
    yield Row(
        "a call of 100 us as timed, against a plain loop, 95% interval",
        f"{math.expm1(middle):+.2%} [{math.expm1(low):+.2%}, {math.expm1(high):+.2%}]",
    )


def _harness_groups(programs: Path, groups: int, calls: int, call_us: float) -> list[tuple[float, float]]:
    """Return the seconds of a call by the arm and by the plain loop, measured in turn by one process."""
    run = json.loads(_output([programs / "tsctl_harness_cost", groups, calls, call_us]))
    return list(zip(run["arm_s"], run["plain_s"], strict=True))


def _over_launches(medians: list[float]) -> tuple[float, float, float]:
    """Return the mean with its confidence interval."""
    middle = statistics.mean(medians)
    reach = _T_95 * statistics.stdev(medians) / math.sqrt(len(medians))
    return middle, middle - reach, middle + reach


def _messages(programs: Path) -> Iterator[Row]:
    found = _benchmarks(programs / "tsctl_worker_benchmarks", ".")
    yield Row(
        "1,000 times to JSON, and back",
        f"{_us(found['message_to_json/1000'])}, {_us(found['message_from_json/1000'])}",
    )
    yield Row("question and answer with 1,000 times over a socket", _us(found["round_trip/1000/real_time"]))
    around = found["block_without_its_calls/200/real_time"]
    yield Row(
        "waking an arm, question, answer and stopping it, outside the time of any call",
        f"{_us(around)}, {around / _BLOCK_S:.1%} of a block of 5 ms",
    )


def _commands(tsctl: Path, folder: Path) -> Iterator[Row]:
    traced, report = _ARCHIVES / "mlp_traced.pt", folder / "report.json"
    _output([tsctl, "inspect", traced, "--json", report])
    for words in (["--help"], ["inspect", traced], ["diff", traced, traced], ["report", report]):
        yield from _without_libtorch(f"`tsctl {words[0]}`", [tsctl, *words])


def _large_file(tsctl: Path, folder: Path, gigabytes: float) -> Iterator[Row]:
    hollow = folder / "hollow.pt"
    _make_hollow(hollow, 10_000_000_000)
    yield from _without_libtorch("`tsctl inspect` of 10 GB", [tsctl, "inspect", hollow])
    path = folder / "large.pt"
    _make_large(path, gigabytes)
    size_bytes = path.stat().st_size
    _, seconds, peak_bytes = _watched([tsctl, "inspect", "--check", path], tries=5)
    rate = size_bytes / seconds / 1e9
    yield Row(
        f"`tsctl inspect --check` of {size_bytes / 1e9:.1f} GB, from the cache, in processor time",
        f"{rate:.1f} GB/s",
        "at least 2 GB/s",
        rate >= 2.0,
    )
    yield Row("its memory", _mb(peak_bytes), "at most 20 MB", peak_bytes <= 20e6)


def _archives(programs: Path) -> Iterator[Row]:
    found = _benchmarks(
        programs / "tsctl_archive_benchmarks", "zip_directory/10000|pickle_walk/10000|inspection/1000"
    )
    yield Row("directory of 10,000 records", _ms(found["zip_directory/10000"]))
    yield Row("pickle of 10,000 tensors", _ms(found["pickle_walk/10000"]))
    yield Row("inspection of 1,000 records", _ms(found["inspection/1000"]))


def _make_large(path: Path, gigabytes: float) -> None:
    """Write a small TorchScript file with additional records."""
    shutil.copyfile(_ARCHIVES / "mlp_traced.pt", path)
    piece = bytes(range(256)) * (_PIECE // 256)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_STORED) as archive:
        top = archive.namelist()[0].split("/")[0]
        for number in range(math.ceil(gigabytes * 1e9 / _PIECE)):
            archive.writestr(f"{top}/extra/{number}", piece)


def _make_hollow(path: Path, record_bytes: int) -> None:
    """Write the same with a sparse record, which takes no space on the disk."""
    shutil.copyfile(_ARCHIVES / "mlp_traced.pt", path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_STORED) as archive:
        record = zipfile.ZipInfo(f"{archive.namelist()[0].split('/')[0]}/extra/hollow")
        record.file_size = record.compress_size = record_bytes
        record.CRC = 0
        record.header_offset = archive.start_dir
        archive.fp.seek(archive.start_dir)
        archive.fp.write(record.FileHeader(zip64=True))
        archive.start_dir = archive.fp.tell() + record_bytes
        archive.filelist.append(record)
        archive._didModify = True  # makes zipfile write the directory after the record


def _without_libtorch(what: str, command: list[Any]) -> Iterator[Row]:
    seconds, _, peak_bytes = _watched(command, _TRIES)
    yield Row(
        what,
        f"{_ms(seconds)}, {_mb(peak_bytes)}",
        "at most 30 ms and 20 MB",
        seconds <= 0.03 and peak_bytes <= 20e6,
    )


def _watched(command: list[Any], tries: int) -> tuple[float, float, int]:
    words = [sys.executable, "-I", "-S", "-c", _WATCH, tries, *command]
    clock_s, processor_s, peak_bytes = json.loads(_output(words))
    return clock_s, processor_s, peak_bytes


def _benchmarks(program: Path, chosen: str) -> dict[str, float]:
    """Return the minimum time of each benchmark in seconds, by name: CPU time, or elapsed time if the name says so."""
    words = [program, "--benchmark_format=json", f"--benchmark_filter={chosen}"]
    words += ["--benchmark_repetitions=5", "--benchmark_min_time=0.05"]
    scale = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}
    found: dict[str, float] = {}
    for one in json.loads(_output(words))["benchmarks"]:
        if one["run_type"] != "iteration":
            continue
        if one.get("error_occurred"):
            raise RuntimeError(f"{program.name}: {one['name']}: {one['error_message']}")
        seconds = one["real_time" if "real_time" in one["name"] else "cpu_time"] * scale[one["time_unit"]]
        found[one["run_name"]] = min(seconds, found.get(one["run_name"], math.inf))
    return found


def _output(words: list[Any]) -> str:
    return subprocess.run(
        [str(word) for word in words],
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ).stdout


def _below(what: str, seconds: float, limit_s: float, shown: Callable[[float], str]) -> Row:
    return Row(what, shown(seconds), f"below {limit_s * 1e3:g} ms", seconds < limit_s)


def _ms(seconds: float) -> str:
    return f"{seconds * 1e3:.1f} ms"


def _us(seconds: float) -> str:
    return f"{seconds * 1e6:.0f} us"


def _mb(size_bytes: float) -> str:
    return f"{size_bytes / 1e6:.0f} MB"


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--build", type=Path, default=_ROOT / "build/benchmarks", help="the build's folder")
    parser.add_argument(
        "--gigabytes", type=float, default=1.0, help="the size of the large file, beside temporary files"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
