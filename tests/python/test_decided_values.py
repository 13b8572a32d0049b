"""What the decisions of a trace depend on; those that depend on values are not general."""

import pytest
from capture_requests import input_set, tensor
from tsctl_capture import jobs

X = tensor(3, 4)
LENGTH = tensor(dtype="int64", low=2, high=2)


def attempt_of(request_for, events, kind, **changes):
    request = request_for(
        "decisions.py:Decides",
        input_set(X, LENGTH),
        mode="trace",
        source={"kwargs_json": f'{{"kind": "{kind}"}}'},
        **changes,
    )
    result = jobs.run("capture", request, events)
    return result, result["attempts"][0]


def decided(attempt):
    return {item["decided_by"] for item in attempt["warnings"] if item["decided_by"] is not None}


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("values", "x"),
        ("item", "length"),
        ("integer", "length"),
        ("written", "x"),
        ("selected", "x"),
        ("silent", "x"),
        ("through_a_list", "x"),
    ],
)
def test_a_decision_by_values_is_found_through_the_graph(request_for, events, kind, name):
    result, attempt = attempt_of(request_for, events, kind)
    assert result["status"] == attempt["status"] == "not_general"
    assert f"depends on the values of {name}" in attempt["reason"]
    assert "values" in decided(attempt)
    notice = next(item for item in attempt["warnings"] if item["decided_by"] == "values")
    assert notice["inputs"] == [name]
    result, _ = attempt_of(request_for, events, kind, accepted_branches=[notice["place"]])
    assert (result["status"], result["accepted_branches"]) == ("captured", [notice["place"]])


@pytest.mark.parametrize(
    ("kind", "by"),
    [
        ("sizes", "sizes"),
        ("size_of_new", "sizes"),
        ("slice_by_size", "sizes"),
        ("weights", "constants"),
        ("buffer", "constants"),
        ("check", "check"),
        ("asserted", "check"),
        ("printed", "check"),
    ],
)
def test_other_decisions_are_harmless(request_for, events, kind, by):
    result, attempt = attempt_of(request_for, events, kind)
    assert (result["status"], decided(attempt)) == ("captured", {by})
    assert result["accepted_branches"] == []
