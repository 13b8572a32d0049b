"""The request of a job: the members of CaptureRequest and SourceSpec in lib/tsctl/core."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(frozen=True)
class Source:
    text: str = ""
    file: str = ""
    module: str = ""
    name: str = ""
    kwargs_json: str = ""
    weights: str = ""


@dataclass(frozen=True)
class Request:
    source: Source = field(default_factory=Source)
    mode: str = "auto"
    sets: list[dict[str, Any]] = field(default_factory=list)
    probes: list[dict[str, Any]] = field(default_factory=list)
    named_sizes: list[dict[str, Any]] = field(default_factory=list)
    inputs_file: str = ""
    inputs_from: str = ""
    seed: int = 0
    device: str = "cpu"
    threads: int = 1
    trace_submodules: list[list[str]] = field(default_factory=list)
    script_submodules: list[str] = field(default_factory=list)
    require_general: bool = False
    tolerance: dict[str, Any] = field(default_factory=dict)
    compile: bool = False
    runtime: str = ""
    tuning: dict[str, Any] = field(default_factory=dict)
    candidate_path: str = ""
    model_path: str = ""
    tensors_path: str = ""


def _known(kind: type, values: Mapping[str, Any]) -> dict[str, Any]:
    names = {item.name for item in fields(kind)}
    return {name: value for name, value in values.items() if name in names and value is not None}


def source_from_dict(values: Mapping[str, Any]) -> Source:
    return Source(**_known(Source, values))


def request_from_dict(values: Mapping[str, Any]) -> Request:
    known = _known(Request, values)
    known["source"] = source_from_dict(values.get("source") or {})
    return Request(**known)
