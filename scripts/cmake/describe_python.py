"""Print, as JSON, what the build needs to know of the interpreter that runs this script."""

import importlib.metadata
import importlib.util
import json
import pathlib
import sys
import sysconfig


def main() -> int:
    torch_spec = importlib.util.find_spec("torch")
    if torch_spec is None or torch_spec.origin is None:
        print(f"{sys.executable} has no package 'torch'", file=sys.stderr)
        return 1
    torch_dir = pathlib.Path(torch_spec.origin).parent
    pybind11_include = torch_dir / "include"
    if not (pybind11_include / "pybind11" / "embed.h").exists():
        pybind11_spec = importlib.util.find_spec("pybind11")
        if pybind11_spec is None or pybind11_spec.origin is None:
            print(f"neither torch nor {sys.executable} brings pybind11's headers", file=sys.stderr)
            return 1
        pybind11_include = pathlib.Path(pybind11_spec.origin).parent / "include"
    include = sysconfig.get_path("include")
    if not pathlib.Path(include, "Python.h").exists():
        print(f"Python.h is missing from {include}", file=sys.stderr)
        return 1
    print(
        json.dumps(
            {
                "version": f"{sys.version_info.major}.{sys.version_info.minor}",
                "include": include,
                "pybind11_include": str(pybind11_include),
                "torch_dir": str(torch_dir),
                "torch_version": importlib.metadata.version("torch").split("+")[0],
                "cxx11_abi": 1,
            }
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
