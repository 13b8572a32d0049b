"""hostile_file.py KIND FROM.pt TO.pt: write a file that is made to harm its reader, with right checksums.

KIND:
  names-by-case     a second data/0 in upper case, which LibTorch finds first
  two-versions      version and .data/version
  second-program    model.json, which LibTorch runs instead of data.pkl
  no-folder         a record outside the top folder
  short-storage     data.pkl refers to a storage that is longer than its record; no tensor uses it
  many-objects      data.pkl makes 1.5 million objects
  shared-members    data.pkl gives one dict of 20,000 members to 20,000 objects
  inputs-code       the manifest names the Python file data.py as the inputs
  inputs-device     the manifest names /dev/zero as the inputs
  inputs-size       the manifest declares inputs of 4 TB
  deep-manifest     the manifest is 100,000 lists in one another
  touches-files     a method calls torch.save, with a blank before the bracket
  runs-on-load      a class has a __setstate__
  control-codes     a record's name and an extra file hold control sequences of terminals
"""

import json
import sys
import zipfile

Records = dict[str, bytes]
MANIFEST = "extra/tsctl/manifest.json"


def after_protocol(pickle: bytes, opcodes: bytes) -> bytes:
    """Run the opcodes first. They must leave the stack as it was."""
    return pickle[:2] + opcodes + pickle[2:]


def with_manifest_inputs(records: Records, inputs: dict) -> None:
    manifest = json.loads(records.get(MANIFEST, b"{}"))
    manifest["inputs"] = {"specs": [], "file": "", "file_sha256": "", **inputs}
    records[MANIFEST] = json.dumps(manifest).encode()


def with_code(records: Records, lines: str) -> None:
    name = next(name for name in records if name.startswith("code/__torch__") and name.endswith(".py"))
    records[name] += lines.encode()


def storage(elements: int) -> bytes:
    return (
        b"(X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuJ"
        + elements.to_bytes(4, "little")
        + b"tQ0"
    )


def change(kind: str, records: Records) -> None:
    pickle = records["data.pkl"]
    if kind == "names-by-case":
        records["DATA/0"] = bytes(len(records["data/0"]))
    elif kind == "two-versions":
        records[".data/version"] = b"3\n"
    elif kind == "second-program":
        records["Model.json"] = b"{}"
    elif kind == "no-folder":
        records["/outside"] = b"x"
    elif kind == "short-storage":
        records["data.pkl"] = after_protocol(pickle, storage(1_000_000))
    elif kind == "many-objects":
        records["data.pkl"] = after_protocol(pickle, b"(" + b"N" * 1_500_000 + b"1")
    elif kind == "shared-members":
        dictionary = b"}q\xf0(" + b"K\x01N" * 20_000 + b"u0"
        objects = b"c__torch__\nNone\n)\x81h\xf0b0" * 20_000
        records["data.pkl"] = after_protocol(pickle, dictionary + objects)
    elif kind == "inputs-code":
        with_manifest_inputs(records, {"file": "data.py:sets"})
    elif kind == "inputs-device":
        with_manifest_inputs(records, {"file": "/dev/zero"})
    elif kind == "inputs-size":
        with_manifest_inputs(records, {"specs": ["1000000x1000000"]})
    elif kind == "deep-manifest":
        records[MANIFEST] = b"[" * 100_000 + b"]" * 100_000
    elif kind == "touches-files":
        with_code(records, 'def leak(x: Tensor) -> NoneType:\n  torch.save (x, "leak.bin")\n  return None\n')
    elif kind == "runs-on-load":
        with_code(
            records,
            "class Surprise(Module):\n  def __setstate__(self, state: int) -> NoneType:\n    return None\n",
        )
    elif kind == "control-codes":
        records["extra/note\x1b[2J.txt"] = b"\x1b]0;title\x07\x1b[31mred"
    else:
        raise SystemExit(__doc__)


def main() -> None:
    kind, source, target = sys.argv[1:]
    with zipfile.ZipFile(source) as archive:
        top = archive.namelist()[0].split("/")[0]
        records = {name[len(top) + 1 :]: archive.read(name) for name in archive.namelist()}
    change(kind, records)
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in records.items():
            full = name[1:] if name.startswith("/") else f"{top}/{name}"
            archive.writestr(full, content, zipfile.ZIP_DEFLATED if len(content) > 500_000 else None)


if __name__ == "__main__":
    main()
