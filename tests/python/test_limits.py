"""Sizes that hold up to a limit, and parameters that vanish in a trace."""

import re
import time

import pytest
from capture_requests import axis_probes, captured, input_set, tensor
from tsctl_capture.capture import attempts, job
from tsctl_capture.capture.limits import largest_accepted
from tsctl_capture.reference.probes import Budget


@pytest.mark.parametrize("rows", [256, 300])
def test_a_size_that_is_general_up_to_a_limit_says_so(request_for, events, rows):
    sets = [
        input_set(tensor(b, t, dtype="int64", low=0, high=99, stream=10 * b + t), label=f"B={b}, T={t}")
        for b in (1, 2)
        for t in (4, 9)
    ]
    named = [{"input": "0", "axis": 0, "dim": "B"}, {"input": "0", "axis": 1, "dim": "T"}]
    kwargs = {"kwargs_json": f'{{"rows": {rows}}}'}
    request = request_for("limits.py:Positions", *sets, named_sizes=named, source=kwargs)
    result = captured(request, events)
    assert {item["dim"]: item["up_to"] for item in result["generality"]} == {"B": None, "T": rows}


@pytest.mark.parametrize("limit", [9, 15, 16, 17, 256, 300, 511])
def test_the_limit_is_found_by_powers_of_two_and_halves(limit):
    asked = []

    def accepts(size):
        asked.append(size)
        return size <= limit

    assert largest_accepted(9, accepts) == limit
    assert len(asked) < 20
    assert largest_accepted(9, lambda size: True) is None
    assert largest_accepted(9, lambda size: None) is None


def test_parameters_left_at_their_defaults_are_listed(request_for, events):
    ids = input_set(tensor(2, 5, dtype="int64", low=0, high=99))
    result = captured(request_for("limits.py:Positions", ids, mode="trace"), events)
    assert result["attempts"][0]["fixed"] == ["scale fixed at its default 2.0", "mask fixed at None"]
    assert [item["name"] for item in result["parameters"]] == ["ids"]


def test_probes_of_a_slow_model_are_left_out_and_counted(request_for, events, follows, monkeypatch):
    monkeypatch.setattr(job, "_PROBE_SECONDS", -1.0)
    drawn = tensor(2, 10)
    request = request_for("simple_model.py:Tiny", input_set(drawn), probes=axis_probes(drawn, 0))
    result = captured(request, events)
    assert result["status"] == "captured"
    assert {one["status"] for one in result["generality"]} == {"not_tried"}
    found = [one["text"] for one in result["warnings"] if one["code"] == "later_calls_left_out"]
    assert len(found) == 1
    assert re.fullmatch(
        r"only 0 of \d+ probes of other sizes and values are compared: they took eager more than -1 s",
        found[0],
    )
    follows()


def test_a_budget_is_spent_when_the_clock_and_the_cpu_have_passed_it(monkeypatch):
    now = {"perf_counter": 0.0, "process_time": 0.0}
    for name in now:
        monkeypatch.setattr(time, name, lambda name=name: now[name])
    budget = Budget(20)
    now["perf_counter"] = 90.0
    assert not budget.is_spent
    now["process_time"] = 20.0
    assert budget.is_spent


def test_a_slow_attempt_that_is_wrong_ends_and_says_so(request_for, events, monkeypatch):
    monkeypatch.setattr(attempts, "_WRONG_SECONDS", -1.0)
    given = input_set(tensor(2, 10))
    result = captured(request_for("branching.py:ConditionalModel", given, mode="trace"), events)
    assert result["status"] == "not_general"
    assert re.search(r"; [1-9]\d* more were not compared$", result["attempts"][0]["reason"])
