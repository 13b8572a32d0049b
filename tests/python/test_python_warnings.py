"""Python's warnings are events of a job and do not reach standard error."""

import warnings

from tsctl_capture.python_warnings import sent_warnings


def test_each_warning_is_sent_once_with_its_place(events, capfd) -> None:
    with sent_warnings(events):
        for _ in range(2):
            warnings.warn("the old name\nof a function", UserWarning, stacklevel=1)
        warnings.warn("another", RuntimeWarning, stacklevel=1)
    assert len(events.lines) == 2
    assert events.lines[0].startswith("python_warning: test_python_warnings.py:")
    assert events.lines[0].endswith(": UserWarning: the old name")
    assert capfd.readouterr().err == ""


def test_notices_that_torch_retires_torchscript_are_left_out(events, capfd) -> None:
    with sent_warnings(events):
        warnings.simplefilter("always")
        warnings.warn("`torch.jit.trace` is deprecated", DeprecationWarning, stacklevel=1)
    assert events.lines == []
    assert capfd.readouterr().err == ""


def test_afterwards_warnings_are_printed_again(events) -> None:
    before = warnings.showwarning
    with sent_warnings(events):
        pass
    assert warnings.showwarning is before
