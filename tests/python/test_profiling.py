"""Where the time of an eager model's calls goes."""

import pytest
import torch
from tsctl_capture.arms.profiling import no_profile, profile_calls


class Block(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = torch.nn.Linear(4, 4)
        self.rest = torch.nn.Sequential(torch.nn.ReLU(), torch.nn.Linear(4, 2))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.rest(self.first(x)) + 1


def profile_of(model: torch.nn.Module, calls: int = 12, compiled: bool = False) -> dict:
    x = torch.ones(3, 4)
    with torch.inference_mode():
        return profile_calls(model, lambda: model(x), calls, compiled)


def by_name(lines: list[dict]) -> dict[str, dict]:
    return {line["name"]: line for line in lines}


def test_operators_and_modules_are_counted_and_add_up() -> None:
    result = profile_of(Block())["result"]
    operators, modules = by_name(result["operators"]), by_name(result["modules"])
    assert result["calls"] == 12
    assert operators["aten::addmm"]["count"] == 2 * 12
    assert operators["aten::add"]["count"] == 12
    assert set(modules) == {"(the model itself)", "first", "rest", "rest.0", "rest.1"}
    assert modules["rest.1"]["count"] == 12
    assert sum(line["share"] for line in result["operators"]) == pytest.approx(result["accounted"])
    assert sum(line["share"] for line in result["modules"]) == pytest.approx(1.0, abs=1e-3)
    assert 0 < result["accounted"] < 1
    assert result["call_s"] > 0 and result["unrecorded_call_s"] > 0


def test_an_operator_counts_for_the_innermost_module() -> None:
    spans = profile_of(Block())["spans"]
    assert {span["module"] for span in spans if span["name"] == "aten::addmm"} == {"first", "rest.1"}
    assert {span["module"] for span in spans if span["name"] == "aten::relu"} == {"rest.0"}
    assert {span["module"] for span in spans if span["name"] == "aten::add"} == {"(the model itself)"}


def test_the_trace_holds_ten_calls_in_their_order() -> None:
    spans = profile_of(Block())["spans"]
    calls = [span for span in spans if span["name"].startswith("call ")]
    assert [span["name"] for span in calls] == [f"call {number}" for number in range(1, 11)]
    assert calls[0]["start_s"] == 0.0
    end_s = calls[-1]["start_s"] + calls[-1]["duration_s"]
    assert all(0 <= span["start_s"] <= end_s for span in spans)


def test_the_model_keeps_no_hooks() -> None:
    model = Block()
    profile_of(model)
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())


def test_compiled_code_is_left_without_hooks_and_says_so() -> None:
    result = profile_of(Block(), compiled=True)["result"]
    assert result["modules"] == []
    assert "compiled" in result["reason"]


def test_few_of_many_calls_are_recorded() -> None:
    assert profile_of(Block(), calls=500)["result"]["calls"] == 50


def test_what_cannot_be_recorded_says_why() -> None:
    profile = no_profile("it is elsewhere")
    assert profile["result"]["calls"] == 0
    assert profile["result"]["reason"] == "it is elsewhere"
    assert set(profile["result"]) == set(profile_of(Block())["result"])
