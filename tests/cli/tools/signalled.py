"""signalled.py SIGNAL FOLDER COMMAND…: send SIGNAL to a command while the model that it captures sleeps.

FOLDER is made anew; `-o FOLDER/model.pt --json FOLDER/report.json` are added to COMMAND, whose model must write its
process id to the file that TSCTL_TEST_PID_FILE names, as tests/fixtures/models/misbehaving.py:Sleepy does. Fails if
the command does not end soon, or if the model's process outlives it. What the command wrote to standard error comes
out on standard error, its exit code (128 + the signal that ended it) is this script's own.
"""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

PATIENCE_S = 120.0
WAIT_S = 0.05


def wait_until(condition) -> bool:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(WAIT_S)
    return True


def runs(pid: int) -> bool:
    """Whether it runs: one that has ended and waits to be collected does not."""
    try:
        status = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def main() -> int:
    if len(sys.argv) < 4:
        print(__doc__, file=sys.stderr)
        return 2
    folder = pathlib.Path(sys.argv[2])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    pid_file = folder.with_name(folder.name + ".pid")
    pid_file.unlink(missing_ok=True)
    command = [*sys.argv[3:], "-o", str(folder / "model.pt"), "--json", str(folder / "report.json")]
    chosen = getattr(signal, f"SIG{sys.argv[1]}")

    def listen() -> None:
        """A background job of a shell ignores SIGINT, and so would the command, on purpose."""
        if chosen != signal.SIGKILL:
            signal.signal(chosen, signal.SIG_DFL)

    environment = {**os.environ, "TSCTL_TEST_PID_FILE": str(pid_file)}
    process = subprocess.Popen(command, env=environment, preexec_fn=listen)
    try:
        ready = wait_until(lambda: process.poll() is not None or (pid_file.exists() and pid_file.read_text()))
        if not ready or process.poll() is not None:
            print("signalled: the model was never run", file=sys.stderr)
            return 99
        worker = int(pid_file.read_text())
        process.send_signal(chosen)
        if not wait_until(lambda: process.poll() is not None):
            print("signalled: the command did not end", file=sys.stderr)
            return 98
        if not wait_until(lambda: not runs(worker)):
            print(f"signalled: the model's process {worker} outlived the command", file=sys.stderr)
            return 97
    finally:
        process.kill()
        process.wait()
    return 128 - process.returncode if process.returncode < 0 else process.returncode


if __name__ == "__main__":
    sys.exit(main())
