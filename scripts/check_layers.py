"""Hold the source tree to its layers: one dependency, one folder.

Usage: check_layers.py [REPOSITORY]

Every `#include` in lib/, tools/ and benchmarks/ and every `import` in python/ is looked at. A line that its folder
may not have is printed as `file:line: …`, and the exit status is 1. docs/architecture.md shows the same table.
"""

import ast
import pathlib
import re
import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Layer:
    """What the files of one folder may include besides the C++ standard library and their own folder."""

    layers: tuple[str, ...] = ()  # folders below lib/tsctl
    third_party: tuple[str, ...] = ()  # prefixes of include paths
    system: bool = False  # the operating system's headers: POSIX and Linux


_NLOHMANN = "nlohmann/"
_TORCH = ("torch/", "ATen/", "c10/", "caffe2/")

LAYERS = {
    "lib/tsctl/core": Layer(),
    "lib/tsctl/archive": Layer(("core",), ("zlib.h", _NLOHMANN), system=True),
    "lib/tsctl/report": Layer(("core",), (_NLOHMANN,)),
    "lib/tsctl/worker": Layer(("core", "report"), ("openssl/evp.h",), system=True),
    "lib/tsctl/engine": Layer(("core", "archive"), _TORCH, system=True),
    "lib/tsctl/cuda": Layer(("core",), _TORCH),
    "lib/tsctl/capture": Layer(("core",), ("pybind11/", "Python.h"), system=True),
    "tools": Layer(("core", "archive", "report", "worker"), ("CLI/", _NLOHMANN), system=True),
    "benchmarks": Layer(
        ("core", "archive", "report", "worker", "engine"), ("benchmark/", *_TORCH), system=True
    ),
}

# The package that capture runs inside the user's own environment may count on nothing else being there.
PYTHON_PACKAGES = ("torch", "numpy", "safetensors", "tsctl_capture", "_tsctl")

_INCLUDE = re.compile(r'^\s*#\s*include\s*(?:<([^>]+)>|"([^"]+)")')
_SYSTEM_HEADER = re.compile(r"^(?:sys/|linux/|arpa/|netinet/)[\w/]+\.h$|^[a-z]+\.h$")


def is_standard(header: str) -> bool:
    """C++ standard headers, and they alone, are one lower-case word without an ending."""
    return re.fullmatch(r"[a-z_0-9]+", header) is not None


def include_problem(layer: Layer, folder: str, header: str) -> str:
    """Say why a file in `folder` may not include `header`; empty if it may."""
    if header.startswith("tsctl/"):
        target = header.split("/")[1]
        if folder.startswith("lib/tsctl/") and target == folder.rsplit("/", 1)[1]:
            return ""
        return "" if target in layer.layers else f"{folder} may not include the layer '{target}'"
    if is_standard(header) or any(header.startswith(prefix) for prefix in layer.third_party):
        return ""
    if layer.system and _SYSTEM_HEADER.match(header) and header != "zlib.h":
        return ""
    return f"{folder} may not include '{header}'"


def check_cpp(root: pathlib.Path, folder: str, layer: Layer) -> list[str]:
    problems = []
    for path in sorted((root / folder).rglob("*")):
        if path.suffix not in (".h", ".cpp"):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            match = _INCLUDE.match(line)
            if not match:
                continue
            angled, quoted = match.groups()
            if quoted and (path.parent / quoted).is_file():
                continue
            problem = include_problem(layer, folder, angled or quoted)
            if problem:
                problems.append(f"{path.relative_to(root)}:{number}: {problem}")
    return problems


def imported_packages(tree: ast.Module) -> list[tuple[int, str]]:
    """Every package that the code names in an import, with its line; relative imports are the package's own."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name.split(".")[0]) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.append((node.lineno, node.module.split(".")[0]))
    return found


def check_python(root: pathlib.Path) -> list[str]:
    problems = []
    for path in sorted((root / "python").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
        for number, package in imported_packages(tree):
            if package not in sys.stdlib_module_names and package not in PYTHON_PACKAGES:
                problems.append(f"{path.relative_to(root)}:{number}: python may not import '{package}'")
    return problems


def check(root: pathlib.Path) -> list[str]:
    """Return one line for each include or import that breaks the layers."""
    problems = []
    for folder, layer in LAYERS.items():
        problems += check_cpp(root, folder, layer)
    for path in sorted((root / "lib/tsctl").iterdir()):
        if path.is_dir() and f"lib/tsctl/{path.name}" not in LAYERS:
            problems.append(f"lib/tsctl/{path.name}:1: this folder has no row in the table of layers")
    return problems + check_python(root)


def main() -> int:
    default = pathlib.Path(__file__).resolve().parents[1]
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else default
    if not (root / "lib/tsctl").is_dir():
        print(f"'{root}' is not the repository: it has no folder lib/tsctl", file=sys.stderr)
        return 2
    problems = check(root)
    print("\n".join(problems) if problems else "every include and import keeps to its layer")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
