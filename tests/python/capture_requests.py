"""Short ways to write what the C++ core puts into a CaptureRequest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

MODELS = Path(__file__).resolve().parents[1] / "fixtures" / "models"


def captured(request: dict[str, Any], events: Any) -> dict[str, Any]:
    """The result of the job "capture"; a failure in it is raised, as the command makes an error of it."""
    from tsctl_capture import jobs
    from tsctl_capture.errors import CaptureError

    result = jobs.run("capture", request, events)
    if result["failure"] is not None:
        raise CaptureError("capture", **result["failure"])
    return result


def line_of(file: str, part: str, last: bool = False) -> int:
    """The first line of a fixture model that has this text, or the last."""
    lines = (MODELS / file).read_text().splitlines()
    found = [number for number, line in enumerate(lines, 1) if part in line]
    return found[-1 if last else 0]


def tensor(
    *shape: int, name: str = "", dtype: str = "float32", low: Any = None, high: Any = None, stream: int = 0
):
    """A DrawnTensor of core."""
    return {"name": name, "dtype": dtype, "shape": list(shape), "low": low, "high": high, "stream": stream}


def input_set(*tensors: dict[str, Any], label: str = "") -> dict[str, Any]:
    return {"label": label, "tensors": list(tensors)}


def probe(tensors: list[dict[str, Any]], name: str, axis: int, size: int, declared: int, joint: bool = False):
    """A ProbeSet of core."""
    return {
        "set": input_set(*tensors, label=f"{name} axis {axis}: {size} instead of {declared}"),
        "input": name,
        "axis": axis,
        "size": size,
        "declared": declared,
        "joint": joint,
    }


def axis_probes(drawn: dict[str, Any], axis: int, name: str = "0") -> list[dict[str, Any]]:
    """One size larger, one smaller: what the core makes for a set of one tensor."""
    declared = drawn["shape"][axis]
    found = []
    for size in (declared + 1, declared - 1):
        if size >= 1:
            shape = list(drawn["shape"])
            shape[axis] = size
            found.append(probe([{**drawn, "shape": shape, "stream": 7 + axis}], name, axis, size, declared))
    return found
