"""Values that do not come from torch: random numbers of Python and numpy, the clock, identifiers, the environment."""

from __future__ import annotations

import datetime
import functools
import os
import random
import secrets
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

import torch

from ..errors import is_own_frame, is_python_file, is_torch_frame, place_text
from ..model.global_variables import replaced_global_variables

ENVIRONMENT = "environment"
# The lowest and the highest of Python's random numbers: a branch takes both sides between them.
_EXTREMES = (0.0, 1.0 - 2.0**-53)
_SHIFTS_S = (-123_456_789, 987_654_321)  # of the clock: other years, days and seconds
_CLOCKS = ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time")
_OF_STATE = {"seed", "getstate", "setstate", "get_state", "set_state"}
_UNIT_INTERVAL = {"random", "random_sample", "rand", "ranf", "sample"}


@dataclass(frozen=True)
class Reading:
    """A line of the model that reads such a value; `name` is that of the function, or of the variable."""

    name: str
    kind: str
    file: str
    number: int

    @property
    def place(self) -> str:
        return place_text(self.file, self.number)

    @property
    def is_random(self) -> bool:
        return self.name.startswith(("random.", "numpy.random."))


@dataclass
class Readings:
    """What was read, in order; the values of one reading can be replaced by others."""

    found: dict[Reading, None] = field(default_factory=dict)
    replaced: Reading | None = None
    turn: int = 0  # 0 and 1: by which others

    @property
    def changing(self) -> list[Reading]:
        """Those whose value is another one in each call."""
        return [one for one in self.found if one.kind != ENVIRONMENT]


@contextmanager
def watched_readings() -> Iterator[Readings]:
    """Notes what the code of models and libraries reads inside."""
    readings = Readings()
    originals = {name: function for name, (function, _) in _functions().items()}
    watched: dict[str, Any] = {
        name: _watched(function, name, others, readings) for name, (function, others) in _functions().items()
    }
    for kind in (datetime.datetime, datetime.date):
        originals[kind.__name__], watched[kind.__name__] = kind, _watched_class(kind, readings)
    environ: Any = type(os.environ)
    read_variable = environ.__getitem__
    try:
        environ.__getitem__ = _watched_variable(read_variable, readings)
        with replaced_global_variables(originals, watched):
            yield readings
    finally:
        environ.__getitem__ = read_variable


@contextmanager
def kept_generators() -> Iterator[None]:
    """Afterwards the random generators of Python, numpy and torch are as they were."""
    state, torchs, numpy = random.getstate(), torch.get_rng_state(), sys.modules.get("numpy.random")
    numpys = numpy.get_state() if numpy is not None else None
    try:
        yield
    finally:
        random.setstate(state)
        torch.set_rng_state(torchs)
        if numpy is not None:
            numpy.set_state(numpys)


def held_generators(module: torch.nn.Module) -> list[str]:
    """The attributes of modules that hold a random generator: a file has only torch's own."""
    numpy = sys.modules.get("numpy.random")
    kinds: tuple[type, ...] = (torch.Generator, random.Random)
    if numpy is not None:
        kinds = (*kinds, numpy.Generator, numpy.RandomState)
    return [
        f"{path}.{name}".lstrip(".")
        for path, part in module.named_modules()
        for name, value in vars(part).items()
        if isinstance(value, kinds)
    ]


# For a function its value in this call, its arguments, and the turn: another value that it could have given.
Others = Callable[[Callable[..., Any], Any, tuple[Any, ...], dict[str, Any], int], Any]


def _functions() -> dict[str, tuple[Callable[..., Any], Others]]:
    """The functions by name; their `others` give other values of them."""
    found: dict[str, tuple[Callable[..., Any], Others]] = {}
    numpy = sys.modules.get("numpy.random")
    for title, module in (("random", random), ("numpy.random", numpy)):
        for name in getattr(module, "__all__", ()):
            function = getattr(module, name)
            draws = type(getattr(function, "__self__", None)).__name__ in ("Random", "RandomState")
            if draws and name not in _OF_STATE:
                found[f"{title}.{name}"] = (function, functools.partial(_drawn, name))
    if numpy is not None:
        found["numpy.random.default_rng"] = (numpy.default_rng, _again)
    for name in _CLOCKS:
        found[f"time.{name}"] = (getattr(time, name), _shifted)
    for module, names in (
        (uuid, ("uuid1", "uuid4")),
        (secrets, ("randbelow", "randbits", "choice", "token_bytes", "token_hex", "token_urlsafe")),
        (os, ("urandom",)),
    ):
        for name in names:
            found[f"{module.__name__}.{name}"] = (getattr(module, name), _again)
    return found


def _drawn(
    name: str,
    function: Callable[..., Any],
    value: Any,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    turn: int,
) -> Any:
    if name in _UNIT_INTERVAL and not isinstance(value, list):  # random.sample() gives a list
        return value * 0.0 + _EXTREMES[turn]
    if name == "uniform" and len(args) == 2:
        return value * 0.0 + args[turn]
    with kept_generators():
        random.seed(turn + 1)
        if "numpy.random" in sys.modules:
            sys.modules["numpy.random"].seed(turn + 1)
        return function(*args, **kwargs)


def _shifted(
    function: Callable[..., Any], value: Any, args: tuple[Any, ...], kwargs: dict[str, Any], turn: int
) -> Any:
    return value + type(value)(_SHIFTS_S[turn] * (10**9 if isinstance(value, int) else 1))


def _again(
    function: Callable[..., Any], value: Any, args: tuple[Any, ...], kwargs: dict[str, Any], turn: int
) -> Any:
    return function(*args, **kwargs)


def _watched(
    function: Callable[..., Any], name: str, others: Others, readings: Readings
) -> Callable[..., Any]:
    @functools.wraps(function, assigned=("__name__", "__doc__"), updated=())
    def call(*args: Any, **kwargs: Any) -> Any:
        value = function(*args, **kwargs)
        if _is_replaced(f"{name}()", readings):
            return others(function, value, args, kwargs, readings.turn)
        return value

    return call


def _watched_variable(read: Callable[..., Any], readings: Readings) -> Callable[..., Any]:
    def variable(environ: Any, key: Any) -> Any:
        _is_replaced(str(key), readings, ENVIRONMENT)
        return read(environ, key)

    return variable


class _LikeItsBase(type):
    """isinstance() takes objects of the base class too: the functions of the class give those."""

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, cls.__bases__[0])


def _watched_class(kind: Any, readings: Readings) -> type:
    """A class like datetime.datetime or datetime.date, whose now() and today() are noted."""

    def read(name: str, *args: Any) -> Any:
        value = getattr(kind, name)(*args)
        if _is_replaced(f"{kind.__name__}.{name}()", readings):
            return value + datetime.timedelta(seconds=_SHIFTS_S[readings.turn])
        return value

    methods = {
        name: staticmethod(functools.partial(read, name))
        for name in ("now", "today", "utcnow")
        if hasattr(kind, name)
    }
    return _LikeItsBase(kind.__name__, (kind,), methods)


def _is_replaced(name: str, readings: Readings, kind: str = "") -> bool:
    """Notes a reading by the code of models and libraries; whether it is the one to get another value."""
    place = _reader(kind == ENVIRONMENT)
    if place is None:
        return False
    reading = Reading(name, kind, *place)
    readings.found[reading] = None
    return reading == readings.replaced


def _reader(through_python: bool) -> tuple[str, int] | None:
    """File and line of the code that reads; None if it is torch's, Python's or tsctl's.

    `through_python`: code of Python may be in between, as os.getenv() is.
    """
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and (frame.f_code.co_filename == __file__ or _is_between(frame, through_python)):
        frame = frame.f_back
    if frame is None:
        return None
    file = frame.f_code.co_filename
    skipped = is_own_frame(file) or is_torch_frame(file) or is_python_file(file)
    return None if skipped else (file, frame.f_lineno or 0)


def _is_between(frame: FrameType, through_python: bool) -> bool:
    return through_python and is_python_file(frame.f_code.co_filename)
