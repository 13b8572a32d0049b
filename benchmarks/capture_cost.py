"""Measure the cost of capture: memory relative to the weights, and time relative to a bare torch.jit.trace and save.

    benchmarks/capture_cost.py memory [--gigabytes 4]
    benchmarks/capture_cost.py time [--python ENV/bin/python]

The targets are ratios of at most 2.2 and 1.5. Exits with 1 if a ratio is higher.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[1]
_MAX_MEMORY_RATIO = 2.2
_MAX_TIME_RATIO = 1.5
_WIDTH = 4096
_LAYER_BYTES = (_WIDTH * _WIDTH + _WIDTH) * 4

_STACK = f"""\
import torch


class Stack(torch.nn.Sequential):
    def __init__(self, layers):
        super().__init__(*(torch.nn.Linear({_WIDTH}, {_WIDTH}) for _ in range(layers)))
"""

# The baseline for the time of capture: the same model, built in the same way, traced with the same input and saved
# to the same disk. Neither side counts importing and building.
_BARE = """\
import json, sys, time, warnings
warnings.simplefilter("ignore")
import torch
request = json.loads(sys.argv[1])
torch.set_num_threads(request["threads"])
sys.path.insert(0, request["package"])
sys.path.insert(0, request["native"])
from tsctl_capture.request import Source
from tsctl_capture.model.source import load_model
model = load_model(Source(**request["source"]), 0).module
example = torch.randn(request["shape"])
with torch.no_grad():
    model(example)
    started = time.perf_counter()
    traced = torch.jit.trace(model, example, check_trace=False, strict=False)
    torch.jit.save(traced, request["out"])
    print(json.dumps(time.perf_counter() - started))
"""


@dataclass(frozen=True)
class Timed:
    """A model whose capture is timed."""

    source: str
    shape: tuple[int, ...]

    @property
    def spec(self) -> str:
        return "x".join(str(size) for size in self.shape)


# Small images: the time of the model itself is in both numbers and hides the overhead of capture.
_EXAMPLES = [
    Timed("docs/examples/mlp.py:MLP", (1, 784)),
    Timed("docs/examples/cnn.py:SimpleCNN", (1, 1, 28, 28)),
]
_ZOOS = [
    Timed("torchvision:resnet50", (1, 3, 64, 64)),
    Timed("torchvision:mobilenet_v3_large", (1, 3, 64, 64)),
    Timed("timm:vit_tiny_patch16_224", (1, 3, 224, 224)),
    Timed("timm:convnext_tiny", (1, 3, 64, 64)),
]


def main() -> int:
    options = _parsed()
    with tempfile.TemporaryDirectory(dir=options.folder or None) as folder:
        if options.what == "memory":
            return _memory(options, Path(folder))
        return _time(options, Path(folder))


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["memory", "time"])
    parser.add_argument("--tsctl", default=str(_ROOT / "build/release/bin/tsctl"), help="the tsctl to run")
    parser.add_argument(
        "--python", default="", help="an interpreter; with torchvision and timm for more models"
    )
    parser.add_argument("--gigabytes", type=float, default=1, help="size of the weights for memory (1)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of time (5)")
    parser.add_argument(
        "--folder", default="", help="where files are written, otherwise the temporary folder"
    )
    return parser.parse_args()


def _report(options: argparse.Namespace, folder: Path, arguments: list[str]) -> dict[str, Any]:
    """The report of `tsctl trace`."""
    file = folder / "report.json"
    command = [
        options.tsctl,
        "trace",
        *arguments,
        "--quiet",
        "-o",
        str(folder / "out.pt"),
        "--json",
        str(file),
    ]
    command += ["--python", options.python] if options.python else []
    ended = subprocess.run(command, capture_output=True, text=True)
    if ended.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with {ended.returncode}: {ended.stderr.strip()}")
    return json.loads(file.read_text())


def _step(report: dict[str, Any], name: str) -> dict[str, Any]:
    return next(step for step in report["steps"] if step["name"] == name)


def _memory(options: argparse.Namespace, folder: Path) -> int:
    layers = max(1, round(options.gigabytes * 1e9 / _LAYER_BYTES))
    source = folder / "stack.py"
    source.write_text(_STACK)
    arguments = [f"{source}:Stack", "--input", f"1x{_WIDTH}"]
    small = _report(options, folder, [*arguments, "--kwargs", '{"layers": 1}'])
    kwargs = ["--kwargs", json.dumps({"layers": layers})]
    plain = _report(options, folder, [*arguments, *kwargs])
    rows = [("random weights", plain)]
    weights = folder / "weights.safetensors"
    _write_weights(options, source, layers, weights)
    rows.append(
        ("--weights FILE", _report(options, folder, [*arguments, *kwargs, "--weights", str(weights)]))
    )
    size = plain["capture"]["parameter_bytes"]
    print(f"{layers} layers, {size / 1e9:.2f} GB of weights\n")
    print("| weights | step | peak | torch's own | over the weights | without torch's own |")
    print("|---|---|---|---|---|---|")
    worst = 0.0
    for title, report in rows:
        for step in report["steps"]:
            # The run with one layer shows the memory of torch itself plus one layer.
            own = _step(small, step["name"])["peak_memory_bytes"] - _LAYER_BYTES
            peak = step["peak_memory_bytes"]
            worst = max(worst, (peak - own) / size)
            print(
                f"| {title} | {step['name']} | {peak / 1e9:.2f} GB | {own / 1e9:.2f} GB | {peak / size:.2f} "
                f"| {(peak - own) / size:.2f} |"
            )
    return _verdict("memory over the weights, without torch's own", worst, _MAX_MEMORY_RATIO)


def _write_weights(options: argparse.Namespace, source: Path, layers: int, weights: Path) -> None:
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from stack import Stack\nfrom safetensors.torch import save_file\n"
        "save_file(Stack(int(sys.argv[2])).state_dict(), sys.argv[3])\n"
    )
    python = options.python or str(_ROOT / ".venv/bin/python3")
    command = [python, "-c", script, str(source.parent), str(layers), str(weights)]
    subprocess.run(command, check=True)


def _time(options: argparse.Namespace, folder: Path) -> int:
    models = _EXAMPLES + (_ZOOS if options.python else [])
    print("| model | plain trace and save | tsctl without probes | ratio | probes |")
    print("|---|---|---|---|---|")
    worst = 0.0
    for model in models:
        own, probes, bare = [], [], []
        for _ in range(options.rounds):
            # In turn, so that disturbances of the machine affect both.
            report = _report(options, folder, [_source(model), "--input", model.spec])
            own.append(_own_seconds(report))
            probes.append(_probe_seconds(report))
            bare.append(_bare_seconds(options, folder, model, report["environment"]["threads"]))
        # The minimum of each: disturbances only make a run longer.
        ratio = min(own) / min(bare)
        worst = max(worst, ratio)
        print(
            f"| `{model.source}` | {min(bare):.3f} s | {min(own):.3f} s | {ratio:.2f} | {min(probes):.3f} s |"
        )
    return _verdict("time over a bare trace and save", worst, _MAX_TIME_RATIO)


def _source(model: Timed) -> str:
    return str(_ROOT / model.source) if ".py:" in model.source else model.source


def _own_seconds(report: dict[str, Any]) -> float:
    """Return the seconds for capturing and writing, without the comparisons."""
    attempts = report["capture"]["attempts"]
    return sum(attempt["capture_s"] for attempt in attempts) + report["capture"]["save_s"]


def _probe_seconds(report: dict[str, Any]) -> float:
    compared = [item for attempt in report["capture"]["attempts"] for item in attempt["comparisons"]]
    return report["capture"]["eager_s"] + sum(item["eager_s"] + item["captured_s"] for item in compared)


def _bare_seconds(options: argparse.Namespace, folder: Path, model: Timed, threads: int) -> float:
    place, _, name = _source(model).rpartition(":")
    is_file = place.endswith(".py")
    source = {"text": model.source, "file": place if is_file else "", "module": "" if is_file else place}
    installed = Path(options.tsctl).resolve().parents[1]
    request = {
        "source": {**source, "name": name},
        "shape": model.shape,
        "threads": threads,
        "out": str(folder / "bare.pt"),
        "package": str(installed / "lib/tsctl/python"),
        "native": str(installed / "python"),
    }
    python = options.python or str(_ROOT / ".venv/bin/python3")
    ended = subprocess.run(
        [python, "-c", _BARE, json.dumps(request)], capture_output=True, text=True, check=True
    )
    return float(ended.stdout.strip().splitlines()[-1])


def _verdict(what: str, worst: float, limit: float) -> int:
    print(f"\nthe highest {what}: {worst:.2f}, at most {limit:g} is wanted")
    return 0 if worst <= limit else 1


if __name__ == "__main__":
    started = time.monotonic()
    code = main()
    print(f"done in {time.monotonic() - started:.0f} s", file=sys.stderr)
    sys.exit(code)
