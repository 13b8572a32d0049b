"""Models that store something when they run: calls with different inputs, and what the file begins with."""

import pytest
from capture_requests import captured, input_set, tensor
from tsctl_capture.reference.time_limit import time_limit

TOKENS = input_set(tensor(1, 2, 4))


@pytest.mark.parametrize(
    ("name", "held"),
    [
        ("Caches", "cache on the model"),
        ("Collects", "seen on the model"),
        ("InItsClass", "InItsClass.seen on the model"),
        ("InAGlobal", "_SEEN (global)"),
        ("AsAGlobal", "_FIRST (global)"),
        ("InAnObject", "box.value on the model"),
        ("InAClosure", "memo on the model"),
    ],
)
def test_what_forward_keeps_anywhere_is_state(request_for, events, name, held):
    result = captured(request_for(f"keeps.py:{name}", input_set(tensor(2, 4)), mode="trace"), events)
    assert result["status"] == "not_general"
    assert "of a sequence of different inputs" in result["attempts"][0]["reason"]
    assert f"forward stores {held}" in [one["text"].split(":")[0] for one in result["warnings"]]


def test_what_only_the_first_call_writes_is_state(request_for, events, reloaded):
    request = request_for("keeps.py:FirstCall", input_set(tensor(2, 4)))
    result = captured({**request, "mode": "trace"}, events)
    assert result["status"] == "not_general"
    result = captured(request, events)
    assert (result["mode"], result["status"]) == ("script", "captured")
    module, _ = reloaded()
    assert module.ready == 0 and not module.shift.any()


def test_a_model_with_a_sparse_buffer_is_captured(request_for, events, follows):
    captured(request_for("keeps.py:Sparse", input_set(tensor(2, 4))), events)
    follows()


def test_a_buffer_of_nan_is_not_taken_for_a_changed_one(request_for, events):
    result = captured(request_for("keeps.py:Unset", input_set(tensor(2, 4)), mode="trace"), events)
    assert result["status"] == "captured"
    assert not [one for one in result["warnings"] if "stores" in one["text"]]


def test_a_call_that_does_not_end_is_ended():
    with pytest.raises(TimeoutError, match="longer than 0.05 s"), time_limit(0.05):
        while True:
            pass
    with time_limit(0.05):
        pass


def test_a_trace_that_loses_a_position_is_not_general(request_for, events):
    result = captured(request_for("changing.py:Position", TOKENS, mode="trace"), events)
    assert result["status"] == "not_general"
    (attempt,) = result["attempts"]
    assert "differs from eager for call 2 of a sequence of different inputs" in attempt["reason"]
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
