"""Exports a model for ONNX Runtime or OpenVINO and runs it there.

Neither is a dependency: each is imported only when an arm asks for it.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import importlib.util
import io
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from ..errors import CaptureError, describe, user_traceback
from ..model.calls import Call
from ..model.dtypes import dtype_text
from ..model.generated import defined_class
from ..model.values import map_tensors, tensors_in
from ..vocabulary import ErrorKind


def with_tensors(value: Any, tensors: Sequence[torch.Tensor]) -> Any:
    """The same structure with other tensors in the same order."""
    given = iter(tensors)
    return map_tensors(value, lambda _: next(given))


def signature_of(call: Call) -> str:
    """Equal for calls that can share an export, which fixes sizes and all values that are not tensors."""
    words = repr(map_tensors((call.args, call.kwargs), _Shape))
    return hashlib.sha256(words.encode()).hexdigest()[:16]


class _Shape:
    def __init__(self, tensor: torch.Tensor) -> None:
        self._words = f"{tensor.dtype} {list(tensor.shape)}"

    def __repr__(self) -> str:
        return self._words


_FLAT = """\
class Flat(torch.nn.Module):
    def __init__(self, model, call):
        super().__init__()
        self.model = model
        self.call = call

    def forward(self{parameters}):
        return self.call(self.model, [{names}])
"""


def flat_module(module: torch.nn.Module, call: Call) -> torch.nn.Module:
    """The model as a function from tensors to a tuple of tensors; other arguments are those of `call`."""

    def run(model: torch.nn.Module, tensors: list[torch.Tensor]) -> tuple[torch.Tensor, ...]:
        args, kwargs = with_tensors((call.args, call.kwargs), tensors)
        return tuple(tensors_in(model(*args, **kwargs)))

    names = input_names(call)
    text = _FLAT.format(parameters="".join(f", {name}" for name in names), names=", ".join(names))
    return defined_class(text, {})(module, run).eval()


def input_names(call: Call) -> list[str]:
    return [f"in{position}" for position in range(len(call.tensors()))]


def array_of(tensor: torch.Tensor, title: str) -> Any:
    try:
        return tensor.detach().cpu().contiguous().numpy()
    except TypeError as error:
        raise CaptureError(
            ErrorKind.EXECUTION,
            f"an input of dtype {dtype_text(tensor.dtype)} cannot be given to {title}",
            "leave out the arm, or convert the model to float32",
        ) from error


@dataclass(frozen=True)
class SessionSettings:
    """`spins`: threads that wait for one another spin before they sleep, where the runtime has that choice."""

    threads: int = 1
    precision: str = ""
    spins: bool = False


class Session:
    """An exported model, opened. Several threads may run it at once."""

    title = ""

    def run(self, arrays: Mapping[str, Any]) -> list[Any]:
        raise NotImplementedError

    @property
    def names(self) -> list[str]:
        """The names of the exported model's inputs; an export drops inputs that are not used."""
        raise NotImplementedError

    def tuning_reason(self) -> str:
        """Which tuning this machine lacks; empty if it has all that was asked for."""
        return ""


class OnnxRuntimeSession(Session):
    title = "ONNX Runtime"

    def __init__(self, path: str, settings: SessionSettings) -> None:
        # There is no choice of the precision; the command line refuses that setting.
        onnxruntime = importlib.import_module("onnxruntime")
        onnxruntime.disable_telemetry_events()  # nothing is sent over the network
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = settings.threads
        options.add_session_config_entry("session.intra_op.allow_spinning", str(int(settings.spins)))
        options.inter_op_num_threads = 1
        options.log_severity_level = 3  # errors only
        self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    @property
    def names(self) -> list[str]:
        return [item.name for item in self._session.get_inputs()]

    def run(self, arrays: Mapping[str, Any]) -> list[Any]:
        return self._session.run(None, arrays)


class OpenVinoSession(Session):
    title = "OpenVINO"

    def __init__(self, path: str, settings: SessionSettings) -> None:
        core = _openvino().Core()  # its threads (oneTBB) soon sleep in any case
        # The default is bfloat16 on processors that support it, which changes the outputs.
        wanted = "bf16" if settings.precision == "bf16" else "f32"
        compiled = core.compile_model(
            path,
            "CPU",
            {
                "INFERENCE_NUM_THREADS": settings.threads,
                "PERFORMANCE_HINT": "LATENCY",
                "INFERENCE_PRECISION_HINT": wanted,
            },
        )
        self._precise = (
            wanted == "f32" or "bf" in str(compiled.get_property("INFERENCE_PRECISION_HINT")).lower()
        )
        self._compiled = compiled
        self._requests = threading.local()  # one request cannot run twice at once
        self._names = [item.get_any_name() for item in compiled.inputs]
        self._outputs = list(compiled.outputs)

    @property
    def names(self) -> list[str]:
        return self._names

    def run(self, arrays: Mapping[str, Any]) -> list[Any]:
        if not hasattr(self._requests, "own"):
            self._requests.own = self._compiled.create_infer_request()
        found = self._requests.own.infer(arrays, share_inputs=True)
        return [found[item] for item in self._outputs]

    def tuning_reason(self) -> str:
        return "" if self._precise else "OpenVINO has no bfloat16 on this processor: float32 ran"


def _openvino() -> Any:
    """OpenVINO without the module that reports its use over the network."""
    modules: dict[str, Any] = sys.modules
    modules.setdefault("openvino_telemetry", None)
    return importlib.import_module("openvino")


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Inside, exporters print and warn of nothing."""
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        with contextlib.redirect_stderr(io.StringIO()):
            yield


def _export_onnx(module: torch.nn.Module, call: Call, path: str, scripted: bool) -> None:
    tensors = tuple(call.tensors())
    names = input_names(call)
    flat = flat_module(module, call)
    if scripted:
        # torch.export cannot read a compiled graph. The older exporter can, but only in a traced module.
        flat = torch.jit.trace(flat, tensors, check_trace=False)
    torch.onnx.export(flat, tensors, path, input_names=names, dynamo=not scripted, verbose=False)


def _export_openvino(module: torch.nn.Module, call: Call, path: str, scripted: bool) -> None:
    del scripted
    openvino = _openvino()
    tensors = tuple(call.tensors())
    model = openvino.convert_model(flat_module(module, call), example_input=tensors)
    _name_inputs(model, call)
    openvino.save_model(model, path, compress_to_fp16=False)


def _name_inputs(model: Any, call: Call) -> None:
    """Gives the model fixed sizes, as other arms have them, and tsctl's names for its inputs."""
    shapes = {
        name: list(tensor.shape) for name, tensor in zip(input_names(call), call.tensors(), strict=True)
    }
    found = [item.get_any_name() for item in model.inputs]
    if not set(found) <= set(shapes):
        raise RuntimeError(f"the converted model has unknown inputs: {', '.join(found)}")
    model.reshape({name: shapes[name] for name in found})


@dataclass(frozen=True)
class Runtime:
    """How a runtime exports and opens a model."""

    name: str
    session: Callable[[str, SessionSettings], Session]
    export: Callable[[torch.nn.Module, Call, str, bool], None]
    suffix: str
    packages: tuple[str, ...]

    @property
    def title(self) -> str:
        session: Any = self.session
        return str(session.title)


_RUNTIMES = {
    item.name: item
    for item in (
        Runtime(
            "onnxruntime", OnnxRuntimeSession, _export_onnx, ".onnx", ("onnxruntime", "onnx", "onnxscript")
        ),
        Runtime("openvino", OpenVinoSession, _export_openvino, ".xml", ("openvino",)),
    )
}


def runtime_named(name: str) -> Runtime:
    """Raises CaptureError{environment} with the command that installs a missing package."""
    runtime = _RUNTIMES[name]
    missing = [package for package in runtime.packages if importlib.util.find_spec(package) is None]
    if missing:
        raise CaptureError(
            ErrorKind.ENVIRONMENT,
            f"'{sys.executable}' has no package '{missing[0]}', which runtime={name} needs",
            f"install it: {sys.executable} -m pip install {' '.join(missing)}",
        )
    return runtime


def exported_path(folder: str, runtime: Runtime, call: Call) -> str:
    return str(Path(folder) / (signature_of(call) + runtime.suffix))


def export(runtime: Runtime, module: torch.nn.Module, call: Call, path: str, name: str) -> None:
    """Raises CaptureError{capture} when the model cannot be exported."""
    scripted = isinstance(module, torch.jit.ScriptModule)
    try:
        with torch.no_grad(), _quiet():
            runtime.export(module, call, path, scripted)
    except Exception as error:
        raise CaptureError(
            ErrorKind.CAPTURE,
            f"'{name}' cannot be exported for {runtime.title}: {describe(error)}",
            _leave_out(runtime),
            user_traceback(error),
        ) from error


def _leave_out(runtime: Runtime) -> str:
    return f"leave out the arm with runtime={runtime.name}; the other arms can be measured without it"


def open_session(runtime: Runtime, path: str, settings: SessionSettings) -> Session:
    try:
        return runtime.session(path, settings)
    except Exception as error:
        raise CaptureError(
            ErrorKind.EXECUTION,
            f"{runtime.title} cannot open the exported model: {describe(error)}",
            _leave_out(runtime),
        ) from error


def feed_for(session: Session, call: Call) -> dict[str, Any]:
    arrays = {
        name: array_of(tensor, session.title)
        for name, tensor in zip(input_names(call), call.tensors(), strict=True)
    }
    unknown = [name for name in session.names if name not in arrays]
    if unknown:
        raise CaptureError(
            ErrorKind.EXECUTION,
            f"the model exported for {session.title} has an additional input '{unknown[0]}'",
        )
    return {name: arrays[name] for name in session.names}


def answer(session: Session, call: Call, like: Any) -> Any:
    """The session's outputs for one call, in the structure of `like`.

    Raises CaptureError{execution} if an output is not an array, or if the number of outputs is wrong.
    """
    try:
        arrays = session.run(feed_for(session, call))
    except CaptureError:
        raise
    except Exception as error:
        raise CaptureError(
            ErrorKind.EXECUTION, f"{session.title} failed on {call.title}: {describe(error)}"
        ) from error
    expected = len(tensors_in(like))
    if len(arrays) != expected:
        raise CaptureError(
            ErrorKind.EXECUTION,
            f"{session.title} returns {len(arrays)} outputs where the model returns {expected} tensors",
            "an export may drop an output that equals an input or another output",
        )
    return with_tensors(like, [_tensor_of(array, session.title) for array in arrays])


def _tensor_of(array: Any, title: str) -> torch.Tensor:
    if isinstance(array, (list, dict, str)):
        raise CaptureError(
            ErrorKind.EXECUTION, f"{title} returns a {type(array).__name__} where only arrays can be compared"
        )
    return torch.tensor(array) if array.ndim == 0 else torch.from_numpy(array).clone()
