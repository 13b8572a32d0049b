"""Writes the detector of the fixture models as torch.jit.script and save do."""

import sys
import warnings

import torch

warnings.simplefilter("ignore")
sys.path.insert(0, sys.argv[1])

from detectors import Detector  # noqa: E402

torch.manual_seed(0)
torch.jit.script(Detector().eval()).save(sys.argv[2])
