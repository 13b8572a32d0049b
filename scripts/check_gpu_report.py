"""Say whether the reports of benches on a GPU show what they must.

Usage: check_gpu_report.py WHAT REPORT.json [REPORT.json]

WHAT is `graph` (the last arm replays a CUDA graph and is faster), `fallback` (it could not be captured, and
says why), `cold` (the second report's cache was emptied and its last arm slower than the first report's),
`transfers` (the parts of every file's calls fit each other), `arms` (all outputs are the same) or `gpu`
(the environment names a GPU and its clocks).
The facts are printed; what does not hold is printed as `wrong: …`, and the exit status is 1.
"""

import inspect
import json
import pathlib
import sys
from collections.abc import Callable
from typing import Any

# Loose on purpose: these tell a mechanism that works from one that does not, not one machine from another.
GRAPH_SPEEDUP = 1.2
COLD_SLOWDOWN = 1.1
CLOCK_TOLERANCE = 1.1

Report = dict[str, Any]


def last_arm(report: Report) -> dict[str, Any]:
    return report["bench"]["arms"][-1]


def check_graph(report: Report) -> list[str]:
    arm, pair = last_arm(report), report["bench"]["pairs"][-1]
    print(f"replayed {pair['speedup']:.3g} times as fast as plain calls, {arm['median_s'] * 1e6:.4g} us")
    problems = []
    if not arm["tuning"]["cuda_graph"] or arm["tuning_reason"]:
        problems.append(f"no graph was replayed: {arm['tuning_reason'] or 'none was asked for'}")
    if arm["outputs"] != "same":
        problems.append(f"its outputs are '{arm['outputs']}'")
    if pair["speedup"] < GRAPH_SPEEDUP:
        problems.append(f"it is not {GRAPH_SPEEDUP} times as fast")
    return problems


def check_fallback(report: Report) -> list[str]:
    reason = last_arm(report)["tuning_reason"]
    print(f"reason: {reason}")
    return [] if reason.startswith("not captured: ") else ["no reason says that the graph was not captured"]


def check_cold(warm: Report, cold: Report) -> list[str]:
    warm_s, cold_s = (last_arm(report)["median_s"] for report in (warm, cold))
    print(f"warm {warm_s * 1e6:.4g} us, cold {cold_s * 1e6:.4g} us: {cold_s / warm_s:.3g} times as long")
    problems = []
    if warm["bench"]["cold_cache"] or not cold["bench"]["cold_cache"]:
        problems.append("the reports do not say which of them emptied the cache")
    if cold_s < COLD_SLOWDOWN * warm_s:
        problems.append(f"the emptied cache does not cost {COLD_SLOWDOWN - 1:.0%}")
    return problems


def check_transfers(report: Report) -> list[str]:
    problems = []
    for arm in report["bench"]["arms"]:
        if arm["kind"] != "file":
            continue
        times = arm["transfers"]
        if times is None:
            problems.append(f"'{arm['label']}' has no parts")
            continue
        parts = [times[key] for key in ("to_device_s", "compute_s", "from_device_s")]
        print(arm["label"], {key: f"{seconds * 1e6:.4g} us" for key, seconds in times.items()})
        if min(parts) <= 0:
            problems.append(f"a part of '{arm['label']}' took no time")
        if sum(parts) > CLOCK_TOLERANCE * times["wall_s"]:
            problems.append(f"the parts of '{arm['label']}' take longer than the whole")
    return problems


def check_arms(report: Report) -> list[str]:
    problems = []
    for arm in report["bench"]["arms"]:
        print(f"{arm['label']} ({arm['kind']}): {arm['median_s'] * 1e6:.4g} us, outputs {arm['outputs']}")
        if arm["outputs"] not in ("same", "reference"):
            problems.append(f"the outputs of '{arm['label']}' are '{arm['outputs']}'")
    return problems


def check_gpu(report: Report) -> list[str]:
    gpus, noise = report["environment"]["gpus"], report["bench"]["noise"] or {}
    print(f"gpus {gpus}")
    print({key: value for key, value in noise.items() if key.startswith("gpu_")})
    problems = [] if gpus and gpus[0]["name"] else ["the environment names no GPU"]
    if noise.get("gpu_clock_low_mhz") is None:
        problems.append("no clock was sampled")
    return problems


CHECKS: dict[str, Callable[..., list[str]]] = {
    "graph": check_graph,
    "fallback": check_fallback,
    "cold": check_cold,
    "transfers": check_transfers,
    "arms": check_arms,
    "gpu": check_gpu,
}


def main(arguments: list[str]) -> int:
    if len(arguments) < 2 or arguments[0] not in CHECKS:
        print(__doc__, file=sys.stderr)
        return 2
    reports = [json.loads(pathlib.Path(name).read_text(encoding="utf-8")) for name in arguments[1:]]
    check = CHECKS[arguments[0]]
    if len(reports) != len(inspect.signature(check).parameters):
        print(__doc__, file=sys.stderr)
        return 2
    problems = check(*reports)
    for problem in problems:
        print(f"wrong: {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
