"""What scripts/gpu-check reads out of reports, on reports that were made up."""

import copy
import importlib.util
import pathlib
from typing import Any

import pytest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts/check_gpu_report.py"
spec = importlib.util.spec_from_file_location("check_gpu_report", SCRIPT)
checks = importlib.util.module_from_spec(spec)
spec.loader.exec_module(checks)


def arm(label: str, median_s: float = 1e-3, **changed: Any) -> dict[str, Any]:
    made = {
        "label": label,
        "kind": "file",
        "outputs": "same",
        "median_s": median_s,
        "tuning": {"cuda_graph": label == "graph"},
        "tuning_reason": "",
        "transfers": {
            "to_device_s": 1e-5,
            "compute_s": 8e-4,
            "from_device_s": 1e-5,
            "enqueue_s": 7e-4,
            "wall_s": 9e-4,
        },
    }
    return made | changed


def report(*arms: dict[str, Any], speedup: float = 2.0, cold: bool = False) -> dict[str, Any]:
    return {
        "environment": {"gpus": [{"name": "made up", "clock_mhz": 1980.0}]},
        "bench": {
            "arms": list(arms),
            "pairs": [{"speedup": speedup}],
            "cold_cache": cold,
            "noise": {"gpu_clock_low_mhz": 1900.0},
        },
    }


def test_a_graph_must_be_replayed_and_be_faster() -> None:
    assert checks.check_graph(report(arm("plain"), arm("graph"))) == []
    assert "not 1.2 times" in checks.check_graph(report(arm("graph"), speedup=1.0))[0]
    assert "it synchronizes" in checks.check_graph(report(arm("graph", tuning_reason="it synchronizes")))[0]
    assert "differ" in checks.check_graph(report(arm("graph", outputs="differ")))[0]


def test_what_could_not_be_captured_must_say_why() -> None:
    assert checks.check_fallback(report(arm("graph", tuning_reason="not captured: it waits"))) == []
    assert checks.check_fallback(report(arm("graph"))) != []


def test_an_emptied_cache_must_cost_something() -> None:
    warm = report(arm("net"))
    assert checks.check_cold(warm, report(arm("net", 1.5e-3), cold=True)) == []
    assert "does not cost" in checks.check_cold(warm, report(arm("net"), cold=True))[0]
    assert "do not say" in checks.check_cold(warm, report(arm("net", 1.5e-3)))[0]


def test_the_parts_of_a_call_must_fit_the_whole() -> None:
    assert checks.check_transfers(report(arm("net"), arm("eager", kind="eager", transfers=None))) == []
    assert "no parts" in checks.check_transfers(report(arm("net", transfers=None)))[0]
    long = copy.deepcopy(arm("net"))
    long["transfers"]["compute_s"] = 2e-3
    assert "longer than the whole" in checks.check_transfers(report(long))[0]
    long["transfers"]["compute_s"] = 0.0
    assert "no time" in checks.check_transfers(report(long))[0]


def test_outputs_and_the_gpu_itself() -> None:
    assert checks.check_arms(report(arm("one", outputs="reference"), arm("two"))) == []
    assert checks.check_arms(report(arm("two", outputs="differ"))) != []
    assert checks.check_gpu(report(arm("one"))) == []
    nothing = report(arm("one"))
    nothing["environment"]["gpus"] = []
    nothing["bench"]["noise"] = None
    assert len(checks.check_gpu(nothing)) == 2


@pytest.mark.parametrize("arguments", [[], ["graph"], ["speed", "a.json"]])
def test_a_wrong_command_line_exits_with_2(arguments: list[str]) -> None:
    assert checks.main(arguments) == 2
