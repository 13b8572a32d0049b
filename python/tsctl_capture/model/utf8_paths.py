"""Names of files that torch accepts."""

from __future__ import annotations

import os
from pathlib import Path


def utf8_paths(path: Path) -> tuple[str, str]:
    """The folder of a file, and the file. torch takes names in UTF-8 only, so a descriptor stands for another one."""
    if _is_utf8(str(path)):
        return str(path.parent), str(path)
    folder = f"/proc/self/fd/{os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)}"
    if _is_utf8(path.name):
        return folder, f"{folder}/{path.name}"
    return folder, f"/proc/self/fd/{os.open(path, os.O_RDONLY)}"


def utf8_path(path: str) -> str:
    """The name under which torch opens an existing file."""
    return utf8_paths(Path(path))[1]


def _is_utf8(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
