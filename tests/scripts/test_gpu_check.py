"""Where there is no GPU, scripts/gpu-check says so in a sentence and with the exit code of the contract."""

import os
import pathlib
import subprocess

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts/gpu-check"


def run(tmp_path: pathlib.Path) -> subprocess.CompletedProcess[str]:
    environment = dict(
        os.environ, OUT=str(tmp_path / "out"), PATH=f"{tmp_path}{os.pathsep}/usr/bin{os.pathsep}/bin"
    )
    return subprocess.run([SCRIPT], env=environment, capture_output=True, text=True, check=False, timeout=60)


def test_a_machine_whose_driver_shows_no_gpu_exits_with_7(tmp_path) -> None:
    fake = tmp_path / "nvidia-smi"
    fake.write_text("#!/bin/sh\necho 'No devices were found'\nexit 6\n", encoding="utf-8")
    fake.chmod(0o755)
    result = run(tmp_path)
    assert result.returncode == 7
    assert "shows no GPU" in result.stderr
    assert "hint:" in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_torch_that_sees_no_gpu_exits_with_7(tmp_path) -> None:
    for name, text in (("nvidia-smi", "echo 'GPU 0: made up'"), ("python3", "exit 1")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    result = run(tmp_path)
    assert result.returncode == 7
    assert "sees no GPU" in result.stderr
