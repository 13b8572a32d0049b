"""make_data.py FOLDER: files for --weights and --inputs of tests/fixtures/models/simple_model.py:Tiny.

tiny.safetensors, tiny.pt     weights of Tiny, all 0.5: a safetensors file and a state dict
wide.pt                       a state dict of another model
x.npz, x.safetensors          the input x, 3x10
"""

import pathlib
import sys

import numpy
import safetensors.torch
import torch


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    weights = {"linear.weight": torch.full((2, 10), 0.5), "linear.bias": torch.full((2,), 0.5)}
    safetensors.torch.save_file(weights, folder / "tiny.safetensors")
    torch.save(weights, folder / "tiny.pt")
    torch.save({"linear.weight": torch.ones(2, 12), "other": torch.ones(2)}, folder / "wide.pt")
    x = torch.arange(30.0).reshape(3, 10)
    numpy.savez(folder / "x.npz", x=x.numpy())
    safetensors.torch.save_file({"x": x}, folder / "x.safetensors")
    return 0


if __name__ == "__main__":
    sys.exit(main())
