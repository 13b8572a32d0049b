"""Time twelve models as traced and as optimized files, and with other runtimes, and print a Markdown table.

    benchmarks/speed.py --python ENV/bin/python --results build/speed [--only 'resnet*'] [--budget 60] [--threads 2]
    benchmarks/speed.py --results build/speed --table

All arms of a model are timed in one `tsctl bench` with the same allocator (--allocator keep), and it compares their
outputs. A runtime that the Python does not have is left out. Run it on an idle machine: a host that is busy makes
speedups inconclusive, which the table shows as "-". Each model has its own result, so an interrupted run can continue.
"""

from __future__ import annotations

import argparse
import fnmatch
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[1]
_SOURCES = _ROOT / "benchmarks/speed_models.py"
_IMAGE = "1x3x224x224"


@dataclass(frozen=True)
class Model:
    name: str
    function: str
    inputs: str


MODELS = (
    Model("MLP b32", "mlp", "32x784"),
    Model("small CNN b8", "small_cnn", "8x3x32x32"),
    Model("TransformerEncoder 4x256", "transformer_encoder", "1x64x256"),
    Model("ResNet-18", "resnet18", _IMAGE),
    Model("ResNet-50", "resnet50", _IMAGE),
    Model("MobileNetV3-L", "mobilenet_v3_large", _IMAGE),
    Model("EfficientNet-B0", "efficientnet_b0", _IMAGE),
    Model("ConvNeXt-T", "convnext_tiny", _IMAGE),
    Model("ViT-B/16", "vit_b_16", _IMAGE),
    Model("BERT-base 128", "bert_base", "1x128:int64@0..30521"),
    Model("BERT-base 16", "bert_base", "1x16:int64@0..30521"),
    Model("LSTM 2x256", "lstm", "1x64x256"),
)
# The arms after the traced file: column, and the arm of tsctl bench. {} stands for the folder and for SOURCE.
_FILE_ARMS = {
    "optimized": "optimized={folder}/optimized.pt",
    "oneDNN Graph": "onednn-graph={folder}/frozen.pt,onednn-graph=on",
}
_RUNTIME_ARMS = {
    "ONNX Runtime": ("onnxruntime", "onnxruntime={source},runtime=onnxruntime"),
    "OpenVINO": ("openvino", "openvino={source},runtime=openvino"),
    "torch.compile": ("torch", "compile={source},compile=on"),
}


def main() -> int:
    options = _parsed()
    options.results.mkdir(parents=True, exist_ok=True)
    chosen = [model for model in MODELS if fnmatch.fnmatch(model.function, options.only)]
    if not chosen:
        print(f"no model matches --only '{options.only}'", file=sys.stderr)
        return 2
    for model in [] if options.table else chosen:
        result = _result_file(options.results, model)
        if options.redo or not result.is_file():
            print(f"{model.name} …", file=sys.stderr, flush=True)
            try:
                _time(model, result, options)
            except subprocess.CalledProcessError as error:
                print(f"{model.name} is left out: {error}", file=sys.stderr)
    print(
        _table([model for model in MODELS if _result_file(options.results, model).is_file()], options.results)
    )
    return 0


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tsctl", default=str(_ROOT / "build/release/bin/tsctl"), help="the tsctl to run")
    parser.add_argument("--python", default=sys.executable, help="the interpreter that has the packages")
    parser.add_argument("--results", type=Path, default=_ROOT / "build/speed", help="a folder")
    parser.add_argument("--only", default="*", help="only functions of speed_models.py that match")
    parser.add_argument("--budget", type=float, default=60, help="seconds of measuring for one model (60)")
    parser.add_argument("--threads", type=int, default=0, help="threads of each arm (all cores)")
    parser.add_argument("--compile", action="store_true", help="time torch.compile too; it takes minutes")
    parser.add_argument("--redo", action="store_true", help="time again what has a result")
    parser.add_argument("--table", action="store_true", help="time nothing, print the table of what is there")
    return parser.parse_args()


def _result_file(folder: Path, model: Model) -> Path:
    return folder / f"{model.function}_{model.inputs.partition(':')[0]}.json"


def _has(python: str, package: str) -> bool:
    return (
        subprocess.run([python, "-c", f"import {package}"], capture_output=True, check=False).returncode == 0
    )


def _time(model: Model, result: Path, options: argparse.Namespace) -> None:
    """Write the model's files beside `result`, and the report of the bench into it."""
    folder = result.with_suffix("")
    folder.mkdir(exist_ok=True)
    source = f"{_SOURCES}:{model.function}"
    run(options, "trace", source, "--input", model.inputs, "-o", folder / "traced.pt")
    run(options, "freeze", folder / "traced.pt", "-o", folder / "frozen.pt")
    run(options, "optimize", folder / "traced.pt", "-o", folder / "optimized.pt")
    words = {"folder": folder, "source": source}
    arms = [arm.format(**words) for arm in _FILE_ARMS.values()]
    for package, arm in _RUNTIME_ARMS.values():
        if package == "torch" and not options.compile:
            continue
        if _has(options.python, package):
            arms.append(arm.format(**words))
    threads = ["--threads", options.threads] if options.threads else []
    run(
        options, "bench", folder / "traced.pt", *arms, "--allocator", "keep", "--budget", options.budget,
        "--input", model.inputs, *threads, "--json", result,
    )  # fmt: skip


def run(options: argparse.Namespace, *words: object) -> None:
    """Run a command of tsctl. Raises CalledProcessError if it fails."""
    command = [options.tsctl, *map(str, words)]
    if words[0] in ("trace", "bench"):
        command += ["--python", options.python]
    done = subprocess.run(command, stdout=sys.stderr, check=False)
    # A bench ends with 1 if an output differs and with 6 if a speedup is inconclusive: the table shows both.
    if done.returncode != 0 and not (words[0] == "bench" and done.returncode in (1, 6)):
        done.check_returncode()


def _row(model: Model, report: dict[str, Any]) -> list[str]:
    pairs = {pair["arm"]: pair for pair in report["bench"]["pairs"]}
    labels = ["optimized", "onednn-graph", *(arm.partition("=")[0] for _, arm in _RUNTIME_ARMS.values())]
    traced_ms = report["bench"]["arms"][0]["median_s"] * 1e3
    return [model.name, f"{traced_ms:.3g}", *(speedup(pairs.get(label)) for label in labels)]


def _columns() -> list[str]:
    return ["model", "traced ms", *_FILE_ARMS, *_RUNTIME_ARMS]


def speedup(pair: dict[str, Any] | None) -> str:
    """A cell of the table: the speedup with its interval, or why there is none."""
    if pair is None:
        return ""
    if pair["outputs"] == "differ":
        return "outputs differ"
    if pair["speedup"] is None:
        return "-"
    return f"{pair['speedup']:.2f} [{pair['speedup_low']:.2f}, {pair['speedup_high']:.2f}]"


def _table(models: list[Model], folder: Path) -> str:
    lines = ["| " + " | ".join(_columns()) + " |", "|---" * len(_columns()) + "|"]
    for model in models:
        report = json.loads(_result_file(folder, model).read_text(encoding="utf-8"))
        if not report["bench"]:
            continue
        lines.append("| " + " | ".join(_row(model, report)) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
