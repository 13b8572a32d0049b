"""Time architectures that no pass was written for, as traced and as optimized files, and print a Markdown table.

    benchmarks/zoo_speed.py --python ENV/bin/python --results build/zoo-speed [--only 'torchvision:m*'] [--budget 10]
    benchmarks/zoo_speed.py --results build/zoo-speed --table

The architectures are those of architectures.py, with one image of 128 pixels and random weights. Each has its own
result, so an interrupted run can continue. Exits with 1 if a file is slower than the traced one, differs from it, or
cannot be made.
"""

from __future__ import annotations

import argparse
import fnmatch
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from speed import run, speedup

_ROOT = Path(__file__).resolve().parents[1]
_IMAGE = "1x3x128x128"
_TORCHVISION = """resnext50_32x4d wide_resnet50_2 densenet121 squeezenet1_1 mobilenet_v2 mnasnet1_0
shufflenet_v2_x1_0 efficientnet_v2_s regnet_x_400mf regnet_y_400mf fcn_resnet50 deeplabv3_mobilenet_v3_large
lraspp_mobilenet_v3_large alexnet googlenet vgg11_bn"""
_TIMM = "convnext_atto mixer_s16_224 ghostnetv2_100 repvgg_a0 resmlp_12_224 mobilenetv4_conv_small"
ARCHITECTURES = [
    *(f"torchvision:{name}" for name in _TORCHVISION.split()),
    *(f"timm:{name}" for name in _TIMM.split()),
]


def main() -> int:
    options = _parsed()
    options.results.mkdir(parents=True, exist_ok=True)
    chosen = [source for source in ARCHITECTURES if fnmatch.fnmatch(source, options.only)]
    failed = False
    for source in [] if options.table else chosen:
        if not _result_file(options.results, source).is_file():
            print(f"{source} …", file=sys.stderr, flush=True)
            failed = not _time(source, options) or failed
    found = {source: _result_file(options.results, source) for source in chosen}
    read = {source: json.loads(path.read_text()) for source, path in found.items() if path.is_file()}
    reports = {source: report for source, report in read.items() if report["bench"]}  # if the budget sufficed
    print(_table(reports))
    for pair in map(_pair, reports.values()):
        failed = failed or pair["verdict"] == "slower" or pair["outputs"] == "differ"
    return int(failed)


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tsctl", default=str(_ROOT / "build/release/bin/tsctl"), help="the tsctl to run")
    parser.add_argument("--python", default=sys.executable, help="the interpreter that has the packages")
    parser.add_argument("--results", type=Path, default=_ROOT / "build/zoo-speed", help="a folder")
    parser.add_argument("--only", default="*", help="only sources that match")
    parser.add_argument(
        "--budget", type=float, default=10, help="seconds of measuring for one architecture (10)"
    )
    parser.add_argument("--table", action="store_true", help="time nothing, print the table of what is there")
    return parser.parse_args()


def _result_file(folder: Path, source: str) -> Path:
    return folder / f"{source.replace(':', '-')}.json"


def _time(source: str, options: argparse.Namespace) -> bool:
    """Write the report of the bench. An architecture that cannot be traced or optimized is left out: then false."""
    folder = options.results
    size = "224" if source.endswith("224") else "128"
    image = _IMAGE.replace("128", size)
    traced, optimized = folder / "traced.pt", folder / "optimized.pt"
    try:
        run(options, "trace", source, "--input", image, "-o", traced)
        run(options, "optimize", traced, "-o", optimized)
        run(
            options, "bench", traced, optimized, "--allocator", "keep", "--budget", options.budget,
            "--json", _result_file(folder, source),
        )  # fmt: skip
    except subprocess.CalledProcessError as error:
        print(f"{source} is left out: {error}", file=sys.stderr)
        return False
    return True


def _pair(report: dict[str, Any]) -> dict[str, Any]:
    return report["bench"]["pairs"][0]


def _table(reports: dict[str, dict[str, Any]]) -> str:
    lines = ["| architecture | traced ms | optimized | outputs |", "|---|---|---|---|"]
    for source, report in reports.items():
        pair = _pair(report)
        traced_ms = report["bench"]["arms"][0]["median_s"] * 1e3
        lines.append(f"| `{source}` | {traced_ms:.3g} | {speedup(pair)} | {pair['outputs']} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
