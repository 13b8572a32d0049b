"""The last line of scripts/test is a real count, and silence is not success."""

import pathlib
import subprocess
import sys

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts/count_results.py"

PASSED = '<testcase classname="a" name="one"/>'
FAILED = '<testcase classname="a" name="two"><failure message="no"/></testcase>'
SKIPPED = '<testcase classname="a" name="three"><skipped/></testcase>'


def junit(path: pathlib.Path, *cases: str) -> pathlib.Path:
    path.write_text(f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>", encoding="utf-8")
    return path


def count(*arguments: str) -> tuple[int, list[str]]:
    result = subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, text=True, check=False)
    return result.returncode, result.stdout.splitlines()


def test_the_runners_are_added_up(tmp_path: pathlib.Path) -> None:
    unit = junit(tmp_path / "unit.xml", PASSED, PASSED, SKIPPED)
    cli = junit(tmp_path / "cli.xml", PASSED)
    assert count(f"unit={unit}", f"cli={cli}") == (
        0,
        ["unit: 2 passed, 0 failed, 1 skipped", "cli: 1 passed, 0 failed, 0 skipped", "3 passed, 0 failed"],
    )


def test_a_failure_is_named_and_counted(tmp_path: pathlib.Path) -> None:
    code, lines = count(f"cli={junit(tmp_path / 'cli.xml', PASSED, FAILED)}")
    assert code == 1
    assert lines[1:] == ["  failed: a.two", "1 passed, 1 failed"]


def test_a_runner_that_ran_nothing_has_failed(tmp_path: pathlib.Path) -> None:
    code, lines = count(f"cli={junit(tmp_path / 'cli.xml', SKIPPED)}")
    assert (code, lines[-1]) == (1, "0 passed, 1 failed")


def test_a_runner_without_a_result_has_failed(tmp_path: pathlib.Path) -> None:
    code, lines = count(f"unit={junit(tmp_path / 'unit.xml', PASSED)}", f"cli={tmp_path / 'none.xml'}")
    assert (code, lines[-1]) == (1, "1 passed, 1 failed")
