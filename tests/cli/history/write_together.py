"""Start processes that add all reports of a folder to one history, each in another order, at the same time.

Usage: write_together.py WRITERS DATABASE FOLDER
"""

import pathlib
import random
import subprocess
import sys


def main() -> None:
    writers, database, folder = int(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])
    reports = sorted(str(path) for path in folder.glob("*.json"))
    script = 'for report in "$@"; do tsctl history add -q --db "$0" "$report" || exit; done'
    running = []
    for writer in range(writers):
        order = random.Random(writer).sample(reports, len(reports))
        running.append(subprocess.Popen(["sh", "-c", script, database, *order]))
    failed = sum(process.wait() != 0 for process in running)
    print(f"{writers} writers, {failed} failed")


if __name__ == "__main__":
    main()
