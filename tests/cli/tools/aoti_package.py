"""Packages of AOTInductor for the cases: made from a model, and made to lie about themselves.

aoti_package.py make FILE.py:Name SHAPE PATH.pt2    compile the model for an input of that shape (4x10)
aoti_package.py say KEY=VALUE FROM.pt2 TO.pt2       copy a package, with another value in its metadata
"""

import importlib.util
import json
import sys
import zipfile


def make(source: str, shape: str, path: str) -> None:
    import torch

    file, _, name = source.rpartition(":")
    spec = importlib.util.spec_from_file_location("model", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    torch.manual_seed(0)
    model = getattr(module, name)().eval()
    sizes = [int(size) for size in shape.split("x")]
    program = torch.export.export(model, (torch.zeros(sizes),))
    torch._inductor.aoti_compile_and_package(program, package_path=path)


def say(setting: str, source: str, target: str) -> None:
    key, _, value = setting.partition("=")
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith("_metadata.json"):
                content = json.dumps({**json.loads(content), key: value}).encode()
            new.writestr(name, content)


def main() -> int:
    jobs = {"make": make, "say": say}
    if len(sys.argv) != 5 or sys.argv[1] not in jobs:
        print(__doc__, file=sys.stderr)
        return 2
    jobs[sys.argv[1]](*sys.argv[2:])
    return 0


if __name__ == "__main__":
    sys.exit(main())
