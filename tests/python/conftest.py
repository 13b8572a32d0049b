"""Makes the capture package and its native module importable, and the requests of the tests short."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(ROOT / "python"))
sys.path.insert(0, os.environ.get("TSCTL_NATIVE_DIR", str(ROOT / "build" / "release" / "python")))

from capture_requests import MODELS  # noqa: E402


class Events:
    """What the worker passes: progress and warnings as they happen."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.shares: list[tuple[str, float]] = []

    def progress(self, text: str) -> None:
        self.lines.append(text)

    def share_done(self, text: str, share: float) -> None:
        self.shares.append((text, share))

    def warning(self, code: str, text: str) -> None:
        self.lines.append(f"{code}: {text}")


@pytest.fixture
def events() -> Events:
    return Events()


@pytest.fixture
def request_for(tmp_path):
    """A CaptureRequest for `file:Name` of the fixture models; writes below tmp_path."""

    def make(source: str, /, *sets: dict[str, Any], **changes: Any) -> dict[str, Any]:
        file, _, name = source.partition(":")
        path = MODELS / file
        spec = {
            "text": source,
            "file": str(path),
            "module": "",
            "name": name,
            "kwargs_json": "",
            "weights": "",
        }
        spec.update(changes.pop("source", {}))
        request = {
            "source": spec,
            "mode": "auto",
            "sets": list(sets),
            "probes": [],
            "inputs_file": "",
            "inputs_from": "",
            "seed": 0,
            "device": "cpu",
            "threads": 1,
            "trace_submodules": [],
            "tolerance": {"rtol": [], "atol": [], "equal_nan": False},
            "model_path": str(tmp_path / "captured.pt"),
            "tensors_path": str(tmp_path / "calls.safetensors"),
        }
        request.update(changes)
        return request

    return make


@pytest.fixture
def reloaded(tmp_path):
    """The captured module as any consumer loads it, and the calls beside it with their outputs."""
    import json
    import warnings

    import torch
    from safetensors import safe_open
    from tsctl_capture.model.values import decode

    def load() -> tuple[Any, list[dict[str, Any]]]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            module = torch.jit.load(str(tmp_path / "captured.pt"))
        with safe_open(str(tmp_path / "calls.safetensors"), "pt") as file:
            records = json.loads(file.metadata()["tsctl_calls"])
            for record in records:
                record["args"] = [decode(value, file.get_tensor) for value in record["args"]]
                record["kwargs"] = {name: decode(value, file.get_tensor) for name, value in record["kwargs"]}
                outputs = record["outputs"]
                record["outputs"] = None if outputs is None else decode(outputs, file.get_tensor)
        return module, records

    return load


@pytest.fixture
def follows(reloaded):
    """Asserts that the saved file reproduces eager's stored outputs for every stored call."""
    import torch

    def check() -> Any:
        module, records = reloaded()
        assert records
        for record in records:
            with torch.no_grad():
                answer = module(*record["args"], **record["kwargs"])
            torch.testing.assert_close(answer, record["outputs"], rtol=1e-5, atol=1e-6)
        return module

    return check
