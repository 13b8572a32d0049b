"""Functions that are replaced during a trace are themselves again afterwards."""

import importlib
import sys
import time

import pytest
import torch
from tsctl_capture.explain.decided_values import watched_decisions
from tsctl_capture.reference.outside import watched_readings

SOURCE = """from time import time
from torch import equal

def same(x, y):
    return equal(x, y)
"""


@pytest.fixture
def late_module(tmp_path, monkeypatch):
    """Imports a new module that imports both functions."""
    (tmp_path / "late_module.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    yield lambda: importlib.import_module("late_module")
    sys.modules.pop("late_module", None)


@pytest.mark.parametrize(
    ("watched", "name", "plain"),
    [(watched_decisions, "equal", torch.equal), (watched_readings, "time", time.time)],
)
def test_in_a_module_that_was_imported_during_the_trace(late_module, watched, name, plain):
    with watched():
        module = late_module()
        assert getattr(module, name) is not plain
    assert getattr(module, name) is plain


def test_the_compiler_knows_them(late_module):
    with watched_decisions():
        module = late_module()
    x = torch.ones(2)
    assert torch.jit.script(module.same)(x, x)


def test_what_a_module_assigned_meanwhile_stays(late_module):
    module = late_module()
    with watched_decisions():
        module.equal = torch.allclose
        module.other = torch.equal
    assert (module.equal, module.other) == (torch.allclose, torch.equal)
