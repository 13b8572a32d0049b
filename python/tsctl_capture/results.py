"""What each job gives back, as C++ reads it."""

from __future__ import annotations

import platform
from dataclasses import dataclass, field
from typing import Any, TypedDict

import torch

from .vocabulary import CaptureStatus, WarningCode


class JobWarning(TypedDict):
    """The members of core's Warning."""

    code: WarningCode
    text: str


class SubmoduleDifference(TypedDict):
    """The first submodule that differs from eager; without one `path` is empty and `reason` says why."""

    path: str
    class_name: str
    set: str
    reason: str


class ForwardParameter(TypedDict):
    """A parameter of the captured forward; the type is TorchScript's."""

    name: str
    type: str
    has_default: bool


class SourceFile(TypedDict):
    """A file of the user's code; the path is below the folder that SOURCE is imported from."""

    path: str
    sha256: str


@dataclass
class LoadInputsResult:
    input_labels: list[str] = field(default_factory=list)
    inputs_sha256: str = ""


@dataclass
class EagerResult:
    """Of the jobs "eager" and "runtime", whose outputs are in the tensor file."""

    input_labels: list[str] = field(default_factory=list)
    inputs_sha256: str = ""
    output_names: list[str] = field(default_factory=list)
    warnings: list[JobWarning] = field(default_factory=list)


@dataclass
class LocateResult:
    difference: SubmoduleDifference


@dataclass
class CaptureResult:
    """The members of core's CaptureResult."""

    mode: str = ""  # trace or script; empty if every attempt failed
    status: CaptureStatus = CaptureStatus.CAPTURED
    failure: dict[str, str] | None = None
    attempts: list[dict[str, Any]] = field(default_factory=list)
    not_checked: list[str] = field(default_factory=list)
    generality: list[dict[str, Any]] = field(default_factory=list)
    submodules: list[dict[str, str]] = field(default_factory=list)
    accepted_branches: list[str] = field(default_factory=list)
    class_name: str = ""
    adapter: str = ""
    was_training: bool = False
    parameter_count: int = 0
    parameter_bytes: int = 0
    parameters: list[ForwardParameter] = field(default_factory=list)
    output_names: list[str] = field(default_factory=list)
    input_structure: str = ""
    output_structure: str = ""
    input_labels: list[str] = field(default_factory=list)
    inputs_sha256: str = ""
    source_files: list[SourceFile] = field(default_factory=list)
    torch_version: str = field(default_factory=lambda: torch.__version__.split("+")[0])
    python_version: str = field(default_factory=platform.python_version)
    build_s: float = 0.0
    eager_s: float = 0.0
    save_s: float = 0.0
    warnings: list[JobWarning] = field(default_factory=list)


JobResult = LoadInputsResult | EagerResult | LocateResult | CaptureResult
