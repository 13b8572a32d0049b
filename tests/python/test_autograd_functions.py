"""Autograd functions of the model's own: a trace of them would call back into Python."""

import pytest
import torch
from capture_requests import input_set, tensor
from tsctl_capture import jobs
from tsctl_capture.capture.autograd_functions import traced_through_forward

MODEL = """\
import torch
from torch import nn


class Squared(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, scale):
        ctx.save_for_backward(x)
        ctx.scale = scale
        ctx.mark_non_differentiable(x)
        return x * x * scale if not any(ctx.needs_input_grad) else x

    @staticmethod
    def backward(ctx, grad):
        return 2 * ctx.saved_tensors[0] * grad * ctx.scale, None


class Doubled(torch.autograd.Function):
    @staticmethod
    def forward(x):
        return x + x

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(*inputs)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(6, 6)

    def forward(self, x):
        return Doubled.apply(Squared.apply(self.linear(x), 3.0))
"""


def test_is_traced_through_its_forward_and_said(tmp_path, request_for, events, follows):
    file = tmp_path / "own_functions.py"
    file.write_text(MODEL)
    result = jobs.run("capture", request_for(f"{file}:Net", input_set(tensor(2, 6)), mode="trace"), events)
    assert "Squared, Doubled" in result["adapter"] and "forward" in result["adapter"]
    follows()


def test_leaves_autograd_as_it_was():
    before = torch.autograd.Function.__dict__["apply"]
    with pytest.raises(ValueError), traced_through_forward() as found:
        raise ValueError
    assert found == [] and torch.autograd.Function.__dict__["apply"] is before
