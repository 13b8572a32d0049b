"""A part of scripts/fault_injection: every call of `sign`, and a few of `freeze`."""

import os
import subprocess

import pytest


def injected(repository, tsctl, *words: str) -> str:
    """What the script prints, if no run left anything else than it may."""
    script = repository / "scripts/fault_injection"
    result = subprocess.run(
        [script, *words], env={**os.environ, "TSCTL": str(tsctl)}, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.mark.parametrize("kind", ["open", "write", "fsync", "rename", "remove", "kill"])
def test_no_failing_call_of_sign_leaves_anything_else(repository, tsctl, kind) -> None:
    said = injected(repository, tsctl, "sign", "--kind", kind)
    assert "none left anything else" in said
    assert kind == "remove" or " 0 runs" not in said


def test_a_few_failing_calls_of_freeze_leave_nothing_else(repository, tsctl) -> None:
    kinds = ["write", "rename", "kill"]
    said = injected(
        repository, tsctl, "freeze", "--most", "3", *(word for k in kinds for word in ("--kind", k))
    )
    assert said.count("none left anything else") == len(kinds)
