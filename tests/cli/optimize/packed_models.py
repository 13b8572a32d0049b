"""Writes a model of two linear layers that are worth packing."""

import sys

import torch
from torch import nn


class Wide(nn.Module):
    def __init__(self):
        super().__init__()
        self.wide = nn.Linear(256, 512)
        self.out = nn.Linear(512, 256)

    def forward(self, x: torch.Tensor):
        return self.out(torch.relu(self.wide(x)))


torch.manual_seed(0)
torch.jit.script(Wide().eval()).save(sys.argv[1])
