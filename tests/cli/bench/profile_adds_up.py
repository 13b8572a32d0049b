"""Hold a report's profiles to their own sums, and its trace to Chrome's format: profile_adds_up.py REPORT TRACE."""

import json
import sys
from pathlib import Path

bench = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["bench"]
trace = json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))

events = trace["traceEvents"]
names = {event["pid"]: event["args"]["name"] for event in events if event["ph"] == "M"}
assert list(names.values()) == [arm["label"] for arm in bench["arms"]], names
for event in events:
    assert event["ph"] in ("M", "X") and isinstance(event["pid"], int) and isinstance(event["tid"], int), (
        event
    )
    if event["ph"] == "X":
        assert event["ts"] >= 0 and event["dur"] >= 0 and event["name"], event
for pid, label in names.items():
    own = [event for event in events if event["pid"] == pid and event["ph"] == "X"]
    assert sum(event["name"].startswith("call ") for event in own) == 10, label
    assert any("module" in event["args"] for event in own), label

assert [profile["arm"] for profile in bench["profiles"]] == list(names.values())
for profile in bench["profiles"]:
    assert profile["calls"] >= 10 and profile["trace_file"] == sys.argv[2], profile
    for listed in ("operators", "modules"):
        times = [line["self_s"] for line in profile[listed]]
        assert times and times == sorted(times, reverse=True), profile["arm"]
    shares = sum(line["share"] for line in profile["operators"])
    assert abs(shares - profile["accounted"]) < 1e-6 and 0 < shares <= 1, profile["arm"]
file_profile = bench["profiles"][0]
assert any("simple_model.py:" in line["name"] and line["detail"] for line in file_profile["lines"]), (
    file_profile
)
