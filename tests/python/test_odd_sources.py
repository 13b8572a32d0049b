"""SOURCEs that are compiled or wrapped already, lazy modules, and operators that exist only in Python."""

import pytest
import torch
from capture_requests import captured, input_set, line_of, tensor
from tsctl_capture.errors import CaptureError

X = input_set(tensor(2, 4))


@pytest.mark.parametrize("name", ["OldCell", "OddCell", "scripted"])
def test_a_script_module_is_used_as_it_is(request_for, events, follows, name):
    result = captured(request_for(f"inherits.py:{name}", X), events)
    assert (result["mode"], len(result["attempts"])) == ("script", 1)
    assert [one["name"] for one in result["parameters"]] in (["x"], ["input"])
    follows()


@pytest.mark.parametrize("name", ["compiled", "compiled_inside"])
def test_the_wrapper_of_torch_compile_is_left_out(request_for, events, follows, name):
    result = captured(request_for(f"inherits.py:{name}", X), events)
    assert result["class_name"] == "Sequential"
    assert "torch.compile's wrapper is left out" in result["warnings"][0]["text"]
    assert not any("_orig_mod" in path for path, _ in follows().named_parameters())


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        (
            "PlainForward",
            "is a torch.jit.ScriptModule whose forward is not compiled",
            "@torch.jit.script_method",
        ),
        ("two_things", "returns a tuple, not an nn.Module", "returns the module alone"),
        ("later", "returns a coroutine, not an nn.Module", "a function that returns a module"),
    ],
)
def test_a_source_that_gives_no_model_is_refused_by_its_kind(request_for, events, name, message, hint):
    with pytest.raises(CaptureError, match=message) as error:
        captured(request_for(f"blocked.py:{name}", X), events)
    assert hint in error.value.hint


def test_a_lazy_module_stores_nothing(request_for, events, follows):
    result = captured(request_for("inherits.py:lazy", X), events)
    assert "attribute_written" not in [warning["code"] for warning in result["warnings"]]
    follows()


def test_torchs_encoder_after_dynamic_quantization_gets_a_cause_and_a_remedy(request_for, events, follows):
    request = request_for("inherits.py:quantized_encoder", input_set(tensor(2, 5, 8)))
    fast_path = torch.backends.mha.get_fastpath_enabled()
    try:
        with pytest.raises(CaptureError, match="quantize_dynamic has replaced") as error:
            captured(request, events)
        assert "torch.backends.mha.set_fastpath_enabled(False)" in error.value.hint
        assert not error.value.detail
        without = {**request["source"], "kwargs_json": '{"fast_path": false}'}
        captured({**request, "source": without}, events)
        follows()
    finally:
        torch.backends.mha.set_fastpath_enabled(fast_path)


@pytest.mark.parametrize("mode", ["trace", "auto"])
def test_an_operator_that_exists_only_in_python_is_called_that(request_for, events, mode):
    with pytest.raises(CaptureError) as error:
        captured(request_for("inherits.py:UsesPythonOperator", X, mode=mode), events)
    line = line_of("inherits.py", "torch.ops.tsctl_tests.swish")
    assert error.value.message.startswith(
        f"inherits.py:{line}: the operator tsctl_tests::swish exists only in Python (torch.library)"
    )
    assert "--op-lib FILE" in error.value.hint
