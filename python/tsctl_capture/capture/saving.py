"""Saves modules safely: on a full disk torch.jit.save would end the whole process."""

from __future__ import annotations

import errno
import io
import os
import re
from pathlib import Path

import torch

from ..errors import CaptureError, first_line, place_text
from ..explain.problems.refusal import cleaned, frames_of
from ..explain.problems.user_code import is_user_file, user_file
from ..retirement_notices import without_retirement_notices
from ..vocabulary import ErrorKind

# Smaller files are built in memory, which cannot fail on a full disk; for larger ones that costs too much.
_IN_MEMORY_BYTES = 64 << 20
_MIB = 1 << 20
# Size of the code, debug information and zip headers beside the weights.
_OVERHEAD_BYTES = 256 << 10


def storage_bytes(module: torch.nn.Module) -> int:
    """Bytes of parameters and buffers; a shared storage counts once."""
    sizes = {}
    for tensor in [*module.parameters(), *module.buffers()]:
        if tensor.layout == torch.strided and not torch.nn.parameter.is_lazy(tensor):
            storage = tensor.untyped_storage()
            sizes[storage.data_ptr()] = storage.nbytes()
    return sum(sizes.values())


def require_disk_room(path: str, size: int) -> None:
    """Raises CaptureError if fewer than `size` bytes are free where `path` is."""
    system = os.statvfs(path if Path(path).exists() else Path(path).absolute().parent)
    free = system.f_bavail * system.f_frsize
    if system.f_blocks and free < size:
        raise CaptureError(
            ErrorKind.ENVIRONMENT,
            f"'{path}' cannot be written: it takes at least {size / _MIB:.1f} MiB, "
            f"but its file system has only {free / _MIB:.1f} MiB left",
            "free some space, or write to another disk",
        )


def save_module(module: torch.jit.ScriptModule, path: str) -> None:
    """Raises CaptureError: environment for a file that cannot be written, capture if no file can hold it."""
    size = storage_bytes(module)
    try:
        with without_retirement_notices():
            if size <= _IN_MEMORY_BYTES:
                buffer = io.BytesIO()
                torch.jit.save(module, buffer)
                Path(path).write_bytes(buffer.getbuffer())
            else:
                _reserve(path, size + _OVERHEAD_BYTES)
                torch.jit.save(module, path)
    except OSError as error:
        hint = "choose another folder for the output"
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            hint = "free some space, or write to another disk"
        reason = error.strerror or str(error)
        raise CaptureError(ErrorKind.ENVIRONMENT, f"'{path}' cannot be written: {reason}", hint) from error
    except RuntimeError as error:
        raise _not_saved(error) from error


def _reserve(path: str, size: int) -> None:
    """Raises OSError if the disk has no room for `size` bytes; leaves an empty file."""
    with Path(path).open("wb") as file:
        try:
            os.posix_fallocate(file.fileno(), 0, size)
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.EOPNOTSUPP, errno.ENODEV):
                raise
        file.truncate(0)


def _not_saved(error: RuntimeError) -> CaptureError:
    text = str(error)
    ignored = re.search(r"Could not export Python function call '([^']+)'", text)
    if ignored:
        return _ignored_method(ignored[1], text)
    return CaptureError(
        ErrorKind.CAPTURE,
        f"the captured module cannot be saved: {first_line(text)}",
        "TorchScript's message is above; the other way of capturing may work: tsctl trace, tsctl script",
        text.strip(),
    )


def _ignored_method(name: str, text: str) -> CaptureError:
    """Names the place of the definition, found through the call in torch's message."""
    place = ""
    for frame in frames_of(text)[1]:
        file = user_file(frame.file) if is_user_file(frame.file) else None
        for function in file.functions(name) if file is not None else []:
            if file and any("ignore" in file.text(mark) for mark in function.decorator_list):
                place = f"{place_text(file.path, function.lineno)}: "
    return CaptureError(
        ErrorKind.CAPTURE,
        f"{place}the captured module calls '{name}' in Python (@torch.jit.ignore), which cannot be saved",
        f"mark '{name}' @torch.jit.unused if the exported module never calls it, "
        "or capture with --mode trace, which keeps its operators",
        cleaned(text),
    )
