"""Makes a library of operators with a model, alone or in a package; changes it; copies a file without its manifest."""

import subprocess
import sys
import zipfile
from pathlib import Path

_CODE = """
#include <ATen/ATen.h>
#include <torch/library.h>
static at::Tensor twice(const at::Tensor& x) { return x * 2; }
TORCH_LIBRARY(tsctl_op_lib, m) { m.def("twice(Tensor x) -> Tensor", &twice); }
"""
_MODEL = """
import torch


class Net(torch.nn.Module):
    def forward(self, x):
        return torch.ops.tsctl_op_lib.twice(x) + 1
"""


def build(folder: Path, name: str = "tsctl_op_lib", library: str = "ops.so") -> None:
    import torch

    root = Path(torch.__file__).parent
    (folder / "ops.cpp").write_text(_CODE.replace("tsctl_op_lib", name))
    (folder / "net.py").write_text(_MODEL.replace("tsctl_op_lib", name))
    command = ["c++", "-std=c++20", "-shared", "-fPIC", "-O0", f"-I{root}/include", str(folder / "ops.cpp")]
    command += [f"-L{root}/lib", "-ltorch_cpu", "-lc10", "-o", str(folder / library)]
    subprocess.run(command, check=True)


def package(folder: Path) -> None:
    """A package called torchvision, whose library registers an operator."""
    (folder / "torchvision").mkdir()
    build(folder, "torchvision", "torchvision/_C.so")
    loads = "import torch, pathlib\ntorch.ops.load_library(pathlib.Path(__file__).parent / '_C.so')\n"
    (folder / "torchvision" / "__init__.py").write_text(loads)
    net = folder / "net.py"
    net.write_text("import torchvision\n" + net.read_text())
    python = folder / "python"  # as that of an environment that has the package
    python.write_text(f'#!/bin/sh\nPYTHONPATH={folder} exec {sys.executable} "$@"\n')
    python.chmod(0o755)


def change(folder: Path) -> None:
    with (folder / "ops.so").open("ab") as file:
        file.write(b"changed")


def strip(folder: Path) -> None:
    with zipfile.ZipFile(folder / "net.pt") as before, zipfile.ZipFile(folder / "foreign.pt", "w") as after:
        for item in before.infolist():
            if "/extra/" not in item.filename:
                after.writestr(item.filename, before.read(item))


if __name__ == "__main__":
    {"build": build, "package": package, "change": change, "strip": strip}[sys.argv[1]](Path(sys.argv[2]))
