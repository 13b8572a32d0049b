"""The table of architectures: what is run, what is kept of it, and what the table says."""

import importlib
import json
import subprocess
import sys

import pytest

# Stands in for tsctl: writes a report as convert would, and notes how it was called.
FAKE = """\
#!{python}
import json, pathlib, sys
arguments = sys.argv[1:]
with open({log!r}, "a") as file:
    file.write(json.dumps(arguments) + "\\n")
report = {{"status": "pass", "error": None, "capture": {{"mode": "trace", "attempts": [], "generality": [
    {{"input": "x", "axis": 0, "captured_with": 1, "status": "general", "place": ""}},
    {{"input": "x", "axis": 2, "captured_with": 64, "status": "fixed", "place": "net.py:7"}},
    {{"input": "x", "axis": 1, "captured_with": 3, "status": "refused", "place": ""}}]}},
  "verify": [{{"candidate": "optimized", "calls": [
    {{"set": "B=1", "status": "same"}}, {{"set": "B=2", "status": "same"}}]}}]}}
failed = "resnet50" in arguments[1]
if failed:
    report["error"] = {{"message": "'x' cannot be scripted"}}
    report["capture"]["attempts"] = [{{"mode": "script", "diagnosis": {{"file": "/a/model.py", "line": 12}}}}]
pathlib.Path(arguments[arguments.index("--json") + 1]).write_text(json.dumps(report))
sys.exit(4 if failed else 0)
"""


@pytest.fixture(scope="module")
def listed(repository):
    sys.path.insert(0, str(repository / "benchmarks"))
    try:
        yield importlib.import_module("architecture_list").ARCHITECTURES
    finally:
        sys.path.remove(str(repository / "benchmarks"))


@pytest.fixture
def table_of(repository, tmp_path):
    log = tmp_path / "calls"
    fake = tmp_path / "tsctl"
    fake.write_text(FAKE.format(python=sys.executable, log=str(log)))
    fake.chmod(0o755)

    def run(*arguments):
        command = [sys.executable, str(repository / "benchmarks/architectures.py"), "--tsctl", str(fake)]
        command += ["--results", str(tmp_path / "results"), *arguments]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        calls = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        return ended, calls

    return run


def test_names_many_of_each_package_and_each_once(listed):
    sources = [one.source for one in listed]
    assert len(sources) == len(set(sources)) >= 60
    for zoo in ("torchvision:", "timm:", "transformers:"):
        assert sum(source.startswith(zoo) for source in sources) >= 20
    assert all("B" in spec for one in listed for spec in one.inputs)


def test_gives_shapes_and_two_values_of_each_dimension(table_of):
    ended, calls = table_of("--only", "transformers:DistilBertModel")
    assert ended.returncode == 0, ended.stderr
    (call,) = calls
    assert call[:2] == ["convert", "transformers:DistilBertModel"] and "--no-bench" in call
    assert call[call.index("--input") + 1].startswith("BxT:int64")
    assert [call[i + 1] for i, word in enumerate(call) if word == "--dim"] == ["B=1,2", "T=16,24"]


def test_says_what_is_verified_and_what_is_fixed(table_of):
    ended, _ = table_of("--only", "torchvision:resnet18")
    lines = ended.stdout.splitlines()
    assert lines[0].startswith("1 architectures: 1 converted, 1 of these verified at two batch sizes; 0 not")
    assert (
        "| `torchvision:resnet18` | trace | 1, 2 | x axis 2 at 64 (net.py:7) | x axis 1 at 3 |" in lines[-1]
    )


def test_names_the_line_of_what_is_not_kept(table_of):
    ended, _ = table_of("--only", "torchvision:resnet50")
    assert "1 not, 1 of these with a line named" in ended.stdout
    assert "| not kept |" in ended.stdout and "'x' cannot be scripted [model.py:12]" in ended.stdout


def test_goes_on_where_it_was(table_of):
    table_of("--only", "torchvision:resnet18")
    _, calls = table_of("--only", "torchvision:resnet18")
    assert len(calls) == 1
    _, calls = table_of("--only", "torchvision:resnet18", "--table", "--redo")
    assert len(calls) == 1
    _, calls = table_of("--only", "torchvision:resnet18", "--redo")
    assert len(calls) == 2


def test_refuses_a_pattern_that_nothing_matches(table_of):
    ended, calls = table_of("--only", "keras:*")
    assert ended.returncode == 2 and "keras:*" in ended.stderr and calls == []
