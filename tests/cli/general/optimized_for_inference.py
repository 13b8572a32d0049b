"""Writes what torch.jit.optimize_for_inference makes of a convolution, and the module before it."""

import sys
import warnings

import torch

warnings.simplefilter("ignore")
net = torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3), torch.nn.ReLU()).eval()
torch.jit.save(torch.jit.script(net), sys.argv[2])
torch.jit.save(torch.jit.optimize_for_inference(torch.jit.script(net)), sys.argv[1])
