"""Models under other runtimes: what is exported, what is returned, and the messages for failures."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
import torch
from capture_requests import input_set, tensor
from tsctl_capture import jobs
from tsctl_capture.arms import runtimes
from tsctl_capture.arms.runtimes import Runtime, Session, SessionSettings
from tsctl_capture.errors import CaptureError
from tsctl_capture.model.calls import Call


class Net(torch.nn.Module):
    """Takes a structure and a flag, gives a structure with a hole."""

    def forward(self, x, pair, twice=True):
        total = x + pair["left"] * pair["right"]
        return {"sum": total * 2 if twice else total, "rest": [total.sum(-1), None]}


def call_of_net(size: int = 2) -> Call:
    pair = {"left": torch.full((size,), 3.0), "right": torch.ones(size)}
    return Call("", (torch.arange(float(size)),), {"pair": pair, "twice": False})


def test_a_model_becomes_a_function_of_tensors():
    call = call_of_net()
    flat = runtimes.flat_module(Net(), call)
    total, rest = flat(*call.tensors())
    assert total.tolist() == [3.0, 4.0]
    assert rest.item() == 7.0
    assert runtimes.input_names(call) == ["in0", "in1", "in2"]


def test_answers_get_the_structure_of_the_models_outputs():
    like = Net()(*call_of_net().args, **call_of_net().kwargs)
    answer = runtimes.with_tensors(like, [torch.zeros(2), torch.ones(())])
    assert answer["sum"].tolist() == [0.0, 0.0]
    assert answer["rest"][0].item() == 1.0
    assert answer["rest"][1] is None


def test_a_signature_holds_sizes_dtypes_and_values_that_are_no_tensors():
    same = [call_of_net(), Call("other", call_of_net().args, call_of_net().kwargs)]
    assert len({runtimes.signature_of(call) for call in same}) == 1
    larger, flag = call_of_net(3), call_of_net()
    flag.kwargs["twice"] = True
    wide = Call("", (call_of_net().args[0].double(),), call_of_net().kwargs)
    assert len({runtimes.signature_of(call) for call in [call_of_net(), larger, flag, wide]}) == 4


class FakeSession(Session):
    title = "Fake"

    opened: list[SessionSettings] = []

    def __init__(self, path: str, settings: SessionSettings) -> None:
        self.path, self.precision = path, settings.precision
        self.opened.append(settings)

    @property
    def names(self) -> list[str]:
        return ["in0"]

    def run(self, arrays):
        weight, bias = torch.load(self.path)
        return [torch.nn.functional.linear(torch.from_numpy(arrays["in0"]), weight, bias).numpy()]

    def tuning_reason(self) -> str:
        return "no such numbers" if self.precision else ""


exports: list[str] = []


def fake_export(module, call, path, scripted):
    exports.append(path)
    weight, bias = dict(module.named_parameters()).values()
    torch.save((weight.detach(), bias.detach()), path)


@pytest.fixture
def fake(monkeypatch):
    exports.clear()

    def use(session=FakeSession, export=fake_export, packages=()):
        runtime = Runtime("fake", session, export, ".bin", tuple(packages))
        monkeypatch.setitem(runtimes._RUNTIMES, "fake", runtime)

    use()
    return use


@pytest.fixture
def runtime_request(request_for, tmp_path):
    """Of a model of the fixtures, on sets of two sizes."""
    sets = [input_set(tensor(size, 10), label=f"B={size}") for size in (2, 3)]
    folder = tmp_path / "exported"
    folder.mkdir()

    def make(**changes):
        settings = {"runtime": "fake", **changes}
        return request_for("simple_model.py:Tiny", *sets, settings=settings, model_path=str(folder))

    return make


def test_the_job_exports_each_signature_and_writes_what_comes_back(fake, runtime_request, events):
    request = runtime_request()
    result = jobs.run("runtime", request, events)
    assert result["warnings"] == []
    assert [Path(path).suffix for path in exports] == [".bin", ".bin"]
    eager = {**request, "settings": {}, "tensors_path": request["tensors_path"] + "2"}
    jobs.run("eager", eager, events)
    from safetensors.torch import load_file

    found, expected = load_file(request["tensors_path"]), load_file(eager["tensors_path"])
    assert found.keys() == expected.keys()
    assert all(torch.allclose(found[key], expected[key]) for key in expected)


def test_the_arm_opens_what_was_exported_and_exports_nothing(fake, runtime_request, events):
    request = runtime_request()
    jobs.run("runtime", request, events)
    exports.clear()
    arm = jobs.run(
        "open_arm",
        {
            "model_path": request["model_path"],
            "inputs_tensors": request["tensors_path"],
            "set_index": 1,
            "settings": {"threads": 1, "runtime": "fake", "tuning": {"precision": ""}},
        },
        events,
    )
    assert len(arm.time_calls(1, 3)) == 3
    assert exports == []


@pytest.mark.parametrize(("policy", "spins"), [("active", True), ("passive", False)])
def test_the_threads_of_an_arm_wait_as_the_bench_says(fake, runtime_request, events, policy, spins):
    request = runtime_request()
    jobs.run("runtime", request, events)
    FakeSession.opened.clear()
    arm = {
        "model_path": request["model_path"],
        "inputs_tensors": request["tensors_path"],
        "settings": {"threads": 3, "runtime": "fake"},
        "wait_policy": policy,
    }
    jobs.run("open_arm", arm, events).time_calls(1, 1)
    assert FakeSession.opened == [SessionSettings(threads=3, precision="", spins=spins)]


def test_a_tuning_that_is_not_to_be_had_is_told(fake, runtime_request, events):
    result = jobs.run("runtime", runtime_request(tuning={"precision": "bf16"}), events)
    assert result["warnings"] == [{"code": "tuning_not_available", "text": "no such numbers"}]


def test_a_missing_package_is_named_with_the_line_that_installs_it(fake, runtime_request, events):
    fake(packages=("torch", "no_such_runtime"))
    with pytest.raises(CaptureError) as raised:
        jobs.run("runtime", runtime_request(), events)
    assert raised.value.kind == "environment"
    assert raised.value.message.endswith("has no package 'no_such_runtime', which runtime=fake needs")
    assert raised.value.hint.endswith("-m pip install no_such_runtime")


def test_an_export_that_fails_is_a_failed_capture(fake, runtime_request, events):
    def refuse(module, call, path, scripted):
        raise NotImplementedError("aten::fancy has no counterpart.\nmore")

    fake(export=refuse)
    with pytest.raises(CaptureError) as raised:
        jobs.run("runtime", runtime_request(), events)
    assert raised.value.kind == "capture"
    assert raised.value.message == (
        "'Tiny' cannot be exported for Fake: NotImplementedError: aten::fancy has no counterpart"
    )


def test_outputs_that_are_lost_or_no_arrays_are_refused(fake, runtime_request, events):
    class Two(FakeSession):
        def run(self, arrays):
            return super().run(arrays) * 2

    class Lists(FakeSession):
        def run(self, arrays):
            return [[1.0]]

    for session, words in ((Two, "returns 2 outputs where the model returns 1"), (Lists, "returns a list")):
        fake(session=session)
        with pytest.raises(CaptureError, match=words) as raised:
            jobs.run("runtime", runtime_request(), events)
        assert raised.value.kind == "execution"


def test_inputs_that_no_array_can_hold_are_refused(fake):
    call = Call("", (torch.ones(2, dtype=torch.bfloat16),), {})
    with pytest.raises(CaptureError, match="an input of dtype bfloat16 cannot be given to Fake"):
        runtimes.feed_for(FakeSession("", SessionSettings(1, "")), call)


@pytest.mark.parametrize("name", ["onnxruntime", "openvino"])
def test_real_runtimes_follow_eager(name, runtime_request, events, tmp_path):
    if importlib.util.find_spec(name) is None:
        pytest.skip(f"{name} is not installed")
    file = tmp_path / "nested.py"
    file.write_text(NESTED)
    request = runtime_request(runtime=name)
    request["source"].update(file=str(file), name="Nested", text="nested.py:Nested")
    jobs.run("runtime", request, events)
    eager = {**request, "settings": {}, "tensors_path": request["tensors_path"] + "2"}
    jobs.run("eager", eager, events)
    from safetensors.torch import load_file

    found, expected = load_file(request["tensors_path"]), load_file(eager["tensors_path"])
    assert found.keys() == expected.keys()
    assert all(torch.allclose(found[key], expected[key], atol=1e-6) for key in expected)


NESTED = """
import torch

class Nested(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = torch.nn.Linear(10, 4)

    def forward(self, x, unused=None):
        y = self.linear(x)
        return {"first": y, "rest": (y.argmax(-1), None, [y.sum()])}
"""
