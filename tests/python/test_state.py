"""Models that store something when they run: calls with different inputs, and what the file begins with."""

import pytest
from capture_requests import captured, input_set, tensor

TOKENS = input_set(tensor(1, 2, 4))


def test_a_trace_that_loses_a_position_is_not_general(request_for, events):
    result = captured(request_for("changing.py:Position", TOKENS, mode="trace"), events)
    assert result["status"] == "not_general"
    (attempt,) = result["attempts"]
    assert "does not follow eager for call 2 of a sequence of different inputs" in attempt["reason"]
    assert "a trace does not keep what forward assigns to attributes of the model" in attempt["reason"]
    assert "compile the model (tsctl script)" in attempt["remedy"]


def test_the_remedy_works_and_the_file_begins_at_the_first_call(request_for, events, follows, reloaded):
    for mode in ("script", "auto"):
        result = captured(request_for("changing.py:Position", TOKENS, mode=mode), events)
        assert (result["mode"], result["status"]) == ("script", "captured")
        follows()
        assert reloaded()[0].at == 0


@pytest.mark.parametrize("mode", ["script", "auto"])
def test_the_comparisons_leave_nothing_in_the_file(request_for, events, reloaded, mode):
    result = captured(request_for("changing.py:Flag", TOKENS, mode=mode), events)
    assert (result["mode"], result["status"]) == ("script", "captured")
    assert reloaded()[0].count == 0
