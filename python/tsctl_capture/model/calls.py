"""One call of a model."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch

from .values import map_tensors, tensors_in


@dataclass
class Call:
    """The arguments of one input set. Its label ("B=8") is empty when a run has a single set."""

    label: str = ""
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)

    def fresh(self, device: str = "cpu") -> Call:
        """Copies on `device`, so that a model that writes into its inputs does not change ours."""

        def copied(tensor: torch.Tensor) -> torch.Tensor:
            return tensor.detach().clone().to(device)

        return Call(self.label, map_tensors(self.args, copied), map_tensors(self.kwargs, copied))

    def tensors(self) -> list[torch.Tensor]:
        return tensors_in((self.args, self.kwargs))

    @property
    def shapes(self) -> list[torch.Size]:
        return [tensor.shape for tensor in self.tensors()]

    @property
    def title(self) -> str:
        return f"the input set {self.label}" if self.label else "the input set"
