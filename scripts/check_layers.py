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


# --- Python ------------------------------------------------------------------------------------------

# The package that capture runs inside the user's own environment may count on nothing else being there.
PYTHON_PACKAGES = ("torch", "numpy", "safetensors", "_tsctl")

PYTHON_ROOT = "python/tsctl_capture"
# What every part may import, and what each of these may import itself.
PYTHON_BASE = {
    "vocabulary": (),
    "retirement_notices": (),
    "events": (),
    "errors": ("vocabulary",),
    "request": ("vocabulary",),
    "results": ("vocabulary",),
}
# What each folder, and each module at the top, may import besides itself and the base.
PYTHON_LAYERS = {
    "model": (),
    "reference": ("model",),
    "explain": ("model",),
    "arms": ("model", "reference"),
    "capture": ("model", "reference", "explain"),
    "locate": ("model", "reference"),
    "jobs": ("model", "arms", "capture", "locate"),
}


def imports_of(tree: ast.Module, package: str) -> list[tuple[int, str]]:
    """The full name of everything that the code imports, with its line; `package` is what holds the module."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")[: len(package.split(".")) + 1 - node.level] if node.level else []
            base = ".".join([*parts, *filter(None, [node.module])])
            found += [(node.lineno, f"{base}.{alias.name}") for alias in node.names]
    return found


def own_part(name: str) -> str:
    """The folder or top module of tsctl_capture that an import names; empty for any other package."""
    parts = name.split(".")
    return parts[1] if parts[0] == "tsctl_capture" and len(parts) > 1 else ""


def python_problem(part: str, name: str) -> str:
    """Say why `part` of tsctl_capture may not import `name`; empty if it may."""
    target = own_part(name)
    if not target:
        package = name.split(".")[0]
        allowed = package in sys.stdlib_module_names or package in PYTHON_PACKAGES
        return "" if allowed else f"python may not import '{package}'"
    if target == part:
        return ""
    if part in PYTHON_BASE:
        return "" if target in PYTHON_BASE[part] else f"{part} may not import '{target}'"
    if target in PYTHON_BASE or target in PYTHON_LAYERS.get(part, ()):
        return ""
    return f"{part} may not import '{target}'"


def module_name(root: pathlib.Path, path: pathlib.Path) -> str:
    parts = path.relative_to(root / "python").with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def python_circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Circles of modules that import each other, each with its first module at both ends."""
    found: list[list[str]] = []
    done: set[str] = set()

    def visit(name: str, path: list[str]) -> None:
        if name in path:
            found.append([*path[path.index(name) :], name])
        elif name not in done:
            for target in sorted(graph.get(name, ())):
                visit(target, [*path, name])
            done.add(name)

    for name in sorted(graph):
        visit(name, [])
    return found


def check_python(root: pathlib.Path) -> list[str]:
    problems = []
    files = {module_name(root, path): path for path in sorted((root / "python").rglob("*.py"))}
    graph: dict[str, set[str]] = {name: set() for name in files}
    for name, path in files.items():
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        part = own_part(name)
        shown = path.relative_to(root)
        if part and part not in PYTHON_BASE and part not in PYTHON_LAYERS:
            problems.append(f"{shown}:1: '{part}' has no row in the table of Python's layers")
            continue
        for number, target in imports_of(tree, package):
            problem = python_problem(part, target)
            if problem:
                problems.append(f"{shown}:{number}: {problem}")
            # `from package import x` names a module or something in the package.
            module = target if target in files else target.rpartition(".")[0]
            if module in files and module != name:
                graph[name].add(module)
    for circle in python_circles(graph):
        first = files[circle[0]].relative_to(root)
        problems.append(f"{first}:1: modules import each other: {' -> '.join(circle)}")
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
