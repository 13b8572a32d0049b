"""What each job is asked: one request a job, with the fields that the job reads.

C++ sends JSON with the same keys. A missing key has the default below; keys that the job does not read are
ignored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypedDict, TypeVar

from .vocabulary import CaptureMode


class DrawnTensor(TypedDict, total=False):
    """One tensor of an input set: the members of core's DrawnTensor."""

    name: str
    dtype: str
    shape: list[int]
    low: float | None
    high: float | None
    stream: int


class InputSet(TypedDict, total=False):
    label: str
    tensors: list[DrawnTensor]


class ProbeSet(TypedDict, total=False):
    set: InputSet
    input: str
    axis: int
    size: int
    declared: int
    joint: bool


class NamedSize(TypedDict):
    """The name that --dim gives to one axis of an input."""

    input: str
    axis: int
    dim: str


@dataclass(frozen=True)
class Source:
    """SOURCE: the user's model, as `file` or as `module`."""

    text: str = ""
    file: str = ""
    module: str = ""
    name: str = ""
    kwargs_json: str = ""
    weights: str = ""


@dataclass(frozen=True)
class Tuning:
    """Settings of a whole process that runs a model in Python."""

    precision: str = ""
    cuda_graph: bool = False


@dataclass(frozen=True)
class ArmSettings:
    """How a model is run. TorchScript's executor, which C++ sends too, means nothing in Python."""

    threads: int = 1
    compile: bool = False
    runtime: str = ""
    tuning: Tuning = field(default_factory=Tuning)


@dataclass(frozen=True)
class ModelRequest:
    """The fields of every job that builds the user's model and calls it."""

    source: Source = field(default_factory=Source)
    sets: list[InputSet] = field(default_factory=list)
    inputs_file: str = ""
    inputs_from: str = ""
    seed: int = 0
    device: str = "cpu"


@dataclass(frozen=True)
class CaptureRequest(ModelRequest):
    mode: CaptureMode = CaptureMode.AUTOMATIC
    probes: list[ProbeSet] = field(default_factory=list)
    named_sizes: list[NamedSize] = field(default_factory=list)
    threads: int = 1
    trace_submodules: list[list[str]] = field(default_factory=list)
    script_submodules: list[str] = field(default_factory=list)
    require_general: bool = False
    accepted_branches: list[str] = field(default_factory=list)
    tolerance: dict[str, Any] = field(default_factory=dict)
    model_path: str = ""
    tensors_path: str = ""


@dataclass(frozen=True)
class EagerRequest(ModelRequest):
    mode: CaptureMode = CaptureMode.AUTOMATIC
    settings: ArmSettings = field(default_factory=ArmSettings)
    tensors_path: str = ""


@dataclass(frozen=True)
class RuntimeRequest(EagerRequest):
    """With `candidate_path` a TorchScript file runs instead of the source; exports go to `model_path`."""

    candidate_path: str = ""
    model_path: str = ""


@dataclass(frozen=True)
class LocateRequest(ModelRequest):
    threads: int = 1
    tolerance: dict[str, Any] = field(default_factory=dict)
    candidate_path: str = ""


@dataclass(frozen=True)
class LoadInputsRequest:
    inputs_file: str = ""
    tensors_path: str = ""


@dataclass(frozen=True)
class ArmRequest:
    """`model_path` is the folder of exports for the arm's runtime."""

    label: str = ""
    model_path: str = ""
    source: Source = field(default_factory=Source)
    inputs_tensors: str = ""
    set_index: int = 0
    device: str = "cpu"
    seed: int = 0
    settings: ArmSettings = field(default_factory=ArmSettings)
    cold_cache: bool = False
    wait_policy: str = "active"


_Kind = TypeVar("_Kind")


def parsed(kind: type[_Kind], values: Mapping[str, Any]) -> _Kind:
    """The request of this kind from its JSON object; C++ nests the fields that several kinds share."""
    for shared in ("run", "model"):
        values = {**values, **values.get(shared, {})}
    known = _known(kind, values)
    if "source" in known:
        known["source"] = Source(**_known(Source, known["source"]))
    if "settings" in known:
        known["settings"] = _settings(known["settings"])
    if "mode" in known:
        known["mode"] = CaptureMode(known["mode"])
    return kind(**known)


def _settings(values: Mapping[str, Any]) -> ArmSettings:
    known = _known(ArmSettings, values)
    known["tuning"] = Tuning(**_known(Tuning, known.get("tuning", {})))
    return ArmSettings(**known)


def _names(kind: Any) -> set[str]:
    return {item.name for item in fields(kind)}


def _known(kind: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    names = _names(kind)
    return {name: value for name, value in values.items() if name in names and value is not None}
