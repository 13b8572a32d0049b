"""What scripts/setup and scripts/test accept, and what the program stage builds."""

import pathlib
import subprocess

import pytest

SCRIPTS = pathlib.Path(__file__).resolve().parents[2] / "scripts"


def run(*command: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(
    ("script", "arguments", "message"),
    [
        ("setup", ["progam"], "there is no stage 'progam'; the stages are packages environment program all"),
        ("setup", ["program", "all"], "there is no stage 'program all'"),
        ("test", ["lnit"], "there is no part 'lnit'; the parts are lint, lint-all, unit, cli and python"),
        ("test", ["unit", "lnit"], "there is no part 'lnit'"),
    ],
)
def test_an_unknown_word_ends_the_script_before_it_does_anything(script, arguments, message) -> None:
    result = run(SCRIPTS / script, *arguments)
    assert result.returncode == 1
    assert message in result.stderr
    assert result.stdout == ""


def test_the_program_stage_builds_the_plug_ins_and_no_tests(tsctl: pathlib.Path) -> None:
    commands = run("ninja", "-C", tsctl.parents[1], "-t", "commands", "tsctl_program").stdout
    for output in ("bin/tsctl", "lib/libtsctl_engine.so", "lib/libtsctl_capture.so"):
        assert f" -o {output} " in commands, output
    assert "/tests/" not in commands
