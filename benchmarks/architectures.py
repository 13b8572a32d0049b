"""Convert many architectures of torchvision, timm and transformers, and print a table of the results.

Each architecture gets its input shapes and no other option. The dimensions B (batch) and T (length) have two values
each, so every file is verified at two batch sizes after it was captured, frozen and optimized.

    benchmarks/architectures.py --python ENV/bin/python --results build/architectures
    benchmarks/architectures.py --results build/architectures --table > table.md

Each result has its own file, so an interrupted run can continue; --redo ignores old results.
"""

from __future__ import annotations

import argparse
import collections
import concurrent.futures
import fnmatch
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from architecture_list import ARCHITECTURES, Architecture

_ROOT = Path(__file__).resolve().parents[1]
_DIMS = {"B": "1,2", "T": "16,24"}
_COLUMNS = (
    "architecture",
    "kept as",
    "verified at B",
    "fixed in the file",
    "fixed in the model",
    "the trace decides by",
    "seconds",
    "diagnosis",
)
_PLACE = re.compile(r"[\w./-]+\.py:\d+")
_QUOTED_PLACE = re.compile(r'[Ff]ile "([^"]+)", line (\d+)')


def main() -> int:
    options = _parsed()
    chosen = [one for one in ARCHITECTURES if fnmatch.fnmatch(one.source, options.only)]
    if not chosen:
        print(f"no architecture matches --only '{options.only}'", file=sys.stderr)
        return 2
    options.results.mkdir(parents=True, exist_ok=True)
    if not options.table:
        waiting = [one for one in chosen if options.redo or not _result_file(options.results, one).is_file()]
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            for done in concurrent.futures.as_completed(
                [pool.submit(_convert, one, options) for one in waiting]
            ):
                print(_row(done.result()), file=sys.stderr, flush=True)
    found = [_result_file(options.results, one) for one in chosen]
    print(_table([json.loads(path.read_text()) for path in found if path.is_file()]))
    return 0


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tsctl", default=str(_ROOT / "build/release/bin/tsctl"), help="the tsctl to run")
    parser.add_argument("--python", default="", help="the interpreter that has the packages")
    parser.add_argument("--results", type=Path, default=_ROOT / "build/architectures", help="a folder")
    parser.add_argument("--only", default="*", help="only sources that match, such as 'timm:*'")
    parser.add_argument("--jobs", type=int, default=1, help="how many are converted at a time (1)")
    parser.add_argument("--timeout", type=float, default=600, help="seconds for one architecture (600)")
    parser.add_argument("--redo", action="store_true", help="convert again what has a result")
    parser.add_argument(
        "--table", action="store_true", help="convert nothing, print the table of what is there"
    )
    return parser.parse_args()


def _result_file(folder: Path, one: Architecture) -> Path:
    return folder / f"{one.slug}.json"


def _convert(one: Architecture, options: argparse.Namespace) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [options.tsctl, "convert", *one.arguments(), *_dims(one), "--no-bench", "--quiet"]
        command += ["--json", str(report), "-o", str(Path(folder) / "out.pt")]
        command += ["--python", options.python] if options.python else []
        command += ["--threads", str(max(1, (os.cpu_count() or 1) // options.jobs))]
        started = time.monotonic()
        try:
            ended = subprocess.run(command, capture_output=True, text=True, timeout=options.timeout)
            code, said = ended.returncode, ended.stderr
        except subprocess.TimeoutExpired:
            code, said = None, f"not done after {options.timeout:g} s"
        seconds = time.monotonic() - started
        known = json.loads(report.read_text()) if report.is_file() else {}
    result = {
        "source": one.source,
        "inputs": one.inputs,
        "kwargs": one.kwargs,
        "exit_code": code,
        "seconds": round(seconds, 1),
        "said": said[-4000:],
        **_extracted(known),
    }
    _result_file(options.results, one).write_text(json.dumps(result, indent=1))
    return result


def _dims(one: Architecture) -> list[str]:
    """Return --dim for B and T, if the inputs use them."""
    used = {letter for spec in one.inputs for letter in re.findall(r"(?:^|[:x])([BT])(?=x|:|$)", spec)}
    return [word for name in sorted(used) for word in ("--dim", f"{name}={_DIMS[name]}")]


def _extracted(report: dict[str, Any]) -> dict[str, Any]:
    """Return the parts of a report that the table needs."""
    capture = report.get("capture") or {}
    last = (report.get("verify") or [{}])[-1]
    same = {call["set"] for call in last.get("calls") or [] if call["status"] == "same"}
    differ = {call["set"] for call in last.get("calls") or [] if call["status"] != "same"}
    return {
        "status": report.get("status", ""),
        "mode": capture.get("mode", ""),
        "adapter": capture.get("adapter", ""),
        "verified": sorted(same - differ) if last.get("candidate") == "optimized" else [],
        "generality": capture.get("generality") or [],
        "attempts": [
            {key: attempt.get(key) for key in ("mode", "status", "reason", "diagnosis", "warnings")}
            for attempt in capture.get("attempts") or []
        ],
        "error": report.get("error"),
        "torch_version": capture.get("torch_version", ""),
    }


def _batches(result: dict[str, Any]) -> list[str]:
    """Return the values of B for which the optimized file equals eager mode."""
    return sorted(
        {part[2:] for name in result["verified"] for part in re.split(r"[, ]+", name) if part[:2] == "B="}
    )


def _sizes(result: dict[str, Any], status: str) -> str:
    """Return the axes of that status, such as "x axis 2 at 64 (net.py:41)"."""
    found = [
        f"{item['input']} axis {item['axis']} at {item['captured_with']}"
        + (f" ({item['place']})" if item.get("place") else "")
        for item in result["generality"]
        if item["status"] == status
    ]
    return "; ".join(found)


def _decisions(result: dict[str, Any]) -> str:
    """Return how often the first trace decides by sizes, constants or values, such as "sizes 3, constants 2"."""
    traces = [attempt for attempt in result["attempts"] if attempt["mode"] == "trace"]
    found = collections.Counter(
        notice["decided_by"]
        for notice in (traces[0]["warnings"] if traces else [])
        if notice.get("decided_by")
    )
    return ", ".join(f"{cause} {count}" for cause, count in found.most_common())


def _diagnosis(result: dict[str, Any]) -> str:
    if result["exit_code"] == 0:
        return ""
    said = (result["said"].strip().splitlines() or ["no report"])[-1]
    text = " ".join((result["error"]["message"] if result["error"] else said).split())
    text = re.sub(r"(?<=')/\S*/(?=out\.pt)", "", text)  # removes the temporary folder
    place, shown = _place(result, text), _shortened(text)
    return shown + (f" [{place}]" if place and place not in shown else "")


def _place(result: dict[str, Any], text: str) -> str:
    for attempt in result["attempts"]:
        found = attempt.get("diagnosis")
        if found and found.get("line"):
            return f"{Path(found['file']).name}:{found['line']}"
    for item in result["generality"]:
        if item["status"] == "fixed" and item.get("place"):
            return item["place"]
    detail = (result["error"] or {}).get("detail") or ""
    for where in (text, *(attempt["reason"] or "" for attempt in result["attempts"]), detail, result["said"]):
        if match := _PLACE.search(where):
            return Path(match[0]).name
        if match := _QUOTED_PLACE.search(where):
            return f"{Path(match[1]).name}:{match[2]}"
    return ""


def _shortened(text: str, limit: int = 220) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _row(result: dict[str, Any]) -> str:
    kept = result["mode"] if result["exit_code"] == 0 else "not kept"
    if result["exit_code"] is None:
        kept = "timed out"
    cells = [
        f"`{result['source']}`",
        kept,
        ", ".join(_batches(result)),
        _sizes(result, "fixed"),
        _sizes(result, "refused"),
        _decisions(result),
        f"{result['seconds']:.0f}",
        _diagnosis(result),
    ]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _table(results: list[dict[str, Any]]) -> str:
    done = [one for one in results if one["exit_code"] == 0]
    two = [one for one in done if len(_batches(one)) > 1]
    said = [one for one in results if one["exit_code"] != 0 and _place(one, _diagnosis(one))]
    lines = [
        f"{len(results)} architectures: {len(done)} converted, {len(two)} of these verified at two batch "
        f"sizes; {len(results) - len(done)} not, {len(said)} of these with a line named.",
        "",
        f"| {' | '.join(_COLUMNS)} |",
        f"|{'---|' * len(_COLUMNS)}",
        *(_row(one) for one in results),
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
