"""Write the names of all operators that LibTorch registers, for `tsctl inspect`, which does not load LibTorch.

Usage: operator_names.py [FILE]    (default: lib/tsctl/archive/operator_names.txt; run it with the pinned torch)

Namespaces that only Python registers are left out: C++ that loads a file does not have them.
"""

import pathlib
import sys

import torch

PYTHON_NAMESPACES = {
    *(
        "_test",
        "coor",
        "debug_mode_ops",
        "debugprims",
        "export",
        "flex_gemm",
        "fsdp",
        "inductor_prims",
        "onnx",
    ),
    *("prims", "rngprims", "_dtensor", "_native", "_native_aot"),
}


def main() -> None:
    default = pathlib.Path(__file__).parent.parent / "lib/tsctl/archive/operator_names.txt"
    target = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else default
    names = {schema.name for schema in torch._C._jit_get_all_schemas()}
    kept = sorted(name for name in names if name.split("::")[0] not in PYTHON_NAMESPACES)
    target.write_text("".join(f"{name}\n" for name in kept))


if __name__ == "__main__":
    main()
