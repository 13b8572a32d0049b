"""Sizes that hold up to a limit, and parameters that vanish in a trace."""

import pytest
from capture_requests import captured, input_set, tensor
from tsctl_capture.capture.limits import largest_accepted


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
