"""The parts below the jobs: values, comparison, saving, the eager arm."""

import errno
import linecache
import threading

import pytest
import torch
from capture_requests import input_set, tensor
from tsctl_capture import jobs
from tsctl_capture.capture import saving
from tsctl_capture.errors import CaptureError, users_line
from tsctl_capture.model.values import decode, describe_structure, encode, leaves
from tsctl_capture.reference.comparison import Tolerances, compare, tolerances_from_dict

NONE = Tolerances()


def test_a_value_survives_encoding():
    value = {"a": [torch.ones(2), 3, 0.1, "text"], "b": (None, True), "odd key": float("inf")}
    kept = {}
    encoded = encode(value, "out", lambda name, item: kept.setdefault(name, item) is None or name)
    decoded = decode(encoded, kept.__getitem__)
    assert torch.equal(decoded["a"].pop(0), value["a"].pop(0))
    assert decoded == value
    assert [leaf.name for leaf in leaves(value, "out")][-1] == "out['odd key']"


def test_describes_a_structure_in_words():
    assert describe_structure({"x": torch.ones(1), "y": [1, 2]}) == "dict{x: tensor, y: list[2]}"


def test_compares_with_the_tolerance_of_the_dtype():
    one = torch.ones(3)
    assert compare(one, one + 5e-6, [], NONE).status == "same"
    assert compare(one, one + 5e-5, [], NONE).status == "differ"
    assert compare(one.bfloat16(), (one + 0.01).bfloat16(), [], NONE).status == "same"
    assert compare(one.long(), one.long() + 1, [], NONE).status == "differ"


def test_an_override_names_its_output():
    wide = tolerances_from_dict({"rtol": [{"output": "out.a", "value": 0.5}], "atol": []})
    near = {"a": torch.ones(2), "b": torch.ones(2)}
    far = {"a": torch.ones(2) * 1.2, "b": torch.ones(2)}
    assert compare(near, far, [], wide).status == "same"
    assert compare(far, {"a": far["a"], "b": far["a"]}, [], wide).reason.startswith("out.b differs by 0.2")


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (torch.ones(1, 3), "out is float32 [1, 3], eager's is float32 [3]"),
        (torch.ones(3).double(), "out is float64 [3]"),
        ((torch.ones(3), torch.ones(3)), "it returns tuple[2], eager returns tensor"),
        (torch.tensor([1.0, float("nan"), 1.0]), "out has 1 NaN or Inf"),
        (None, "out is none"),
    ],
)
def test_says_how_outputs_differ(other, words):
    found = compare(torch.ones(3), other, [], NONE)
    assert found.status == "differ" and words in found.reason


def test_following_eager_into_nan_is_following_it():
    nan = torch.tensor([1.0, float("nan")])
    assert compare(nan, nan.clone(), [], NONE).status == "same"


def test_complex_and_empty_outputs_are_compared():
    value = torch.tensor([1 + 2j])
    assert compare(value, value.clone(), [], NONE).status == "same"
    assert compare(value, value.conj(), [], NONE).status == "differ"
    assert compare(torch.ones(0), torch.ones(0), [], NONE).status == "same"


def test_a_full_disk_is_an_environment_error():
    module = torch.jit.script(torch.nn.Linear(2, 2))
    with pytest.raises(CaptureError) as caught:
        saving.save_module(module, "/dev/full")
    assert caught.value.kind == "environment" and "No space left" in caught.value.message


def test_space_for_a_large_module_is_reserved_before_it_is_written(tmp_path, monkeypatch):
    module = torch.jit.script(torch.nn.Linear(64, 64))
    monkeypatch.setattr(saving, "_IN_MEMORY_BYTES", 0)
    saving.save_module(module, str(tmp_path / "m.pt"))
    assert torch.equal(torch.jit.load(str(tmp_path / "m.pt")).weight, module.weight)

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(saving.os, "posix_fallocate", full)
    with pytest.raises(CaptureError) as caught:
        saving.save_module(module, str(tmp_path / "m.pt"))
    assert caught.value.kind == "environment"


def test_the_eager_arm_times_each_call(request_for, events, tmp_path):
    request = request_for("simple_model.py:SimpleModel", input_set(tensor(4, 784)))
    jobs.run("eager", request, events)
    arm = jobs.run(
        "open_arm",
        {
            "source": request["source"],
            "inputs_tensors": request["tensors_path"],
            "set_index": 0,
            "settings": {"threads": 1},
        },
        events,
    )
    seconds = arm.time_calls(2, 5)
    assert len(seconds) == 5 and all(value > 0 for value in seconds)


def test_the_eager_arm_calls_in_threads_and_with_another_set(request_for, events, tmp_path):
    request = request_for(
        "simple_model.py:SimpleModel",
        input_set(tensor(4, 784), label="B=4"),
        input_set(tensor(2, 784), label="B=2"),
    )
    jobs.run("eager", request, events)
    arm = jobs.run(
        "open_arm", {"source": request["source"], "inputs_tensors": request["tensors_path"]}, events
    )
    seen = []
    model = arm._model
    arm._model = lambda x: seen.append((len(x), torch.is_inference_mode_enabled())) or model(x)
    arm.call()
    arm.use_set(1)
    threads = [threading.Thread(target=arm.call) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    arm.use_set(0)
    arm.time_calls(0, 1)
    assert seen == [(4, True), (2, True), (2, True), (2, True), (4, True)]


def test_the_eager_arm_refuses_a_set_that_is_not_there(request_for, events):
    request = request_for("simple_model.py:SimpleModel", input_set(tensor(4, 784)))
    jobs.run("eager", request, events)
    with pytest.raises(CaptureError) as caught:
        jobs.run(
            "open_arm",
            {"source": request["source"], "inputs_tensors": request["tensors_path"], "set_index": 3},
            events,
        )
    assert caught.value.kind == "input"


@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a machine without a GPU")
def test_a_device_that_is_not_there_is_an_environment_error(request_for, events):
    request = request_for("simple_model.py:SimpleModel", input_set(tensor(1, 784)), device="cuda:0")
    with pytest.raises(CaptureError) as caught:
        jobs.run("capture", request, events)
    assert caught.value.kind == "environment"


def test_an_unknown_job_is_refused(events):
    with pytest.raises(CaptureError):
        jobs.run("guess", {}, events)


def test_a_file_without_calls_is_an_input_error(tmp_path):
    from safetensors.torch import save_file
    from tsctl_capture.model.tensor_file import read_calls

    save_file({"x": torch.ones(1)}, tmp_path / "x.safetensors")
    with pytest.raises(CaptureError) as caught:
        read_calls(str(tmp_path / "x.safetensors"))
    assert caught.value.kind == "input"


def test_retraces_with_the_size_that_a_trace_of_one_does_not_follow(request_for, events, follows, tmp_path):
    file = tmp_path / "special_one.py"
    file.write_text(
        "import torch\n"
        "class Net(torch.nn.Module):\n"
        "    def forward(self, x):\n"
        "        if x.shape[0] == 1:\n"
        "            return x[0:1] * 2\n"
        "        return x * 2\n"
    )
    sets = [input_set(tensor(n, 4, stream=n), label=f"B={n}") for n in (1, 8)]
    result = jobs.run("capture", request_for(f"{file}:Net", *sets, mode="trace"), events)
    assert [attempt["status"] for attempt in result["attempts"]] == ["not_general", "kept"]
    assert result["status"] == "captured" and result["warnings"][0]["code"] == "other_example"
    assert "B=8" in result["warnings"][0]["text"]
    follows()


def test_the_users_line_lies_outside_torch_and_generated_text():
    found = []
    scope = {"users_line": users_line, "found": found}
    exec(compile("def hook(*_):\n    found.append(users_line())", "<generated>", "exec"), scope)  # noqa: S102
    module = torch.nn.ReLU()
    module.register_forward_hook(scope["hook"])
    module(torch.ones(1))  # here
    (file, line) = found[0]
    assert file == __file__ and linecache.getline(file, line).strip().endswith("# here")
