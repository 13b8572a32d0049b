"""The recipe of docs/ci.md runs as it is: its Makefile, and the steps of its workflow in their order."""

import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
RECIPE = REPOSITORY / "docs/examples/ci"

MODEL = """
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, hidden=32):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(784, hidden), nn.ReLU(), nn.Linear(hidden, 10))

    def forward(self, x):
        return self.layers(x)
"""


def steps_of(workflow: str) -> list[tuple[str, bool]]:
    """The shell command of each step, and whether it runs after a failure too."""
    steps = []
    for step in re.split(r"(?m)^ {6}- ", workflow)[1:]:
        run = re.search(r"(?m)^ *run: (.*)$", step)
        if run:
            steps.append((run.group(1), "if: always()" in step))
    return steps


@pytest.fixture
def project(tmp_path, tsctl) -> tuple[pathlib.Path, dict[str, str]]:
    shutil.copy(RECIPE / "Makefile", tmp_path)
    (tmp_path / "net.py").write_text(MODEL, encoding="utf-8")
    path = os.pathsep.join([str(tsctl.parent), str(pathlib.Path(sys.executable).parent), os.environ["PATH"]])
    summary = str(tmp_path / "summary")
    return tmp_path, {
        **os.environ,
        "PATH": path,
        "CI": "true",
        "GITHUB_STEP_SUMMARY": summary,
        "BUDGET": "2s",
    }


def run(command: str, folder: pathlib.Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", command],
        cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip


def test_the_steps_of_the_workflow_pass(project) -> None:
    folder, environment = project
    steps = steps_of((RECIPE / "github-actions.yml").read_text(encoding="utf-8"))
    assert len(steps) == 5
    for command, _ in steps:
        if command == "make gate":
            (folder / "last").mkdir()
            shutil.copy(folder / "net.pt", folder / "last/net.pt")
        ended = run(command, folder, environment)
        assert ended.returncode == 0, f"{command}\n{ended.stdout}\n{ended.stderr}"
        assert "\033" not in ended.stdout + ended.stderr
    assert "OK  net.pt" in (folder / "summary").read_text(encoding="utf-8")
    assert run("make", folder, environment).stdout == "make: 'net.pt' is up to date.\n"


def test_a_changed_model_fails_the_check_and_the_summary_still_has_the_report(project) -> None:
    folder, environment = project
    assert run("make", folder, environment).returncode == 0
    (folder / "net.py").write_text(MODEL.replace("nn.ReLU()", "nn.Tanh()"), encoding="utf-8")
    os.utime(folder / "net.pt")
    failed = run("make check", folder, environment)
    assert failed.returncode != 0
    assert re.search(r"(?m)^FAIL  the outputs of 'net.pt' differ from those of 'net.py:Net'", failed.stdout)
    always = [
        c for c, after in steps_of((RECIPE / "github-actions.yml").read_text(encoding="utf-8")) if after
    ]
    for command in always:
        assert run(command, folder, environment).returncode == 0
    assert (folder / "summary").exists()
