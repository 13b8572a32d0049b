"""What the Python tests share."""

import os
import pathlib
import subprocess

import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def repository() -> pathlib.Path:
    return REPOSITORY


@pytest.fixture(scope="session")
def tsctl() -> pathlib.Path:
    """The executable under test: the release build's, or the one that TSCTL names."""
    path = pathlib.Path(os.environ.get("TSCTL", REPOSITORY / "build/release/bin/tsctl")).resolve()
    if not os.access(path, os.X_OK):
        pytest.fail(f"'{path}' is not a built tsctl; run scripts/setup, or set TSCTL to one", pytrace=False)
    return path


def run_checked(*command: object, cwd: pathlib.Path | None = None, timeout: int = 600) -> str:
    """Run a command that must succeed and return its standard output."""
    words = [str(word) for word in command]
    result = subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=False, timeout=timeout)
    if result.returncode != 0:
        pytest.fail(
            f"exit {result.returncode} from: {' '.join(words)}\n{result.stdout}\n{result.stderr}",
            pytrace=False,
        )
    return result.stdout


@pytest.fixture(scope="session", name="run_checked")
def run_checked_fixture():
    return run_checked
