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
    """What the files of one folder may include besides the C++ standard library and their own folder.

    A folder below it has a row of its own where it has rules of its own; otherwise this row holds there too.
    """

    layers: tuple[str, ...] = ()  # rows of this table; "core" stands for core and the folders below it
    third_party: tuple[str, ...] = ()  # prefixes of include paths
    system: bool = False  # the operating system's headers: POSIX and Linux


_EVERYWHERE = ("fmt/",)  # it formats the text of every layer
_NLOHMANN = ("nlohmann/",)
_TORCH = ("torch/", "ATen/", "c10/", "caffe2/")
_CLI = ("CLI/",)
# What a command line may use: everything that links neither LibTorch nor Python.
_FRONT = ("core", "archive", "report", "bench", "host", "files", "process")

# From the bottom to the top: a row may name rows above it in this table only, so that there is no circle.
LAYERS = {
    "core/base": Layer(system=True),
    "core/stats": Layer(("core/base",)),
    "core/inputs": Layer(("core/base",)),
    "core": Layer(("core/base", "core/stats", "core/inputs")),
    "files": Layer(("core/base",), ("openssl/",), system=True),
    "archive": Layer(("core", "files"), ("zlib.h", *_NLOHMANN), system=True),
    "report/json": Layer(("core",), _NLOHMANN),
    "report/text": Layer(("core", "report/json")),
    "report/export": Layer(("core", "report/json", "report/text"), _NLOHMANN),
    "report/html": Layer(("core", "report/text")),
    "report/history": Layer(("core", "report/json", "report/text"), ("sqlite3.h", "zlib.h")),
    "report": Layer(("core",)),
    "bench": Layer(("core",)),
    "host": Layer(("core",), system=True),
    "process": Layer(("core", "report/json", "bench", "host"), system=True),
    "worker": Layer(("core", "report/json", "report/export", "process"), system=True),
    "engine/graph": Layer(("core",), _TORCH),
    "engine": Layer(("core", "archive", "engine/graph"), _TORCH, system=True),
    "engine/passes": Layer(("core", "archive", "engine/graph", "engine"), _TORCH),
    "engine/plugin": Layer(("core", "engine", "engine/passes")),
    "cuda": Layer(("core",), _TORCH),
    "capture": Layer(("core",), ("pybind11/", "Python.h"), system=True),
    "tools/session": Layer(_FRONT, system=True),
    "tools/options": Layer((*_FRONT, "tools/session"), _CLI),
    "tools/steps": Layer((*_FRONT, "tools/session", "tools/options")),
    "tools/commands": Layer((*_FRONT, "tools/session", "tools/options", "tools/steps")),
    "tools": Layer(
        (*_FRONT, "worker", "tools/session", "tools/options", "tools/commands"), _CLI, system=True
    ),
    "benchmarks": Layer((*_FRONT, "worker", "engine"), ("benchmark/", *_TORCH), system=True),
}

_INCLUDE = re.compile(r'^\s*#\s*include\s*(?:<([^>]+)>|"([^"]+)")')
_LIBRARIES = ("zlib.h", "sqlite3.h")  # they look like headers of the system
_SYSTEM_HEADER = re.compile(r"^(?:sys/|linux/|arpa/|netinet/)[\w/]+\.h$|^[a-z]+\.h$")


def is_standard(header: str) -> bool:
    """C++ standard headers, and they alone, are one lower-case word without an ending."""
    return re.fullmatch(r"[a-z_0-9]+", header) is not None


def home_of(row: str) -> str:
    """The folder of a row of the table."""
    if row == "benchmarks":
        return row
    return "tools/tsctl" + row.removeprefix("tools") if row.split("/")[0] == "tools" else f"lib/tsctl/{row}"


def row_of(folder: str) -> str | None:
    """The row that holds for a folder: its own, or that of the nearest folder above it."""
    homes = {home_of(row): row for row in LAYERS}
    path = pathlib.PurePosixPath(folder)
    return next((homes[str(part)] for part in (path, *path.parents) if str(part) in homes), None)


def target_of(root: pathlib.Path, file: pathlib.Path, header: str) -> str | None:
    """The folder of one of the project's own headers; None for any other header."""
    if header.startswith("tsctl/"):
        return f"lib/{pathlib.PurePosixPath(header).parent}"
    for base in (file.parent, root / "tools/tsctl"):
        if file.is_relative_to(base) and (base / header).is_file():
            return str((base / header).parent.relative_to(root))
    return None


def is_allowed(row: str, target_row: str | None) -> bool:
    if target_row is None:
        return False
    return target_row == row or any(
        target_row == name or target_row.startswith(f"{name}/") for name in LAYERS[row].layers
    )


def include_problem(root: pathlib.Path, file: pathlib.Path, row: str, header: str) -> str:
    """Say why this file may not include that header; empty if it may."""
    layer = LAYERS[row]
    folder = home_of(row)
    if target := target_of(root, file, header):
        target_row = row_of(target)
        return "" if is_allowed(row, target_row) else f"{folder} may not include the layer '{target_row}'"
    if is_standard(header) or header.startswith(_EVERYWHERE + layer.third_party):
        return ""
    if layer.system and _SYSTEM_HEADER.match(header) and header not in _LIBRARIES:
        return ""
    return f"{folder} may not include '{header}'"


def check_cpp(root: pathlib.Path) -> list[str]:
    problems = []
    for base in ("lib/tsctl", "tools", "benchmarks"):
        for path in sorted((root / base).rglob("*")):
            if path.suffix not in (".h", ".cpp"):
                continue
            where = path.relative_to(root)
            row = row_of(str(where.parent))
            if row is None:
                problems.append(f"{where}:1: its folder has no row in the table of layers")
                continue
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
                if match := _INCLUDE.match(line):
                    problem = include_problem(root, path, row, match[1] or match[2])
                    problems += [f"{where}:{number}: {problem}"] if problem else []
    return problems


def check_table() -> list[str]:
    """A row names rows above it only, so that the folders form no circle."""
    rows = list(LAYERS)
    return [
        f"scripts/check_layers.py:1: the row '{row}' names '{name}', which is not above it"
        for index, row in enumerate(rows)
        for name in LAYERS[row].layers
        if not any(above == name or above.startswith(f"{name}/") for above in rows[:index])
    ]


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
    "python_warnings": ("errors", "events", "retirement_notices", "vocabulary"),
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
    return check_table() + check_cpp(root) + check_python(root)


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
