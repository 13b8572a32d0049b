"""A multi-layer perceptron: 784 numbers in, 10 scores out."""

import torch
from torch import nn


class MLP(nn.Module):
    """Two linear layers with a ReLU between them, for images of 28 x 28 laid flat.

    Convert it with::

        tsctl convert docs/examples/mlp.py:MLP --input Bx784 --dim B=1,32 -o mlp.pt
    """

    def __init__(self, hidden: int = 128, classes: int = 10) -> None:
        super().__init__()
        self.hidden = nn.Linear(784, hidden)
        self.scores = nn.Linear(hidden, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.scores(torch.relu(self.hidden(x)))
