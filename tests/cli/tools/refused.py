"""refused.py CODE KIND FOLDER COMMAND…: run a command that must fail, and hold it to the contract of failures.

FOLDER is made anew; `-o FOLDER/model.pt` (unless COMMAND has a -o) and `--json FOLDER/report.json` are added to
COMMAND. It must exit with CODE, say one `tsctl: error:` line and one `tsctl: hint:` line on standard error, end
standard output with the result line, leave nothing in FOLDER but the report, and the report must be valid and say the
same as the exit code, with KIND as its error's kind. What it wrote to standard error comes out on standard output, for
filecheck.
"""

import json
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "schema"))
from validate import problems  # noqa: E402

STATUS = {1: "check_failed", 6: "inconclusive", 130: "interrupted", 143: "interrupted"}


def faults(code: int, kind: str, folder: pathlib.Path, exit_code: int, said: str, printed: str) -> list[str]:
    found = []
    last = (printed.splitlines() or [""])[-1]
    if not last.startswith("UNDECIDED  " if code == 6 else "FAIL  "):
        found.append(f"the last line is '{last}'")
    if exit_code != code:
        found.append(f"expected exit {code}, got {exit_code}")
    for start in ("tsctl: error: ", "tsctl: hint: "):
        count = sum(line.startswith(start) for line in said.splitlines())
        if count != 1:
            found.append(f"{count} lines start with '{start}'")
    left = sorted(path.name for path in folder.iterdir())
    if left != ["report.json"]:
        return [*found, f"what is left is {left}, not just report.json"]
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    found += problems(report)
    told = (report["exit_code"], report["status"], (report["error"] or {}).get("kind"))
    if told != (code, STATUS.get(code, "error"), kind):
        found.append(f"the report says {told}")
    if report["artifact"] is not None and report["artifact"]["status"] != "not_written":
        found.append(f"the report says that the file was {report['artifact']['status']}")
    if report["error"] and beginning(report) not in " ".join(last.split()):
        found.append(f"the result line does not have the report's message: {last}")
    if report["error"] and f"tsctl: error: {report['error']['message']}\n" not in said:
        found.append("the report's message is not the one on standard error")
    return found


def beginning(report: dict) -> str:
    """The message without the reasons of a capture's attempts, which stand above the result line."""
    message = " ".join(report["error"]["message"].split())
    attempts = (report["capture"] or {}).get("attempts", [])
    ends = [message.find(" ".join(one["reason"].split())) for one in attempts if one["reason"]]
    found = min((end for end in ends if end > 0), default=len(message))
    return (
        message if found == len(message) else message[:found].rpartition(" (trace")[0] or message[: found - 2]
    )


def main() -> int:
    if len(sys.argv) < 5 or not sys.argv[1].isdigit():
        print(__doc__, file=sys.stderr)
        return 2
    code, kind, folder, command = int(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3]), sys.argv[4:]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    command += [] if "-o" in command else ["-o", str(folder / "model.pt")]
    ended = subprocess.run(
        [*command, "--json", str(folder / "report.json")], check=False, capture_output=True, text=True,
    )  # fmt: skip
    exit_code = 128 - ended.returncode if ended.returncode < 0 else ended.returncode
    print(ended.stderr, end="")
    found = faults(code, kind, folder, exit_code, ended.stderr, ended.stdout)
    for fault in found:
        print(f"refused: {fault}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
