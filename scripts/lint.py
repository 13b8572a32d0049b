"""Check the sources with the tools that scripts/requirements.txt pins.

Usage: lint.py [--all] [--fix] [--junit FILE] [CHECK…]

The checks are clang-format, ruff-check, ruff-format, shellcheck, mypy and clang-tidy; without a name, all of them run.
`--fix` lets clang-format and ruff change the files. scripts/tidy.py says which files clang-tidy reads; `--all` makes it
read every file. Exits with 1 if a check failed.
"""

import argparse
import shlex
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import tidy

ROOT = Path(__file__).resolve().parents[1]
TOOLS = Path(sys.executable).parent
CACHE = ROOT / "build/lint"


@dataclass(frozen=True)
class Outcome:
    passed: bool
    summary: str


def source_files(*suffixes: str) -> list[str]:
    """The files that git knows or would add, relative to the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    names = sorted(set(listed.split("\0")) - {""})
    return [name for name in names if name.endswith(suffixes) and (ROOT / name).is_file()]


def shell_scripts() -> list[str]:
    """Files that end in .sh, and those whose first line names a shell."""
    found = []
    for name in source_files(""):
        with (ROOT / name).open("rb") as file:
            first = file.readline(80)
        if name.endswith(".sh") or (first.startswith(b"#!") and first.rstrip().endswith(b"sh")):
            found.append(name)
    return found


def run(tool: str, *arguments: str, summary: str) -> Outcome:
    """Run a pinned tool in the repository; it reports its findings itself."""
    result = subprocess.run([TOOLS / tool, *arguments], cwd=ROOT, check=False)
    return Outcome(result.returncode == 0, summary)


def clang_format(options: argparse.Namespace) -> Outcome:
    files = source_files(".cpp", ".h")
    mode = ["-i"] if options.fix else ["--dry-run", "--Werror"]
    return run("clang-format", *mode, *files, summary=f"{len(files)} files")


def ruff_check(options: argparse.Namespace) -> Outcome:
    mode = ["--fix"] if options.fix else []
    arguments = ["check", "--cache-dir", str(CACHE / "ruff"), "--output-format=concise", *mode]
    return run("ruff", *arguments, summary="every .py file")


def ruff_format(options: argparse.Namespace) -> Outcome:
    mode = [] if options.fix else ["--diff"]
    return run("ruff", "format", "--cache-dir", str(CACHE / "ruff"), *mode, summary="every .py file")


def shellcheck(_: argparse.Namespace) -> Outcome:
    files = shell_scripts()
    return run(
        "shellcheck", "--external-sources", "--source-path=SCRIPTDIR", *files, summary=f"{len(files)} scripts"
    )


def mypy(_: argparse.Namespace) -> Outcome:
    return run(
        "mypy", "--cache-dir", str(CACHE / "mypy"), "python/tsctl_capture", summary="python/tsctl_capture"
    )


def clang_tidy(options: argparse.Namespace) -> Outcome:
    passed, summary = tidy.check(ROOT, TOOLS, CACHE, everything=options.all)
    return Outcome(passed, summary)


CHECKS: dict[str, Callable[[argparse.Namespace], Outcome]] = {
    "clang-format": clang_format,
    "ruff-check": ruff_check,
    "ruff-format": ruff_format,
    "shellcheck": shellcheck,
    "mypy": mypy,
    "clang-tidy": clang_tidy,
}


def write_junit(path: Path, outcomes: dict[str, Outcome]) -> None:
    suite = ElementTree.Element("testsuite", name="lint")
    for name, outcome in outcomes.items():
        case = ElementTree.SubElement(suite, "testcase", classname="lint", name=name)
        if not outcome.passed:
            ElementTree.SubElement(case, "failure", message=outcome.summary)
    path.parent.mkdir(parents=True, exist_ok=True)
    ElementTree.ElementTree(suite).write(path, encoding="utf-8", xml_declaration=True)


def main() -> int:
    parser = argparse.ArgumentParser(description="Check the sources with the pinned tools.")
    parser.add_argument(
        "checks", nargs="*", metavar="CHECK", help=f"one of {', '.join(CHECKS)}; all if none is given"
    )
    parser.add_argument("--all", action="store_true", help="let clang-tidy check every file")
    parser.add_argument("--fix", action="store_true", help="let clang-format and ruff change the files")
    parser.add_argument("--junit", type=Path, help="write the outcomes to this file")
    options = parser.parse_args()
    unknown = [name for name in options.checks if name not in CHECKS]
    if unknown:
        parser.error(f"there is no check '{unknown[0]}'; the checks are {', '.join(CHECKS)}")

    outcomes = {}
    for name in options.checks or CHECKS:
        outcomes[name] = CHECKS[name](options)
        print(
            f"{name}: {'passed' if outcomes[name].passed else 'FAILED'} ({outcomes[name].summary})",
            flush=True,
        )
    if options.junit:
        write_junit(options.junit, outcomes)
    failed = [name for name, outcome in outcomes.items() if not outcome.passed]
    if failed:
        again = shlex.join([".venv/bin/python3", "scripts/lint.py", *failed])
        print(f"run again what failed: {again}; --fix formats the files")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
