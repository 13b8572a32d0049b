"""A part of scripts/hard_conditions: the quick commands under every condition, and hard names in some others."""

import os
import subprocess

import pytest


def require_rules_kept(repository, tsctl, *words: str) -> None:
    script = repository / "scripts/hard_conditions"
    result = subprocess.run(
        [script, *words], env={**os.environ, "TSCTL": str(tsctl)}, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert " 0 broke the rules" in result.stdout


def test_quick_commands_keep_the_rules_under_every_condition(repository, tsctl) -> None:
    commands = ["inspect", "diff", "report", "history", "sign", "check"]
    require_rules_kept(repository, tsctl, *(word for name in commands for word in ("--command", name)))


@pytest.mark.parametrize("command", ["freeze", "run", "trace"])
def test_names_that_are_hard_to_handle_are_handled(repository, tsctl, command) -> None:
    require_rules_kept(repository, tsctl, "--command", command, "--condition", "name")
