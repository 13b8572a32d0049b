"""Writes weights of mlp.py's class; with another seed, other ones."""

import sys
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "docs" / "examples"))
from mlp import MLP

torch.manual_seed(int(sys.argv[2]))
torch.save(MLP().state_dict(), sys.argv[1])
