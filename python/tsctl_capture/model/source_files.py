"""The Python files of the user that a model was built from, with their digests."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from ..request import Source
from ..results import SourceFile

# Parts of the paths of installed packages and of Python itself.
_INSTALLED = ("-packages/", "/lib/python3")


def source_files(source: Source) -> list[SourceFile]:
    """Every imported file below the folder that SOURCE is imported from; none for a model of an installed package."""
    root = _root_of(source)
    if root is None:
        return []
    found = {}
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if not isinstance(file, str) or not file.endswith(".py") or name.startswith("tsctl_capture"):
            continue
        path = Path(file).absolute()
        installed = any(part in str(path) for part in _INSTALLED)
        if path.is_relative_to(root) and not installed and path.is_file():
            found[path.relative_to(root).as_posix()] = path
    return [
        {"path": name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for name, path in sorted(found.items())
    ]


def _root_of(source: Source) -> Path | None:
    if source.file:
        root = Path(source.file).absolute().parent
        while (root / "__init__.py").is_file() and root != root.parent:
            root = root.parent
        return root
    top = sys.modules.get(source.module.partition(".")[0])
    file = getattr(top, "__file__", None)
    if not file or "-packages" in file:
        return None
    folder = Path(file).absolute().parent
    return folder.parent if file.endswith("__init__.py") else folder
