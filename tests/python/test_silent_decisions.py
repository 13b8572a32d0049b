"""Decisions of which the tracer has no record: they are found too, or shown by a size that is tried."""

import pytest
import torch
from capture_requests import MODELS, axis_probes, captured, input_set, line_of, tensor
from tsctl_capture import jobs

X = tensor(2, 4)


def attempt_of(request_for, events, model, /, *drawn, **changes):
    probes = [found for axis in range(len(drawn[0]["shape"])) for found in axis_probes(drawn[0], axis)]
    request = request_for(model, input_set(*drawn), **{"mode": "trace", "probes": probes, **changes})
    result = jobs.run("capture", request, events)
    return result, result["attempts"][0]


@pytest.mark.parametrize("kind", ["data", "imported", "sparse", "dlpack", "storage"])
def test_a_decision_by_values_is_found(request_for, events, kind):
    source = {"kwargs_json": f'{{"kind": "{kind}"}}'}
    result, attempt = attempt_of(request_for, events, "silent.py:Silent", X, source=source)
    assert result["status"] == "not_general"
    assert "depends on the values of x" in attempt["reason"]


def test_torchs_functions_are_themselves_again(request_for, events):
    data = torch.Tensor.data
    source = {"kwargs_json": '{"kind": "imported"}'}
    attempt_of(request_for, events, "silent.py:Silent", X, source=source)
    assert torch.Tensor.data is data and "data" not in vars(torch.Tensor)
    assert not hasattr(torch.equal, "__wrapped__") and not hasattr(torch.Tensor._nnz, "__wrapped__")


def test_a_trace_records_what_is_computed_and_written_through_data(request_for, events, follows):
    result, _ = attempt_of(request_for, events, "silent.py:WritesData", tensor(3, 4))
    assert result["status"] == "captured"
    assert [one["text"] for one in result["warnings"]] == [
        "forward stores mean on the model, as does every call of the file"
    ]
    module, x = follows(), torch.arange(8.0).view(2, 4)
    assert torch.equal(module(x), x * 2 + x.mean(0))


def test_the_padding_mask_of_torchs_encoder_decides(request_for, events, follows):
    drawn = (tensor(2, 5, 8), tensor(2, 5, dtype="bool", stream=1))
    result, attempt = attempt_of(request_for, events, "silent.py:Encoder", *drawn, mode="auto")
    line = line_of("silent.py", "src_key_padding_mask=padding")
    assert f"the branch at silent.py:{line}" in attempt["reason"]
    assert "enable_nested_tensor=False" in attempt["warnings"][0]["advice"]
    assert (result["status"], result["mode"]) == ("captured", "script")
    follows()
    source = {"kwargs_json": '{"nested": false}'}
    result, _ = attempt_of(request_for, events, "silent.py:Encoder", *drawn, source=source)
    assert result["status"] == "captured"


@pytest.mark.parametrize("by_comparison", ["true", "false"])
def test_multiples_are_tried_where_a_remainder_decides(request_for, events, by_comparison):
    source = {"kwargs_json": f'{{"by_comparison": {by_comparison}}}'}
    result, attempt = attempt_of(request_for, events, "silent.py:Padded", tensor(2, 30), source=source)
    wrong = [one["label"] for one in attempt["comparisons"] if one["status"] == "differ"]
    assert wrong == ["input x axis 1: 7 instead of 30"]
    assert "other sizes are refused (x axis 1)" in result["adapter"]


def test_the_size_is_tried_at_which_computed_numbers_reach_a_limit(request_for, events):
    _, attempt = attempt_of(request_for, events, "silent.py:Halved", tensor(2, 30))
    wrong = [one["label"] for one in attempt["comparisons"] if one["status"] == "differ"]
    assert wrong == ["input x axis 1: 53 instead of 30"]


def test_a_size_of_1_is_tried_where_squeeze_removes_axes(request_for, events, follows):
    result, _ = attempt_of(request_for, events, "silent.py:Squeezed", tensor(4, 6, 3))
    assert result["status"] == "captured"
    assert result["adapter"] == "a size of 1 is refused (x axis 0, x axis 1)"
    texts = [one["text"] for one in result["warnings"] if one["code"] == "size_fixed"]
    assert texts[0] == "axis 0 of x cannot be 1: the file refuses this size"
    assert [size["without_one"] for size in result["generality"]] == [True, True, False]
    module = follows()
    assert module(torch.ones(2, 9, 3)).shape == (2, 9)
    with pytest.raises(torch.jit.Error, match="axis 0 of x must be 2 or more"):
        module(torch.ones(1, 6, 3))


def test_a_size_of_1_is_not_all_that_is_refused_where_other_sizes_may_be_wrong(request_for, events, follows):
    result, _ = attempt_of(request_for, events, "silent.py:TwoLimits", tensor(2, 8))
    assert not any(size["without_one"] for size in result["generality"])
    module = follows()
    for size in (1, 100):
        with pytest.raises(torch.jit.Error, match="axis 0 of x"):
            module(torch.ones(size, 8))


def test_a_named_size_of_1_is_tried_once(request_for, events):
    named = {"named_sizes": [{"input": "0", "axis": 0, "dim": "B"}]}
    _, attempt = attempt_of(request_for, events, "silent.py:Squeezed", tensor(4, 6, 3), probes=[], **named)
    wrong = [one["label"] for one in attempt["comparisons"] if one["status"] != "same"]
    assert wrong == ["B=1"]


def test_a_mask_that_depends_on_sizes_alone_decides_nothing_by_values(request_for, events):
    _, attempt = attempt_of(request_for, events, "silent.py:EncoderOfAll", tensor(2, 5, 8))
    assert "depends on the values" not in attempt["reason"]


def test_names_that_python_writes_are_no_state(request_for, events):
    result, _ = attempt_of(request_for, events, "silent.py:Warns", X)
    assert not [one["text"] for one in result["warnings"] if "stores" in one["text"]]


def test_numpys_random_numbers_are_called_that(request_for, events):
    result, _ = attempt_of(request_for, events, "silent.py:DrawsInPython", X)
    assert "it draws random numbers in forward" in result["warnings"][0]["text"]


def script_of(request_for, events, name, drawn=X):
    request = request_for(f"silent.py:{name}", input_set(drawn), mode="script")
    return jobs.run("capture", request, events)["attempts"][0]["diagnosis"]


def test_a_numpy_function_is_searched_in_the_models_own_class_first(request_for, events):
    diagnosis = script_of(request_for, events, "Product")
    assert diagnosis["line"] == line_of("silent.py", "np.prod(x.shape)")


@pytest.mark.parametrize(
    ("name", "drawn", "line", "change"),
    [
        ("Noise", X, "np.random.randn(*x.shape)", "return x + torch.randn(x.shape)"),
        ("NormedLayer", tensor(3, 2, 4), 'nn.utils.weight_norm(nn.LSTM(4, 4), "weight_hh_l0")', None),
    ],
)
def test_the_change_works_as_written(request_for, events, tmp_path, name, drawn, line, change):
    shown = script_of(request_for, events, name, drawn)["change"].split("  # when")[0]
    assert change is None or shown == change
    text = (MODELS / "silent.py").read_text()
    old = next(one for one in text.splitlines() if line in one)
    indent = old[: len(old) - len(old.lstrip())]
    new = "\n".join(indent + one.strip() for one in shown.splitlines())
    changed = tmp_path / "silent.py"
    changed.write_text(text.replace(old, new))
    request = request_for(f"silent.py:{name}", input_set(drawn), mode="script", source={"file": str(changed)})
    assert captured(request, events)["status"] == "captured"


def test_a_branch_is_not_called_a_loop(request_for, events):
    cause = script_of(request_for, events, "MaybeMore")["cause"]
    assert cause == (
        "'more' is None before the branch, which fixes its type in TorchScript, "
        "but it becomes Tensor in the branch"
    )


def test_a_model_that_returns_numpy_is_no_refused_input(request_for, events):
    result = jobs.run("capture", request_for("silent.py:GivesNumpy", input_set(X)), events)
    assert "the model returns no tensor" in result["failure"]["message"]
    assert "TorchScript has no type for the output out (ndarray)" in result["failure"]["message"]
