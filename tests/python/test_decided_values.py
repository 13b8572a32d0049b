"""What the decisions of a trace depend on; those that depend on values are not general."""

import pytest
from capture_requests import axis_probes, input_set, tensor
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
    return {item["decided_by"] for item in attempt["warnings"] if item["decided_by"]}


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("values", "x"),
        ("item", "length"),
        ("integer", "length"),
        ("written", "x"),
        ("selected", "x"),
        ("silent", "x"),
        ("hidden", "x"),
        ("handled", "x"),
        ("suppressed", "x"),
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
    branches = [one for one in attempt["warnings"] if one["code"] == "branch_decided" and by == "sizes"]
    assert all("--dim" in one["advice"] for one in branches)


@pytest.mark.parametrize("named", [True, False])
def test_a_size_that_the_model_compares_is_tried_on_both_sides(request_for, events, named):
    sizes = [{"input": "0", "axis": 1, "dim": "T"}] if named else []
    probes = [] if named else axis_probes(tensor(2, 5), 1)
    request = request_for(
        "decisions.py:Cut", input_set(tensor(2, 5)), mode="trace", named_sizes=sizes, probes=probes
    )
    result = jobs.run("capture", request, events)
    tried = [one["label"] for one in result["attempts"][0]["comparisons"]]
    expected = (
        ["T=40", "T=41"] if named else ["input x axis 1: 40 instead of 5", "input x axis 1: 41 instead of 5"]
    )
    assert [label for label in tried if label in expected] == expected
    wrong = [one["label"] for one in result["attempts"][0]["comparisons"] if one["status"] == "differ"]
    assert wrong == expected[1:]


def test_no_size_is_called_fixed_where_a_value_decides(request_for, events):
    sets = [input_set(tensor(rows, 4, stream=rows), label=f"B={rows}") for rows in (1, 2, 4, 5)]
    result = jobs.run("capture", request_for("decisions.py:Sign", *sets, mode="trace"), events)
    assert (result["status"], {size["status"] for size in result["generality"][:1]}) == (
        "not_general",
        {"general"},
    )
    assert "decided the branch" in result["attempts"][0]["reason"]


def test_a_size_that_is_fixed_beside_a_deciding_value_is_called_fixed(request_for, events):
    sets = [input_set(tensor(rows, 4, stream=rows), label=f"B={rows}") for rows in (1, 2, 4, 5)]
    result = jobs.run("capture", request_for("decisions.py:SignAndLength", *sets, mode="trace"), events)
    assert (result["status"], result["generality"][0]["status"]) == ("not_general", "fixed")


def test_nothing_says_that_tracing_works_beside_a_trace_that_failed(request_for, events):
    ids = input_set(tensor(2, 5, dtype="int64", low=4, high=39))
    scripted = jobs.run("capture", request_for("decisions.py:Generate", ids, mode="script"), events)
    assert "tracing works" in scripted["attempts"][0]["diagnosis"]["tracing"]
    both = jobs.run("capture", request_for("decisions.py:Generate", ids), events)
    assert [one["mode"] for one in both["attempts"]][:2] == ["trace", "script"]
    assert both["attempts"][1]["diagnosis"]["tracing"] == ""


def test_a_quantized_layer_has_sizes_that_follow_from_sizes(request_for, events, follows):
    request = request_for("decisions.py:quantized", input_set(tensor(2, 4)), mode="trace")
    result = jobs.run("capture", request, events)
    assert (result["status"], decided(result["attempts"][0])) == ("captured", {"sizes"})
    follows()
