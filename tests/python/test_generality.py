"""What a capture says of each size, of what torch warned about, and of constants that came from tensors."""

import pytest
import torch
from capture_requests import axis_probes, input_set, line_of, probe, tensor
from tsctl_capture import jobs
from tsctl_capture.capture.fixing_lines import raising_line
from tsctl_capture.explain.trace_advice import advice_for


def capture(request_for, events, source, *drawn, **changes):
    probes = [
        probe
        for position, one in enumerate(drawn)
        for axis in range(len(one["shape"]))
        for probe in axis_probes(one, axis, str(position))
    ]
    request = request_for(source, input_set(*drawn), probes=probes, **{"mode": "trace", **changes})
    return jobs.run("capture", request, events)


def sizes(result):
    return {(item["input"], item["axis"]): item for item in result["generality"]}


def codes(result):
    return [warning["code"] for warning in result["warnings"]]


def test_each_size_is_general_fixed_or_taken_by_no_other(request_for, events):
    result = capture(request_for, events, "simple_model.py:SimpleModel", tensor(2, 784))
    batch, features = sizes(result)["x", 0], sizes(result)["x", 1]
    assert (batch["status"], batch["captured_with"], batch["tried"]) == ("general", 2, [1, 3])
    assert (features["status"], features["tried"]) == ("refused", [])


def test_names_the_line_that_fixes_a_size(request_for, events):
    result = capture(request_for, events, "sizes.py:HeightFixed", tensor(2, 5, 3))
    height = sizes(result)["x", 1]
    assert height["status"] == "fixed" and height["captured_with"] == 5
    assert height["place"] == "sizes.py:12" or height["place"] == "sizes.py:13"
    assert "rows" in height["source_line"]
    assert sizes(result)["x", 0]["status"] == sizes(result)["x", 2]["status"] == "general"


def test_the_file_refuses_a_size_that_would_be_wrong(request_for, events, follows):
    result = capture(request_for, events, "sizes.py:HeightFixed", tensor(2, 5, 3))
    assert result["status"] == "captured" and "size_fixed" in codes(result)
    assert "other sizes are refused (x axis 1)" in result["adapter"]
    module = follows()
    assert module(torch.ones(7, 5, 9)).shape == (7, 5)
    with pytest.raises(torch.jit.Error, match=r"axis 1 of x must be 5"):
        module(torch.ones(2, 6, 3))


def test_a_fixed_size_is_no_capture_when_general_ones_are_required(request_for, events):
    result = capture(request_for, events, "sizes.py:HeightFixed", tensor(2, 5, 3), require_general=True)
    assert result["status"] == "not_general"
    assert "axis 1 of x is fixed at 5 by sizes.py:" in result["attempts"][0]["reason"]


def test_a_declared_size_is_never_guarded(request_for, events):
    sets = [input_set(tensor(2, n, 3, stream=n), label=f"H={n}") for n in (5, 6)]
    named = [{"input": "0", "axis": 1, "dim": "H"}]
    request = request_for("sizes.py:HeightFixed", *sets, mode="trace", named_sizes=named)
    result = jobs.run("capture", request, events)
    assert result["status"] == "not_general"
    height = sizes(result)["x", 1]
    assert (height["dim"], height["status"]) == ("H", "fixed")


def test_a_size_that_is_only_wrong_together_with_another_is_cleared(request_for, events):
    sets = [input_set(tensor(b, t, stream=10 * b + t), label=f"B={b}, T={t}") for b in (2, 3) for t in (4, 5)]
    named = [{"input": "0", "axis": 0, "dim": "B"}, {"input": "0", "axis": 1, "dim": "T"}]
    request = request_for("sizes.py:TwoSizes", *sets, mode="trace", named_sizes=named)
    result = jobs.run("capture", request, events)
    assert sizes(result)["x", 1]["status"] == "fixed"
    batch = sizes(result)["x", 0]
    assert (batch["status"], batch["tried"]) == ("general", [3])


def test_a_loop_over_rows_is_caught_where_it_is(request_for, events):
    result = capture(request_for, events, "sizes.py:LoopOverRows", tensor(3, 2))
    rows = sizes(result)["x", 0]
    assert rows["status"] == "fixed" and rows["source_line"] in (
        "total = total + row",
        "for row in x:",
    )
    assert [notice["code"] for notice in result["attempts"][0]["warnings"]] == ["length_taken"]


def test_a_loop_with_a_count_of_the_module_is_general(request_for, events):
    result = capture(request_for, events, "sizes.py:CountedLoop", tensor(3, 4))
    assert result["status"] == "captured" and codes(result) == []
    assert sizes(result)["x", 0]["status"] == "general"


@pytest.mark.parametrize(
    ("name", "code", "advice"),
    [
        ("ByItem", "value_baked_in", "return x * x.max()"),
        ("ByNumpy", "value_baked_in", "torch's functions"),
        ("ByNewTensor", "value_baked_in", "keep the value as a tensor"),
    ],
)
def test_values_that_become_constants_are_caught_with_what_to_write(request_for, events, name, code, advice):
    result = capture(request_for, events, f"sizes.py:{name}", tensor(3, 4))
    assert result["status"] == "not_general"
    notices = result["attempts"][0]["warnings"]
    assert code in [notice["code"] for notice in notices]
    assert any(advice in notice["advice"] for notice in notices)
    assert all(notice["place"].startswith("sizes.py:") and notice["source_line"] for notice in notices)


def test_a_slice_by_a_tensors_value_is_caught(request_for, events):
    length = tensor(dtype="int64", low=1, high=4)
    request = request_for("sizes.py:BySlice", input_set(tensor(3, 4), length), mode="trace")
    result = jobs.run("capture", request, events)
    assert result["status"] == "not_general"
    assert "value_baked_in" in [notice["code"] for notice in result["attempts"][0]["warnings"]]


def test_large_values_show_a_branch_that_normal_ones_never_take(request_for, events):
    result = capture(request_for, events, "sizes.py:RareBranch", tensor(3, 4))
    assert result["status"] == "not_general"
    assert "the input set with large or highest values" in result["attempts"][0]["reason"]
    assert "sizes.py:" in result["attempts"][0]["reason"]


def test_a_branch_on_values_that_no_input_shows_is_not_general(request_for, events):
    result = capture(request_for, events, "sizes.py:HiddenBranch", tensor(3, 4))
    assert result["status"] == "not_general"
    reason = result["attempts"][0]["reason"]
    assert "the branch at sizes.py:" in reason and "depends on the values of x" in reason
    assert "inputs that were tried shows a difference" in reason
    assert "searching for an input that shows what the trace decided" in events.lines


def test_a_branch_on_values_is_kept_if_it_is_accepted_by_name(request_for, events):
    place = f"sizes.py:{line_of('sizes.py', '== 123.456')}"
    result = capture(
        request_for, events, "sizes.py:HiddenBranch", tensor(3, 4), accepted_branches=[f"models/{place}"]
    )
    assert (result["status"], result["accepted_branches"]) == ("captured", [place])
    assert codes(result) == ["decided_by_example"] and place in result["warnings"][0]["text"]


def test_accepting_another_line_accepts_nothing_and_is_said(request_for, events):
    accepted = ["sizes.py:1", "others.py:70"]
    result = capture(request_for, events, "sizes.py:HiddenBranch", tensor(3, 4), accepted_branches=accepted)
    assert result["status"] == "not_general"
    assert codes(result) == ["decided_by_example"] * 2


def test_the_search_ends_when_its_time_is_up(request_for, events, monkeypatch):
    monkeypatch.setattr("tsctl_capture.capture.attempts._SEARCH_SECONDS", 0.0)
    result = capture(request_for, events, "sizes.py:HiddenBranch", tensor(3, 4))
    assert result["status"] == "not_general"
    assert len(result["attempts"][0]["comparisons"]) < 15


def test_automatic_mode_prefers_a_script_to_a_branch_that_nothing_shows(request_for, events, follows):
    result = capture(request_for, events, "sizes.py:HiddenBranch", tensor(3, 4), mode="auto")
    assert (result["mode"], result["status"]) == ("script", "captured")
    assert result["attempts"][0]["status"] == "not_general"
    assert "the branch at sizes.py:" in result["attempts"][0]["reason"]
    x = torch.zeros(3, 4)
    x[0, 0] = 123.456
    assert torch.equal(follows()(x), 2 * x)


def test_a_branch_on_data_that_was_given_is_searched_for_too(request_for, events):
    from capture_requests import MODELS

    request = request_for(
        "branching.py:ConditionalModel", inputs_file=f"{MODELS}/sizes.py:given", mode="trace"
    )
    result = jobs.run("capture", request, events)
    assert result["status"] == "not_general"
    assert (
        "set 1 with" in result["attempts"][0]["reason"]
        or "the input set with" in result["attempts"][0]["reason"]
    )


def test_a_branch_on_a_size_far_from_the_given_one_is_searched_for(request_for, events):
    result = capture(request_for, events, "sizes.py:BigBatch", tensor(2, 3))
    batch = sizes(result)["x", 0]
    assert (batch["status"], batch["tried"]) == ("fixed", [1, 3, 4])
    assert batch["place"].startswith("sizes.py:")


def test_of_two_inputs_that_share_a_size_only_the_guilty_one_is_blamed(request_for, events, follows):
    x, y = tensor(2, 4), tensor(2, 3, stream=1)
    together = [{**x, "shape": [3, 4]}, {**y, "shape": [3, 3]}]
    probes = [
        *(probe([{**x, "shape": [3, 4]}, y], "0", 0, 3, 2),),
        *(probe([x, {**y, "shape": [3, 3]}], "1", 0, 3, 2),),
        *(probe(together, "0+1", 0, 3, 2, joint=True),),
    ]
    request = request_for("sizes.py:TwoInputs", input_set(x, y), probes=probes, mode="trace")
    result = jobs.run("capture", request, events)
    assert sizes(result)["x", 0]["status"] == "fixed"
    assert (sizes(result)["y", 0]["status"], sizes(result)["y", 0]["tried"]) == ("general", [3])
    follows()(torch.ones(2, 4), torch.ones(5, 3))


def test_a_branch_on_values_is_not_blamed_on_a_size(request_for, events):
    sets = [input_set(tensor(n, 10, stream=n), label=f"B={n}") for n in (4, 8)]
    named = [{"input": "0", "axis": 0, "dim": "B"}]
    request = request_for("branching.py:ConditionalModel", *sets, mode="trace", named_sizes=named)
    result = jobs.run("capture", request, events)
    assert result["status"] == "not_general"
    declared = [item["status"] for item in result["attempts"][0]["comparisons"] if not item["probe"]]
    if declared == ["same", "same"]:
        assert sizes(result)["x", 0]["status"] == "general"


def test_keyword_sets_in_another_order_are_told_apart_by_name(request_for, events):
    from capture_requests import MODELS

    request = request_for("sizes.py:ByName", inputs_file=f"{MODELS}/sizes.py:in_another_order", mode="trace")
    result = jobs.run("capture", request, events)
    assert sizes(result)["b", 0]["status"] == "not_tried"
    assert sizes(result)["a", 0]["tried"] == [7]


def test_a_size_inside_a_structure_has_a_row(request_for, events):
    from capture_requests import MODELS

    request = request_for("sizes.py:FromDict", inputs_file=f"{MODELS}/sizes.py:dicts", mode="trace")
    result = jobs.run("capture", request, events)
    assert sizes(result)["d.x", 0]["status"] == "not_tried"


def test_what_the_probes_make_of_a_buffer_is_put_back(request_for, events, reloaded):
    result = capture(request_for, events, "sizes.py:Counter", tensor(2, 3))
    assert "state_written" in codes(result)
    module, _ = reloaded()
    assert dict(module.named_buffers())["steps"].item() == 0


def test_what_the_search_finds_is_asked_of_the_script_too(request_for, events):
    result = capture(request_for, events, "sizes.py:RareBranch", tensor(3, 4), mode="auto")
    assert result["mode"] == "script" and result["status"] == "captured"
    labels = [item["label"] for item in result["attempts"][1]["comparisons"]]
    assert "the input set with large or highest values" in labels


def test_devices_and_dtypes_that_came_from_a_tensor_are_found(request_for, events):
    result = capture(request_for, events, "sizes.py:OnItsDevice", tensor(3, 4))
    baked = {(item["kind"], item["op"]): item for item in result["attempts"][0]["baked"]}
    assert baked["device", "aten::ones"]["from"] == "tensor"
    assert baked["device", "aten::ones"]["value"] == "cpu"
    assert baked["dtype", "aten::ones"]["value"] == "float32"
    assert baked["device", "aten::arange"]["from"] == "code"
    tied = next(item["text"] for item in result["warnings"] if item["code"] == "tied_to_device")
    assert "tied to cpu" in tied and baked["device", "aten::ones"]["place"] in tied


def test_every_comparison_says_what_it_cost(request_for, events):
    result = capture(request_for, events, "simple_model.py:SimpleModel", tensor(2, 784))
    attempt = result["attempts"][0]
    timed = [item for item in attempt["comparisons"] if item["status"] == "same"]
    assert timed and all(item["eager_s"] > 0 and item["captured_s"] > 0 for item in timed)
    assert 0 < attempt["capture_s"] < attempt["seconds"]
    assert result["build_s"] > 0 and result["eager_s"] > 0 and result["save_s"] > 0


@pytest.mark.parametrize(
    ("code", "line", "advice"),
    [
        ("length_taken", "n = len(x)", "n = x.shape[0]"),
        ("value_baked_in", "y = x[: int(x.shape[1])]", "y = x[: x.shape[1]]"),
        ("branch_decided", "y = a if x.sum() > 0 else b", "y = torch.where(x.sum() > 0, a, b)"),
        ("capture_warning", "y = x", ""),
    ],
)
def test_writes_the_line_as_a_trace_follows_it(code, line, advice):
    assert advice_for(code, line) == advice


@pytest.mark.parametrize(
    ("code", "line", "words"),
    [
        ("length_taken", "for i in range(len(x)):", "a trace repeats the loop as often"),
        ("length_taken", "rows = [f(i) for i in range(len(x))]", "a trace repeats the loop as often"),
        ("length_taken", "for row in x:", "script_if_tracing"),
        ("length_taken", "if len(x) > 2:", "choose by value"),
        ("length_taken", "elif len(x) > 2:", "choose by value"),
        ("value_baked_in", "for i in range(n.item()):", "a trace repeats the loop as often"),
        ("value_baked_in", "for i in range(int(x.shape[0])):", "a trace repeats the loop as often"),
        ("value_baked_in", "if n.item() > 2:", "choose by value"),
        ("value_baked_in", "k = float(x.sum().item())", "keep the value as a tensor"),
        ("branch_decided", "y = a if bool(x.sum() > 0) else b", "choose by value"),
        ("branch_decided", "y = a if x.sum() > 0 and k else b", "choose by value"),
        ("branch_decided", "y = a if not x.any() else b", "choose by value"),
        ("branch_decided", "y = a if 0 < x.sum() < 1 else b", "choose by value"),
        ("branch_decided", "y = a if x.shape[0] > 2 else b", "choose by value"),
        ("branch_decided", "y = a if x.sum() > 0 else None", "choose by value"),
    ],
)
def test_writes_no_line_that_a_trace_would_not_follow(code, line, words):
    assert words in advice_for(code, line)


def test_a_range_of_a_tensor_is_another_word():
    assert advice_for("length_taken", "y = torch.arange(len(x))") == "y = torch.arange(x.shape[0])"


def test_says_what_to_do_where_no_line_can_be_written():
    assert "torch.where" in advice_for("branch_decided", "if x.sum() > 0:")
    assert "torch.stack" in advice_for("constant_tensor", "y = torch.tensor([n, m])")


def test_a_traceback_is_read_from_its_innermost_line_of_user_code():
    torch_file, own_file = f"{torch.__path__[0]}/nn/modules/module.py", jobs.__file__
    users = "/home/me/net.py(41): mix\n/home/me/net.py(7): forward"
    traced = f"{torch_file}(9): forward\n{users}\n{own_file}(5): run"
    compiled = 'File "/home/me/net.py", line 7, in forward\nFile "/home/me/net.py", line 41, in mix\n'
    assert raising_line(traced).text == "net.py:41"
    assert raising_line(compiled).text == "net.py:41"
    assert raising_line(f"{own_file}(52): run").text == ""
