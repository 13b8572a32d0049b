"""Run clang-tidy on the C++ files that need it; scripts/lint.py is the command.

- A file was found clean: it is not checked again until it, a header of ours that it includes, its compile command,
  .clang-tidy or scripts/requirements.txt changes. The digests are in build/lint/clean.json.
- By default, only files are checked that changed since the merge base with origin's main branch, or, on that branch
  itself, in the last commit. clang needs 1 to 4 s to read a file, and 10 s if it includes LibTorch.
- `--all` checks every file.
"""

import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache
from pathlib import Path

# Headers that include so much of LibTorch that clang needs seconds to read them.
SLOW_HEADERS = ("torch/", "ATen/", "c10/", "pybind11/")
PROGRESS_S = 15

_INCLUDE = re.compile(rb'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)


@dataclass(frozen=True)
class Unit:
    """One translation unit: a .cpp file as the build compiles it."""

    path: Path
    command: str
    headers: tuple[Path, ...]  # ours, also those that are included by others
    is_slow: bool

    def digest(self, settings: bytes) -> str:
        content = hashlib.sha256(settings + self.command.encode())
        for path in (self.path, *self.headers):
            content.update(path.read_bytes())
        return content.hexdigest()


@cache
def _included(path: Path) -> tuple[str, ...]:
    return tuple(name.decode() for name in _INCLUDE.findall(path.read_bytes()))


def _unit(entry: dict[str, str]) -> Unit:
    path = Path(entry["file"])
    folders = [Path(word[2:]) for word in shlex.split(entry["command"]) if word.startswith("-I")]
    headers: dict[Path, None] = {}
    is_slow = False
    waiting = [path]
    while waiting:
        file = waiting.pop()
        for name in _included(file):
            is_slow = is_slow or name.startswith(SLOW_HEADERS)
            found = next(
                (folder / name for folder in (file.parent, *folders) if (folder / name).is_file()), None
            )
            if found and found not in headers:
                headers[found] = None
                waiting.append(found)
    return Unit(path, entry["command"], tuple(sorted(headers)), is_slow)


def _units(root: Path, build: Path) -> list[Unit]:
    """Every translation unit of ours; configures a build without precompiled headers, which clang cannot read."""
    configured = subprocess.run(
        ["cmake", "--preset", "lint", f"-DTSCTL_PYTHON={sys.executable}"],
        cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    if configured.returncode != 0:
        print(configured.stdout)
        raise RuntimeError("cmake --preset lint failed; its messages are above")
    entries = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
    by_file = {entry["file"]: entry for entry in entries}
    return [_unit(by_file[file]) for file in sorted(by_file)]


def _git(root: Path, *arguments: str) -> str:
    """What git prints, or nothing if it fails."""
    result = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
    return result.stdout.strip() if result.returncode == 0 else ""


def _changed_files(root: Path) -> set[Path]:
    """The files that differ from the base commit, also those that git does not track yet."""
    head = _git(root, "rev-parse", "HEAD")
    base = _git(root, "merge-base", "HEAD", "origin/HEAD")
    if base in ("", head):
        base = _git(root, "rev-parse", "--verify", "HEAD~1") or head
    names = _git(root, "diff", "--name-only", "-z", base).split("\0")
    names += _git(root, "ls-files", "-z", "--others", "--exclude-standard").split("\0")
    return {root / name for name in names if name}


def _is_changed(unit: Unit, changed: set[Path]) -> bool:
    return unit.path in changed or unit.path.with_suffix(".h") in changed


def _findings(tools: Path, build: Path, root: Path, unit: Unit) -> str:
    """What clang-tidy reports about a file; empty if it is clean."""
    result = subprocess.run(
        [tools / "clang-tidy", "--quiet", "-p", build, unit.path],
        cwd=root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if result.returncode == 0:
        return ""
    return result.stdout.strip() or result.stderr.strip() or f"clang-tidy ended with {result.returncode}"


def _check_units(
    tools: Path, build: Path, root: Path, units: list[Unit], clean: dict[str, str], settings: bytes
) -> int:
    """Check the files in parallel, add the clean ones to `clean` and return how many have findings."""
    failed = 0
    shown_at = time.monotonic()
    # The slow ones first, so that none of them runs alone at the end.
    units = sorted(units, key=lambda unit: not unit.is_slow)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        running = {pool.submit(_findings, tools, build, root, unit): unit for unit in units}
        for done, future in enumerate(as_completed(running), start=1):
            unit = running[future]
            findings = future.result()
            if findings:
                failed += 1
                print(findings, flush=True)
            else:
                clean[str(unit.path.relative_to(root))] = unit.digest(settings)
            if time.monotonic() - shown_at > PROGRESS_S:
                shown_at = time.monotonic()
                print(f"  … clang-tidy: {done} of {len(units)} files", flush=True)
    return failed


def check(root: Path, tools: Path, build: Path, *, everything: bool) -> tuple[bool, str]:
    """Return whether every file is clean, and what was checked."""
    settings = b"".join((root / name).read_bytes() for name in (".clang-tidy", "scripts/requirements.txt"))
    record = build / "clean.json"
    clean = json.loads(record.read_text(encoding="utf-8")) if record.is_file() else {}
    units = _units(root, build)
    known = [unit for unit in units if clean.get(str(unit.path.relative_to(root))) == unit.digest(settings)]
    unknown = [unit for unit in units if unit not in known]
    changed = _changed_files(root)
    chosen = [unit for unit in unknown if everything or _is_changed(unit, changed)]
    try:
        failed = _check_units(tools, build, root, chosen, clean, settings)
    finally:
        record.write_text(json.dumps(clean, indent=0, sort_keys=True), encoding="utf-8")
    summary = f"{len(chosen)} files checked, {failed} with findings, {len(known)} known to be clean"
    left_out = len(unknown) - len(chosen)
    if left_out:
        summary += f", {left_out} unchanged files left to --all"
    return failed == 0, summary
