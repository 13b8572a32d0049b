"""One call of a model."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch

from .values import map_tensors


@dataclass
class Call:
    """The arguments of a call; a label tells the sets of one run apart ("B=8"), "" for the only one."""

    label: str = ""
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)

    def fresh(self, device: str = "cpu") -> Call:
        """Copies on `device`, so that a model that writes into its inputs cannot spoil ours."""
        copied = lambda tensor: tensor.detach().clone().to(device)  # noqa: E731
        return Call(self.label, map_tensors(self.args, copied), map_tensors(self.kwargs, copied))

    def tensors(self) -> list[torch.Tensor]:
        found: list[torch.Tensor] = []
        map_tensors((self.args, self.kwargs), lambda tensor: found.append(tensor) or tensor)
        return found

    @property
    def title(self) -> str:
        return f"the input set {self.label}" if self.label else "the input set"
