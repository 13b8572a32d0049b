"""read_outputs.py FILE: check that FILE holds x and 2 * x of double.pt, each of 2 x 3."""

import sys

import numpy as np
from safetensors.numpy import load_file

tensors = load_file(sys.argv[1])
assert len(tensors) == 2, sorted(tensors)
twice, once = sorted(tensors.values(), key=lambda tensor: -np.abs(tensor).max())
assert once.shape == (2, 3) and once.dtype == np.float32, (once.shape, once.dtype)
assert np.array_equal(twice, once * 2), (once, twice)
