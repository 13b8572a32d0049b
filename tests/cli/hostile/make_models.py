"""make_models.py KIND PATH OUT.pt: write a file whose code does harm when it is loaded or run.

KIND:
  saves-on-load    writes a tensor to PATH when it is loaded
  saves            writes a tensor to PATH when it is run
  reads            returns the first bytes of PATH when it is run
  loads-for-ever   never ends to load
  prints           prints without an end
  allocates        allocates 1 TiB
"""

import sys

import torch
from torch import nn


class SavesOnLoad(nn.Module):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path

    @torch.jit.export
    def __getstate__(self) -> tuple[str, bool]:
        return self.path, self.training

    @torch.jit.export
    def __setstate__(self, state: tuple[str, bool]) -> None:
        self.path = state[0]
        self.training = state[1]
        torch.ops.aten.save(torch.zeros(1), state[0])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x


class Saves(nn.Module):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        torch.ops.aten.save(x, self.path)
        return x


class SavesInAFile(nn.Module):
    """Eager mode has no such operator."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if torch.jit.is_scripting():
            torch.ops.aten.save(x, self.path)
        return x


class Reads(nn.Module):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + torch.from_file(self.path, False, 4, dtype=torch.uint8).sum()


class LoadsForEver(nn.Module):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path

    @torch.jit.export
    def __getstate__(self) -> tuple[str, bool]:
        return self.path, self.training

    @torch.jit.export
    def __setstate__(self, state: tuple[str, bool]) -> None:
        self.path = state[0]
        self.training = state[1]
        count = 1
        while count > 0:
            count = 3 - count

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x


class Prints(nn.Module):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        count = 1
        while count > 0:
            count = 3 - count
            print("0123456789012345678901234567890123456789")
        return x


class Allocates(nn.Module):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + torch.zeros(1 << 38)[0]


KINDS = {
    "saves-on-load": SavesOnLoad,
    "saves": Saves,
    "reads": Reads,
    "loads-for-ever": LoadsForEver,
    "prints": Prints,
    "allocates": Allocates,
}


def main() -> None:
    if len(sys.argv) != 4 or sys.argv[1] not in KINDS:
        raise SystemExit(__doc__)
    torch.jit.save(torch.jit.script(KINDS[sys.argv[1]](sys.argv[2]).eval()), sys.argv[3])


if __name__ == "__main__":
    main()
