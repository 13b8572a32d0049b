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
  inputs-large      the manifest names the file large.npz as the inputs, with a digest
  inputs-size       the manifest declares inputs of 4 TB
  deep-manifest     the manifest is 100,000 lists in one another
  touches-files     a method calls torch.save, with a blank before the bracket
  touches-renamed   the same by another name, over two lines
  touches-getattr   the same through getattr
  touches-method    the same as a method of a value, after a string over several lines that hides it from simple readers
  touches-on-load   a __setstate__ calls it
  runs-on-load      a class has a __setstate__
  own-name          a class with the name of tsctl's packed layers has a __setstate__
  foreign-operators a method calls operators of torchvision, and one that does not exist
  custom-class      data.pkl holds an object of a class in C++
  mkldnn            a method calls operators as optimize_for_inference writes them
  byte-order-mark   the code begins with one
  code-by-case      a code record whose name LibTorch finds without regard to case
  private-path      a debug record names a file in somebody's home
  sparse-index      data.pkl holds a sparse tensor of 2x3 whose index is 7
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


SAVE = {
    "touches-files": 'torch.save (x, "leak.bin")',
    "touches-renamed": 'f = torch.save\n  f(x,\n"leak.bin")',
    "touches-getattr": 'getattr(torch, "save")(x, "leak.bin")',
    "touches-method": 'y = """ " \n"""\n  x.save("leak.bin")',
}


def tensor(storage_type: str, key: str, elements: int, shape: list[int]) -> bytes:
    """Opcodes that build a tensor with the strides 1."""
    sizes = b"".join(b"K" + bytes([size]) for size in shape)
    name = storage_type.encode() + b"Storage"
    return (
        b"ctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\n"
        + name
        + b"\nX\x01\x00\x00\x00"
        + key.encode()
        + b"X\x03\x00\x00\x00cpuK"
        + bytes([elements])
        + b"tQK\x00("
        + sizes
        + b"t("
        + b"K\x01" * len(shape)
        + b"t\x89ccollections\nOrderedDict\n)RtR"
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
    elif kind == "inputs-large":
        with_manifest_inputs(records, {"file": "large.npz", "file_sha256": "0" * 64})
    elif kind == "inputs-size":
        with_manifest_inputs(records, {"specs": ["1000000x1000000"]})
    elif kind == "deep-manifest":
        records[MANIFEST] = b"[" * 100_000 + b"]" * 100_000
    elif kind in SAVE:
        with_code(records, f"def leak(x: Tensor) -> NoneType:\n  {SAVE[kind]}\n  return None\n")
    elif kind == "touches-on-load":
        with_code(
            records,
            "class Surprise(Module):\n  def __setstate__(self, state: Tensor) -> NoneType:\n"
            '    torch.save(state, "leak.bin")\n    return None\n',
        )
    elif kind == "own-name":
        records["code/__torch__/tsctl.py"] = (
            b"class PackedLinear(Module):\n  def __setstate__(self, state: int) -> NoneType:\n    return None\n"
        )
    elif kind == "foreign-operators":
        with_code(
            records,
            "def boxes(x: Tensor) -> Tensor:\n  y = ops.torchvision.nms(x, x, 0.5)\n  return torch.no_such_op(y)\n",
        )
    elif kind == "custom-class":
        name = b"c__torch__.torch.classes.acme\nThing\n"
        records["data.pkl"] = after_protocol(pickle, name + b")\x81K\x01b0")
    elif kind == "mkldnn":
        with_code(
            records, "def f(x: Tensor) -> Tensor:\n  return ops.prim.MKLDNNHardSwish(torch.to_mkldnn(x))\n"
        )
    elif kind == "byte-order-mark":
        name = next(name for name in records if name.endswith("__torch__.py"))
        records[name] = b"\xef\xbb\xbf" + records[name]
    elif kind == "code-by-case":
        records["code/__torch__/HIDDEN.PY"] = b"class A(Module):\n  pass\n"
    elif kind == "private-path":
        path = b"/home/somebody/secret/net.py"
        records["code/__torch__.py.debug_pkl"] = b"\x80\x02X" + len(path).to_bytes(4, "little") + path + b"."
    elif kind == "sparse-index":
        records["data/i"] = (1).to_bytes(8, "little") + (7).to_bytes(8, "little")
        records["data/v"] = bytes(4)
        parts = tensor("Long", "i", 2, [2, 1]) + tensor("Float", "v", 1, [1])
        sparse = b"ctorch._utils\n_rebuild_sparse_tensor\n(K\x01(K\x02K\x03t\x89" + parts + b"tR0"
        records["data.pkl"] = after_protocol(pickle, sparse)
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
