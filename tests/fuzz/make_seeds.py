"""Take the fixtures apart into seeds: make_seeds.py FOLDER writes FOLDER/TARGET/NAME for each target of the fuzzers."""

from __future__ import annotations

import json
import shutil
import struct
import sys
import zipfile
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_FIXTURES = _ROOT / "tests/fixtures"


def main() -> None:
    folder = Path(sys.argv[1])
    for target in ("archive", "pickle", "code", "manifest", "report", "tensors"):
        (folder / target).mkdir(parents=True, exist_ok=True)
    for path in sorted(_FIXTURES.glob("*/*.pt")):
        if zipfile.is_zipfile(path):
            shutil.copy(path, folder / "archive" / path.name)
            _take_apart(path, folder)
    (folder / "report/empty.json").write_text('{"schema": "tsctl.report/1", "command": "inspect"}')
    (folder / "tensors/two.safetensors").write_bytes(_tensor_file())


def _take_apart(path: Path, folder: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        for record in archive.namelist():
            target = _target(record)
            if target:
                name = f"{path.stem}-{record.replace('/', '-')}"
                (folder / target / name).write_bytes(archive.read(record))


def _target(record: str) -> str:
    if record.endswith("manifest.json"):
        return "manifest"
    return {".pkl": "pickle", ".debug_pkl": "pickle", ".py": "code"}.get(Path(record).suffix, "")


def _tensor_file() -> bytes:
    """A safetensors file with an argument and a result of one call."""
    call = [
        {
            "label": "",
            "args": [{"kind": "tensor", "tensor": "x", "complex_pairs": False}],
            "kwargs": [],
            "outputs": {"kind": "list", "items": [{"kind": "real", "real": "1.5"}], "keys": []},
        }
    ]
    header = json.dumps(
        {
            "__metadata__": {"tsctl_calls": json.dumps(call)},
            "x": {"dtype": "F32", "shape": [2, 1], "data_offsets": [0, 8]},
        }
    ).encode()
    return struct.pack("<Q", len(header)) + header + bytes(8)


if __name__ == "__main__":
    main()
