"""Run tsctl on damaged and made-up files, and check that it always ends well.

    scripts/mutation_campaign.py [--files 5000] [--seed 0] [--heavy-every 50] [--tsctl PATH] FILE.pt…

Each file is a mutant of one FILE: raw bytes changed or cut off, or, with valid checksums, a record that is changed,
repeated, renamed, removed, given twice or nested deeply. `inspect` and `diff` read each; `verify` and `optimize` run
every N-th. A run does harm if it ends by a signal or with an undocumented exit code, prints control characters, leaves
a file behind, or (inspect and diff) takes 2 s of the CPU or 64 MiB more than the same command on the original.
Harmful mutants are kept in build/mutants; the exit status is then 1. Ctrl-C ends the campaign with what it has found.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
import zipfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]
_EXITS = {0, 1, 2, 3, 4, 5, 6, 7}
_MOST_SECONDS = 2.0
_MOST_KIB = 64 << 10
_HEAVY_SECONDS = 30.0
_MOST_WALL_SECONDS = 600.0
Records = list[tuple[str, bytes]]


def changed(random_: random.Random, data: bytes) -> bytes:
    """Up to eight bytes changed, or a part cut off, doubled, or filled with one byte."""
    if not data:
        return b"\x80"
    body = bytearray(data)
    kind = random_.randrange(4)
    start = random_.randrange(len(body))
    end = min(len(body), start + random_.choice([1, 4, 64, 4096]))
    if kind == 0:
        for _ in range(random_.randint(1, 8)):
            body[random_.randrange(len(body))] = random_.choice([0, 1, 0x28, 0x7F, 0x80, 0xFF, 0x2E])
    elif kind == 1:
        del body[start:]
    elif kind == 2:
        body[start:start] = body[start:end] * random_.choice([1, 2, 1000])
    else:
        body[start:end] = bytes([random_.choice([0, 0xFF, 0x28])]) * (end - start)
    return bytes(body)


def nested(random_: random.Random, name: str, data: bytes) -> bytes:
    """Thousands of levels: brackets in code, marks, tuples and dictionaries in a pickle."""
    depth = random_.choice([100, 10_000, 200_000])
    if name.endswith(".py"):
        opening, closing = random_.choice([("(", ")"), ("[", "]"), ("-", "")])
        return data.replace(b"return ", f"return {opening * depth}{closing * depth}".encode(), 1)
    level = random_.choice([b"(", b"]", b"}", b"\x85", b"2", b"}q\x00", b"\x8c\x01a\x8c\x01b\x93"])
    return data[:2] + level * depth + data[2:]


def mutated_records(random_: random.Random, records: Records) -> Records:
    """Records with one of them changed, repeated, renamed, removed, doubled or nested."""
    at = random_.randrange(len(records))
    name, data = records[at]
    kind = random_.randrange(6)
    before, after = records[:at], records[at + 1 :]
    if kind == 0:
        return [*before, (name, changed(random_, data)), *after]
    if kind == 1:
        count = random_.choice([10, 1000, 20_000])
        return [*records, *((f"{name}{i}", data[:64]) for i in range(count))]
    if kind == 2:
        names = [
            name.upper(),
            name + "/",
            "../" + name,
            name.replace("/", "\\"),
            "",
            "a/" * 1000 + "b",
            name + "\x1b[2J",
        ]
        return [*before, (random_.choice(names), data), *after]
    if kind == 3:
        return [*before, *after]
    if kind == 4:
        return [*records, (name, changed(random_, data))]
    return [*before, (name, nested(random_, name, data)), *after]


def mutant(random_: random.Random, original: bytes, records: Records) -> bytes:
    """The bytes of a mutant; two of three have valid checksums."""
    if random_.randrange(3) == 0:
        return changed(random_, original)
    path = Path(tempfile.mktemp())
    try:
        with zipfile.ZipFile(path, "w") as archive, warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # a name that is there twice
            for name, data in mutated_records(random_, records):
                archive.writestr(zipfile.ZipInfo(name), data)
        return path.read_bytes()
    finally:
        path.unlink(missing_ok=True)


@dataclass(frozen=True)
class Run:
    """How one command ended; the seconds are those of the CPU."""

    exit: int
    seconds: float
    kib: int
    text: bytes


def peak_kib(process: int) -> int:
    """The most memory that a process has held so far. ru_maxrss would count the parent's, which it was before exec."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")), 0)


def run(command: list[str], seconds: float) -> Run:
    """Run a command. A signal ends it after ten times these seconds of the CPU, or after ten minutes."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (int(10 * seconds), int(10 * seconds)))

    with tempfile.TemporaryFile() as output:
        start, kib = time.monotonic(), 0
        child = subprocess.Popen(
            command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, preexec_fn=limit
        )
        while True:
            kib = max(kib, peak_kib(child.pid))
            pid, status, usage = os.wait4(child.pid, os.WNOHANG)
            took = time.monotonic() - start
            if pid != 0:
                break
            if took > _MOST_WALL_SECONDS:
                child.kill()
            time.sleep(0.002)
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        return Run(child.returncode, usage.ru_utime + usage.ru_stime, kib, output.read())


def harm(done: Run, usual: Run, is_light: bool) -> str:
    """What is wrong with a run; empty if nothing is."""
    if done.exit not in _EXITS:
        return f"exit {done.exit}"
    if any(byte < 0x20 and byte not in b"\n\t" for byte in done.text):
        return "control characters"
    if is_light and done.seconds > usual.seconds + _MOST_SECONDS:
        return f"{done.seconds:.1f} s"
    if is_light and done.kib > usual.kib + _MOST_KIB:
        return f"{done.kib >> 10} MiB"
    return ""


class Campaign:
    """Runs every command on mutants, counts how they end, and keeps what does harm."""

    def __init__(self, tsctl: str, kept: Path) -> None:
        self.tsctl = tsctl
        self.kept = kept
        self.exits: Counter[tuple[str, int]] = Counter()
        self.harmful = 0

    def commands(self, original: Path, file: Path, heavy: bool) -> dict[str, list[str]]:
        """The commands for a mutant, by name."""
        light = {
            "inspect": [self.tsctl, "inspect", "--check", "--findings", str(file)],
            "diff": [self.tsctl, "diff", str(original), str(file)],
        }
        if not heavy:
            return light
        limits = ["--timeout", "30", "--memory", "4GiB"]
        output = str(file.with_name("out.pt"))
        return light | {
            "verify": [self.tsctl, "verify", str(original), str(file), *limits],
            "optimize": [self.tsctl, "optimize", str(file), "-o", output, "--no-bench", *limits],
        }

    def try_mutant(
        self, original: Path, usual: dict[str, Run], data: bytes, number: int, heavy: bool
    ) -> None:
        """Run the commands on one mutant."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "mutant.pt"
            file.write_bytes(data)
            for name, command in self.commands(original, file, heavy).items():
                done = run(command, _MOST_SECONDS if name in usual else _HEAVY_SECONDS)
                self.exits[name, done.exit] += 1
                found = harm(done, usual.get(name, done), name in usual)
                left = sorted(
                    path.name for path in Path(folder).iterdir() if path.name not in ("mutant.pt", "out.pt")
                )
                found = found or (f"left {left}" if left else "")
                if found:
                    self.harmful += 1
                    self.kept.mkdir(parents=True, exist_ok=True)
                    shutil.copy(file, self.kept / f"{number}-{name}.pt")
                    print(f"mutant {number} of {original}: {name}: {found}", flush=True)

    def try_original(self, original: Path) -> dict[str, Run]:
        """The light commands on the file itself, to compare with."""
        return {
            name: run(command, 60.0) for name, command in self.commands(original, original, False).items()
        }


@dataclass(frozen=True)
class Original:
    """A file to mutate, and how the light commands fare on it."""

    path: Path
    data: bytes
    records: Records
    usual: dict[str, Run]

    @staticmethod
    def of(path: Path, campaign: Campaign) -> Original:
        """Read a file."""
        with zipfile.ZipFile(path) as archive:
            records = [(name, archive.read(name)) for name in archive.namelist()]
        return Original(path, path.read_bytes(), records, campaign.try_original(path))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--heavy-every", type=int, default=50)
    parser.add_argument("--tsctl", default=str(_ROOT / "build/release/bin/tsctl"))
    parser.add_argument("originals", nargs="+", type=Path, metavar="FILE.pt")
    options = parser.parse_args()
    campaign = Campaign(options.tsctl, _ROOT / "build/mutants")
    random_ = random.Random(options.seed)
    originals = [Original.of(path, campaign) for path in options.originals]
    tried = 0
    with contextlib.suppress(KeyboardInterrupt):
        for number in range(options.files):
            original = originals[number % len(originals)]
            data = mutant(random_, original.data, original.records)
            campaign.try_mutant(
                original.path, original.usual, data, number, number % options.heavy_every == 0
            )
            tried += 1
    for (name, code), count in sorted(campaign.exits.items()):
        print(f"{name}: exit {code}: {count}")
    print(f"{tried} mutants, {campaign.harmful} runs did harm")
    return int(campaign.harmful > 0)


if __name__ == "__main__":
    sys.exit(main())
